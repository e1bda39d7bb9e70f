"""Constructs of code that go over several lines: where one opens that its line does not close."""

import re
from collections.abc import Sequence

from zatsudan.terminal.markdown.look import TokenKind

Token = tuple[TokenKind, str]

# What may go over several lines, by how it opens; it ends where the closer stands.
_CLOSERS = {
    "/*": "*/",
    '"""': '"""',
    "'''": "'''",
    "`": "`",
    "<!--": "-->",
    "--[[": "]]",
    "[[": "]]",
    "(*": "*)",
    "{-": "-}",
    "<#": "#>",
    "%{": "%}",
    "=begin": "=end",
}
_OPENER = re.compile("|".join(map(re.escape, _CLOSERS)))
_SHELL_CLOSERS = {"'": "'", '"': '"'}
_HEREDOC = re.compile(r"<<-?\s*['\"]?\\?(\w+)")


def openings(line: str, pos: int, *, shell: bool) -> list[tuple[int, str]]:
    """Where something may open that this line does not close, and what would close it."""
    if not shell and _OPENER.search(line, pos) is None:  # as in nearly all lines
        return []
    found: list[tuple[int, str]] = []
    for opener, closer in (_CLOSERS | _SHELL_CLOSERS if shell else _CLOSERS).items():
        at = line.find(opener, pos)
        while at >= 0:
            end = line.find(closer, at + len(opener))
            if end < 0:
                found.append((at, closer))
                break
            at = line.find(opener, end + len(closer))
    if shell and (heredoc := _HEREDOC.search(line, pos)):
        found.append((heredoc.start(), heredoc[1]))
    return sorted(found)


def shortened(tokens: Sequence[Token], size: int) -> list[Token]:
    """Return the tokens of the first `size` characters."""
    kept: list[Token] = []
    for kind, value in tokens:
        if size <= 0:
            break
        kept.append((kind, value[:size]))
        size -= len(value)
    return kept
