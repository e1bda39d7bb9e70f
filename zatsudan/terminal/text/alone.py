"""Text of which each character is a cluster, whatever stands beside it: nearly all is, and is measured sooner so.

It stands apart from `clusters`, which the prompt needs: to compile these expressions takes half a millisecond.
"""

import re

from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.widths import width

#: Characters of Japanese and Chinese, of two cells each.
WIDE = re.compile("[\u3001-\u3029\u3041-\u3096\u30a1-\u30fe\u4e00-\u9fff\uff01-\uff60]+")
#: ASCII, letters of Europe, punctuation, lines of boxes.
_OTHERS = re.compile("[ -~\xa0-\xac\xae-\u02ff\u0370-\u0482\u2010-\u2027\u2500-\u257f]*")


def is_alone(text: str) -> bool:
    """Tell whether all characters of a text are known to be such."""
    if text.isascii():
        return text.isprintable()
    return _OTHERS.fullmatch(WIDE.sub("", text)) is not None


def cells_of(text: str) -> int:
    """Cells to reserve for a text, as `clusters.cells` has them."""
    if text.isascii():
        return len(text)
    return sum(map(width, text)) if is_alone(text) else cells(text)
