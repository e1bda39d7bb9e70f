"""What comes faster than it can be drawn: a frame's worth at a time, and no more is read."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, cast

import pytest
from prompt_toolkit.data_structures import Size

from tests.support.chats import ask, chat_with
from tests.support.doubles import turn_in
from tests.support.emulator import sitting
from tests.support.server import DONE, Script, chunk, event, says, serve
from zatsudan.base.printable import EMPTY, Styled, printable
from zatsudan.terminal.live.flow import Flow
from zatsudan.terminal.live.textstream import RowStream
from zatsudan.terminal.live.view import LiveView
from zatsudan.wire import bounds
from zatsudan.wire.protocol import Delta
from zatsudan.wire.thinking import THOUGHT

if TYPE_CHECKING:
    from zatsudan.terminal.live.painter import Painter


class Rows(RowStream):
    """A painter that keeps what is committed, and a stream of rows that keeps what it is fed."""

    def __init__(self) -> None:
        self.fed: list[int] = []
        self.text: list[str] = []
        self.frames = 0
        self.shown: list[str] = []
        self.finished = 0
        self.flow = Flow(lambda _question: True, lambda: Size(24, 80), lambda: 0.0)

    taken = False

    def ready(self) -> bool:
        return True

    def commit(self, laid: Callable[[int], Sequence[Styled]]) -> None:
        laid(80)

    def show(self, committed: Sequence[str], live: Sequence[str]) -> None:
        del live
        self.shown += committed
        self.frames += 1

    def feed(self, text: str) -> Sequence[Styled]:
        self.fed.append(len(text))
        self.text.append(text)
        return ()

    def tail(self, limit: int, *, hold: bool = True) -> Sequence[Styled]:
        del limit, hold
        return ()

    def resize(self, width: int) -> None:
        del width

    def finish(self) -> Sequence[Styled]:
        self.finished += 1
        return ()


def view_of(rows: Rows, clock: Callable[[], float] = lambda: 0.0) -> LiveView:
    return LiveView(
        cast("Painter", rows), lambda _: rows, lambda: Size(24, 80), lambda _width: EMPTY, clock
    )


async def test_a_frame_takes_no_more_than_its_share() -> None:
    rows = Rows()
    view = view_of(rows)
    words = [f"{at:07} " for at in range(30_000)]
    for word in words:
        view.add(Delta(content=word))
    assert view.behind()
    most = 0
    while view.behind():
        before = sum(rows.fed)
        view._draw(hold=False)
        most = max(most, sum(rows.fed) - before)
    assert most <= bounds.FRAME + 8
    assert max(rows.fed) <= bounds.PIECE + 8
    view.close()
    assert "".join(rows.text) == "".join(words)


async def test_what_is_left_is_drawn_by_itself() -> None:
    rows = Rows()
    view = view_of(rows, time.monotonic)
    view.add(Delta(content="x" * bounds.PIECE))
    for _ in range(20):
        view.add(Delta(content="x" * bounds.PIECE))
    for _ in range(200):
        await asyncio.sleep(0.01)
        if sum(rows.fed) == 21 * bounds.PIECE:
            break
    assert sum(rows.fed) == 21 * bounds.PIECE
    view.close()


async def test_reasoning_comes_before_the_text_that_came_with_it() -> None:
    rows = Rows()
    view = view_of(rows)
    view.add(Delta(reasoning="r" * 3 * bounds.FRAME))
    view.add(Delta(content="answer"))
    view._draw(hold=False)
    assert rows.text == []
    view.close()
    assert rows.text == ["answer"]


class Late(Rows):
    """Rows that come without more text, when it is fed nothing for the third time."""

    def __init__(self) -> None:
        super().__init__()
        self.left = 3
        self.settled = False

    @property
    def waits(self) -> bool:
        return bool(self.left and self.fed)

    def feed(self, text: str) -> Sequence[Styled]:
        super().feed(text)
        self.left -= not text
        return () if self.left else (printable("late"),)

    def settle(self) -> Sequence[Styled]:
        self.settled = True
        return ()


async def test_frames_go_on_until_all_rows_of_what_was_fed_are_there() -> None:
    rows = Late()
    view = view_of(rows, time.monotonic)
    view.add(Delta(content="word"))
    for _ in range(200):
        await asyncio.sleep(0.01)
        if not rows.left:
            break
    assert rows.shown == ["late"]
    view.close()


async def test_a_thought_comes_behind_the_rows_of_the_text_before_it() -> None:
    rows = Late()
    view = view_of(rows)
    view.add(Delta(content="word"))
    view._draw(hold=False)
    view.add(Delta(reasoning="r"))
    view._draw(hold=False)
    assert rows.settled
    view.close()


async def test_a_text_that_was_a_thought_ends_what_lays_it_out() -> None:
    rows = Rows()
    view = view_of(rows)
    view.add(Delta(content="word"))
    view._draw(hold=False)
    view.add(Delta(before=THOUGHT))
    assert rows.finished == 1
    view.close()


async def test_no_more_is_read_than_can_be_shown() -> None:
    many = [chunk("word " * 100)] * 400
    async with serve(Script(many)) as server, chat_with(server.base_url) as chat:
        turn = turn_in(chat, chat.talk.say("hi"))
        shown, drawn = 0, asyncio.Event()

        def add(delta: Delta) -> None:
            nonlocal shown
            shown += len(delta.content)

        turn.behind = lambda: drawn if shown > 2000 else None
        running = asyncio.ensure_future(turn.run(add))
        await asyncio.sleep(0.2)
        assert 2000 < shown <= 2500
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert len(turn.nodes[0].message.text) == shown  # what came is kept


async def test_a_delta_of_megabytes_is_handed_on_in_pieces() -> None:
    async with serve(says("x" * 3_000_000)) as server, chat_with(server.base_url) as chat:
        sizes: list[int] = []
        turn = turn_in(chat, chat.talk.say("hi"))
        await turn.run(lambda delta: sizes.append(len(delta.content)))
        assert max(sizes) == bounds.PIECE
        assert turn.error is None
        assert len(turn.nodes[0].message.text) == sum(sizes) == 3_000_000


async def test_choices_that_nobody_asked_for_make_no_replies() -> None:
    choices = [{"index": at, "delta": {"content": "a"}} for at in range(50_000)]
    script = Script([event({"choices": choices}), chunk(finish="stop"), b"data: [DONE]\n\n"])
    async with serve(script) as server, chat_with(server.base_url) as chat:
        turn, _ = await ask(chat, "hi")
        assert turn.error is None
        assert [node.message.text for node in turn.nodes] == ["a"]
        assert len(chat.talk.session.nodes) == 2


async def test_the_text_before_a_line_without_end_is_kept() -> None:
    script = Script([chunk("Hello"), b"data: " + b"x" * (bounds.LINE + 1), 5.0])
    async with serve(script) as server, chat_with(server.base_url) as chat:
        turn, _ = await ask(chat, "hi")
        assert "line without end" in str(turn.error)
        assert [node.message.text for node in turn.nodes] == ["Hello"]
        assert len(server.requests) == 1


_LOGPROB = {"token": "a", "logprob": -1.0, "bytes": [97]}
_FLOODS = {
    "words": chunk("some *words* of a `reply`, " * 40),
    "brackets": chunk("[" * 1000),
    "links": chunk("[a](b) " * 150),
    "lines": chunk("* a\n" * 200),
    "code": chunk("```c\n" + ("a" + " " * 480 + "\n") * 10),
    "tokens": chunk("あ") * 50,
    "blanks": chunk(" ") * 50,
    "comments": b":\n\n" * 2000,
    "empty": b"data: {}\n\n" * 600,
    "logprobs": event(
        {
            "choices": [
                {
                    "delta": {"content": "a"},
                    "logprobs": {"content": [{**_LOGPROB, "top_logprobs": [_LOGPROB] * 20}]},
                }
            ]
        }
    ),
}


@pytest.mark.parametrize("name", _FLOODS)
async def test_escape_is_answered_within_two_frames_of_a_flood(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The flood has no end that the test would see: 5,000 pieces of it."""
    came: list[int] = []
    drawn: list[bool] = []
    add, draw = LiveView.add, LiveView._draw

    def counted(view: LiveView, delta: Delta) -> None:
        came.append(len(delta.content))
        add(view, delta)

    def noted(view: LiveView, hold: bool) -> bool:
        drawn.append(hold)
        return draw(view, hold)

    monkeypatch.setattr(LiveView, "add", counted)
    monkeypatch.setattr(LiveView, "_draw", noted)
    async with sitting(Script([_FLOODS[name] * 20] * 5_000)) as person:
        stopped: list[tuple[int, int]] = []
        interrupt = person.terminal.interrupt

        def stop() -> None:
            stopped.append((len(came), len(drawn)))
            interrupt()

        person.terminal.interrupt = stop  # type: ignore[method-assign]
        person.type("go on\r")
        await person.until(lambda: len(drawn) > 3, 30.0)
        person.type("\x1b")
        await person.until(lambda: bool(stopped) and not person.terminal.busy, 30.0)
        ((deltas, frames),) = stopped
        assert sum(came[deltas:]) <= 2 * bounds.FRAME
        assert len(drawn) - frames <= 2
        shown = await person.at_rest()
        assert "interrupted" in shown or "stopped before the first token" in shown
        person.type("still here")
        await person.until("still here", 30.0)


@pytest.mark.parametrize("key", ["\x1b", "\x1b\x1b", "\x1bx"])
async def test_escape_stops_a_reply_without_waiting_for_a_sequence(key: str) -> None:
    """What follows a lone Escape in another read is another key: a quarter of a second is not waited."""
    async with sitting(Script([chunk("begun"), *[10.0] * 3, chunk("never"), DONE])) as person:
        person.terminal._app.timeoutlen = 1000.0  # longer than the test may take
        person.type("go on\r")
        await person.until("begun")
        person.type(key)
        await person.until("interrupted")


async def test_alt_enter_is_a_new_line_while_a_reply_comes() -> None:
    async with sitting(Script([chunk("begun"), *[10.0] * 3, chunk("never"), DONE])) as person:
        person.type("go on\r")
        await person.until("begun")
        person.type("one\x1b\rtwo\x1bbX")
        await person.until("Xtwo")
        assert person.terminal.busy
        assert person.terminal._prompt.buffer.text == "one\nXtwo"
