"""When frames are drawn."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from zatsudan.terminal.frames import FRAME_SECONDS, PATIENCE_SECONDS, Frames


class Drawn:
    """What frames draw by a clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0
        self.holds: list[bool] = []
        self.frames = Frames(self.holds.append, lambda: self.now)


@pytest.fixture
async def drawn() -> AsyncIterator[Drawn]:
    drawn = Drawn()
    yield drawn
    drawn.frames.close()


async def test_text_after_a_pause_is_drawn_at_once_whatever_was_drawn_in_the_pause(
    drawn: Drawn,
) -> None:
    drawn.frames.fed()
    await asyncio.sleep(0.01)
    assert drawn.holds == [True]
    drawn.now += FRAME_SECONDS / 2
    drawn.frames.soon()  # as for a note, or the spinner
    await asyncio.sleep(0.01)
    assert drawn.holds == [True, True]
    drawn.now += FRAME_SECONDS * 3 / 4
    drawn.frames.fed()
    assert drawn.frames._due <= drawn.now


async def test_text_on_the_heels_of_a_frame_waits_for_the_next(drawn: Drawn) -> None:
    drawn.frames.fed()
    await asyncio.sleep(0.01)
    drawn.now += FRAME_SECONDS / 4
    drawn.frames.fed()
    assert drawn.now < drawn.frames._due <= 100.0 + FRAME_SECONDS + PATIENCE_SECONDS + 1e-9
    drawn.now = 100.0 + FRAME_SECONDS + PATIENCE_SECONDS / 2
    drawn.frames.fed()  # a piece that comes when a frame is due draws it
    assert drawn.frames._due <= drawn.now


async def test_a_frame_that_was_late_delays_no_other(drawn: Drawn) -> None:
    drawn.frames.fed()
    drawn.now += FRAME_SECONDS / 2  # the machine had something else to do
    drawn.frames._tick()
    assert drawn.holds == [True]
    drawn.now = 100.0 + FRAME_SECONDS * 1.2
    drawn.frames.fed()
    assert drawn.frames._due <= drawn.now


async def test_what_was_held_waits_for_the_frame_of_the_text_behind_it(drawn: Drawn) -> None:
    drawn.frames.fed()
    await asyncio.sleep(0.01)
    drawn.now += FRAME_SECONDS / 2
    drawn.frames.fed()
    drawn.frames._tick()  # as for what the first frame held back
    assert drawn.holds == [True]
    assert drawn.frames._due >= 100.0 + FRAME_SECONDS
    drawn.now = drawn.frames._due
    drawn.frames._tick()
    assert drawn.holds == [True, True]


async def test_in_a_flood_the_next_frame_is_soon_and_tells_who_waits_for_it() -> None:
    now, drawn = [100.0], list[bool]()

    def draw(hold: bool) -> None:
        drawn.append(hold)
        now[0] += 0.004  # what the frame costs

    frames = Frames(draw, lambda: now[0])
    frames.fed()
    await asyncio.sleep(0.01)
    frame = frames.drawn()
    assert frame is not None
    frames.fed(flood=True)
    assert now[0] < frames._due < now[0] + 0.004
    now[0] = frames._due
    frames._tick()
    assert frame.is_set()
    assert len(drawn) == 2
    frames.fed()
    assert frames._due >= now[0] + FRAME_SECONDS  # no flood: as usual
    waited = frames.drawn()
    assert waited is not None
    assert not waited.is_set()
    frames.close()
    assert waited.is_set()
    assert frames.drawn() is None
