"""A run that may spend so much: which settings end early, and when all do."""

from collections.abc import Mapping, Sequence

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.printable import printable
from zatsudan.lab.economy import Economy, ranked
from zatsudan.lab.slots import ENDED, RUNNING, Cell, Slot
from zatsudan.sessions.made import Made
from zatsudan.sessions.session import Node
from zatsudan.wire.messages import Message


def slots(settings: int, runs: int) -> list[Slot]:
    return [Slot(Cell("x", {}, setting=at)) for _ in range(runs) for at in range(settings)]


def economy(limit: float, scores: Mapping[int, float], *, least: bool = False) -> Economy:
    async def told(_: Sequence[Slot]) -> Mapping[int, float]:
        return scores

    return Economy(
        limit, lambda slot: 10.0, told, printable("dist-2"),
        lambda at: printable(f"setting {at}"), least=least,
    )  # fmt: skip


async def spend(plan: Economy, cells: list[Slot]) -> tuple[list[int], list[str]]:
    """Ask one after another; return the settings of those that were asked, and what was said."""
    asked: list[int] = []
    notes: list[str] = []
    for number, slot in enumerate(cells):
        if plan.admits(cells, number):
            slot.state = RUNNING
            assert plan.spent(cells) + 10 <= plan.limit
            slot.node = Node(str(number), None, Message("assistant", "x"), made=Made())
            asked.append(slot.cell.setting)
        slot.state = ENDED
        await plan.halve(cells, notes.append)
    return asked, notes


async def test_the_worst_half_ends_first() -> None:
    scores = {0: 0.1, 1: 0.9, 2: 0.5, 3: 0.3}
    cells = slots(4, 8)
    plan = economy(160, scores)
    asked, notes = await spend(plan, cells)
    # All four once; the better two until they have run twice; the best alone as often as it can.
    assert asked == [0, 1, 2, 3, 1, 2, *[1] * 6]
    assert notes == [
        "To save: asked no further, as the worst by dist-2: setting 0, setting 3.",
        "To save: asked no further, as the worst by dist-2: setting 2.",
    ]
    assert plan.told(cells) == (
        "20 requests were not made, to keep to the budget; /sweep continue makes them."
    )


async def test_the_lowest_can_be_the_best() -> None:
    asked, _ = await spend(economy(160, {0: 0.1, 1: 0.9}, least=True), slots(2, 20))
    assert asked[:4] == [0, 1, 0, 0]


async def test_what_can_be_paid_for_is_asked_whole() -> None:
    plan, cells = economy(80, {0: 1.0}), slots(4, 2)
    asked, notes = await spend(plan, cells)
    assert len(asked) == 8
    assert notes == []
    assert plan.told(cells) is None


async def test_a_single_setting_ends_when_all_is_spent() -> None:
    plan, cells = economy(35, {}), slots(1, 8)
    asked, notes = await spend(plan, cells)
    assert len(asked) == 3
    assert notes == []
    assert plan.ended


@given(st.dictionaries(st.integers(0, 9), st.floats(-5, 5), max_size=10), st.booleans())
def test_the_worst_come_first(scores: dict[int, float], least: bool) -> None:
    order = ranked(range(10), scores, least=least)
    assert sorted(order) == list(range(10))
    without = [at for at in order if at not in scores]
    assert order[: len(without)] == without
    values = [scores[at] for at in order[len(without) :]]
    assert values == sorted(values, reverse=least)
