"""A reply as HTML: the blocks and pieces that the screen shows. Whatever it holds is text."""

from collections.abc import Callable, Iterable, Iterator
from html import escape
from typing import TypeAlias

from zatsudan.base.language import say
from zatsudan.markdown.bareaddresses import as_sent
from zatsudan.markdown.colouring import language
from zatsudan.markdown.leaves import Container, Leaf
from zatsudan.markdown.pieces import Inline
from zatsudan.markdown.reading import events, pieces

Colour: TypeAlias = Callable[[str, str], str]
"""Makes HTML of code and the name of its language."""

_SPANS = {"strong": "strong", "emphasis": "em", "strike": "s"}
_BOXES = {"": "", " ": "☐ ", "x": "☑ ", "X": "☑ "}
_REL = "noopener noreferrer nofollow"


def reply_html(text: str, colour: Colour) -> str:
    """Return Markdown as HTML."""
    return "".join(_written(text, colour))


def _written(text: str, colour: Colour) -> Iterator[str]:
    inside: list[tuple[Container, bool]] = []  # and whether it is the first item of its list
    list_begins = False
    for event in events(text):
        match event:
            case ("enter", container):
                if container.kind == "quote":
                    yield "<blockquote>\n"
                elif container.kind == "item":
                    # Where a list begins to count is told by its first item.
                    if list_begins:
                        yield _list_begin(container)
                    yield "<li>"
                inside.append((container, list_begins))
                list_begins = container.kind == "list"
            case ("leave", _):
                yield _end(inside.pop()[0])
            case ("close", leaf):
                # As on the screen: air in a list only where its source has a blank line.
                in_item = bool(inside) and inside[-1][0].kind == "item"
                air = leaf.after_blank and not (leaf.leads_item and inside[-1][1])
                yield _leaf(leaf, colour, bare=in_item and not air)


def _list_begin(item: Container) -> str:
    if item.marker in "-*+":
        return "<ul>\n"
    return "<ol>\n" if item.number == 1 else f'<ol start="{item.number}">\n'


def _end(container: Container) -> str:
    if container.kind == "quote":
        return "</blockquote>\n"
    if container.kind == "item":
        return "</li>\n"
    return "</ul>\n" if container.marker in "-*+" else "</ol>\n"


def _leaf(leaf: Leaf, colour: Colour, *, bare: bool) -> str:
    match leaf.kind:
        case "rule":
            return "<hr>\n"
        case "code":
            return _code(leaf, colour)
        case "table":
            return _table(leaf)
        case "heading":
            return f"<h{leaf.level}>{_text(leaf)}</h{leaf.level}>\n"
        case _:
            text = _BOXES[leaf.take_task()] + _text(leaf)
            return text if bare else f"<p>{text}</p>\n"


def _code(leaf: Leaf, colour: Colour) -> str:
    code = "\n".join(leaf.lines)
    if not leaf.fence_closed:  # blank lines before whatever ended it
        code = code.rstrip(" \t\n")
    code += "\n" if leaf.lines else ""
    name = language(leaf.info)
    mark = f' class="language-{escape(name)}"' if name else ""
    return f"<pre><code{mark}>{colour(code, name)}</code></pre>\n"


def _table(leaf: Leaf) -> str:
    cells = [_inline(stretch) for stretch in pieces(leaf)]
    width = len(leaf.aligns)
    rows = [cells[at : at + width] for at in range(0, len(cells), width)]
    head = _row(rows[0], "th", leaf.aligns)
    body = "".join(_row(row, "td", leaf.aligns) for row in rows[1:])
    body = f"<tbody>\n{body}</tbody>\n" if body else ""
    return f"<table>\n<thead>\n{head}</thead>\n{body}</table>\n"


def _row(cells: list[str], tag: str, aligns: tuple[str, ...]) -> str:
    written = ""
    for cell, align in zip(cells, aligns, strict=True):
        style = f' style="text-align:{align}"' if align else ""
        written += f"<{tag}{style}>{cell}</{tag}>\n"
    return f"<tr>\n{written}</tr>\n"


def _text(leaf: Leaf) -> str:
    return "".join(_inline(stretch) for stretch in pieces(leaf))


def _inline(stretch: Iterable[Inline]) -> str:
    written = ""
    opened: list[str] = []
    for kind, text, address in stretch:
        if kind in _SPANS:
            opened.append(_SPANS[kind])
            written += f"<{_SPANS[kind]}>"
        elif kind == "link":
            opened.append("a")
            written += f'<a href="{escape(address)}" rel="{_REL}">'
        elif kind == "close":
            written += f"</{opened.pop()}>"
        elif kind == "break":
            written += "<br>\n"
        elif kind == "code":
            written += f"<code>{escape(text)}</code>"
        elif kind == "address" and "a" not in opened:
            written += _link(as_sent(text), text)
        elif kind == "image":
            # The page loads nothing from elsewhere: a picture is a link.
            shown = text or say("picture")
            words = f"[{shown}]"
            web = address.lower().startswith(("http:", "https:")) and "a" not in opened
            written += _link(address, words) if web else escape(words)
        else:
            written += escape(text)
    return written


def _link(address: str, words: str) -> str:
    return f'<a href="{escape(address)}" rel="{_REL}">{escape(words)}</a>'
