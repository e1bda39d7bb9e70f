"""The window's size, and its changes: answered once, when the window is at rest."""

import asyncio
import os
from collections.abc import Callable

from prompt_toolkit.data_structures import Size

from zatsudan.terminal.live import ptk

#: So long a window keeps its size before it is taken to be at rest.
RESIZE_SECONDS = 0.08
#: So long it is waited for where the cursor stands then.
PLACE_SECONDS = 0.3


class Resizing:
    """Holds the application still while the width changes; `resized` is called after that.

    It gets where the cursor stands, if `where` could ask for that; `answered` takes the answer.
    """

    def __init__(
        self,
        app: ptk.LiveApplication,
        output: ptk.ReservingOutput,
        resized: Callable[[tuple[int, int] | None], None],
        where: Callable[[], bool],
    ) -> None:
        self._app = app
        self._output = output
        self._resized = resized
        self._where = where
        self._sized = output.real_size
        self._waiting: asyncio.TimerHandle | None = None
        self._asked = False

    def soon(self) -> None:
        """Wait until the window is at rest; a change of the height alone needs nothing."""
        size = self._output.real_size
        self._asked = False
        if self._waiting is not None:
            self._waiting.cancel()
        elif size == self._sized:
            return  # prompt_toolkit looks itself, and takes the rows of a reply for a change
        elif size.columns == self._sized.columns:
            self._sized = size
            self._app.invalidate()
            return
        self._app.frozen = True
        self._waiting = asyncio.get_running_loop().call_later(RESIZE_SECONDS, self._at_rest)

    def now(self) -> None:
        """Wait no longer, if the width is changing: something else is to have the screen."""
        if self._waiting is not None or self._output.real_size.columns != self._sized.columns:
            if self._waiting is not None:
                self._waiting.cancel()
            self._go_on(None)

    def _at_rest(self) -> None:
        self._waiting = None
        self._asked = self._where()
        if self._asked:
            loop = asyncio.get_running_loop()
            self._waiting = loop.call_later(PLACE_SECONDS, self._go_on, None)
        else:
            self._go_on(None)

    def answered(self, place: tuple[int, int]) -> None:
        """Go on where the cursor stands, unless the width changes again or it was waited too long."""
        if self._asked and self._waiting is not None:
            self._waiting.cancel()
            self._go_on(place)

    def _go_on(self, place: tuple[int, int] | None) -> None:
        self._waiting = None
        self._asked = False
        self._app.frozen = False
        self._sized = self._output.real_size
        self._resized(place)


def terminal_size() -> Size:
    """Return the size of the terminal that the program stands on; 24 rows of 80 where it tells none."""
    # Not shutil's: COLUMNS and LINES in the environment know of no resize.
    for fd in (1, 0, 2):
        try:
            size = os.get_terminal_size(fd)
        except OSError:
            continue
        if size.lines and size.columns:
            return Size(rows=size.lines, columns=size.columns)
    return Size(rows=24, columns=80)
