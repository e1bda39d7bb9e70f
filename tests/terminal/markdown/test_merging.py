"""Rules that are tried at once find what they find one by one."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from tests.support.looks import DEFAULT
from zatsudan.terminal.markdown import highlight
from zatsudan.terminal.markdown.highlight import Highlighter
from zatsudan.terminal.markdown.merging import Merged, Rule, States, merged, taken

#: Lexers of all sorts: flags inside and outside of expressions, back references, callbacks.
LEXERS = (
    *(
        "python",
        "c",
        "c++",
        "java",
        "javascript",
        "typescript",
        "rust",
        "go",
        "bash",
        "css",
        "html",
    ),
    *("sql", "php", "perl", "haskell", "lua", "kotlin", "toml", "diff", "swift", "csharp"),
    *("powershell", "r", "scala", "elixir", "nginx", "docker", "latex", "markdown", "ini", "vim"),
)
WORDS = st.sampled_from(
    (
        *("def", "class", "import", "return", "if", "None", "self", "function", "const", "SELECT"),
        *("from", "let", "fn", "struct", "public", "void", "int", "echo", "end", "do", "begin"),
        *("(", ")", "{", "}", "[", "]", "<", ">", "=", "==", "->", "=>", ":", ";", ",", ".", "+"),
        *("'a'", '"b"', "'", '"', "`", "\\", "\\n", "$x", "${y}", "@z", "#", "//", "/*", "*/"),
        *("--", "<!--", "-->", "<a href=", "</p>", "&amp;", "%d", "0x1F", "3.14", "1e9", "0b1"),
        *(
            "f'{x!r}'",
            'r"\\d"',
            "<<EOF",
            "EOF",
            "x_1",
            "Foo::bar",
            "é",
            "日本",
            " ",
            "  ",
            "\t",
            "\n",
        ),
    )
)
CODE = st.lists(WORDS, max_size=60).map(" ".join) | st.text(max_size=40)


def found(steps: Sequence[Rule], text: str, at: int) -> tuple[object, ...] | None:
    """What the first rule that matches takes, and what the rule does; with its groups where it asks for them."""
    rule = taken(steps, text, at)
    if rule is None:
        return None
    match, action, new_state = rule
    return (match.group(), match.groups() if callable(action) else (), action, new_state)


def states(name: str) -> Iterator[tuple[list[Rule], list[Rule]]]:
    lexer: Any = get_lexer_by_name(name)
    for rules in lexer._tokens.values():
        yield rules, merged(rules)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(LEXERS), CODE)
def test_the_rule_that_is_found_is_the_one_that_pygments_takes(name: str, text: str) -> None:
    for rules, steps in states(name):
        for at in range(0, len(text), 3):
            assert found(steps, text, at) == found(rules, text, at)


@pytest.mark.parametrize("name", LEXERS)
def test_few_steps_are_left(name: str) -> None:
    tried = [(len(rules), len(steps)) for rules, steps in states(name) if len(rules) > 8]
    assert sum(after for _, after in tried) <= sum(before for before, _ in tried) / 3


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(LEXERS), CODE)
def test_code_has_the_same_colours_merged_and_not(name: str, code: str) -> None:
    shown = []
    for tries in (0, 10**9):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("zatsudan.terminal.markdown.merging._TRIES", tries)
            highlight._states.cache_clear()
            lines = Highlighter(name, DEFAULT)
            shown.append([lines.line(line) for line in code.split("\n")])
    highlight._states.cache_clear()
    assert shown[0] == shown[1]


def test_a_state_is_merged_when_it_was_tried_long_enough() -> None:
    rules = [(re.compile(source).match, source, None) for source in ("a+", "b", "c")]
    states = States({"root": rules})
    sizes = [len(states["root"]) for _ in range(200)]
    assert sizes[0] == 3
    assert sizes[-1] == 1
    assert sizes == sorted(sizes, reverse=True)


def test_a_rule_that_names_its_groups_stays_by_itself() -> None:
    sources = ("a", "b", r"(['\"]).*?\1", "(?P<x>c)(?P=x)", "d", r"(?i)e")
    rules: list[Rule] = [(re.compile(source).match, source, None) for source in sources]
    steps = merged(rules)
    kept = [rule[1] for rule in steps if not isinstance(rule[1], Merged)]
    assert kept == [r"(['\"]).*?\1", "(?P<x>c)(?P=x)"]
    for text in ("a", "b", "'x'", '"x\'"', "cc", "d", "e", "E", "x", ""):
        assert found(steps, text, 0) == found(rules, text, 0)


def test_what_matches_by_no_expression_stays() -> None:
    own: Rule = (lambda text, at: re.match("x", text[at:]), "own", None)
    rules: list[Rule] = [
        own,
        (re.compile("a").match, "a", None),
        (re.compile("b").match, "b", None),
    ]
    steps = merged(rules)
    assert steps[0] is own
    assert len(steps) == 2
