"""Cells: what each is to be made with."""

from zatsudan.lab.slots import Cell, repeated


def test_a_seed_is_counted_up() -> None:
    cells = repeated(Cell("t 1", {"seed": 4, "n": 2}), 3)
    assert [cell.parameters for cell in cells] == [{"seed": 4}, {"seed": 5}, {"seed": 6}]
    assert [cell.label for cell in cells] == ["t 1 · seed 4", "t 1 · seed 5", "t 1 · seed 6"]
    assert [cell.parameters for cell in repeated(Cell("x", {"seed": -1}), 2)] == [{"seed": -1}] * 2
