"""Lexers that rename what they found name it as they would had they lexed the line themselves."""

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

import pytest
from pygments.lexer import RegexLexer
from pygments.lexers import get_lexer_by_name
from pygments.token import Keyword, Name, Text, Whitespace

from zatsudan.terminal.markdown import renaming
from zatsudan.terminal.markdown.renaming import renamed

_LINES = {
    "c": ("uint32_t n = 0x1F; // hex\n", "    FILE *f = fopen(x, 'a');\n", '"""\n', "\n", "}\n"),
    "c++": ("std::vector<size_t> v{1, 2}; /* a */\n", "#include <map>\n", "auto f = [&]{};\n"),
    "lua": ("local x = string.format('%d', 1)\n", "print(math.floor(x))\n"),
    "php": ("<?php echo strlen('x'); ?>\n", "<p>x</p>\n"),
    "haskell": ('main = putStrLn "x"\n',),
    "vim": ("set number\n", "syntax on\n"),
    "objective-c": ("@interface A : NSObject\n", 'NSString *s = @"x";\n'),
}


def _lexed(lexer: Any, line: str) -> list[tuple[Any, str]]:
    return [(kind, value) for _, kind, value in lexer.get_tokens_unprocessed(line)]


@pytest.mark.parametrize(("name", "line"), [(n, line) for n in _LINES for line in _LINES[n]])
def test_tokens_are_renamed_as_by_the_lexer_itself(name: str, line: str) -> None:
    lexer: Any = get_lexer_by_name(name)
    plain = [(k, v) for _, k, v in RegexLexer.get_tokens_unprocessed(lexer, line)]
    assert list(renamed(lexer, line, ["root"], plain)) == _lexed(lexer, line)


def test_a_lexer_of_c_lexes_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    lexer: Any = get_lexer_by_name("c")
    monkeypatch.setattr(lexer, "_tokens", {})  # with which it can lex nothing
    found = [(Name, "uint32_t"), (Whitespace, "\n")]
    assert list(renamed(lexer, "uint32_t\n", ["root"], found)) == [
        (Keyword.Type, "uint32_t"),
        (Whitespace, "\n"),
    ]


class _InParts(RegexLexer):
    """Lexes a line in two parts."""

    tokens: ClassVar = {"root": [(r"\w", Name), (r"\W", Text)]}

    def get_tokens_unprocessed(
        self, text: str, stack: Iterable[str] = ("root",)
    ) -> Iterator[tuple[int, Any, str]]:
        for part in (text[:2], text[2:]):
            for at, kind, value in super().get_tokens_unprocessed(part, stack):
                yield at, Keyword if kind is Name else kind, value


def test_a_lexer_that_takes_a_line_in_parts_lexes_it_itself() -> None:
    found = [(Name, "ab"), (Text, "-"), (Name, "c")]
    assert [kind for kind, _ in renamed(_InParts(), "ab-c", ["root"], found)] == [
        Keyword,
        Keyword,
        Text,
        Keyword,
    ]


class _AtTheRoot(RegexLexer):
    """Takes no stack."""

    tokens: ClassVar = {"root": [(r"\w", Name)]}

    def get_tokens_unprocessed(self, text: str) -> Iterator[tuple[int, Any, str]]:  # type: ignore[override]
        for at, _, value in super().get_tokens_unprocessed(text):
            yield at, Keyword, value


def test_a_lexer_that_begins_at_the_root_alone_renames_nothing_elsewhere() -> None:
    found = [(Name, "ab")]
    assert list(renamed(_AtTheRoot(), "ab", ["root"], found)) == [(Keyword, "ab")]
    assert list(renamed(_AtTheRoot(), "ab", ["root", "x"], found)) == found


def test_a_lexer_that_renames_nothing_is_not_asked() -> None:
    lexer: Any = get_lexer_by_name("go")
    kind: type[RegexLexer] = type(lexer)
    assert not renaming._renames(kind)
    found = [(Name, "x")]
    assert renamed(lexer, "x", ["root"], found) is found
