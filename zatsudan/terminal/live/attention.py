"""Ringing when a long reply has ended and nobody looks.

Only where the person asked for it is the terminal asked to tell of its focus
(CSI ? 1004): one that cannot say never rings.
"""

from prompt_toolkit.output import Output

FOCUS_ON, FOCUS_OFF = "\x1b[?1004h", "\x1b[?1004l"
BELL = "\a"


class Attention:
    """Rings after replies of `seconds` and more; 0 never does."""

    def __init__(self, output: Output, seconds: float) -> None:
        self._output = output
        self._seconds = seconds
        self.looked_at = True

    def listen(self, *, on: bool) -> None:
        """Begin or end to ask for the focus: end it before another program gets the terminal."""
        if self._seconds:
            self._output.write_raw(FOCUS_ON if on else FOCUS_OFF)
            self._output.flush()

    def ended(self, seconds: float) -> None:
        """A reply has ended that took so long."""
        if self._seconds and seconds >= self._seconds and not self.looked_at:
            self._output.write_raw(BELL)
            self._output.flush()
