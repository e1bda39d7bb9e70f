"""Long computations in pieces: what is found is the same, and others have their turn meanwhile."""

import asyncio

from zatsudan.lab import turns
from zatsudan.lab.turns import Turns, at_once, in_turns


def counted(steps: int, seen: list[int]) -> Turns[int]:
    for step in range(steps):
        seen.append(step)
        yield
    return steps


def outer(seen: list[int]) -> Turns[int]:
    return (yield from counted(3, seen)) + (yield from counted(2, seen))


def test_all_at_once() -> None:
    seen: list[int] = []
    assert at_once(outer(seen)) == 5
    assert seen == [0, 1, 2, 0, 1]
    assert at_once(counted(0, seen)) == 0


async def test_others_have_their_turn_between_two_pieces() -> None:
    seen: list[int] = []
    stop = asyncio.Event()

    def endless() -> Turns[str]:
        while not stop.is_set():
            seen.append(1)
            yield
        return "stopped"

    async def person() -> None:
        stop.set()

    async with asyncio.timeout(5):
        found, _ = await asyncio.gather(in_turns(endless()), person())
    assert found == "stopped"
    assert seen  # it had begun before
    assert await in_turns(outer([])) == 5


async def test_it_can_be_cancelled() -> None:
    task = asyncio.ensure_future(in_turns(counted(10**12, [])))
    await asyncio.sleep(turns.SLICE)
    task.cancel()
    done, _ = await asyncio.wait([task], timeout=5)
    assert done
    assert task.cancelled()
