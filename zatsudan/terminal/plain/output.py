"""Where replies, and what is told beside them, are written: that may end before they do."""

from typing import TYPE_CHECKING, TextIO

from zatsudan.base.files import let_go, reason
from zatsudan.base.printable import Printable, Styled, printable

if TYPE_CHECKING:
    from collections.abc import Callable


class Output:
    """Where replies go, which may end before they do: `gone` when whoever read it has left.

    `trouble` is why nothing more can be written there, if it is not that. Either calls
    `on_end` once; what is written afterwards goes nowhere.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self.gone = False
        self.trouble = ""
        self.on_end: Callable[[], object] = lambda: None

    def reply(self, text: str) -> None:
        """Write a piece of a reply: into a file or a pipe as it came, for nothing is steered there."""
        self._put(printable(text) if self._file.isatty() else text)

    def write(self, text: Printable) -> None:
        """Write a text, at once."""
        self._put(text)

    def _put(self, text: str) -> None:
        if self.gone or self.trouble:
            return
        try:
            self._file.write(text)
            self._file.flush()
        except OSError as error:
            self.gone = isinstance(error, BrokenPipeError)
            self.trouble = "" if self.gone else reason(error)
            let_go(self._file)
            self.on_end()


def write_told(file: TextIO, text: Styled) -> None:
    """Write what is told beside replies, at once; where nobody reads it any more, to nobody."""
    try:
        file.write(text)
        file.flush()
    except OSError:
        let_go(file)
