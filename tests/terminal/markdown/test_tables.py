"""Widths of columns, and tables longer than those that decide them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.looks import DEFAULT
from zatsudan.markdown.leaves import delimiter_aligns, table_cells
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import plain
from zatsudan.terminal.markdown.tables import FREEZE, fit

_HEAD = "| n | text |\n|---|---|\n"


@pytest.mark.parametrize(
    ("wide", "least", "available", "widths"),
    [
        ([5, 5], [5, 5], 20, [5, 5]),
        ([5, 50], [5, 5], 30, [5, 25]),
        ([40, 50], [5, 5], 30, [15, 15]),
        ([12, 50, 50], [12, 3, 3], 30, [12, 9, 9]),
        ([0, 10], [0, 5], 8, [1, 7]),
    ],
)
def test_fit(wide: list[int], least: list[int], available: int, widths: list[int]) -> None:
    assert fit(wide, least, available) == widths


@given(
    st.lists(st.tuples(st.integers(0, 90), st.integers(0, 16)), min_size=1, max_size=8),
    st.integers(0, 100),
)
def test_fit_never_overruns(columns: list[tuple[int, int]], spare: int) -> None:
    wide = [max(pair) for pair in columns]
    least = [min(pair) for pair in columns]
    # A table with less room than this is not set in columns at all.
    available = sum(max(1, min(2, low)) for low in least) + spare
    widths = fit(wide, least, available)
    assert sum(widths) <= available
    assert min(widths) >= 1


def test_widths_are_those_of_the_first_rows_whatever_follows() -> None:
    short = "".join(f"| {n} | short |\n" for n in range(FREEZE))
    text = _HEAD + short + "| x | a cell that is far longer than those before |\n"
    rows = [plain(row) for row in render(text, 60, DEFAULT)]
    # Grown by half, the last column by all that is left.
    assert rows[1] == "─" * 5 + "┼" + "─" * 54
    assert rows[-1] == "x    │ a cell that is far longer than those before"


def test_a_long_table_is_handed_out_row_by_row() -> None:
    stream = Stream(80, DEFAULT)
    rows = stream.feed(_HEAD + "| 1 | one |\n" * (FREEZE - 1))
    assert rows == []
    assert len(stream.feed("| 2 | two |\n")) == FREEZE + 2
    assert [plain(row) for row in stream.feed("| 3 | new |\n")] == ["3   │ new"]
    assert len(stream.tail(12)) == 0


def test_tail_of_a_table_shows_its_last_rows() -> None:
    stream = Stream(80, DEFAULT)
    stream.feed(_HEAD + "".join(f"| {n} | row |\n" for n in range(30)))
    shown = [plain(row) for row in stream.tail(3)]
    assert shown == ["27 │ row", "28 │ row", "29 │ row"]


@pytest.mark.parametrize(
    ("line", "aligns"),
    [
        ("|---|:-:|--:|:--|", ("", "center", "right", "left")),
        ("--- | ---", ("", "")),
        ("|-|", ("",)),
        ("---", ("",)),
        ("- | -", ()),
        ("| a | b |", ()),
        ("|||", ()),
    ],
)
def test_delimiter_aligns(line: str, aligns: tuple[str, ...]) -> None:
    assert delimiter_aligns(line) == aligns


def test_empty_cells_alone_leave_no_blank_rows() -> None:
    assert [plain(row) for row in render("| |\n|-|\n||\n|a|\n||", 40, DEFAULT)] == ["─", "a"]


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        # FiligranHQ/filigran-ui 327, thomas-villani/all2md 385: models miscount.
        ("|a|b|c|\n|-|:-|\n|1|2|3|", ["a │ b │ c", "──┼───┼──", "1 │ 2 │ 3"]),
        ("|a|b|\n|-|-|-|\n|1|2|3|", ["a │ b", "──┼──────", "1 │ 2 | 3"]),
        # mity/md4c 137: pipes of code in the head.
        ("|`a|b`|c|\n|-|-|\n|1|2|", ["a|b │ c", "────┼──", "1   │ 2"]),
        ("|`a|b`|c|\n|-|-|-|\n|1|2|3|", ["`a │ b` │ c", "───┼────┼──", "1  │ 2  │ 3"]),
        # GitHub's example 203; no pipe begins them.
        ("|a|b|\n|-|\n|1|", ["|a|b|", "|-|", "|1|"]),
        ("a|b|c\n-|-", ["a|b|c", "-|-"]),
    ],
)
def test_columns_that_were_counted_wrong(text: str, rows: list[str]) -> None:
    assert [plain(row).rstrip() for row in render(text, 40, DEFAULT)] == rows
    stream = Stream(40, DEFAULT)
    streamed = [row for sign in text for row in stream.feed(sign)] + stream.finish()
    assert [plain(row).rstrip() for row in streamed] == rows


def test_table_cells() -> None:
    assert table_cells(r"| a | `b \| c` |  |") == ["a", "`b | c`", ""]
    assert table_cells("a|b") == ["a", "b"]


def test_a_row_of_empty_cells_is_a_row() -> None:
    rows = render("| a | b |\n|---|---|\n| | |\n| 1 | 2 |\n", 60, DEFAULT)
    assert [plain(row) for row in rows] == ["a │ b", "──┼──", "  │", "1 │ 2"]


def test_a_cell_of_two_lines_makes_two_rows() -> None:
    rows = render("| a | b |\n|---|--:|\n| 1<br>2 | 345 |\n", 60, DEFAULT)
    assert [plain(row) for row in rows] == ["a │   b", "──┼────", "1 │ 345", "2 │"]
