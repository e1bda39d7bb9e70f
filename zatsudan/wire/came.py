"""What has come of a reply so far, as far as it takes to know it again."""

import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zatsudan.wire.chunkforms import Kept


#: So many texts are noted at once.
_TOGETHER = 64


class Came:
    """What has come of a reply's text, by choice and field, as far as it takes to know it again.

    Some servers send the whole text once more in a `message`, in each chunk (Perplexity) or in
    the last one (MiniMax).
    """

    def __init__(self) -> None:
        #: The first index: with one choice asked for, a server that counts from 1 means that one.
        self.first: int | None = None
        #: What another API's form keeps from one event to the next.
        self.kept: Kept = {}
        self._texts: dict[tuple[int, str], tuple[int, int]] = {}
        self._new: dict[tuple[int, str], list[str]] = {}  # texts that are not yet noted
        self._called: set[int] = set()

    def add(self, index: int, content: str, reasoning: str, *, called: bool) -> None:
        """Take note of what a delta of a choice holds."""
        if content:
            self.said(index, "content", content)
        if reasoning:
            self.said(index, "reasoning", reasoning)
        if called:
            self._called.add(index)

    def said(self, index: int, field: str, text: str) -> None:
        """Take note of a text alone."""
        new = self._new.setdefault((index, field), [])
        new.append(text)
        if len(new) >= _TOGETHER:
            self._note(index, field)

    def _note(self, index: int, field: str) -> tuple[int, int]:
        """Return how long the text is that came, and its mark."""
        size, mark = self._texts.get((index, field), (0, 0))
        new = self._new.get((index, field))
        if new:
            text = "".join(new)
            new.clear()
            size, mark = self._texts[index, field] = size + len(text), _mark(text, mark)
        return size, mark

    def rest(
        self, index: int, field: str, whole: str, *, certain: bool = False, least: int = 1
    ) -> str:
        """Return what of a text has not come yet, if it begins with the `least` characters that came.

        `certain`: that it is the whole text so far.
        """
        size, mark = self._note(index, field)
        if size < least and not certain:
            return whole
        if not size or (len(whole) >= size and _mark(whole[:size]) == mark):
            return whole[size:]
        return "" if certain else whole

    def has_called(self, index: int) -> bool:
        """Tell whether calls have come."""
        return index in self._called


def _mark(text: str, before: int = 0) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"), before)
