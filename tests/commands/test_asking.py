"""A question as values: what an answer means, and what stands on the list."""

import pytest

from zatsudan.base.printable import printable
from zatsudan.commands.asking import Asking, Question
from zatsudan.commands.picking import Row

WHICH = printable("Which?")
ROWS = (
    Row("openai", (printable("OpenAI"), printable("https://api.openai.com/v1")), "OpenAI"),
    Row("ollama", (printable("Ollama"), printable("http://127.0.0.1:11434/v1")), "Ollama"),
    Row("gpt-4-mini", (printable("gpt-4-mini"),)),
    Row("gpt-4", (printable("gpt-4"),)),
)


def asking(text: str, *, free: bool = False, hidden: bool = False) -> Asking:
    under_way = Asking(Question(WHICH, ROWS, free, hidden))
    under_way.type(text)
    return under_way


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("", "openai"), ("  \t", "openai"), ("2", "ollama"), (" 2 ", "ollama"), ("OLLAMA", "ollama"),
        ("OpenAI", "openai"), ("gpt-4", "gpt-4"), ("0", None), ("5", None), ("²", None), ("none", None),
    ],
)  # fmt: skip
def test_a_line_is_a_number_a_name_or_nothing(line: str, answer: str | None) -> None:
    assert Question(WHICH, ROWS).read(line) == answer


def test_any_line_answers_a_free_question_and_none_one_without_rows_or_text() -> None:
    assert Question(WHICH, ROWS, free=True).read(" http://host ") == "http://host"
    assert Question(WHICH, free=True).read("  ") is None


def test_nothing_typed_shows_all_with_the_first_marked() -> None:
    assert asking("").rows == ROWS
    assert asking("").answer == "openai"


def test_what_fits_exactly_comes_first() -> None:
    assert [row.key for row in asking("gpt-4").rows] == ["gpt-4", "gpt-4-mini"]
    assert asking("nothing").answer is None


def test_in_a_free_question_what_was_typed_is_the_last_row() -> None:
    assert [row.key for row in asking("gpt", free=True).rows] == ["gpt-4-mini", "gpt-4", "gpt"]
    assert [row.key for row in asking("gpt-4", free=True).rows] == ["gpt-4", "gpt-4-mini"]
    # An address is never taken for the beginning of one that is offered.
    assert asking("http://127.0.0.1:1", free=True).answer == "http://127.0.0.1:1"


def test_a_hidden_answer_neither_filters_nor_shows() -> None:
    under_way = asking("openai", free=True, hidden=True)

    assert under_way.rows == ()
    assert under_way.answer == "openai"
    assert asking("", hidden=True).rows == ROWS


def test_the_mark_stays_on_the_list_and_goes_up_when_something_is_typed() -> None:
    under_way = asking("")
    under_way.move(-1)
    assert under_way.answer == "openai"
    under_way.move(9)
    assert under_way.answer == "gpt-4"
    under_way.type("o")
    assert under_way.answer == "openai"
