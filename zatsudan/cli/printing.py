"""What a subcommand says on standard output: lines, and what a command says, without colours."""

import sys
from typing import TYPE_CHECKING

from zatsudan.base.printable import Printable, printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zatsudan.commands.parts import Part

#: Cells of a table where the width of the reader is not known.
WIDTH = 100


def print_line(text: Printable) -> None:
    """Write lines to standard output."""
    sys.stdout.write(f"{text}\n")


def print_parts(parts: "Iterable[Part]") -> None:
    """Write what a command says to standard output, without colours."""
    from zatsudan.terminal.text.partrows import part_rows
    from zatsudan.terminal.text.rows import uncoloured

    for part in parts:
        for row in part_rows(part, WIDTH, lambda text, *_: [printable(text)]):
            print_line(uncoloured(row))
