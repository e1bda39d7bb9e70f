"""What the terminal is told of the talk: its title, that something is under way, that it has ended.

Only what the terminal takes is sent (text/emulators.py). Reports of the focus are asked for while
something is under way alone: whoever presses Enter looks, and a program that is killed between two
replies leaves nothing behind. One that cannot say whether it is looked at tells of nothing.
"""

from collections.abc import Callable, Mapping

from prompt_toolkit.output import Output

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line
from zatsudan.config.settings import Screen
from zatsudan.talk.talk import Talk
from zatsudan.terminal.text import sequences
from zatsudan.terminal.text.emulators import Notice, Taken, taken

#: Some terminals take progress away that was not told anew for 15 seconds.
ANEW_SECONDS = 5.0


class Integration:
    """Tells the terminal, and takes all of it back when another has it, and at the end."""

    def __init__(
        self,
        output: Output,
        environ: Mapping[str, str],
        screen: Screen,
        clock: Callable[[], float],
    ) -> None:
        self._output = output
        self._clock = clock
        self._taken = taken(environ) if screen.integration == "auto" else Taken()
        self._notice = Notice.BELL if screen.notify == "bell" else self._taken.notice
        self._listens = screen.notify != "never"
        self._least = screen.notify_seconds
        self._ours = False
        self._since: float | None = None
        self._title = ""
        self._progress = ""
        self._told_at = 0.0
        self.looked_at = True

    @property
    def marks(self) -> bool:
        """Does the terminal take marks of turns?"""
        return self._taken.marks

    def hold(self, *, on: bool) -> None:
        """Have the terminal, or give it away: nothing of ours stays in it meanwhile."""
        if on == self._ours:
            return
        self._ours = on
        if on:
            self._write(sequences.PUSH_TITLE if self._taken.title else "")
            self.anew()
            return
        self._write(
            (sequences.POP_TITLE if self._taken.title else "")
            + (sequences.IDLE if self._taken.progress else "")
            + (sequences.FOCUS_OFF if self._listens and self._since is not None else "")
        )

    def anew(self) -> None:
        """Tell all that holds: the terminal is ours again, or another program has had it unasked.

        At the start as well that nothing is under way: what was killed may have left its progress.
        """
        title = sequences.title(self._title) if self._taken.title and self._title else ""
        progress = (self._progress or sequences.IDLE) if self._taken.progress else ""
        focus = sequences.FOCUS_ON if self._listens and self._since is not None else ""
        self._write(title + progress + focus)

    def name(self, name: Printable) -> None:
        """Have the window called by the name of the talk."""
        title = f"zatsudan: {name}" if name else "zatsudan"
        if self._taken.title and title != self._title:
            self._title = title
            if self._ours:
                self._write(sequences.title(title))

    def begin(self) -> None:
        """Know that replies are under way."""
        self._since = self._clock()
        if self._ours and self._listens:
            self._write(sequences.FOCUS_ON)
        self.progress(None)

    def progress(self, done: float | None) -> None:
        """Tell how much is done, of 1; None: nobody knows. To be called as often as one likes."""
        told = sequences.progress(done)
        now = self._clock()
        if told == self._progress and now - self._told_at < ANEW_SECONDS:
            return
        self._progress, self._told_at = told, now
        if self._taken.progress and self._ours:
            self._write(told)

    def at_rest(self) -> None:
        """Tell of no progress any more."""
        if self._progress:
            self._progress = ""
            if self._taken.progress and self._ours:
                self._write(sequences.IDLE)

    def end(self, said: Printable) -> None:
        """Know that the replies have ended, and say so to who does not look, if it took long."""
        self.at_rest()
        if self._since is None:
            return
        seconds, self._since = self._clock() - self._since, None
        if not self._ours or not self._listens:
            return
        told = seconds >= self._least and not self.looked_at
        self._write((sequences.notice(self._notice, said) if told else "") + sequences.FOCUS_OFF)

    def _write(self, text: str) -> None:
        if text:
            self._output.write_raw(text)
            self._output.flush()


def name_of(talk: Talk) -> Printable:
    """Return what the talk is called outside of its window; one that is private is not."""
    session = talk.session
    if talk.folder is None:
        return say("private")
    if session.title or not session.nodes:
        return one_line(session.title, 60)
    from zatsudan.sessions.titles import title_from

    return title_from(session.first_words())
