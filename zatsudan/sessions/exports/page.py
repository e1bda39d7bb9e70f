"""The talk as one HTML file: readable, light and dark, without a script or anything from elsewhere.

Whatever a message holds is text: HTML in it is escaped, pictures become
links, and the page's own policy forbids the browser to load or run anything.
"""

from collections.abc import Iterable
from html import escape

from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.styles import get_style_by_name
from pygments.token import STANDARD_TYPES
from pygments.util import ClassNotFound

from zatsudan.base.language import say
from zatsudan.base.printable import one_line, printable
from zatsudan.markdown.colouring import ENDLESS, has_bounds
from zatsudan.parameters.values import show_value
from zatsudan.sessions.characters.framing import leading
from zatsudan.sessions.exports.replyhtml import reply_html
from zatsudan.sessions.exports.transcript import calls_of, marks_of, name_of
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.sessions.session import Session
from zatsudan.wire.messages import Message

#: Code longer than this is not coloured: some lexers are slow on what is no code.
LONGEST_CODE = 50_000

_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --dim: #656d76; --page: #fff; --shade: #f3f4f6;
  --line: #d8dee4; --link: #0757b5; }
@media (prefers-color-scheme: dark) { :root { --text: #d7dce2; --dim: #949ca6; --page: #14171b;
  --shade: #1f242b; --line: #343a42; --link: #7db5f5; } }
body { margin: 2rem auto; max-width: 46rem; padding: 0 1rem; color: var(--text);
  background: var(--page); font: 1rem/1.6 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; line-height: 1.3; }
a { color: var(--link); }
article { margin: 1.5rem 0; }
article > header, footer, .dim, summary { color: var(--dim); font-size: .85rem; }
.user, .system, .other { background: var(--shade); border-radius: .6rem; padding: .6rem 1rem; }
.plain { white-space: pre-wrap; margin: 0; }
pre { background: var(--shade); border-radius: .4rem; padding: .7rem .9rem; overflow-x: auto;
  line-height: 1.4; }
code { font: .9em ui-monospace, monospace; }
blockquote { margin-left: 0; padding-left: 1rem; border-left: .2rem solid var(--line); }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .2rem .6rem; }
"""


def to_html(session: Session) -> str:
    """Return the talk as a page."""
    title = escape(name_of(session) or say("A talk"))
    facts = " · ".join(
        escape(one_line(text, 80)) for text in (session.created, session.model) if text
    )
    led = leading(session)
    articles = [_article(Message("system", led), None)] if led else []
    articles += [
        _article(node.message, node.made, marks_of(session, node)) for node in session.path()
    ]
    return page(title, [f'<h1>{title}</h1>\n<p class="dim">{facts}</p>', *articles])


def page(title: str, parts: Iterable[str], style: str = "") -> str:
    """Return a page with parts of HTML, `style` besides its own; the title is HTML too."""
    whole = "\n".join(
        [
            '<!DOCTYPE html>\n<html>\n<head>\n<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{title}</title>\n<style>{_STYLE}{style}{_colours()}</style>\n</head>\n<body>",
            *parts,
            "</body>\n</html>\n",
        ]
    )
    # Once more for the whole page: entities in Markdown become characters.
    return printable(whole)


def reply_body(text: str) -> str:
    """Return a reply's Markdown as HTML, its code coloured."""
    return reply_html(printable(text), _colour)


def _article(message: Message, made: Made | None, marks: str = "") -> str:
    role = one_line(message.role, 40)
    kind = message.role if message.role in ("system", "user", "assistant") else "other"
    text = printable(message.text)
    body = (
        reply_html(text, _colour)
        if kind == "assistant"
        else f'<p class="plain">{escape(text)}</p>\n'
    )
    calls = calls_of(message)
    if calls:
        body += f"<pre><code>{_colour(calls, 'json')}</code></pre>\n"
    if made is not None and made.reasoning:
        reasoning = escape(printable(made.reasoning))
        summary = escape(say("reasoning"))
        reasoning = f'<p class="plain">{reasoning}</p>'
        body = f"<details><summary>{summary}</summary>{reasoning}</details>\n{body}"
    note = f"<footer>{escape(_note(made))}</footer>\n" if made is not None and _note(made) else ""
    return (
        f'<article class="{kind}">\n<header>{escape(role + marks)}</header>\n{body}{note}</article>'
    )


def _note(made: Made) -> str:
    parts = [one_line(made.model, 60)] if made.model else []
    parts += [
        printable(f"{one_line(name, 40)} {one_line(show_value(value), 40)}")
        for name, value in made.parameters.items()
    ]
    if made.usage is not None:
        mark = "~" if made.usage.estimated else ""
        parts.append(say("{mark}{count:,} tokens", mark=mark, count=made.usage.completion))
    if made.ended != FINISHED:
        parts.append(one_line(say(made.ended), 40))
    return " · ".join(parts)


def _colours() -> str:
    """Return the colours of code, for a light page and for a dark one."""
    dark = _rules("github-dark")
    return f"{_rules('default')}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


def _rules(style: str) -> str:
    rules = []
    for kind, look in get_style_by_name(style):
        name, colour = STANDARD_TYPES.get(kind), look["color"]
        if name and colour:
            weight = " font-weight: bold;" if look["bold"] else ""
            slant = " font-style: italic;" if look["italic"] else ""
            rules.append(f"pre .{name} {{ color: #{colour};{weight}{slant} }}\n")
    return "".join(rules)


def _colour(code: str, language: str) -> str:
    """Return code as HTML, coloured where its language is known."""
    if not language or len(code) > LONGEST_CODE:
        return escape(code)
    try:
        # ensurenl, stripnl: the code as it is.
        lexer = get_lexer_by_name(language, ensurenl=False, stripnl=False)
    except ClassNotFound:
        return escape(code)
    if type(lexer).__name__ in ENDLESS or not all(map(has_bounds, code.split("\n"))):
        return escape(code)
    return str(highlight(code, lexer, HtmlFormatter(nowrap=True)))
