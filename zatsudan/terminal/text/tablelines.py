"""Tables without columns, as lines: to be heard, or where columns are hard to follow."""

from collections.abc import Iterator
from itertools import groupby, zip_longest

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Styled, printable
from zatsudan.commands.parts import Table
from zatsudan.terminal.text.rows import sgr, wrap


def table_lines(table: Table, width: int) -> Iterator[Styled]:
    """Lay out a table without columns: a line for each value behind its name, a blank row between rows.

    So it is heard, where nobody hears under which head a value stands. Of two columns without
    a head the first holds the names.
    """
    if table.title:
        yield sgr(table.title, "bold")
    named = not any(table.head) and all(len(row) == 2 for row in table.rows)
    for number, row in enumerate(table.rows):
        if number in table.titles:
            yield sgr(table.titles[number], "bold")
        if number in table.marks:
            yield sgr(say("This one counts:"), "mark")
        pairs = [(row[0], row[1])] if named else zip_longest(table.head, row, fillvalue=EMPTY)
        for named_so, values in groupby(pairs, key=lambda pair: bool(pair[0].strip())):
            # A character that says that nothing stands there is heard as a word of its own.
            texts = [(name.strip(), value.strip()) for name, value in values if value.strip(" ·")]
            lines = [f"{name}: {value}" for name, value in texts]
            if not named_so:
                lines = [", ".join(value for _, value in texts)] if texts else []
            for line in lines:
                yield from wrap(printable(line), width)
        if not named:
            yield EMPTY
    if table.title and named:
        yield EMPTY
