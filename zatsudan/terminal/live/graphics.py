"""Can this terminal show pictures? It is asked once, as kitty's protocol says, and not waited for.

The answer comes among the keys, in a form of which prompt_toolkit knows nothing (APC): it is
taken out before the keys are read.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING
from typing import Protocol as Shape

from prompt_toolkit.input import Input

from zatsudan.base.printable import Styled
from zatsudan.terminal.text.pictures import (
    Protocol,
    answers,
    known,
    largest,
    picture_rows,
    removal,
    rows_for,
)

if TYPE_CHECKING:
    from zatsudan.commands.parts import Part

_ID = 31
#: Kitty's own question: would a picture of one pixel be taken?
QUERY = f"\x1b_Gi={_ID},s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\"
#: Concealed and erased: a terminal that prints what it does not know leaves nothing on the row.
QUESTION = f"\x1b[?7l\x1b[8m{QUERY}\r\x1b[K\x1b[0m\x1b[?7h"
_BEGINS, _ENDS = f"\x1b_Gi={_ID}", "\x1b\\"
#: So long answers may come, and so many characters they may have.
ANSWER_SECONDS, _LONGEST = 10.0, 300


class _Parser(Shape):
    """What reads keys of bytes."""

    def feed(self, data: str) -> None:
        """Take characters."""

    def flush(self) -> None:
        """Nothing has come for a moment: what waits for more is whole."""


class Graphics:
    """What the terminal takes, as far as it is known; None while nothing is."""

    def __init__(self, environ: Mapping[str, str], clock: Callable[[], float], *, on: bool) -> None:
        self._clock = clock
        self._can_ask = on and answers(environ)
        self.protocol = known(environ) if on else None
        self._largest = largest(environ)
        self._drawn: list[int] = []
        # Another program of this terminal numbers its pictures too.
        self._next = (os.getpid() & 0x3FFFFF) << 10 | 1

    def ask(self, input_: Input) -> str:
        """Return what is to be written; from now on an answer among the keys is taken out."""
        parser: _Parser | None = getattr(input_, "vt100_parser", None)
        if not self._can_ask or parser is None:
            return ""
        self._can_ask = False
        _Sieve(parser, self._answered, self._clock)
        return QUESTION

    def rows(self, part: "Part", width: int, screen: int) -> Sequence[Styled]:
        """Return what draws a picture on a screen of so many rows; none where it cannot be drawn."""
        from zatsudan.commands.parts import Picture

        if not isinstance(part, Picture) or self.protocol is None:
            return ()
        if len(part.data) > self._largest:
            return ()
        # All its rows stand on the screen at once, with one below and the prompt.
        rows = rows_for(part.data, width, screen - 4)
        if rows <= 0:
            return ()
        self._drawn.append(self._next)
        self._next += 1
        return picture_rows(part.data, rows, self.protocol, self._drawn[-1])

    def moved(self) -> str:
        """Return what is written when rows are wrapped anew: kitty leaves pictures where no row of theirs is.

        The words of the talk then stand under them; so they go, and the line that tells of them stays.
        """
        drawn, self._drawn = self._drawn, []
        return removal(drawn) if self.protocol is Protocol.KITTY else ""

    def _answered(self, said: str) -> None:
        if said.rpartition(";")[2] == "OK":
            # iTerm2's protocol stays where it is known: terminals that have both have it longer.
            self.protocol = self.protocol or Protocol.KITTY
        elif self.protocol is Protocol.KITTY:
            self.protocol = None


class _Sieve:
    """Stands before a parser of keys until the answer has come, or can come no more."""

    def __init__(
        self, parser: _Parser, told: Callable[[str], None], clock: Callable[[], float]
    ) -> None:
        self._parser = parser
        self._feed, self._flush = parser.feed, parser.flush
        self._told = told
        self._clock = clock
        self._until = clock() + ANSWER_SECONDS
        self._held = ""
        parser.feed = self.feed  # type: ignore[method-assign]
        parser.flush = self.flush  # type: ignore[method-assign]

    def feed(self, data: str) -> None:
        """Take what was read; what may be the begin of the answer waits."""
        text, self._held = self._held + data, ""
        before, begins, rest = text.partition(_BEGINS)
        if not begins:
            held = next((n for n in range(len(_BEGINS) - 1, 0, -1)
                         if text.endswith(_BEGINS[:n])), 0)  # fmt: skip
            passed = text[: len(text) - held]
            self._held = text[len(passed) :]
            if self._clock() >= self._until:
                self._leave()
                passed, self._held = text, ""
            if passed:
                self._feed(passed)
            return
        if before:
            self._feed(before)
        said, ends, behind = rest.partition(_ENDS)
        if ends or len(rest) > _LONGEST:
            self._leave()
            self._told(said if ends else "")
            if behind:
                self._feed(behind)
        else:
            self._held = begins + rest

    def flush(self) -> None:
        """Let go what was no answer: Escape is a key."""
        if not self._held.startswith(_BEGINS):
            held, self._held = self._held, ""
            if held:
                self._feed(held)
        self._flush()

    def _leave(self) -> None:
        self._parser.feed = self._feed  # type: ignore[method-assign]
        self._parser.flush = self._flush  # type: ignore[method-assign]
