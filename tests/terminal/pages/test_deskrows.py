"""Rows of the desk, as values."""

import pytest

from zatsudan.base.printable import printable
from zatsudan.terminal.pages.deskrows import fitting_sums

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
