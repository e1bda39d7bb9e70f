"""What stands before a tag or a mark in a text, as far as it tells whether that is meant or spoken of."""

import re

from zatsudan.wire.textpieces import Pieces

#: Characters that are kept at the least, before it is looked what of them tells no more.
KEPT = 20_000
#: Where a paragraph begins that lies in nothing else, unless it is a line of code.
_PARAGRAPH = re.compile(r"\n[ \t]*\n(?=[^\W\d_])")
_TAG = re.compile(r"<[^<>\s`]{1,40}>")


class Spoken(Pieces):
    """A text that grows, of which no more is kept than its last blocks and the tags before them."""

    def __init__(self, text: str = "", *, kept: int = KEPT) -> None:
        super().__init__(text)
        self._size = len(text)
        self._kept = self._bound = kept

    def add(self, piece: str) -> None:
        """Put a piece to its end."""
        super().add(piece)
        self._size += len(piece)
        if self._size > self._bound:
            self._forget()

    def _forget(self) -> None:
        text = str(self)
        at = max((found.end() for found in _PARAGRAPH.finditer(text)), default=0)
        if at and not is_in_code(text[:at]):
            tags = " ".join(dict.fromkeys(_TAG.findall(text[:at])))
            text = f"{tags}\n\n{text[at:]}"
        super().__init__(text)
        self._size = len(text)
        self._bound = max(self._kept, 2 * self._size)


def is_in_code(before: str) -> bool:
    """Tell whether what follows a text stands in a block of code."""
    if "```" not in before and "~~~" not in before:
        return False
    from zatsudan.markdown.codeblocks import code_blocks  # few replies need it

    blocks = code_blocks(f"{before}x")
    return bool(blocks) and blocks[-1].end > len(before)
