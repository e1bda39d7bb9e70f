"""Lexers that rename tokens afterwards (C's types, PHP's functions): they get those that are found, and lex nothing again."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from functools import lru_cache
from typing import Any

from pygments.lexer import RegexLexer

from zatsudan.terminal.markdown.spanning import Token


def renamed(
    lexer: RegexLexer, line: str, stack: Sequence[str], found: Sequence[Token]
) -> Sequence[Token]:
    """Return the tokens `found` in a line, from a stack of states on, as the lexer names them in the end."""
    if not _renames(type(lexer)):
        return found
    given: Any = copy(lexer)
    given._tokens = defaultdict(_Given(line, found).rules)
    for one in (given, lexer):
        try:
            return _lexed(one, line, stack, found)
        except _AsksForMore:  # it does not take the line as a whole
            continue
    return found


@lru_cache(maxsize=256)
def _renames(kind: type[RegexLexer]) -> bool:
    return kind.get_tokens_unprocessed is not RegexLexer.get_tokens_unprocessed


def _lexed(lexer: Any, line: str, stack: Sequence[str], found: Sequence[Token]) -> Sequence[Token]:
    try:
        tokens = list(lexer.get_tokens_unprocessed(line, tuple(stack)))
    except TypeError:  # it begins at the root alone
        if list(stack) != ["root"]:
            return found
        tokens = list(lexer.get_tokens_unprocessed(line))
    return [(kind, value) for _, kind, value in tokens]


class _AsksForMore(Exception):
    """A lexer asks for other tokens than those that are given."""


class _Given:
    """The tokens of a line in the place of a lexer's one rule, of its match, and of what the rule does."""

    def __init__(self, line: str, found: Sequence[Token]) -> None:
        self._line = line
        self._found = found

    def rules(self) -> list[tuple[Any, Any, None]]:
        """Return the rules of any state."""
        return [(self._match, self._tokens, None)]

    def _match(self, text: str, pos: int) -> "_Given | None":
        if text != self._line or pos not in (0, len(text)):
            raise _AsksForMore
        return self if not pos else None

    def end(self) -> int:
        """Return where the match ends."""
        return len(self._line)

    def _tokens(self, _lexer: object, _match: object) -> Iterator[tuple[int, Any, str]]:
        at = 0
        for kind, value in self._found:
            yield at, kind, value
            at += len(value)
