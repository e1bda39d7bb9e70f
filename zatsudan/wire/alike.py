"""Events that say the same as the one before but for their text: a trick for speed, alone in this module.

Nearly all events of a stream are such: what stands before and behind the text is the same for
hundreds of them. Then the text alone is read, as JSON reads it, and the rest is known. A token
at full speed takes a sixth less CPU (tests/benchmarks/compare.py, CPU of 8,000 tokens).

What is known is known for certain: with another text in its place the event was read once by the
usual reading (usual.py). Where something beside the text differs in each event, as random filling
does, this is soon tried no more than now and then; all is read without it as well.
"""

import re

from zatsudan.base.jsonvalues import loads
from zatsudan.wire.came import Came
from zatsudan.wire.protocol import Chunk, Delta
from zatsudan.wire.usual import read_usual

#: What stands in JSON's quotation marks as it is.
_AS_IT_IS = re.compile(r'[^"\\\x00-\x1f]+')
#: Characters of the longest event that is read so, and events that pass between two that are learned, at most.
_LONGEST, _SELDOM = 2**12, 256
#: What is put in the place of a text to see how the rest is read.
_OTHER = "other"


class Alike:
    """Knows an event; reads those that are like it."""

    def __init__(self, asked: int | None) -> None:
        """`asked`: how many choices were asked for."""
        self._asked = asked
        self._before = self._behind = ""
        self._reasons = False
        self._told: Chunk | None = None
        self._used = True  # has what was learned last been of use?
        self._pause = self._left = 0  # events until the next is learned

    def read(self, text: str, came: Came) -> Chunk | None:
        """Read an event that is like the one that was learned; None for any other."""
        told = self._told
        if told is None or not (text.startswith(self._before) and text.endswith(self._behind)):
            return None
        start, end = len(self._before), len(text) - len(self._behind)
        if start >= end or len(text) > _LONGEST:
            return None
        if _AS_IT_IS.fullmatch(text, start, end):
            said = text[start:end]
        else:
            try:
                value = loads(text[start - 1 : end + 1])
            except ValueError:
                return None
            if not isinstance(value, str) or not value:
                return None
            said = value
        self._used = True
        if self._reasons:
            came.said(told.deltas[0].index, "reasoning", said)
            delta = Delta(told.deltas[0].index, "", said)
        else:
            came.said(told.deltas[0].index, "content", said)
            delta = Delta(told.deltas[0].index, said)
        return Chunk((delta,), None, told.id, told.model, told.fingerprint, told.tier)

    def learn(self, text: str, chunk: Chunk, came: Came) -> None:
        """Learn an event that was read as `chunk`, if those to come may be like it."""
        if self._left:
            self._left -= 1
            return
        delta = chunk.deltas[0] if len(chunk.deltas) == 1 else Delta()
        said = delta.content or delta.reasoning
        if len(text) > _LONGEST or not _AS_IT_IS.fullmatch(said):
            return
        self._pause = 0 if self._used else min(2 * self._pause + 1, _SELDOM)
        self._left, self._used, self._told = self._pause, False, None
        before, mark, behind = text.partition(f'"{said}"')
        if not mark or mark in behind:
            return
        other = Came()
        other.first = came.first
        try:
            value = loads(f'{before}"{_OTHER}"{behind}')
        except ValueError:
            return
        read = read_usual(value, self._asked, other) if isinstance(value, dict) else None
        reasons = bool(delta.reasoning)
        like = delta._replace(reasoning=_OTHER) if reasons else delta._replace(content=_OTHER)
        if read == chunk._replace(deltas=(like,)):
            self._before, self._behind = f'{before}"', f'"{behind}'
            self._reasons, self._told = reasons, chunk
