"""What commands hand back: plain values. The terminal decides how they look."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeAlias

from zatsudan.core.messages import Json
from zatsudan.core.session import Node


class Line(NamedTuple):
    """One or more lines of text. `tone`: plain, dim, good or warn."""

    text: str
    tone: str = "plain"


class Table(NamedTuple):
    """Rows under a head. `marks` are the numbers of rows to be set off; `right` columns of numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    marks: frozenset[int] = frozenset()
    right: frozenset[int] = frozenset()


class Talk(NamedTuple):
    """Messages of the session, shown as they looked when they were said.

    `above` counts the messages before them that are not shown.
    """

    nodes: tuple[Node, ...]
    above: int = 0


class Rows(NamedTuple):
    """Lines that are cut to the width instead of wrapped, each with its tone."""

    lines: tuple[Line, ...]


Part: TypeAlias = Line | Table | Talk | Rows


class Show(NamedTuple):
    """Show these parts; `afresh` on a screen that has been scrolled empty."""

    parts: tuple[Part, ...]
    afresh: bool = False


class Generate(NamedTuple):
    """Ask for a reply to this user message, with other parameters for this once.

    With a `prefix` the reply goes on from that text; `logprobs` are those of its tokens, where known.
    `asking`: where the server takes no prefix, the model is asked in words to go on.
    """

    parent: Node
    overrides: Mapping[str, Json] = MappingProxyType({})
    parts: tuple[Part, ...] = ()
    prefix: str = ""
    logprobs: tuple[Json, ...] = ()
    asking: bool = False


class Prefill(NamedTuple):
    """Put a text into the input line, or with `editor` into the editor."""

    text: str
    parts: tuple[Part, ...] = ()
    editor: bool = False


class Leave(NamedTuple):
    """End the program."""


Outcome: TypeAlias = Show | Generate | Prefill | Leave


def say(text: str, tone: str = "plain") -> Show:
    """Show one line."""
    return Show((Line(text, tone),))
