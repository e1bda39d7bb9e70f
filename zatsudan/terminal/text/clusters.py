"""How many cells a character takes, and what counts as one to the eye (a grapheme cluster).

Terminals, rich and prompt_toolkit disagree about clusters of several code
points (joined emoji, variation selector 16, keycaps, skin tones, flags): some
draw one character, others its parts side by side. Such a cluster is counted as
the sum of its parts, and one cell wider than it should be at the least: a row
that holds some may end early, but never overruns. Where the terminal has told
what it does with such, that is counted.
"""

import re
import unicodedata
from functools import cache

from zatsudan.terminal.text.widths import TOLD, ZWSP, is_mark, width

_ZWJ = "\N{ZERO WIDTH JOINER}"
_VS16 = "\N{VARIATION SELECTOR-16}"
_KEYCAP = "\N{COMBINING ENCLOSING KEYCAP}"

# No writing system stacks more marks than this; a flood of them would draw
# over the rows above and below.
_MAX_MARKS = 8
# A cluster is looked for so many characters around.
_FAR = 64

# The class of the characters that join two consonants of an Indic script, or of Khmer, to one.
_VIRAMA = 9
# Of that class, and yet they join nothing: those of Thai, Lao and Burmese.
_KILLERS = "\u0e3a\u0eba\u103a"
# Letters by their category, and yet vowels on the consonant before (UAX 29, SpacingMark).
_VOWELS = "\u0e33\u0eb3"


@cache  # to compile it is 3 % of the start, which does without (live/warmup.py)
def _alone() -> "re.Pattern[str]":
    """Return what is ASCII, letters of Europe, punctuation, lines of boxes, kana, ideographs, Hangul syllables."""
    return re.compile(
        "[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2500-\u257f\u3001-\u3029\u3041-\u3096"
        "\u30a1-\u30fe\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff60]+"
    )


def is_alone(text: str) -> bool:
    """Tell whether all characters of a text are a cluster each, whatever stands beside them; not all that are, are known."""
    return _alone().fullmatch(text) is not None


Cluster = tuple[str, int]
"""Text of one cluster, and the cells to reserve for it."""


def clusters(text: str) -> list[Cluster]:
    """Cut `text` into clusters, which must not be parted; too many marks on one are left out."""
    return [(cluster, size) for cluster, size, _ in sized_clusters(text)]


def sized_clusters(text: str) -> list[tuple[str, int, int]]:
    """The same, with the characters of `text` that each cluster stands for."""
    found: list[tuple[str, int, int]] = []
    current, size, joined, start = "", 0, 0, 0
    slack = False
    for at, char in enumerate(text):
        own = width(char)
        if current and current != ZWSP and is_mark(char):
            joined += 1
            if joined <= _MAX_MARKS:
                current += char
                size += own
                if _widens(char):
                    slack = True
                    size += width(current[-2]) == 1
            continue
        if current and joined <= _MAX_MARKS and _continues(current, char):
            size += own
            joined += 1
            current += char
            slack = slack or own == 2
            continue
        if current:
            found.append((current, _reserved(current, size, slack), at - start))
        # By itself at a change of style, such a mark still widens the character before.
        current, size, joined, start, slack = char, own, 0, at, own == 0 and _widens(char)
    if current:
        found.append((current, _reserved(current, size, slack), len(text) - start))
    return found


def _reserved(cluster: str, size: int, slack: bool) -> int:
    if TOLD and len(cluster) > 1 and (kinds := _kinds(cluster)):
        told = [TOLD.get(kind, 0) for kind in kinds]
        if all(size == 2 for size in told):
            return 2
        if told == [1]:  # the selector or the cap changes nothing here
            return max(1, width(cluster[0]))
        if all(told):
            return max([size, *(TOLD[kind] for kind in kinds if kind != "joined")])
    return size + (slack and size <= 2)


def _kinds(cluster: str) -> list[str]:
    """Return which of the probes tell of a cluster."""
    kinds = []
    if _ZWJ in cluster and width(cluster[0]) == 2:
        kinds.append("joined")
    if any(map(_is_tone, cluster[1:])):
        kinds.append("toned")
    if _KEYCAP in cluster:
        kinds.append("keycap")
    elif _VS16 in cluster:
        kinds.append("styled")
    if _is_flag(cluster[0]):
        kinds.append("flag")
    return kinds


def around(text: str, at: int) -> tuple[int, int]:
    """Return where the cluster begins and ends inside which `at` is; twice `at` between two of them."""
    if not 0 < at < len(text) or text[at].isascii():
        return at, at
    start = max(0, at - _FAR)
    while start and not text[start].isascii():
        start -= 1
    for _, _, length in sized_clusters(text[start : at + _FAR]):
        if start < at < start + length:
            return start, start + length
        start += length
    return at, at


def cells(text: str) -> int:
    """Cells to reserve for `text`, slack included."""
    if text.isascii():
        return len(text)
    if is_alone(text):
        return sum(map(width, text))
    return sum(size for _, size in clusters(text))


def _continues(current: str, char: str) -> bool:
    """Whether a character with a width of its own still belongs to the cluster before it."""
    last = current[-1]
    if last == _ZWJ:
        return not char.isascii()
    if last > "\u02ff" and unicodedata.combining(last) == _VIRAMA and last not in _KILLERS:
        return unicodedata.category(char) == "Lo"  # a conjunct: it has one shape
    if char in _VOWELS:
        return True
    if _is_tone(char):
        return width(current[0]) == 2
    return len(current) == 1 and _is_flag(char) and _is_flag(current)


def _widens(char: str) -> bool:
    """Marks without a width that make the character before them two cells wide."""
    return char in (_VS16, _KEYCAP)


def _is_tone(char: str) -> bool:
    """Skin tones: a modifier to some terminals, a coloured square to others."""
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag(char: str) -> bool:
    """Regional indicators: two of them are one flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def rule(size: int) -> str:
    """Return a line of so many cells, or one less where the terminal takes two for each piece of it."""
    return "─" * (size // width("─"))
