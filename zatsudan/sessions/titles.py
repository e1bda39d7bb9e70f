"""Titles of sessions, made from their first words without asking a model."""

import unicodedata

from zatsudan.base.printable import Printable, one_line, printable

#: Cells that a title takes at most.
CELLS = 60

#: Where a sentence ends: the rest is left out if enough stands before it.
_SENTENCE_ENDS = "。！？!?"
#: Where a text without blanks may be parted: behind these.
_BREAKS = "、。，．・：；！？」』）】〉》はがをにでともへ"
_CLOSING = "、。，．：；！？」』）】〉》ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ"


def cells(text: str) -> int:
    """Return how many cells a text takes in a terminal, character by character."""
    return len(text) if text.isascii() else sum(map(_size, text))


def _size(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def title_from(text: str, limit: int = CELLS) -> Printable:
    """Return the first words of a message as a title: one line, at most `limit` cells.

    What is too long is cut at a blank, or in Japanese behind a particle or a
    mark, and ends in `…`.
    """
    line = one_line(text.strip(), 4 * limit)
    if cells(line) <= limit:
        return line
    head, used = 0, 0
    for character in line:
        used += _size(character)
        if used > limit - 1:  # room for the ellipsis
            break
        head += 1
    least = head // 2
    for at in range(head, least, -1):
        if line[at - 1] in _SENTENCE_ENDS and (line[at - 1] > "~" or line[at] == " "):
            return line[:at]
    for at in range(head, least, -1):
        if line[at] == " " or line[at - 1] == " ":
            return printable(line[:at].rstrip() + "…")
        if line[at - 1] in _BREAKS and line[at] not in _CLOSING and line[at] > "~":
            return printable(line[:at].rstrip("、，・：；") + "…")
    while head > 1 and (line[head] in _CLOSING or _size(line[head]) == 0):
        head -= 1
    return printable(line[:head] + "…")
