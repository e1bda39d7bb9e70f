"""Grammars are checked as far as it is cheap, and a sound one is never refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.errors import CommandError
from zatsudan.base.words import Word
from zatsudan.parameters.grammars import faults
from zatsudan.parameters.table import find

#: In the form of the files that come with llama.cpp.
GOOD = [
    "root ::= [0-9]+",
    'root ::= "yes" | "no"',
    '# a comment with ( and "\nroot ::= item{1,3} # more\nitem ::= "a" | [^"\\\\\\n]\n',
    'root ::= (\n  "a" |\n  b\n)\nb ::= "\\"" [\\]x] "\\x41" .?',
    'root ::= <think> !</think>* "x"',
    'root::=ws object\nobject ::= "{" ws "}"\nws ::= [ \\t\\n]{0,20}',
]
BAD = [
    ("", "no rule named root"),
    ('thing ::= "a"', "no rule named root"),
    ("root ::= (a\na ::= [0-9]", "Line 1: a bracket is not closed"),
    ("root ::= a)\na ::= [0-9]", "closed that was not opened"),
    ("root ::= a\n", "Line 1: no rule is named a"),
    ('root ::= "a\n', "is not understood"),
    ("root ::= [a\n", "is not understood"),
    ('{"type": "object"}', "is not understood"),
    ("yes", "is not understood"),
]


@pytest.mark.parametrize("grammar", GOOD)
def test_a_sound_grammar_has_no_fault(grammar: str) -> None:
    assert faults(grammar) == ""
    assert find("grammar").read([Word(grammar)]) == grammar


@pytest.mark.parametrize(("grammar", "fault"), BAD)
def test_a_fault_is_told_with_its_line(grammar: str, fault: str) -> None:
    assert fault in faults(grammar)
    with pytest.raises(CommandError, match="This is no grammar"):
        find("grammar").read([Word(grammar)])
    assert find("grammar").read([Word(grammar)], force=True) == grammar


@given(st.text(st.sampled_from('ab \n:=()[]{}"\\\\#<>!|*+?.-0'), max_size=60))
def test_any_text_is_judged(text: str) -> None:
    assert isinstance(faults(text), str)
