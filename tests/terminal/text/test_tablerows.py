"""Tables as rows: which column gives way."""

from prompt_toolkit.utils import get_cwidth

from zatsudan.base.printable import EMPTY, printable
from zatsudan.commands.parts import Table
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.terminal.text.tablerows import table_rows


def test_a_brief_table_takes_one_row_for_each() -> None:
    cells = (("a", "begins"), ("1", "long " * 20), ("2", "日本語" * 20))
    head, *rows = (tuple(map(printable, row)) for row in cells)
    table = Table(head, tuple(rows), brief=True)
    wide = list(table_rows(table, 40))
    assert len(wide) == 3
    assert all(get_cwidth(uncoloured(row)) <= 40 for row in wide)
    assert wide[1].endswith("…")
    narrow = [uncoloured(row) for row in table_rows(table, 14)]
    assert narrow == ["  a", "  1", "  2"]


def test_a_spare_column_goes_before_the_last_is_cut_to_a_few_words() -> None:
    cells = (("a", "range", "meaning"), ("1", "from 0 to 2", "It means this and that and so on."))
    head, *rows = (tuple(map(printable, row)) for row in cells)
    table = Table(head, tuple(rows), brief=True, spare=1)
    assert [uncoloured(row) for row in table_rows(table, 60)] == [
        "  a  range        meaning",
        "  1  from 0 to 2  It means this and that and so on.",
    ]
    assert [uncoloured(row) for row in table_rows(table, 40)] == [
        "  a  meaning",
        "  1  It means this and that and so on.",
    ]


def test_titles_stand_above_their_rows() -> None:
    titles = {0: printable("First of all the titles"), 2: printable("Last")}
    rows = tuple((printable(name),) for name in "abc")
    table = Table((printable("head"),), rows, brief=True, titles=titles)
    assert [uncoloured(row) for row in table_rows(table, 12)] == [
        "  head", "First of…", "  a", "  b", "Last", "  c",
    ]  # fmt: skip


def test_words_stand_below_where_a_column_beside_would_be_too_narrow() -> None:
    words = "Show this page, one command's page, or all."
    rows = (
        (printable("/help [COMMAND|PARAMETER|all]"), printable(words)),
        (printable("/quit"), EMPTY),
    )
    table = Table((EMPTY, EMPTY), rows, printable("Everyday"))
    assert [uncoloured(row) for row in table_rows(table, 40)] == [
        "Everyday",
        "  /help [COMMAND|PARAMETER|all]",
        "      Show this page, one command's",
        "      page, or all.",
        "  /quit",
        "",
    ]
    assert uncoloured(list(table_rows(table, 80))[1]) == f"  /help [COMMAND|PARAMETER|all]  {words}"
