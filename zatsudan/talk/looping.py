"""Does a reply go round in a loop? Small models do, until their context is full."""

from zatsudan.base.printable import EMPTY, Printable, printable

#: How often the end of a reply must repeat itself, and how many characters that are at least.
TIMES, LEAST = 8, 80
#: The longest part that is looked for, in characters; and after how many new ones it is looked again.
LONGEST, EVERY = 400, 200
#: So many characters of a loop's end stand once more, one part before it, however long the part is.
_TWICE = LEAST - LEAST // TIMES


def repeats(text: str) -> bool:
    """Tell whether the end of a text is one part with a letter or digit in it, again and again."""
    if len(text) < LEAST:
        return False
    end = text[-_TWICE:]
    first = at = len(text) - _TWICE
    while (at := text.rfind(end, max(0, first - LONGEST), at + _TWICE - 1)) >= 0:
        size = first - at
        part = text[-size:]
        times = max(TIMES, -(-LEAST // size))
        if text.endswith(part * times) and any(map(str.isalnum, part)):
            return True
    return False


class Watch:
    """Looks at a growing reply now and then. `looping`: its end is a loop."""

    def __init__(self) -> None:
        self._tail = ""
        self._pieces: list[str] = []
        self._new = 0
        self.looping = False

    def add(self, text: str) -> None:
        """Take what came."""
        self._pieces.append(text)
        self._new += len(text)
        if self._new >= EVERY:
            self._tail = "".join((self._tail, *self._pieces))[-LONGEST * TIMES :]
            self._pieces.clear()
            self._new = 0
            self.looping = repeats(self._tail)

    def remedy(self, *, near: bool) -> Printable:
        """Return the command that helps against the loop, on a server that is `near`; `` where there is none."""
        if not self.looping:
            return EMPTY
        return printable("/repeat_penalty 1.1" if near else "/frequency_penalty 0.5")
