"""The way forward: under each message the one on which the head last stood, or below which."""

from collections.abc import Mapping
from typing import Protocol


class _Node(Protocol):
    @property
    def parent(self) -> str | None: ...


class Forward:
    """The way forward in a tree of messages.

    A visit means every message from the root to the one that was visited. It is
    noted, and walked when the way is asked for: then no message twice, so that
    a journal of as many moves as messages is read in linear time.
    """

    def __init__(self, nodes: Mapping[str, _Node]) -> None:
        self._nodes = nodes
        self._known: dict[str | None, str] = {}
        self._noted: list[tuple[str, bool]] = []  # a message, and whether the way to it counts

    def add(self, node_id: str) -> None:
        """A message has come: its parent goes on with it."""
        self._noted.append((node_id, False))

    def visit(self, node_id: str | None) -> None:
        """The head stands on a message: the way to it is the way forward."""
        if node_id is not None:
            self._noted.append((node_id, True))

    def get(self, parent: str | None) -> str | None:
        """Return the message that follows `parent`; None at the end of a branch."""
        self._walk()
        return self._known.get(parent)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Forward):
            return NotImplemented
        self._walk()
        other._walk()
        return self._known == other._known

    __hash__ = None  # type: ignore[assignment]

    def _walk(self) -> None:
        """Go through what was noted, the last first: an edge that is known later is not known anew."""
        found: dict[str | None, str] = {}
        walked: set[str | None] = set()  # from here to the root every edge is found
        for node_id, way in reversed(self._noted):
            at: str | None = node_id
            while at is not None:
                parent = self._nodes[at].parent
                if parent in walked:
                    break
                found.setdefault(parent, at)
                if not way:
                    break
                walked.add(parent)
                at = parent
        self._noted.clear()
        self._known.update(found)
