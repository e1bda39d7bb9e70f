"""How many cells a character takes: as many as this terminal gives it, or as any does.

Terminals, wcwidth and rich disagree: the vowel signs of Hindi, Burmese and the like (marks
with a width, category Mc) take a cell in most terminals and none in the tables. The most is
reserved, so that a row may end early but never overruns. Where the terminal has told what
it does, that counts.
"""

import unicodedata
from collections.abc import Mapping
from functools import lru_cache

from prompt_toolkit.utils import get_cwidth

#: What a terminal is asked for by its cursor's place, each of them by a text that shows it.
PROBES = {
    "ambiguous": "\u2192",  # → of East Asian width A: two cells where such are wide
    "devanagari": "\u0915\u093e",  # का and ကာ: a letter and a mark with a width
    "burmese": "\u1000\u102c",
    "joined": "\U0001f468\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466",  # a family
    "toned": "\U0001f44d\U0001f3fd",
    "styled": "\u2764\ufe0f",  # ❤️, by variation selector 16
    "keycap": "1\ufe0f\u20e3",
    "flag": "\U0001f1ef\U0001f1f5",
}

#: What the terminal has told: the cells of each probe. One for the program, as there is one terminal.
TOLD: dict[str, int] = {}


def set_told(told: Mapping[str, int]) -> None:
    """Count as the terminal does from now on; what makes no sense is not believed."""
    bounds = {"ambiguous": 2, "devanagari": 2, "burmese": 2, "joined": 8, "toned": 4, "flag": 4}
    TOLD.clear()
    TOLD.update({name: size for name, size in told.items() if 1 <= size <= bounds.get(name, 3)})
    width.cache_clear()
    is_mark.cache_clear()
    _is_sure.cache_clear()


ZWSP = "\N{ZERO WIDTH SPACE}"
"""Where a line may end in scripts that write no blanks."""

#: Characters of format that are drawn: those before numbers and verses of Arabic and others.
_DRAWN = frozenset(
    "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
)

#: Characters about whose width all terminals agree, each from one to another: ASCII, Braille (the
#: spinner), kana, ideographs, Hangul syllables.
_AGREED = (
    "\x20\x7e",
    "\u2800\u28ff",
    "\u3001\u3029",
    "\u3041\u3096",
    "\u30a1\u30fe",
    "\u3400\u4dbf",
    "\u4e00\u9fff",
    "\uac00\ud7a3",
    "\uff01\uff60",
)
#: Those that take one cell wherever ambiguous ones do: letters of Europe, punctuation, arrows, lines
#: of boxes, bullets. None of them is an emoji, and none a mark.
_NARROW = (
    "\u00a1\u00a8",
    "\u00aa\u00ac",
    "\u00af\u024f",
    "\u0391\u03a1",
    "\u03a3\u03c9",
    "\u0400\u045f",
    "\u2010\u2027",
    "\u2030\u203b",
    "\u2190\u2193",
    "\u2500\u259f",
    "\u25cb\u25cb",
    "\u25cf\u25cf",
    "\u25e6\u25e6",
)


@lru_cache(maxsize=16384)
def _is_sure(char: str) -> bool:
    """Whether this terminal takes as many cells for a character as are counted."""
    narrow = _NARROW if TOLD.get("ambiguous") == 1 else ()
    return any(first <= char <= last for first, last in (*_AGREED, *narrow))


@lru_cache(maxsize=16384)
def width(char: str) -> int:
    """Cells of one character by itself, 0, 1 or 2: the most that a terminal gives it."""
    size = get_cwidth(char)
    if size:
        wide = size == 1 and char > "~" and TOLD.get("ambiguous") == 2
        return 2 if wide and unicodedata.east_asian_width(char) == "A" else size
    category = unicodedata.category(char)
    if category == "Mc":
        if TOLD.get("devanagari", 2) == TOLD.get("burmese", 2) == 1:
            return 0
        return 2 if unicodedata.east_asian_width(char) == "W" else 1
    if char == "\u3164":  # the filler of Hangul: blank, and wide to some
        return 2
    return int(char in _DRAWN or char == "\uffa0")


@lru_cache(maxsize=16384)
def is_mark(char: str) -> bool:
    """Whether `char` belongs to the character before it, whether it has a width or not."""
    return char > "\u02ff" and (
        unicodedata.category(char)[0] == "M" or (not width(char) and char != ZWSP)
    )


def most_cells(text: str) -> int:
    """Return how many cells `text` takes at most, where also ambiguous characters may be wide."""
    return 2 * len(text) - len(text.encode("ascii", "ignore"))


def disputed(text: str) -> bool:
    """Whether this terminal may take another number of cells for `text` than is counted."""
    return not text.isascii() and not all(map(_is_sure, text))


def expanded(text: str, stop: int) -> str:
    """Return `text` with each tab as blanks up to the next stop: there is one every `stop` cells."""
    if "\t" not in text or text.isascii():
        return text.expandtabs(stop)
    parts: list[str] = []
    at = 0
    for part in text.split("\t"):
        at += sum(map(width, part))
        blanks = stop - at % stop
        parts += [part, " " * blanks]
        at += blanks
    return "".join(parts[:-1])
