"""Rows of the desk, as values."""

import pytest

from zatsudan.base.printable import printable
from zatsudan.lab.candidates import Shares
from zatsudan.lab.reshaping import Shape
from zatsudan.terminal.pages.deskrows import fitting_sums, place_rows
from zatsudan.wire.tokenview import Option

SUMS = [
    (printable("stay 70 / 70"), printable("stay 70 / 70")),
    (printable("chance 10^-36 → 10^-37.8"), printable("chance 10^-37.8")),
    (printable("choices 2 → 3.5"), printable("choices 3.5")),
]


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (80, "stay 70 / 70 · chance 10^-36 → 10^-37.8 · choices 2 → 3.5"),
        (50, "stay 70 / 70 · chance 10^-37.8 · choices 2 → 3.5"),
        (45, "stay 70 / 70 · chance 10^-37.8 · choices 3.5"),
        (40, "stay 70 / 70 · chance 10^-37.8"),
    ],
)
def test_sums_stay_one_row_and_the_longest_is_the_first_to_be_short(width: int, row: str) -> None:
    assert fitting_sums(SUMS, width) == row


@pytest.mark.parametrize(
    ("width", "row"),
    [
        (50, "•abcdefghijkl           10 % →   5–50 % ░░░░░"),
        (42, "•abcdefghi…     10 % →   5–50 % ░░░░░"),
        (36, "•abcdefghijkl        10 % →   5–50 %"),
        (30, "•abcdefgh…     10 % →   5–50 %"),
        (24, "•abcdefghijkl     5–50 %"),
        (14, "•abc…   5–50 %"),
    ],
)
def test_a_token_keeps_its_name_where_there_is_little_room(width: int, row: str) -> None:
    def only(low: float, high: float) -> Shares:
        return Shares((low,), (high,), ("",), (0.0, 0.0), (0.0, 0.0))

    option = Option(b"abcdefghijkl", 0.1)
    shape = Shape((option,), 0, only(0.1, 0.1), only(0.05, 0.5))
    rows = place_rows(shape, 0, 1, width, 4)
    assert rows[1][0][1] == row
    assert len(rows[0][0][1]) <= width
