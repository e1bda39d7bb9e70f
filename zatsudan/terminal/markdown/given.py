"""The words with which a person began a reply, set off from the model's in the rows that they became."""

from rich.segment import Segment
from rich.style import Style

from zatsudan.terminal.markdown.segments import Row

_DIM = Style(dim=True)
#: What marks something in Markdown and may not stand in a row.
_MARKS = "*_`~"
#: So many characters of the text may be missing in a row, one after another, and so many of a row
#: in the text: marks of Markdown, or what is drawn in their place.
_NEAR = 4


class Given:
    """Dims the first characters of rows, as many as a text has; blanks do not count, since rows wrap."""

    def __init__(self, text: str) -> None:
        self._left = "".join(text.split()).rstrip(_MARKS)
        self._missed = 0

    @property
    def over(self) -> bool:
        """Whether all of it has come."""
        return not self._left

    def copy(self) -> "Given":
        """Return another one that has come as far."""
        other = Given("")
        other._left, other._missed = self._left, self._missed
        return other

    def row(self, row: Row) -> Row:
        """Return the next row, with what of it was given dimmed."""
        if not self._left:
            return row
        segments: list[Segment] = []
        for segment in row:
            count = self._given_of(segment.text)
            for text, dim in ((segment.text[:count], True), (segment.text[count:], False)):
                if text:
                    style = segment.style or Style()
                    segments.append(Segment(text, style + _DIM if dim else segment.style))
        return tuple(segments)

    def _given_of(self, text: str) -> int:
        """Return how many characters of a text belong to what was given."""
        for at, character in enumerate(text):
            if not self._left:
                return at
            if character.isspace():
                continue
            found = self._left.find(character, 0, _NEAR)
            if found >= 0:
                self._left, self._missed = self._left[found + 1 :], 0
            else:
                self._missed += 1
                if self._missed == _NEAR:
                    self._left = ""
                    return at
        return len(text)
