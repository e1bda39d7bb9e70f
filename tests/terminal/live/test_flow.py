"""How much of a flood may be under way to a terminal that is far, and that its answers are no keys."""

import asyncio
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Size

from tests.support.emulator import Sitting, sitting
from tests.support.server import Script, chunk, says
from zatsudan.terminal.live import flow as flows
from zatsudan.terminal.live.flow import (
    AGAIN_SECONDS,
    ANSWER,
    ANSWER_SECONDS,
    FLOOD,
    NEAR_SECONDS,
    QUESTION,
    Flow,
)
from zatsudan.terminal.text.rows import PROMPT
from zatsudan.wire import bounds

SIZE = Size(rows=40, columns=100)
SCREENFUL = 4_000


class Far:
    """A terminal that answers when it is told to, and a clock."""

    def __init__(self, *, answers: bool = True) -> None:
        self.now = 100.0
        self.asked = 0
        self.went_on = 0
        self.flow = Flow(self._ask, lambda: SIZE, lambda: self.now)
        self._told = self.flow.first().told
        if answers:
            self._told("")

    def _ask(self, question: str) -> bool:
        assert question == QUESTION
        self.asked += 1
        return True

    def _go_on(self) -> None:
        self.went_on += 1

    def answer(self) -> None:
        self._told("")

    def frame(self, took: int | None = None, *, a_character: float = 1.5, cost: float = 0.0) -> int:
        """Draw a frame, if one may be drawn; return the bytes that were written."""
        room = self.flow.room(self._go_on)
        if not room:
            return 0
        self.now += cost
        took = room if took is None else took
        written = int(took * a_character)
        self.flow.wrote("x" * written)
        self.flow.drawn(took)
        return written


