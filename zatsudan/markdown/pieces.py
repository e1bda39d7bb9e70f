"""What a block's text is made of: words, code, links, and what is set off."""

from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal[
    "text",
    "code",
    "math",
    "address",
    "break",
    "image",
    "strong",
    "emphasis",
    "strike",
    "link",
    "close",
]


class Inline(NamedTuple):
    """A piece of a block's text.

    `strong`, `emphasis`, `strike` and `link` hold the pieces up to their `close`; the
    others are whole. All text is printable, also what entities stood for; a `break`
    is a line end. `address` is that of a link or an image, as it is sent.
    """

    kind: Kind
    text: str = ""
    address: str = ""


SPANS = frozenset({"strong", "emphasis", "strike", "link"})
"""The kinds that hold others."""

CLOSE = Inline("close")
BREAK = Inline("break")
