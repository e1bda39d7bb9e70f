"""The look of Markdown in a theme and with styles of the person's own."""

from dataclasses import replace

from pygments.token import Comment, Keyword, Literal, Name, Number, String, _TokenType
from rich.style import Style

from zatsudan.core.styles import WEIGHTS, Dress, Paint
from zatsudan.terminal.markdown.look import DEFAULT, Look

#: The kinds of tokens that each part of code stands for.
_TOKENS: dict[str, tuple[_TokenType, ...]] = {
    "keyword": (Keyword,),
    "string": (String, String.Doc),
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


def dressed(dress: Dress) -> Look:
    """Return the look of a dress."""
    paints = dress.paints()
    if not paints:
        return DEFAULT
    given = {name: _style(paint) for name, paint in paints.items()}
    tokens = dict(DEFAULT.code_tokens)
    for name, kinds in _TOKENS.items():
        if name in given:
            tokens.update(dict.fromkeys(kinds, given[name]))
    headings = tuple(
        given.get(f"heading{level}", style) for level, style in enumerate(DEFAULT.headings, 1)
    )
    fields = {name: given[name] for name in _FIELDS if name in given}
    return replace(DEFAULT, headings=headings, code_tokens=tokens, **fields)  # type: ignore[arg-type]


def _style(paint: Paint) -> Style:
    weights = {name: True for name in WEIGHTS if name in paint.weights}
    return Style(color=paint.colour or None, bgcolor=paint.ground or None, **weights)  # type: ignore[arg-type]