def test_who_never_answers_is_asked_nothing_and_waited_for_never() -> None:
    far = Far(answers=False)
    assert [far.frame() for _ in range(50)] == [bounds.FRAME * 3 // 2] * 50
    assert far.asked == 0
    assert far.flow.most == bounds.FRAME


def test_at_ordinary_speed_nothing_is_asked() -> None:
    far = Far()
    for _ in range(1_000):
        assert far.frame(FLOOD - 1)
    assert far.asked == 0


def test_no_more_than_a_screenful_is_under_way() -> None:
    far = Far()
    first = far.frame()
    written = first + far.frame()
    assert far.frame() == 0
    assert SCREENFUL // 2 < written <= SCREENFUL
    far.now += 0.2
    far.answer()
    assert far.went_on == 1
    assert far.flow.most < SCREENFUL // 2
    assert far.frame()  # as much as has arrived
    assert far.frame() == 0


@given(
    st.lists(st.floats(NEAR_SECONDS * 1.01, ANSWER_SECONDS * 0.99), min_size=1, max_size=40),
    st.floats(1.0, 2.0),
)
def test_it_goes_on_and_never_exceeds_a_screenful(delays: list[float], ratio: float) -> None:
    far = Far()
    open_: deque[int] = deque()
    for delay in delays:
        while written := far.frame(a_character=ratio):
            open_.append(written)
            assert sum(open_) <= SCREENFUL
        assert open_
        far.now += delay
        far.answer()
        open_.popleft()
        assert far.flow.most < SCREENFUL // 2


def test_wide_characters_count_as_the_bytes_that_they_are() -> None:
    far = Far()
    assert far.flow.room(lambda: None)
    far.flow.wrote("あ" * 700)
    far.flow.drawn(700)
    assert far.flow.room(lambda: None) == 0


def test_a_terminal_that_answers_at_once_gets_whole_frames() -> None:
    far = Far()
    for _ in range(3):
        assert far.frame(cost=0.05)  # no answer is read while a frame is laid out
        far.now += NEAR_SECONDS / 2
        far.answer()
    assert far.flow.most == bounds.FRAME
    assert far.frame()
    assert far.frame()  # the next is laid out while the last is read
    assert far.frame() == 0
    far.now += NEAR_SECONDS * 2
    far.answer()
    assert far.flow.most == SCREENFUL // 4


def test_an_answer_that_does_not_come_holds_nothing_up_and_one_that_does_counts_again() -> None:
    far = Far()
    while far.frame():
        pass
    asked = far.asked
    far.now += ANSWER_SECONDS
    assert far.frame() > SCREENFUL
    assert far.frame() > SCREENFUL
    assert far.asked == asked
    far.answer()
    assert far.flow.most == SCREENFUL // 4
    far.now += ANSWER_SECONDS + AGAIN_SECONDS
    assert far.frame() > SCREENFUL  # silent, and asked again
    assert far.asked == asked + 1
    far.now += 0.2
    far.answer()
    while far.frame():
        pass
    assert far.asked > asked + 1


async def test_who_gets_the_terminal_next_reads_no_answer() -> None:
    far = Far()
    await far.flow.settled()
    far.frame()
    waiting = asyncio.ensure_future(far.flow.settled())
    await asyncio.sleep(0)
    assert far.frame() == 0  # nothing is asked meanwhile
    assert not waiting.done()
    far.answer()
    await waiting
    assert far.frame()


async def test_it_is_not_waited_for_an_answer_longer_than_one_may_take() -> None:
    far = Far()
    far.frame()
    far.now += ANSWER_SECONDS - 0.01
    await far.flow.settled()
    far.now += 0.01
    assert far.frame() > SCREENFUL


@pytest.mark.parametrize("answers", [False, True])
async def test_an_answer_that_nobody_expects_is_no_key(answers: bool) -> None:
    async with sitting(answers=answers) as person:
        person.type(f"a{ANSWER}b")
        await person.until(lambda: person.terminal._prompt.buffer.text == "ab")


# --- on the screen ---------------------------------------------------------

TEXT = "Some *words* of a reply that does not end. " * 20 + "\n\n"


@pytest.fixture
def _far(monkeypatch: pytest.MonkeyPatch) -> None:
    """However fast or slow this machine is."""
    monkeypatch.setattr(flows, "NEAR_SECONDS", -1.0)
    monkeypatch.setattr(flows, "ANSWER_SECONDS", 100.0)


class Line:
    """Keeps back what the terminal of a person answers."""

    def __init__(self, person: Sitting) -> None:
        self._person = person
        self._flow = person.terminal._surface._painter.flow
        self.kept: list[str] = []
        self._arrived = self._written
        person.screen.answers(self.kept.append)

    @classmethod
    async def of(cls, person: Sitting) -> "Line":
        """Begin when the terminal has answered what it was asked at the start."""
        flow = person.terminal._surface._painter.flow
        await person.until(lambda: flow.most < bounds.FRAME)
        return cls(person)

    @property
    def _written(self) -> int:
        return sum(len(text) for text in self._person.screen.raw)

    @property
    def under_way(self) -> int:
        """Characters that have not arrived."""
        return self._written - self._arrived

    async def full(self) -> None:
        """Wait until no more of the reply is written."""
        await self._person.until(lambda: bool(self.kept) and self._flow._then is not None)

    def arrive(self) -> None:
        """Let all arrive that is under way."""
        self._arrived = self._written
        kept, self.kept[:] = "".join(self.kept), []
        self._person.type(kept)


@pytest.mark.posix  # no console of Windows is asked
@pytest.mark.usefixtures("_far")
async def test_a_flood_waits_for_the_terminal_and_nothing_else_does() -> None:
    script = Script([chunk(TEXT)] * 4_000)
    async with sitting(script, says("Fine."), answers=True) as person:
        line = await Line.of(person)
        person.type("go on\r")
        for typed in ("x", "xy", "xyz"):
            await line.full()
            assert line.under_way < 80 * 24 * 1.5  # with the prompt and what is typed
            assert await person.press(typed[-1]) == typed
            await person.until(f"{PROMPT}{typed}")
            line.arrive()
        await line.full()
        person.resize(60, 24)
        await person.until(lambda: not person.terminal._app.frozen)
        line.arrive()
        await line.full()
        lines = "\n".join(f"line {number}" for number in range(200))
        pasted = f"\x1b[200~{lines}\x1b[201~"
        person.type(pasted[:500])
        line.arrive()
        person.type(pasted[500:])
        await person.until(lambda: person.terminal._prompt.buffer.text == f"xyz{lines}")
        await line.full()
        before = line.under_way
        person.type("\x03")
        await person.until("interrupted")
        assert line.under_way - before < 80 * 24 * 1.5
        line.arrive()
        person.screen.answers(person.type)
        person.type("\x03")
        await person.until(lambda: person.terminal._prompt.buffer.text == "")
        assert "Fine." in await person.say("and?")


@pytest.mark.posix  # no console of Windows is asked
@pytest.mark.usefixtures("_far")
async def test_a_person_who_leaves_in_a_flood_leaves_no_answer_behind() -> None:
    async with sitting(Script([chunk(TEXT)] * 4_000), answers=True) as person:
        line = await Line.of(person)
        person.type("go on\r")
        await line.full()
        person.terminal.leave()
        await person.until(lambda: not person.terminal.busy)
        await asyncio.sleep(0.1)
        assert person.terminal._app.is_running  # an answer is still to come
        line.arrive()
        await person.until(lambda: not person.terminal._app.is_running)
        assert not line.kept


@pytest.mark.posix  # no console of Windows is asked
async def test_a_terminal_that_answers_no_such_question_is_asked_once() -> None:
    async with sitting(says(TEXT * 200), answers=True) as person:
        answer = person.screen.answer
        assert answer is not None
        await person.at_rest()
        person.screen.answers(lambda _text: None)
        asked = sum(text.count(QUESTION) for text in person.screen.raw)
        assert asked == 1
        await person.say("go on")
