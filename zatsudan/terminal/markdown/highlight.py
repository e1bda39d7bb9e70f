"""Code to coloured pieces, line by line: a line costs the same however long the code is.

Pygments wants whole texts. Here each line is lexed by itself, from the stack of
states its predecessor left. What Pygments matches with one expression over
several lines (`/* … */`, docstrings) cannot match in its first line; such a
construct is found by trying the line with the closer appended, and coloured as
one until a line holds the closer. Colours differ from whole Pygments only where
an expression looks at later lines in another way; the text never differs.
"""

import sys
from copy import copy
from functools import lru_cache
from typing import Any

from pygments.lexer import ExtendedRegexLexer, Lexer, LexerContext, RegexLexer
from pygments.token import Comment, Error, String, Text, Whitespace
from pygments.util import ClassNotFound
from rich.style import Style

from zatsudan.markdown.colouring import ENDLESS, has_bounds, language
from zatsudan.terminal.markdown.look import Look, TokenKind, token_style
from zatsudan.terminal.markdown.merging import States, taken
from zatsudan.terminal.markdown.renaming import renamed
from zatsudan.terminal.markdown.segments import Piece
from zatsudan.terminal.markdown.spanning import Token, openings, shortened

_MAX_STACK = 200

_Tokens = list[Token]


@lru_cache(maxsize=256)
def _lexer(name: str) -> Lexer | None:
    """The lexer of a fence's info string, or nothing; cached, for a miss takes milliseconds."""
    if not name or name == "text" or len(name) > 40:
        return None
    # Its list of all lexers is a megabyte, which a talk without code does not need.
    from pygments.lexers import find_lexer_class_by_name

    try:
        kind = find_lexer_class_by_name(name)
        return None if kind.__name__ in ENDLESS else kind()
    except ClassNotFound:
        return None


