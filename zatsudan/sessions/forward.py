"""The way forward: under each message the one on which the head last stood, or below which."""

from collections.abc import Callable


class Forward:
    """The way forward in a tree of messages.

    A visit means every message from the root to the one that was visited. It is
    noted, and walked when the way is asked for: then no message twice, so that
    a journal of as many moves as messages is read in linear time. `parent` tells what a message follows.
    """

    def __init__(self, parent: Callable[[str], str | None]) -> None:
        self._parent = parent
        self._known: dict[str | None, str] = {}
        #: Messages that came; those to which the way counts are noted as tuples.
        self._noted: list[str | tuple[str]] = []

    def add(self, node_id: str) -> None:
        """A message has come: its parent goes on with it."""
        self._noted.append(node_id)

    def visit(self, node_id: str | None) -> None:
        """The head stands on a message: the way to it is the way forward."""
        if node_id is not None:
            self._noted.append((node_id,))

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
        for noted in reversed(self._noted):
            way = isinstance(noted, tuple)
            at: str | None = noted[0] if isinstance(noted, tuple) else noted
            while at is not None:
                parent = self._parent(at)
                if parent in walked:
                    break
                found.setdefault(parent, at)
                if not way:
                    break
                walked.add(parent)
                at = parent
        self._noted.clear()
        self._known.update(found)
