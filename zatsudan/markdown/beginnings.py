"""How the lines of blocks begin."""

import re

from zatsudan.markdown.cursor import Cursor
from zatsudan.markdown.leaves import Container

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