class _Styles(dict[TokenKind, Style]):
    """The styles of tokens, found out when they are first asked for."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look

    def __missing__(self, kind: TokenKind) -> Style:
        style = self[kind] = token_style(self._look, kind)
        return style


@lru_cache(maxsize=4)
def _styles(look: Look) -> _Styles:
    return _Styles(look)


class Highlighter:
    """Colours the lines of one block of code, in order."""

    def __init__(self, info: str, look: Look) -> None:
        self._look = look
        self._lexer = _lexer(language(info))
        self._stack = ["root"]
        self._until = ""  # the closer of a construct that is open, and its colour
        self._open: TokenKind = Text
        self._context: LexerContext | None = None
        self._styles = _styles(look)

    def fork(self) -> "Highlighter":
        """A copy that may go its own way."""
        other = copy(self)
        other._stack = self._stack[:]
        if self._context is not None:
            other._context = copy(self._context)
            other._context.stack = self._context.stack[:]
        return other

    def line(self, text: str) -> list[Piece]:
        """Take one line, without its newline."""
        if self._lexer is None:
            return [(text, self._look.code_text)]
        if not has_bounds(text):
            return [(text, self._look.text)]
        styles = self._styles
        tokens = self._tokens(self._lexer, text + "\n")
        pieces = [(value, styles[kind]) for kind, value in tokens if value]
        last, style = pieces.pop()  # which ends with the line
        return [*pieces, (last[:-1], style)] if len(last) > 1 else pieces

    def _tokens(self, lexer: Lexer, line: str) -> _Tokens:
        """Tokens whose texts make up `line`, whatever the lexer does."""
        try:
            if isinstance(lexer, ExtendedRegexLexer):
                found = self._extended(lexer, line)
            elif isinstance(lexer, RegexLexer) and has_states(lexer):
                found = self._regex(lexer, line)
            else:
                found = [(kind, value) for _, kind, value in lexer.get_tokens_unprocessed(line)]
        except Exception:  # noqa: BLE001 - some four hundred lexers by as many hands; colour is not worth a reply
            found = []
        if "".join([value for _, value in found]) != line:
            return [(Text, line)]
        return found

    def _extended(self, lexer: ExtendedRegexLexer, line: str) -> _Tokens:
        """Lexers that carry a context of their own: it is kept from line to line."""
        if self._context is None:
            self._context = _new_context(lexer, line)
        context = self._context
        context.text, context.pos, context.end = line, 0, len(line)
        return [(k, v) for _, k, v in lexer.get_tokens_unprocessed(line, context)]

    def _regex(self, lexer: RegexLexer, line: str) -> _Tokens:
        found: _Tokens = []
        start = 0
        if self._until:
            at = line.find(self._until)
            if at < 0:
                return [(self._open, line)]
            start = at + len(self._until)
            found.append((self._open, line[:start]))
            self._until = ""
        before = self._stack[:]
        raw = self._run(lexer, line, start)
        if not self._until and not start:
            raw = [*renamed(lexer, line, before, raw)]
        return found + raw

    def _run(self, lexer: Any, line: str, pos: int) -> _Tokens:
        """`RegexLexer.get_tokens_unprocessed`, with the stack kept and open constructs found."""
        states = _states(lexer)
        stack = self._stack
        opened = openings(line, pos, shell="bash" in lexer.aliases)
        found: _Tokens = []
        size = len(line)
        while pos < size:
            for at, closer in opened:
                if pos <= at and (spanning := self._spanning(lexer, line, pos, closer)):
                    return found + spanning
            rule = taken(states[stack[-1]], line, pos)
            if rule is not None:
                match, action, new_state = rule
                if isinstance(action, tuple):
                    found.append((action, match.group()))
                elif action is not None:
                    found += [(kind, value) for _, kind, value in action(lexer, match)]
                pos = match.end()
                if new_state is not None:
                    _move(stack, new_state)
            else:
                if line[pos] == "\n":
                    stack[:] = ["root"]
                    found.append((Whitespace, "\n"))
                else:
                    found.append((Error, line[pos]))
                pos += 1
        return found

    def _spanning(self, lexer: Any, line: str, pos: int, closer: str) -> _Tokens:
        """Tokens to the end of the line if a construct opens here that needs `closer` later."""
        tried = line + closer
        for match_rule, action, new_state in lexer._tokens[self._stack[-1]]:
            match = match_rule(tried, pos)
            if not match:
                continue
            if match.end() != len(tried) or action is None:
                return []
            if isinstance(action, tuple):
                tokens = [(action, match.group())]
            else:
                tokens = [(kind, value) for _, kind, value in action(lexer, match)]
            last = tokens[-1][0]
            if not any(last[: len(kind)] == kind for kind in (Comment, String)):
                return []
            self._until, self._open = closer, last
            _move(self._stack, new_state)
            return shortened(tokens, len(line) - pos)
        return []


def has_states(lexer: RegexLexer) -> bool:
    """Tell whether this release of Pygments has its private table of states where it is read here.

    Else each line is lexed by itself, by what is public.
    """
    return hasattr(lexer, "_tokens")


@lru_cache(maxsize=256)
def _states(lexer: Any) -> States:
    return States(lexer._tokens)


def _move(stack: list[str], new_state: Any) -> None:
    """Go to another state, by the rules of `RegexLexer`."""
    if new_state is None:
        return
    if isinstance(new_state, int):
        if abs(new_state) >= len(stack):
            del stack[1:]
        else:
            del stack[new_state:]
        return
    for state in new_state if isinstance(new_state, tuple) else (new_state,):
        if state == "#pop":
            if len(stack) > 1:
                stack.pop()
        elif len(stack) < _MAX_STACK:
            stack.append(stack[-1] if state == "#push" else state)


def _new_context(lexer: ExtendedRegexLexer, line: str) -> LexerContext:
    """The context a lexer makes for itself: some use a class of their own."""
    module = sys.modules[type(lexer).__module__]
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, LexerContext) and value is not LexerContext
    ]
    kind = own[0] if len(own) == 1 else LexerContext
    return kind(line, 0)
