"""How deltas are taken in: in order, in pieces, and no faster than they are shown."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.talk.pacing import take_in
from zatsudan.wire import bounds
from zatsudan.wire.protocol import Delta

_PIECES = st.builds(
    lambda text, times, reasoning: (
        Delta(reasoning=text * times) if reasoning else Delta(content=text * times)
    ),
    st.text(max_size=5),
    st.integers(0, bounds.PIECE),
    st.booleans(),
)


def never() -> None:
    return None


@given(st.lists(_PIECES, max_size=4))
def test_all_of_it_is_taken_in_order(deltas: list[Delta]) -> None:
    taken: list[Delta] = []

    asyncio.run(take_in(deltas, taken.append, never))

    for name in ("content", "reasoning"):
        whole = "".join(getattr(delta, name) for delta in deltas)
        assert "".join(getattr(delta, name) for delta in taken) == whole
    assert all(len(delta.content) + len(delta.reasoning) <= bounds.PIECE for delta in taken)


@pytest.mark.parametrize("size", [1, 3 * bounds.PIECE])
async def test_nothing_more_is_taken_while_what_is_shown_lags_behind(size: int) -> None:
    taken: list[Delta] = []
    asked = 0

    def behind() -> asyncio.Event | None:
        nonlocal asked
        asked += 1
        if asked >= 4:
            return None
        frame = asyncio.Event()
        asyncio.get_running_loop().call_soon(frame.set)
        return frame

    def take(delta: Delta) -> None:
        assert asked == 0 or behind() is None
        taken.append(delta)

    await take_in([Delta(content="x" * size)] * 2, take, behind)

    assert asked >= 4
    assert sum(len(delta.content) for delta in taken) == 2 * size


async def test_a_long_delta_can_be_stopped_between_its_pieces() -> None:
    taken: list[Delta] = []
    running = asyncio.current_task()
    assert running is not None

    def take(delta: Delta) -> None:
        taken.append(delta)
        running.cancel()

    with pytest.raises(asyncio.CancelledError):
        await take_in([Delta(content="x" * 3 * bounds.PIECE)], take, never)

    assert len(taken) == 1
