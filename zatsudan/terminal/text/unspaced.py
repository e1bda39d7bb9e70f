"""Scripts that write no blanks between words: Thai, Lao, Khmer, Burmese; Japanese and Chinese.

To find their words takes a dictionary. Between clusters a line can be read on at the least,
where no vowel or final consonant is torn off its syllable (UAX 14, class SA).
"""

import re

from zatsudan.terminal.text.widths import width

WORD = 24
"""Cells that a word takes at most: what is longer between two blanks is a sentence."""

_SCRIPTS = re.compile("[\u0e01-\u0edf\u1000-\u109f\u1780-\u17ff]")
# Vowels that are written before their consonant.
_LEADING = "\u0e40-\u0e44\u0ec0-\u0ec4"
# Vowels behind it, marks of repetition and abbreviation, stops, digits (numbers stay whole).
_TRAILING = (
    "\u0e2f\u0e30\u0e32\u0e33\u0e45\u0e46\u0e4f-\u0e5b\u0eaf\u0eb0\u0eb2\u0eb3\u0ec6\u0ed0-\u0ed9"
    "\u1040-\u104f\u17d4-\u17da\u17e0-\u17e9"
)
_STAYS_WITH_NEXT = re.compile(f"[{_LEADING}]")
# A Burmese consonant with asat or virama ends the syllable before it.
_STAYS_WITH_LAST = re.compile(f"[{_TRAILING}]|.*[\u1039\u103a]")


_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\uac00-\ud7ff\uffa0-\uffdc]")


def breaks_beside(char: str) -> bool:
    """Whether a line may end beside `char` without a blank: it is wide, and not of Korean, which has blanks."""
    return width(char) == 2 and _HANGUL.match(char) is None


def parts_before(before: str, after: str) -> bool:
    """Whether a line may end between two clusters that no blank parts."""
    return (
        _SCRIPTS.match(before) is not None
        and _SCRIPTS.match(after) is not None
        and _STAYS_WITH_NEXT.match(before) is None
        and _STAYS_WITH_LAST.match(after) is None
    )
