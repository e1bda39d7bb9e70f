"""The variants of a reply that the desk knows: which is looked at, and which stands beside it."""

from collections.abc import Callable, Sequence

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, printable
from zatsudan.lab.weighing import Weighed
from zatsudan.terminal.pages.replypane import GROWING, ReplyPane


class Panes:
    """`pane` is the reply that is looked at, `beside` the one before, `growing` the one that is under way.

    `ids` are the variants' that there are now, in their order; of those that are known here one can
    be looked at at once.
    """

    def __init__(self, first: ReplyPane, ids: Callable[[], Sequence[str]]) -> None:
        self._ids = ids
        self._known = [first]
        self.pane = self.beside = first
        self.growing: ReplyPane | None = None

    def ids(self) -> list[str]:
        """Return the ids of the variants, with that of the one that is under way."""
        return [*self._ids(), *([GROWING] if self.growing is not None else ())]

    def known(self, name: str) -> ReplyPane | None:
        """Return a variant; None if it is not known here yet."""
        return next((pane for pane in self._known if pane.reply.id == name), None)

    def next(self, by: int) -> str:
        """Return the id of the variant so many on, around the end."""
        ids = self.ids()
        return ids[(ids.index(self.pane.reply.id) + by) % len(ids)]

    @property
    def pair(self) -> tuple[ReplyPane, ReplyPane] | None:
        """The reply that is looked at and the one beside it, in their order; None for one alone."""
        if self.pane is self.beside:
            return None
        ids = self.ids()
        first, second = sorted((self.pane, self.beside), key=lambda pane: ids.index(pane.reply.id))
        return first, second

    def look_at(self, pane: ReplyPane) -> None:
        """Look at a variant; the one before stands beside it."""
        if pane not in self._known:
            self._known.append(pane)
        if pane is not self.pane:
            self.pane, self.beside = pane, self.pane

    def begin(self, pane: ReplyPane) -> None:
        """Look at one that begins to grow."""
        self.growing = pane
        self.look_at(pane)

    def grew(self, reply: Weighed) -> None:
        """Let the one that grew be a reply like the others."""
        if self.growing is not None:
            self.growing.become(reply)
            self.growing = None

    def drop(self) -> None:
        """Take the one away that is under way: nothing came of it."""
        gone, self.growing = self.growing, None
        if gone is not None:
            self._known.remove(gone)
            self.pane = self.beside = self.beside if self.pane is gone else self.pane

    def heading(
        self, pane: ReplyPane, asked: Callable[[int], Printable], *, comparing: bool
    ) -> Printable:
        """Return what stands over a reply: which it is, or which two the one that is looked at is compared from.

        `asked` tells in a few words how the variant of a number was asked for.
        """
        ids, pair = self.ids(), self.pair
        if len(ids) == 1:
            return say("reply #{id}", id=pane.reply.id)
        if pane is self.pane and pair is not None and comparing:
            first, second = (ids.index(each.reply.id) + 1 for each in pair)
            return say("what changes from variant {first} to {second}", first=first, second=second)
        at = ids.index(pane.reply.id)
        told = say("variant {at} of {all}", at=at + 1, all=len(ids))
        mark = "▸" if pane is self.pane and pair is not None else ""
        how = asked(at)
        return printable(f"{mark}{told} · {how}" if how else f"{mark}{told}")
