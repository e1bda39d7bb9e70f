"""The columns of a list that is picked from."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from zatsudan.base.printable import Printable, printable
from zatsudan.commands.outcomes import Outcome, Pick
from zatsudan.commands.picking import Row
from zatsudan.terminal.pages.alignment import GAP, Columns, line_of

CELLS = st.text("ab 猫é", max_size=9).map(printable)


def widths_of(asked: Pick, rows: Sequence[tuple[Printable, ...]], width: int) -> list[int]:
    return Columns(asked).widths([Row("", row) for row in rows], width)


async def never(_: str) -> Outcome:
    raise AssertionError


def pick(*head: str, fluid: tuple[tuple[int, int], ...] = (), right: int | None = None) -> Pick:
    return Pick(
        printable("Sessions"),
        tuple(map(printable, head)),
        (),
        never,
        (),
        fluid=fluid,
        right=frozenset() if right is None else frozenset({right}),
    )


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    asked = pick("title", "n", right=1)
    widths = widths_of(asked, [(printable("猫の話"), printable("12"))], 40)
    assert widths == [6, 2]
    assert line_of(asked, (printable("ab"), printable("3")), widths) == " ab       3"


def test_fluid_columns_give_way_in_turn_and_keep_their_least() -> None:
    asked, row = pick("a", "b", "c", fluid=((2, 4), (0, 6))), (printable("x" * 10),) * 3
    whole = 30 + 2 * GAP + 1
    assert widths_of(asked, [row], whole) == [10, 10, 10]
    assert widths_of(asked, [row], whole - 5) == [10, 10, 5]
    assert widths_of(asked, [row], whole - 8) == [8, 10, 4]
    assert widths_of(asked, [row], 5) == [6, 10, 4]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5), st.integers(1, 30))
def test_every_row_takes_the_same_cells(rows: list[tuple[str, str]], width: int) -> None:
    asked = pick("one", "two", fluid=((1, 3), (0, 3)), right=1)
    cells = [tuple(map(printable, row)) for row in rows]
    widths = widths_of(asked, cells, width)
    lengths = {get_cwidth(line_of(asked, row, widths)) for row in [asked.head, *cells]}
    assert lengths == {1 + sum(widths) + GAP}


def test_a_column_gets_no_narrower_while_other_rows_are_shown() -> None:
    columns = Columns(pick("title", "n"))
    wide, narrow = (Row("", (printable(text), printable("1"))) for text in ("猫の話です", "ab"))
    assert columns.widths([narrow], 40) == [5, 1]
    assert columns.widths([wide], 40) == columns.widths([narrow], 40) == [10, 1]
