"""A list to choose from where nothing is redrawn: numbered, narrowed down by words."""

from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.commands.picking import Picking, Row
from zatsudan.terminal.plain.dialogue import END
from zatsudan.terminal.plain.linereader import LineReader
from zatsudan.terminal.text.rows import PROMPT

if TYPE_CHECKING:
    from zatsudan.commands.outcomes import Pick

#: So many rows are told at a time.
ROWS = 20


async def chosen(pick: "Pick", reader: LineReader, tell: Callable[[Styled], None]) -> str | None:
    """Tell the rows with numbers, and read a number, or words that fewer rows have; None for none."""
    rows = Picking(list(pick.rows))
    tell(pick.title + END)
    while True:
        offered = rows.shown[:ROWS]
        for number, row in enumerate(offered, 1):
            tell(_told(number, row, pick.head))
        left = len(rows.shown) - len(offered)
        if left:
            tell(say("{count:,} more are there: words narrow them down.", count=left) + END)
        if not offered:
            tell(say("Nothing here has these words.") + END)
        tell(say("Write a number, or words of what you seek; Enter alone leaves.") + END)
        line = await reader.answer(lambda: tell(PROMPT), hidden=False)
        answer = (line or "").strip()
        if not answer:
            return None
        if answer.isdecimal() and len(answer) < 10 and 1 <= int(answer) <= len(offered):
            return offered[int(answer) - 1].key
        rows.filter(answer)


def _told(number: int, row: Row, head: Sequence[Printable]) -> Styled:
    cells = [
        f"{name.strip()}: {one_line(cell, 80)}" if at and name.strip() else one_line(cell, 80)
        for at, (name, cell) in enumerate(zip_longest(head, row.cells, fillvalue=EMPTY))
        if cell.strip()
    ]
    return printable(f"{number}. {', '.join(cells)}") + END
