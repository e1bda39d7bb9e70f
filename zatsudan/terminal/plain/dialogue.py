"""Questions where nothing is redrawn: asked in a few lines, answered by one."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.terminal.plain.linereader import LineReader
from zatsudan.terminal.text.rows import PROMPT, in_columns

if TYPE_CHECKING:
    from zatsudan.commands.asking import Question
    from zatsudan.talk.deciding import Asked

END = printable("\n")


async def answer_to(
    question: "Question", reader: LineReader, tell: Callable[[Styled], None]
) -> str | None:
    """Ask by numbers and names until a line answers; None if the person left. What is hidden is not echoed."""
    for row in question_rows(question):
        tell(row + END)
    while True:
        line = await reader.answer(lambda: tell(PROMPT), hidden=question.hidden)
        if line is None or question.hidden:
            tell(END)
        answer = question.read(line) if line is not None else None
        if line is None or answer is not None:
            return answer
        tell(say("Write a number or a name of the list.") + END)


async def agreed(asked: "Asked", reader: LineReader, tell: Callable[[Styled], None]) -> bool | None:
    """Ask in one line whether the person agrees: Enter or yes is yes; None if the person left."""
    question = asked.sentence("n") + END + PROMPT
    answer = await reader.answer(lambda: tell(question), hidden=False, fresh=True)
    if answer is None:
        tell(END + say("Nothing was sent.") + END)
        return None
    return answer.strip().casefold() in ("", "y", "yes")


def question_rows(question: "Question") -> list[Printable]:
    """Return a question as lines, what is offered numbered."""
    cells = [
        [one_line(row.cells[0], 40), *(one_line(cell, 60) for cell in row.cells[1:])]
        for row in question.rows
    ]
    rows = [question.title]
    texts = in_columns([[*question.head], *cells] if question.head else cells)
    if question.head:
        rows.append(printable(f"   {texts.pop(0)}"))
    for number, text in enumerate(texts, 1):
        lead = "   " if question.keys else f"{number:>3}  "  # a key is its own name
        rows.append(printable(f"{lead}{text}".rstrip()))
    likely = (
        say("Enter: {name}", name=one_line(question.rows[0].cells[0])) if question.rows else EMPTY
    )
    notes = [note for note in (likely, question.help, say("Ctrl-C leaves")) if note]
    return [*rows, printable(" · ".join(notes))]
