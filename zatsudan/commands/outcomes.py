"""What commands hand back: plain values. The terminal decides how they look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from zatsudan.core.messages import Json
from zatsudan.core.session import Node
from zatsudan.core.tokenview import Token


@dataclass(frozen=True, slots=True)
class Line:
    """One or more lines of text. `tone`: plain, dim, good or warn."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a head. `marks` are the numbers of rows to be set off; `right` columns of numbers.

    `brief`: each row is one row of the screen; the last column is cut, or goes where there is no room.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    marks: frozenset[int] = frozenset()
    right: frozenset[int] = frozenset()
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """Messages of the session, shown as they looked when they were said.

    `above` counts the messages before them that are not shown.
    """

    nodes: tuple[Node, ...]
    above: int = 0


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of a reply on a scale of their probability, with its legend."""

    tokens: tuple[Token, ...]


Part: TypeAlias = Line | Table | Talk | Tokens


@dataclass(frozen=True, slots=True)
class Show:
    """Show these parts; `afresh` on a screen that has been scrolled empty."""

    parts: tuple[Part, ...]
    afresh: bool = False


@dataclass(frozen=True, slots=True)
class Generate:
    """Ask for a reply to this user message, with other parameters for this once.

    With a `prefix` the reply goes on from that text; `logprobs` are those of its tokens, where known.
    `again` is a reply whose recorded request is sent once more, just as it was.
    """

    parent: Node
    overrides: Mapping[str, Json] = field(default_factory=dict)
    parts: tuple[Part, ...] = ()
    prefix: str = ""
    logprobs: tuple[Json, ...] = ()
    again: Node | None = None


@dataclass(frozen=True, slots=True)
class Prefill:
    """Put a text into the input line."""

    text: str
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Inspect:
    """Let the person walk over the tokens of a reply, and take another one at a place.

    `refusal` says why no reply can go on from there; `` if one can.
    """

    reply: Node
    tokens: tuple[Token, ...]
    refusal: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Leave:
    """End the program."""


Outcome: TypeAlias = Show | Generate | Prefill | Inspect | Leave


def say(text: str, tone: str = "plain") -> Show:
    """Show one line."""
    return Show((Line(text, tone),))
