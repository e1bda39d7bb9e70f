r"""What looks like a mark of Markdown and is none: operators (`2*3*4`, `x**2`) and paths of Windows (`C:\_x\.y`)."""

import re

from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.state_inline import Delimiter

# Between two digits, a digit and a letter, or two names of one letter, an asterisk counts.
OPERATOR = (
    r"(?=\*)(?:(?<=[0-9])\*\*?(?=[A-Za-z0-9])|(?<=[A-Za-z])\*\*?(?=[0-9])"
    r"|(?<=\b[A-Za-z])\*\*?(?=[A-Za-z]\b))"
)
_OPERATOR = re.compile(OPERATOR)
_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])\*(?=[0-9])")

# A path goes on to a blank, a quotation mark or what else no name holds. Where every backslash
# is written twice, it is escaped as Markdown asks for, and no path as such.
_CHARACTER = r"(?:[\w.$%&@#+=~!{}-]|\*(?![*\w])|\([\w.-]*\)|\[[\w.-]*\](?!\()|\\(?!\\))"
_BEHIND = rf"\\(?![\\\s]){_CHARACTER}*"
_SERVER = rf"\\\\[^\W_][\w.$-]*{_BEHIND}"
_BEGUN = r"(?:(?<![^\W_])[A-Za-z]:|%\w{1,40}%|(?<![\w.])\.\.?|(?<![\w~])~)"
#: A path, from its drive, server, variable or dot.
PATH = rf"(?:{_BEGUN}{_BEHIND}|(?<![\w\\]){_SERVER})"
_BEGINS = re.compile(f"{_BEGUN}$")
_OF_DRIVE, _OF_SERVER = re.compile(_BEHIND), re.compile(rf"(?<![\w\\]){_SERVER}")
_PATH = re.compile(PATH)
# What stands behind one and is of the sentence; an asterisk behind a backslash stands for names.
_BEYOND = re.compile(r"(?:[.!?_]|(?<!\\)\*)+$")


def is_operator(state: StateInline) -> bool:
    """Tell whether the asterisks at this place are an operator, and no mark that closes one before."""
    found = _OPERATOR.match(state.src, state.pos)
    if found is None:
        return False
    return bool(_BETWEEN_DIGITS.match(state.src, state.pos)) or not is_open(
        state.delimiters, len(found[0])
    )


def is_open(delimiters: list[Delimiter], size: int) -> bool:
    """Tell whether a mark of so many asterisks stands before that nothing has closed yet."""
    depth = 0
    for delimiter in delimiters:
        if delimiter.marker == ord("*") and delimiter.length == size:
            if depth and delimiter.close:
                depth -= 1
            elif delimiter.open:
                depth += 1
    return depth > 0


def take_path(state: StateInline, silent: bool) -> bool:
    """Take a path of Windows as it stands, so that no backslash in it is lost."""
    src, at = state.src, state.pos
    if src[at] != "\\":
        return False
    pattern = _OF_DRIVE if _BEGINS.search(src, max(at - 42, 0), at) else _OF_SERVER
    found = pattern.match(src, at, state.posMax)
    if found is None:
        return False
    path = _BEYOND.sub("", found[0])
    if not silent:
        state.pending += path
    state.pos = at + len(path)
    return True


def open_path(text: str) -> int:
    """Return where the path begins that what follows `text` without a blank may belong to; else -1."""
    if "\\" not in text:
        return -1
    start = len(text) - len(text.rsplit(maxsplit=1)[-1])
    return start if _PATH.search(text, start) else -1
