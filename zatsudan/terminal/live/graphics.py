"""Can this terminal show pictures? It is asked once, as kitty's protocol says, and not waited for.

The answer comes in a form of which prompt_toolkit knows nothing (APC).
"""

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from prompt_toolkit.input import Input

from zatsudan.base.printable import Styled
from zatsudan.terminal.live.sieve import Query, ask
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
_BEGINS, _ENDS = f"\x1b_Gi={_ID}", "\x1b\\"


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

    def ask(self, input_: Input, *besides: Query) -> str:
        """Return what is to be written, once; from now on the answers among the keys are taken out.

        `besides`: what else is asked with it.
        """
        own = [Query(QUERY, _BEGINS, _ENDS, self._answered)] if self._can_ask else []
        self._can_ask = False
        return ask(input_, [*own, *besides], self._clock)

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
