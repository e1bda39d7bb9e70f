"""The painter: rows above a live prompt, in one write per frame.

Rows that are committed go into the terminal's own scrollback and are never
touched again. The live rows stand between them and the prompt; only what
changed in them is written. The prompt is shifted (shifting.py), or drawn anew
where that may not be. No answer of the terminal is waited for.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from itertools import chain, repeat

from prompt_toolkit.data_structures import Size

from zatsudan.base.printable import Styled
from zatsudan.terminal.live import ptk
from zatsudan.terminal.live.flow import Flow
from zatsudan.terminal.live.heldrows import HeldRows, Laid
from zatsudan.terminal.live.reflow import Before, Place, Reflow, by_name, rows_above, seen
from zatsudan.terminal.live.rowwriting import alike, change, guarded, kept, may_wrap, whole
from zatsudan.terminal.live.shifting import room, shifted
from zatsudan.terminal.text.rows import bare

SYNC_BEGIN, SYNC_END = "\x1b[?2026h", "\x1b[?2026l"
#: Bytes that reach a terminal in one piece.
_AT_ONCE = 100


def row_width(size: Size) -> int:
    """Return how many cells a row may take: one less than the screen has, so that nothing ever wraps."""
    return max(4, size.columns - 1)


class Painter:
    """Owns the rows above the application's own; `rows` are the live ones on screen, as escape text.

    `reflow`: what the terminal may wrap anew when its width changes. `works`: can rows
    be live here? Else those that are committed are shown, by what is public.
    """

    def __init__(
        self,
        app: ptk.LiveApplication,
        output: ptk.ReservingOutput,
        *,
        reflow: Iterable[Reflow],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._app = app
        self._output = output
        self._reflow = frozenset(reflow)
        self._height = 0  # rows that were written since the screen began, at least
        self._held = HeldRows()
        self._live: Sequence[Styled] = ()
        self.works = ptk.supported(app)
        self._columns = output.real_size.columns
        self._lent = False
        #: What is written once where a row is drawn anew, in whose place it leaves a blank one.
        self.question = ""
        self.rows: list[Styled] = []
        self.flow = Flow(self.ask, lambda: output.real_size, clock)
        self.frames = 0

    @property
    def away(self) -> bool:
        """Is the screen not ours now: not started, ended, or lent to an editor?"""
        return not self._app.is_running or (self.works and ptk.lent(self._app))

    @property
    def taken(self) -> bool:
        """Is the screen not ours, for as long as another likes to have it?"""
        return self._lent or self.away

    @property
    def still(self) -> bool:
        """Is nothing painted now, since the screen is not ours or its width is changing?"""
        return self.taken or self._app.frozen

    def ready(self) -> bool:
        """Tell whether rows that are laid out now would be painted at that width."""
        if self.still:
            return False
        if self._output.real_size.columns != self._columns and self._app.on_resize is not None:
            # The window has changed and its signal is still on the way: rows of
            # the old width would wrap.
            self._app.on_resize()
            return False
        return True

    def keep(self, laid: Laid) -> None:
        """Keep what is to be committed, until something is shown or the application is drawn.

        It is laid out when it is written, for the width that the screen has then.
        """
        self._held.keep(laid)

    def mark(self, text: Styled, *, ends: bool = False) -> None:
        """Send `text`, which takes no cell, with the next row that is committed.

        What `ends` those before it does not wait for a row. A live row bears no mark: it moves,
        and the mark would stay.
        """
        self._held.mark(text, ends=ends)
        if ends:
            self.repaint()

    def commit(self, laid: Laid) -> None:
        """Commit rows in the place of the live ones, as soon as the screen is ours and at rest."""
        self.keep(laid)
        self.show((), ())

    def show(self, committed: Sequence[Styled], live: Sequence[Styled]) -> None:
        """Commit rows of the present width, and put `live` in the place of the live rows.

        What cannot be painted now is kept for later: who asks `ready` first loses no width.
        """
        if committed:
            self.keep(lambda _width: committed)
        self._live = live
        if not self.ready():
            return
        held, seam = self._take_held()
        if not self.works:
            self._show_plainly(held, seam)
            return
        new = [*held, *live]
        old = self.rows
        same = alike(old, new, len(held), self._columns)
        if seam:
            same = min(same, len(held))  # it is written where the committed rows end
        self.rows = list(live)
        self._output.reserved = len(live)
        if same == len(old) == len(new) and not seam:
            return
        if seam or self.question or not self._shift(old, new, held):
            self._draw(old[same:], held[same:], seam, live[max(same - len(held), 0) :])
        self._output.flush()
        self.frames += 1

    def _draw(
        self, old: Sequence[str], held: Sequence[str], seam: str, live: Sequence[str]
    ) -> None:
        """Write rows in the place of `old` ones, the last above the application, and that anew."""
        columns = self._columns
        # What stands where the rows are written, as far as that is known.
        # Behind a row that may take two, nothing is where it was.
        known = () if self.question else old
        shifts = next((n for n, row in enumerate(held) if may_wrap(row, columns)), None)
        stands = chain[str | None](known[:shifts], repeat(None))
        up = ptk.cursor(self._app).y + len(old)
        self._write(f"{SYNC_BEGIN}{ptk.HIDE}\r" + (f"\x1b[{up}A" if up else "") + self.question)
        self.question = ""
        for row in held:
            self._write(f"{kept(row, columns, next(stands))}\r\n")
        self._write(seam)
        for row in live:
            self._write(f"{guarded(change(next(stands), row), row, columns)}\r\n")
        ptk.redraw_from_here(self._app, self._output)
        self._write(SYNC_END)

    def _shift(self, old: Sequence[str], new: Sequence[str], held: Sequence[str]) -> bool:
        """Write rows in the place of others and shift what is below them, if that may be; tell whether it did."""
        columns = self._columns
        if any(may_wrap(row, columns) for row in held):
            return False
        below = ptk.below(self._app)
        if len(old) != len(new):
            anew = len(old) + len(held) != len(new)
            fits = room(old, new, below) <= self._output.real_size.rows
            if not fits or not ptk.stays(self._app, self._output, reserved_anew=anew):
                return False
        # A few bytes need no word that they belong together: they are read at once.
        text = shifted(old, new, below, columns)
        self._write(text if len(text) <= _AT_ONCE else f"{SYNC_BEGIN}{text}{SYNC_END}")
        return True

    def repaint(self) -> None:
        """Show what was kept."""
        if self._held or list(self._live) != self.rows:
            self.show((), self._live)

    def lend(self) -> None:
        """Take the live rows off the screen and hold still: another program is to have it.

        What was kept is shown before.
        """
        self.repaint()
        if self.rows and self.works and not self.away:
            self._output.reserved = 0
            up = ptk.cursor(self._app).y + len(self.rows)
            self._write(f"\r\x1b[{up}A")
            ptk.redraw_from_here(self._app, self._output)
            self._output.flush()
        self.rows = []
        self._lent = True

    def take_back(self, live: Sequence[Styled]) -> None:
        """Go on where `lend` stopped, with live rows made for the present width."""
        self._lent = False
        self._columns = self._output.real_size.columns
        self._live = live
        self.repaint()

    def called(self, name: str) -> None:
        """The terminal has said what it is."""
        reflow = by_name(name)
        if reflow is not None:
            self._reflow = frozenset({reflow})

    @property
    def stale(self) -> bool:
        """Has the width changed since rows were painted last?"""
        return self._output.real_size.columns != self._columns

    def lose(self) -> None:
        """Leave the rows that stand on the screen, which another program has had, and draw anew."""
        self.rows = []
        self.repaint()

    def clear_screen(self) -> None:
        """Scroll all that is on the screen into scrollback, and draw anew at its top.

        What was kept goes there too.
        """
        self.repaint()
        size = self._output.real_size
        if not self.works:
            self._app.renderer.erase()
            self._write("\r\n" * (size.rows - 1) + "\x1b[H")
            self._output.flush()
            self._app.invalidate()
            return
        below = max(0, len(ptk.drawn_rows(self._app)) - 1 - ptk.cursor(self._app).y)
        up = ptk.cursor(self._app).y + len(self.rows)
        self._write(f"{SYNC_BEGIN}\r" + (f"\x1b[{up}A" if up else ""))
        # Our own rows are no part of the talk: they are not to be found in scrollback.
        self._write("\x1b[K\r\n" * (up + below) + "\r\n" * (size.rows - 1) + "\x1b[H")
        self.rows = []
        ptk.redraw_from_here(self._app, self._output)
        self.show((), self._live)
        self._write(SYNC_END)
        self._output.flush()

    def ask(self, question: str) -> bool:
        """Write what asks the terminal something; return whether there is an answer to come."""
        if not question or self.taken:
            return False
        self._write(question)
        self._output.flush()
        return True

    def resized(self, live: Sequence[Styled], at: tuple[int, int] | None = None) -> None:
        """Draw anew after the width has changed, with live rows made for the new width.

        Only where the painter `works`; else prompt_toolkit does it by itself.

        A terminal that reflows has wrapped our rows: the count of their cells tells where they
        begin, and where the cursor stands (`at`: row and column), if that is known.
        """
        self._columns = columns = max(1, self._output.real_size.columns)
        stood = ptk.cursor(self._app)
        rows = [bare(row) for row in self.rows]
        size = self._output.real_size
        drawn = [*rows, *ptk.drawn_rows(self._app)]
        before = Before(drawn, len(rows) + stood.y, stood.x, self._height > size.rows)
        place = Place(*at, size.rows) if at is not None else None
        if place is not None:
            self._reflow = seen(self._reflow, before, columns, place)
        up = min(rows_above(self._reflow, before, columns, place), size.rows - 1)
        self._live = live
        self._write(f"{SYNC_BEGIN}\r" + (f"\x1b[{up}A" if up else ""))
        self._output.reserved = len(live)
        held, seam = self._take_held()
        self._write("".join(f"{kept(row, columns)}\r\n" for row in held) + seam)
        self._write("".join(f"{guarded(whole(row), row, columns)}\r\n" for row in live))
        self.rows = list(live)
        ptk.redraw_from_here(self._app, self._output)
        self._write(SYNC_END)
        self._output.flush()

    def _take_held(self) -> tuple[list[Styled], Styled]:
        """Return what was kept, as rows of the present width, and what is written behind them."""
        held, seam = self._held.take(row_width(self._output.real_size))
        self._height += len(held)
        return held, seam

    def _show_plainly(self, committed: Sequence[Styled], seam: str) -> None:
        if committed or seam:
            self._app.renderer.erase()
            self._write("".join(f"{row}\r\n" for row in committed) + seam)
            self._output.flush()
            self._app.invalidate()

    def _write(self, text: str) -> None:
        self.flow.wrote(text)
        self._output.write_raw(text)
