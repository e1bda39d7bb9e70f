"""The parts of what is shown: plain values. The terminal decides how they look."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from zatsudan.base.printable import EMPTY, Printable
from zatsudan.sessions.session import Node

if TYPE_CHECKING:
    from zatsudan.lab.diff import Change
    from zatsudan.lab.reshaping import Shape
    from zatsudan.lab.ways import Branch
    from zatsudan.sessions.figures import Chart, Heat
    from zatsudan.wire.tokenview import Token


class Line(NamedTuple):
    """One or more lines of text. `tone`: plain, dim, good or warn. `spans` of the text are set off from it."""

    text: Printable
    tone: str = "plain"
    spans: tuple[tuple[int, int], ...] = ()


class Table(NamedTuple):
    """Rows under a head. `marks` are the numbers of rows to be set off; `right` columns of numbers.

    `brief`: each row is one row of the screen; the last column is cut, or goes where there is no room.
    `titles` stand above the rows of these numbers. `spare` is the column that goes before a brief
    last one is cut to a few words; None for none. `repeat`: where there is no room for all columns, the
    others stand in further tables below, each with so many of the first ones; 0: they are cut.
    """

    head: tuple[Printable, ...]
    rows: tuple[tuple[Printable, ...], ...]
    title: Printable = EMPTY
    marks: frozenset[int] = frozenset()
    right: frozenset[int] = frozenset()
    brief: bool = False
    titles: Mapping[int, Printable] = MappingProxyType({})
    spare: int | None = None
    repeat: int = 0


class Talk(NamedTuple):
    """Messages of the session, shown as they looked when they were said.

    `above` counts the messages before them that are not shown; `hidden` are the ids of
    those that are not sent.
    """

    nodes: tuple[Node, ...]
    above: int = 0
    hidden: frozenset[str] = frozenset()


class Diff(NamedTuple):
    """What changed between two texts."""

    changes: "tuple[Change, ...]"


class Picture(NamedTuple):
    """A picture, drawn where the terminal can; `line` tells of it in any case."""

    data: bytes
    line: Line


class Rows(NamedTuple):
    """Lines that are cut to the width instead of wrapped, each with its tone."""

    lines: tuple[Line, ...]


class Tokens(NamedTuple):
    """The tokens of a reply on a scale of their probability, with its legend."""

    tokens: "tuple[Token, ...]"


class Reshaped(NamedTuple):
    """The tokens of a reply by the shares that other settings would give them, with the legend."""

    tokens: "tuple[Token, ...]"
    shapes: "tuple[Shape, ...]"


class Ways(NamedTuple):
    """Ways on from a place of a reply, drawn as a tree."""

    branches: "tuple[Branch, ...]"


class Figure(NamedTuple):
    """A number drawn against the settings."""

    drawn: "Chart | Heat"


Part: TypeAlias = Line | Table | Talk | Picture | Rows | Diff | Tokens | Reshaped | Ways | Figure
