"""How many cells a character takes, and what counts as one to the eye (a grapheme cluster).

Terminals, rich and prompt_toolkit disagree about clusters of several code
points (joined emoji, variation selector 16, keycaps, skin tones, flags), so
each such cluster is counted one cell wider than it should be: a row that
holds some may end early, but never overruns.
"""

from functools import lru_cache

from rich.cells import get_character_cell_size

_ZWJ = "\N{ZERO WIDTH JOINER}"
_VS16 = "\N{VARIATION SELECTOR-16}"
_KEYCAP = "\N{COMBINING ENCLOSING KEYCAP}"

# No writing system stacks more marks than this; a flood of them would draw
# over the rows above and below.
_MAX_MARKS = 8

Cluster = tuple[str, int]
"""Text of one cluster, and the cells to reserve for it."""


@lru_cache(maxsize=16384)
def width(char: str) -> int:
    """Cells of one character by itself: 0, 1 or 2."""
    return get_character_cell_size(char)


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
        if current and own == 0:
            joined += 1
            if joined <= _MAX_MARKS:
                current += char
                if _widens(char):
                    slack, size = True, max(size, 2)
            continue
        if current and joined <= _MAX_MARKS and _continues(current, char):
            # Two joiners in a row join nothing.
            one = _is_flag(char) or (size == own == 2 and not current.endswith(_ZWJ * 2))
            size = 2 if one else size + own
            joined += 1
            current += char
            slack = True
            continue
        if current:
            found.append((current, size + slack, at - start))
        # By itself at a change of style, such a mark still widens the character before.
        current, size, joined, start, slack = char, own, 0, at, own == 0 and _widens(char)
    if current:
        found.append((current, size + slack, len(text) - start))
    return found


def cells(text: str) -> int:
    """Cells to reserve for `text`, slack included."""
    return len(text) if text.isascii() else sum(size for _, size in clusters(text))


def _continues(current: str, char: str) -> bool:
    """Whether a character with a width of its own still belongs to the cluster before it."""
    if current[-1] == _ZWJ:
        return True
    if _is_tone(char):
        return width(current[0]) == 2
    return len(current) == 1 and _is_flag(char) and _is_flag(current)


def _widens(char: str) -> bool:
    """Marks without a width that make the character before them two cells wide."""
    return char in (_VS16, _KEYCAP) or _is_tone(char)


def _is_tone(char: str) -> bool:
    """Skin tones: a modifier to some terminals, a coloured square to others."""
    return "\U0001f3fb" <= char <= "\U0001f3ff"


def _is_flag(char: str) -> bool:
    """Regional indicators: two of them are one flag."""
    return "\U0001f1e6" <= char <= "\U0001f1ff"
