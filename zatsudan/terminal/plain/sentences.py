"""A reply in whole sentences: a screen reader that gets half a word reads half a word."""

import re

#: What ends a sentence: a mark with what closes behind it and a blank, a mark of Japanese, a line.
_END = re.compile(r"""[.!?…:;]["'”’»)\]*_`]*\s|[。！？]["”’」』）]*|\n""")
#: Of a text in which no sentence ends, so much is kept back at most.
LONGEST = 600


class Sentences:
    """Keeps what has come until its sentence ends."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Take what has come; return what is whole."""
        held = self._held + text
        cut = 0
        for found in _END.finditer(held):
            cut = found.end()
        if not cut and len(held) > LONGEST:
            cut = held.rfind(" ") + 1 or len(held)
        self._held = held[cut:]
        return held[:cut]

    def rest(self) -> str:
        """Return what is left: nothing more comes."""
        held, self._held = self._held, ""
        return held
