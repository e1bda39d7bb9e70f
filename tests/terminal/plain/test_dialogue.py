"""Questions where nothing is redrawn."""

from zatsudan.base.printable import printable
from zatsudan.commands.asking import Question
from zatsudan.commands.picking import Row
from zatsudan.terminal.plain.dialogue import question_rows


def row(*cells: str) -> Row:
    return Row(cells[0], tuple(map(printable, cells)))


def test_what_is_offered_is_numbered_and_lies_in_columns_of_cells() -> None:
    question = Question(
        printable("Which?"), (row("猫", "a cat"), row("dog")), help=printable("by number")
    )
    assert question_rows(question) == [
        "Which?",
        "  1  猫   a cat",
        "  2  dog  dog",
        "Enter: 猫 · by number · Ctrl-C leaves",
    ]


def test_without_rows_nothing_is_likely() -> None:
    assert question_rows(Question(printable("A key?"), hidden=True)) == [
        "A key?",
        "Ctrl-C leaves",
    ]
