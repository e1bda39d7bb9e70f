"""The messages of a session by their ids: each at hand, or in the journal until somebody asks for it.

A long talk takes many times as much memory as its journal, and little of it is looked at. What is
kept of a message that was read is its place in the tree, its role, and where in the journal it stands.
"""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple, TypeVar, overload

from zatsudan.base.errors import StoreError

N = TypeVar("N")

#: How many messages out of the journal stay at hand: a path of as many is read once.
AT_HAND = 4096
#: How many are read at once where a long path is gone through; a path of so few is read one by one.
TOGETHER, FEW = 256, 8


class Kept(NamedTuple):
    """A message that is in the journal: what it follows, and where its line begins."""

    id: str
    parent: str | None
    place: int


class Nodes(Mapping[str, N]):
    """Messages by id, in the order in which they came.

    `source` reads messages out of the journal; it raises StoreError.
    """

    def __init__(self) -> None:
        self.source: Callable[[Sequence[Kept]], list[N]] | None = None
        #: Of each its parent, its role, and its place in the journal; of those of this process none.
        self._known: dict[str, tuple[str | None, str, int | None]] = {}
        self._new: dict[str, N] = {}
        self._read: dict[str, N] = {}

    def add(self, node_id: str, parent: str | None, role: str, node: N) -> None:
        """Add a message that is at hand."""
        self._known[node_id] = parent, role, None
        self._new[node_id] = node

    def keep(self, node_id: str, parent: str | None, role: str, place: int) -> None:
        """Add a message that is read from its place when it is asked for."""
        self._known[node_id] = parent, role, place

    def parent(self, node_id: str) -> str | None:
        """Return what a message follows."""
        return self._known[node_id][0]

    def role(self, node_id: str) -> str:
        """Return whose message it is."""
        return self._known[node_id][1]

    def __getitem__(self, node_id: str) -> N:
        parent, _, place = self._known[node_id]
        if place is None or self.source is None:
            return self._new[node_id]
        node = self._read.get(node_id)
        if node is None:
            if len(self._read) >= AT_HAND:
                self._read.clear()
            (node,) = self.source((Kept(node_id, parent, place),))
            self._read[node_id] = node
        return node

    def each(self, ids: Sequence[str]) -> Iterator[N]:
        """Return messages in this order; of many, those in the journal are read some at a time."""
        return self._together(ids) if len(ids) > FEW else map(self.__getitem__, ids)

    def _together(self, ids: Iterable[str]) -> Iterator[N]:
        left, size = iter(ids), 1  # few first, since few may be wanted
        while some := list(islice(left, size)):
            self._have(some)
            yield from (self._read.get(node_id) or self[node_id] for node_id in some)
            size = min(2 * size, TOGETHER, AT_HAND)

    def _have(self, ids: Iterable[str]) -> None:
        """Have messages at hand; where one cannot be read, it tells so when its turn comes."""
        wanted = []
        for node_id in ids:
            parent, _, place = self._known[node_id]
            if place is not None and node_id not in self._read:
                wanted.append(Kept(node_id, parent, place))
        if self.source is None or len(wanted) < 2:
            return
        try:
            found = self.source(wanted)
        except StoreError:
            return
        if len(self._read) + len(found) > AT_HAND:
            self._read.clear()
        self._read.update(zip((kept.id for kept in wanted), found, strict=True))

    def __contains__(self, node_id: object) -> bool:
        return node_id in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __reversed__(self) -> Iterator[str]:
        return reversed(self._known)

    def __len__(self) -> int:
        return len(self._known)


class Children(Mapping[str | None, list[str]]):
    """The messages that follow each, by id, in the order in which they came; None: the first of all."""

    def __init__(self) -> None:
        # Most are followed by one, which needs no list of its own.
        self._first: dict[str | None, str] = {}
        self._all: dict[str | None, list[str]] = {}

    def add(self, parent: str | None, node_id: str) -> None:
        """Let a message follow its parent."""
        first = self._first.setdefault(parent, node_id)
        if first is not node_id:
            self._all.setdefault(parent, [first]).append(node_id)

    def __getitem__(self, parent: str | None) -> list[str]:
        first = self._first[parent]
        return self._all.get(parent) or [first]

    def __iter__(self) -> Iterator[str | None]:
        return iter(self._first)

    def __len__(self) -> int:
        return len(self._first)


class Chain(Sequence[N]):
    """Messages of a session in their order; each is read when it is looked at."""

    def __init__(self, nodes: Nodes[N], ids: Sequence[str]) -> None:
        self._nodes = nodes
        self.ids = ids

    def roles(self) -> Iterator[str]:
        """Yield the role of each message; none is read."""
        return map(self._nodes.role, self.ids)

    def without(self, ids: Container[str]) -> "Chain[N]":
        """Return the path without some messages."""
        return Chain(self._nodes, [node_id for node_id in self.ids if node_id not in ids])

    @overload
    def __getitem__(self, at: int) -> N: ...
    @overload
    def __getitem__(self, at: slice) -> "Chain[N]": ...
    def __getitem__(self, at: int | slice) -> "N | Chain[N]":
        if isinstance(at, slice):
            return Chain(self._nodes, self.ids[at])
        return self._nodes[self.ids[at]]

    def __iter__(self) -> Iterator[N]:
        return self._nodes.each(self.ids)

    def __len__(self) -> int:
        return len(self.ids)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(
            one == two for one, two in zip(self, other, strict=True)
        )

    __hash__ = None  # type: ignore[assignment]
