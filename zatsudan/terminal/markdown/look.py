"""The look of Markdown on a terminal: which style each part is shown in."""

from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from typing import TypeAlias

from pygments.token import (
    Comment,
    Error,
    Generic,
    Keyword,
    Literal,
    Name,
    Number,
    Operator,
    String,
    Token,
)
from rich.style import Style

from zatsudan.base.styles import WEIGHTS, Paint, Styles
from zatsudan.terminal.markdown.segments import PLAIN, one

#: A kind of token as Pygments has it: its names from the widest to its own, `("Name", "Class")`.
TokenKind: TypeAlias = tuple[str, ...]

#: What weight alone says; colours are the theme's.
_CODE: dict[TokenKind, Style] = {
    Token: PLAIN,
    Comment: one(Style(dim=True, italic=True)),
    Name.Class: one(Style(bold=True)),
    String.Doc: one(Style(italic=True)),
    Generic.Heading: one(Style(bold=True)),
    Generic.Subheading: one(Style(bold=True)),
    Generic.Emph: one(Style(italic=True)),
    Generic.Strong: one(Style(bold=True)),
    Generic.Prompt: one(Style(dim=True)),
    Error: PLAIN,
}

#: The kinds of tokens that each part of code stands for.
_TOKENS_OF: dict[str, tuple[TokenKind, ...]] = {
    "keyword": (Keyword, Operator.Word),
    "string": (String, String.Doc, Generic.Inserted),
    "warn": (Generic.Deleted, Generic.Traceback),
    "comment": (Comment,),
    "number": (Number, Literal, Keyword.Constant, String.Escape, String.Interpol),
    "name": (Name.Function, Name.Class, Name.Namespace, Name.Tag),
    "builtin": (
        Name.Builtin,
        Name.Exception,
        Name.Decorator,
        Name.Attribute,
        Name.Entity,
        Keyword.Type,
        Comment.Preproc,
    ),
}

_FIELDS = [
    "text",
    "strong",
    "emphasis",
    "strike",
    "code",
    "code_text",
    "quote",
    "quote_bar",
    "rule",
    "marker",
    "link",
    "address",
    "image",
    "math",
    "table_head",
    "table_rule",
]

_TITLE = one(Style(bold=True, underline=True))
_BOLD_ITALIC = one(Style(bold=True, italic=True))
_BOLD = one(Style(bold=True))
_DIM_ITALIC = one(Style(italic=True, dim=True))
_ITALIC = one(Style(italic=True))
_STRIKE = one(Style(strike=True))
# Not "bright black": some themes (Solarized) give it the colour of the ground.
_DIM = one(Style(dim=True))
_UNDERLINE = one(Style(underline=True))


@dataclass(frozen=True)
class Look:
    """Styles by the part they are for.

    Of itself it has weights alone; `look_of` adds the colours of a theme. Nothing sets a
    background, so that code copies clean.
    """

    text: Style = PLAIN
    headings: tuple[Style, ...] = (_TITLE, _BOLD, _BOLD, _BOLD_ITALIC, _ITALIC, _DIM_ITALIC)
    strong: Style = _BOLD
    emphasis: Style = _ITALIC
    strike: Style = _STRIKE
    code: Style = PLAIN
    """Code inside a line."""
    code_text: Style = PLAIN
    """Blocks of code in no language we can colour."""
    code_tokens: dict[TokenKind, Style] = field(default_factory=lambda: dict(_CODE), hash=False)
    """Blocks of code, by Pygments' token types; a type not named takes its parent's style."""
    quote: Style = PLAIN
    quote_bar: Style = _DIM
    rule: Style = _DIM
    marker: Style = PLAIN
    """Bullets and numbers of lists, boxes of task lists."""
    link: Style = _UNDERLINE
    address: Style = PLAIN
    """The address behind a link's text."""
    image: Style = _ITALIC
    math: Style = PLAIN
    table_head: Style = _BOLD
    table_rule: Style = _DIM
    hyperlinks: bool = False
    """Also make links clickable (OSC 8) where the terminal can."""


def _without_colour(style: Style) -> Style:
    return one(style.without_color)


def without_colour(look: Look) -> Look:
    """The same look by weight alone, for `NO_COLOR`."""
    changes: dict[str, object] = {}
    for item in fields(look):
        value = getattr(look, item.name)
        if isinstance(value, Style):
            changes[item.name] = _without_colour(value)
    changes["headings"] = tuple(map(_without_colour, look.headings))
    changes["code_tokens"] = {
        kind: _without_colour(style) for kind, style in look.code_tokens.items()
    }
    return replace(look, **changes)  # type: ignore[arg-type]


def token_style(look: Look, kind: TokenKind) -> Style:
    """The style of a Pygments token: its own, or that of the nearest parent."""
    styles = look.code_tokens
    parents = (kind[:length] for length in range(len(kind), -1, -1))
    return next((styles[at] for at in parents if at in styles), look.text)


@lru_cache(maxsize=1024)
def combine(outer: Style, inner: Style) -> Style:
    """`inner` over `outer`."""
    return one(outer + inner)


def look_of(styles: Styles) -> Look:
    """Return the look of a theme with styles of the person's own."""
    plain = Look()
    paints = styles.paints()
    given = {name: _style(paint) for name, paint in paints.items()}
    tokens = dict(plain.code_tokens)
    for name, kinds in _TOKENS_OF.items():
        if name in given:
            tokens.update({kind: _weighed(kind, given[name]) for kind in kinds})
    headings = tuple(
        given.get(f"heading{level}", style) for level, style in enumerate(plain.headings, 1)
    )
    fields = {name: given[name] for name in _FIELDS if name in given}
    return replace(plain, headings=headings, code_tokens=tokens, **fields)  # type: ignore[arg-type]


def _weighed(kind: TokenKind, given: Style) -> Style:
    """Return a part's style for one kind of its tokens; dim is not for colours, which it takes away."""
    own = _CODE.get(kind, PLAIN)
    return given if own.dim else combine(own, given)


def _style(paint: Paint) -> Style:
    weights = {name: True for name in WEIGHTS if name in paint.weights}
    given = Style(color=paint.colour or None, bgcolor=paint.ground or None, **weights)  # type: ignore[arg-type]
    return one(given)
