"""What is typed, as prompt_toolkit lays it out: what the eye takes for one character is one.

It has the widths that the rest of the screen has, and what could not be printed is made printable.
"""

from functools import lru_cache

from prompt_toolkit.formatted_text import StyleAndTextTuples, utils
from prompt_toolkit.layout import containers, controls, screen
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.utils import get_cwidth

from zatsudan.base.printable import printable
from zatsudan.terminal.text.clusters import cells, sized_clusters
from zatsudan.terminal.text.widths import disputed, width

#: Clusters of several characters by what stands for each of them in what prompt_toolkit lays
#: out, which knows of single characters only: one character for private use.
CLUSTERS: dict[str, str] = {}
_STANDS_FOR: dict[str, str] = {}
_PRIVATE = range(0xF0000, 0x10FFFE)


@lru_cache(maxsize=4096)
def _cells(text: str) -> int:
    if text.isascii():
        return get_cwidth(text)
    return sum(cells(CLUSTERS[char]) if char in CLUSTERS else max(0, width(char)) for char in text)


def stand_in(cluster: str) -> str:
    """Return the character that stands for a cluster; the cluster itself where there are too many."""
    if cluster not in _STANDS_FOR:
        if len(CLUSTERS) == len(_PRIVATE):
            return cluster
        char = chr(_PRIVATE[len(CLUSTERS)])
        _STANDS_FOR[cluster], CLUSTERS[char] = char, cluster
    return _STANDS_FOR[cluster]


def placed(char: str) -> str:
    """Return what writes a cluster and leaves the cursor behind the cells that are its own.

    However many the terminal takes for it, nothing behind it is shifted.
    """
    return f"\x1b7\x1b[{_cells(char)}X{CLUSTERS[char]}\x1b8\x1b[{_cells(char)}C"


# What is typed has the widths that the rest of the screen has: prompt_toolkit counts the vowel
# signs of Hindi and the like as nothing. These modules of it each have their own name for the
# function that counts; one that has none goes on to count as it did.
for _module in (controls, containers, screen, utils):
    if "get_cwidth" in vars(_module):
        vars(_module)["get_cwidth"] = _cells


def recount() -> None:
    """Forget the widths that were counted: the terminal has told its own."""
    _cells.cache_clear()
    # A release that has none keeps what it had counted.
    cache = getattr(screen, "_CHAR_CACHE", None)
    if isinstance(cache, dict):
        cache.clear()


class ShownSafely(Processor):
    """Shows what stands in the input line as `printable` does: a paste is foreign text too.

    What the eye takes for one character is one here too, and its cells are its own.
    """

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        # One character for one: no position moves.
        fragments: StyleAndTextTuples = [
            (fragment[0], printable(fragment[1])) for fragment in transformation_input.fragments
        ]
        line = "".join(fragment[1] for fragment in fragments)
        return _in_clusters(line, fragments) if disputed(line) else Transformation(fragments)


def _in_clusters(line: str, fragments: StyleAndTextTuples) -> Transformation:
    styles = [fragment[0] for fragment in fragments for _ in fragment[1]]
    found: StyleAndTextTuples = []
    starts: list[int] = []  # of each cluster in the line
    places: list[int] = []  # of each character: its cluster
    for cluster, _, length in sized_clusters(line):
        at = len(places)
        alone = length == 1 and cluster < "\U000f0000"
        found.append((styles[at], cluster if alone else stand_in(cluster)))
        places += [len(starts)] * length
        starts.append(at)

    def shown(at: int) -> int:
        return places[at] if at < len(places) else len(starts) + at - len(places)

    def source(at: int) -> int:
        return starts[at] if at < len(starts) else len(places) + at - len(starts)

    return Transformation(found, source_to_display=shown, display_to_source=source)
