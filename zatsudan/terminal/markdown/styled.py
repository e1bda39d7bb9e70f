"""Inline pieces to styled text."""

from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote

from rich.style import Style

from zatsudan.markdown.bareaddresses import as_sent, readable
from zatsudan.markdown.pieces import Inline
from zatsudan.terminal.markdown.look import Look, combine
from zatsudan.terminal.markdown.segments import HARD, Piece, one

_SCHEMES = ("http://", "https://", "mailto:", "ftp://")


def styled(pieces: Iterable[Inline], look: Look, base: Style) -> list[Piece]:
    """Return the text of `pieces` in the styles of `look`; `HARD` stands for line ends."""
    found: list[Piece] = []
    styles = [base]
    links: list[tuple[str, int] | None] = []
    for kind, text, address in pieces:
        style = styles[-1]
        if kind == "text":
            found.append((text, style))
        elif kind == "address":
            found.append((text, _clickable(style, as_sent(text), look)))
        elif kind in ("code", "math"):
            found.append((text, combine(style, getattr(look, kind))))
        elif kind in ("strong", "emphasis", "strike"):
            styles.append(combine(style, getattr(look, kind)))
            links.append(None)
        elif kind == "link":
            shown = combine(style, look.link)
            styles.append(_clickable(shown, address, look))
            links.append((address, len(found)))
        elif kind == "close":
            styles.pop()
            if link := links.pop():
                found += _address(link[0], found[link[1] :], look, styles[-1])
        elif kind == "image":
            label = [(text or "image", combine(style, look.image))]
            found += label + _address(address, label, look, style)
        else:
            found.append((HARD, style))
    return found


def _address(href: str, label: list[Piece], look: Look, style: Style) -> list[Piece]:
    """The address in brackets, where the label does not say it already."""
    address = readable(href)
    text = "".join(text for text, _ in label)
    if not address or address.removesuffix("/").removeprefix("mailto:") in (
        text.removesuffix("/").removeprefix("mailto:"),
        f"http://{text}",
        f"https://{text}",
    ):
        return []
    blank = " " if text else ""
    return [
        (f"{blank}(", style),
        (address, _clickable(combine(style, look.address), href, look)),
        (")", style),
    ]


def _clickable(style: Style, href: str, look: Look) -> Style:
    """The style of what leads to an address; one within a page leads nowhere here."""
    if not look.hyperlinks or not href.lower().startswith(_SCHEMES):
        return style
    return _leading(style, href)


@lru_cache(maxsize=64)  # the open rows are laid out again and again
def _leading(style: Style, href: str) -> Style:
    return one(style + Style(link=_target(href)))


def _target(href: str) -> str:
    """An address that ends no escape sequence before its time."""
    return quote(href, safe="%/:=&?~#+!$,;'@()*[]", errors="replace")
