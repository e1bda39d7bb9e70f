"""Questions where nothing is redrawn."""

from zatsudan.base.printable import printable
from zatsudan.commands.asking import Question
from zatsudan.commands.picking import Row
from zatsudan.terminal.plain.dialogue import question_rows


def row(*cells: str) -> Row:
    return Row(cells[0], tuple(map(printable, cells)))


def test_what_is_offered_is_numbered_and_lies_in_columns_of_cells() -> None:
    question = Question(
        printable("Which?"),
        (row("猫", "a cat", "2"), row("dog", "a hound", "1")),
        help=printable("by number"),
    )
    assert question_rows(question) == [
        "Which?",
        "  1  猫   a cat    2",
        "  2  dog  a hound  1",
        "Enter: 猫 · by number · Ctrl-C leaves",
    ]


def test_what_is_answered_by_keys_is_named_by_them() -> None:
    question = Question(printable("Which?"), (row("1", "·sea"), row("t", "type")), keys=True)
    assert question_rows(question)[1:3] == ["   1  ·sea", "   t  type"]
    assert [question.read(line) for line in ("t", " 1 ", "", "2", "·sea")] == [
        "t",
        "1",
        "1",
        None,
        None,
    ]


def test_without_rows_nothing_is_likely() -> None:
    assert question_rows(Question(printable("A key?"), hidden=True)) == [
        "A key?",
        "Ctrl-C leaves",
    ]
