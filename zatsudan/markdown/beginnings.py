"""How the lines of blocks begin."""

import re

from zatsudan.markdown.cursor import Cursor
from zatsudan.markdown.leaves import LIMIT, Container, Leaf, table_aligns

# Behind two hashes and more the blank is left out by some models, before a letter (primer/primer-markdown 64).
ATX = re.compile(r"(#{1,6})(?:[ \t]+|$|(?<=##)(?=[^\W\d_]))")
SETEXT = re.compile(r"(=+|-+)[ \t]*$")
RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")
FENCE = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})(.*)$")
BULLET = re.compile(r"[-*+](?=[ \t]|$)")
NUMBER = re.compile(r"(?P<number>\d{1,9})[.)](?=[ \t]|$)", re.ASCII)


def steps_in(item: Container, cursor: Cursor) -> bool:
    """Tell whether a list or code begins here in an ordered item, though less indented than its text.

    Then what stands in that item is indented so from here on.
    """
    if cursor.indent < 2 or item.marker not in ".)":
        return False
    text, at = cursor.text, cursor.next
    if mark := NUMBER.match(text, at):
        begins = int(mark["number"]) == 1 and item.number > 0
    else:
        begins = bool(BULLET.match(text, at) and not RULE.match(text, at))
        begins = begins or bool(FENCE.match(text, at))
    if begins:
        item.indent = cursor.indent
    return begins


def begins_nothing(line: str, leaf: Leaf | None) -> bool:
    """Tell whether a line outside of quotes and lists is text whatever follows its first character.

    `leaf` is open above it. Nearly all lines of prose and of tables are such.
    """
    if leaf and leaf.kind == "code":
        return False
    first = line[:1]
    return first.isalpha() or (first == "|" and (leaf is None or leaf.kind == "table"))


def level_under(paragraph: Leaf, text: str, at: int) -> int:
    """Return the level of the heading that a line, from `at` on, makes the paragraph above it; else 0."""
    if paragraph.length > LIMIT or len(text) > LIMIT:
        return 0
    underline = SETEXT.match(text, at)
    return 0 if not underline else 1 if underline[1][0] == "=" else 2


def aligns_under(paragraph: Leaf, text: str, at: int) -> tuple[str, ...]:
    """Return how the columns of the table stand that a line, from `at` on, makes the paragraph's last line head."""
    if not paragraph.may_head or len(text) > LIMIT:
        return ()
    return table_aligns(paragraph.lines[-1], text[at:])


def without_closing_hashes(heading: str) -> str:
    """Return the text of a heading without the hashes that may stand behind it as well."""
    text = heading.rstrip(" \t")
    unmarked = text.rstrip("#")
    return text if unmarked and unmarked[-1] not in " \t" else unmarked.rstrip(" \t")
