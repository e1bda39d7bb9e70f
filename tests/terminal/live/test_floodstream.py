"""A flood that two processes lay out has the rows that one would give it."""

from collections.abc import Sequence

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.support.shapes import SHAPES
from tests.support.texts import markdown, pieces
from zatsudan.base.printable import Styled
from zatsudan.base.styles import Styles
from zatsudan.terminal.live.floodstream import FLOOD, RATE, FloodStream
from zatsudan.terminal.live.replies import MarkdownStream, markdown_streams, whole_rows
from zatsudan.terminal.live.secondprocess import SecondProcess
from zatsudan.wire import bounds

ENVIRON = {"TERM": "xterm-256color"}
MAKE = markdown_streams(ENVIRON)
#: What happens behind each piece: so many answers come (and the process ends for -1).
_HAPPENS = st.lists(st.integers(-1, 3), max_size=40)


class Scripted(SecondProcess):
    """One that lays out in this process, when it is told to."""

    def __init__(self) -> None:
        super().__init__(ENVIRON, Styles())
        self.asked: list[tuple[str, int]] = []
        self.may_answer = 0
        self.begun = False

    def begin(self) -> None:
        self.begun = self.ready = True

    def ask(self, text: str, width: int) -> bool:
        if self.ready:
            self.asked.append((text, width))
        return self.ready

    def answers(self) -> list[list[Styled]]:
        taken = self.asked[: self.may_answer]
        del self.asked[: self.may_answer]
        self.may_answer = 0
        return [whole_rows(text, MAKE(width).behind()) for text, width in taken]

    def end(self) -> None:
        self.ready = False
        self.asked.clear()


def shared(second: SecondProcess, width: int = 60) -> FloodStream:
    return FloodStream(MAKE(width), second, lambda: 0.0, flood=0, least=1)


def alone(text: str, width: int = 60) -> Sequence[Styled]:
    return whole_rows(text, MAKE(width))


@settings(max_examples=100, deadline=None)
@given(pieces(markdown), _HAPPENS)
def test_the_rows_are_those_of_one_process(text: tuple[str, list[str]], happens: list[int]) -> None:
    whole, cut = text
    second = Scripted()
    stream = shared(second)
    rows: list[Styled] = []
    for at, piece in enumerate(["A beginning.\n\n", *cut]):
        rows += stream.feed(piece)
        stream.tail(6)
        happened = happens[at] if at < len(happens) else 0
        second.may_answer = max(happened, 0)
        if happened < 0:
            second.end()
    rows += stream.finish()
    assert rows == alone("A beginning.\n\n" + whole)
    assert not second.ready


@settings(max_examples=50, deadline=None)
@given(
    st.lists(markdown, min_size=2, max_size=4),
    st.lists(st.sampled_from((25, 40, 60, 72)), min_size=1, max_size=3),
)
def test_what_is_not_handed_out_gets_the_width_that_it_is_shown_at(
    texts: list[str], widths: list[int]
) -> None:
    second = Scripted()
    stream = shared(second)
    stream.feed("one\n\n")
    rest = "\n\nand\n\n".join(["", *texts, ""])
    assert stream.feed("two\n\n" + rest)[:2] == ["", "two"]
    assume(stream.waits)
    for width in widths:
        stream.resize(width)
    second.may_answer = 3
    rows = [*stream.feed(""), *stream.feed("the end"), *stream.finish()]
    assert rows == whole_rows(rest + "the end", MAKE(widths[-1]).behind())


def test_shared_blocks_hold_the_rows_behind_them_back_until_they_are_there() -> None:
    second = Scripted()
    stream = shared(second)
    assert stream.feed("one\n\n") == ["one"]
    assert stream.feed("two\n\nthree\n\nfour\n\n") == ["", "two"]
    assert stream.waits
    assert second.asked == [("three\n\nfour\n\n", 60)]
    assert stream.feed("five\n\n") == []
    second.may_answer = 1
    assert stream.feed("") == ["", "three", "", "four", "", "five"]
    assert not stream.waits


def test_settling_waits_for_nobody() -> None:
    second = Scripted()
    stream = shared(second)
    stream.feed("one\n\n")
    stream.feed("two\n\nthree\n\nfour\n\n")
    assert stream.settle() == ["", "three", "", "four"]
    assert not stream.waits
    second.may_answer = 1
    assert stream.feed("five\n\n") == ["", "five"]  # what is answered late comes not twice


def test_only_a_flood_begins_a_process() -> None:
    text = SHAPES["mixed"](FLOOD)
    slow, fast = Scripted(), Scripted()
    now = 0.0
    as_a_model_writes = FloodStream(MAKE(60), slow, lambda: now)
    at_once = FloodStream(MAKE(60), fast, lambda: 0.0)
    for at in range(0, len(text), bounds.PIECE):
        assert at_once.at_once == bounds.PIECE
        piece = text[at : at + bounds.PIECE]
        at_once.feed(piece)
        now += 2 * bounds.PIECE / RATE
        as_a_model_writes.feed(piece)
    assert not slow.begun
    assert fast.begun
    assert at_once.at_once == bounds.FRAME


def test_a_small_text_is_not_worth_the_way() -> None:
    second = Scripted()
    stream = FloodStream(MAKE(60), second, lambda: 0.0, flood=0)
    stream.feed("one\n\n")
    assert stream.feed("two\n\nthree\n\nfour\n\n") == ["", "two", "", "three", "", "four"]
    assert second.asked == []


def test_words_that_the_person_gave_are_not_shared() -> None:
    given_words = "one two three four five"
    stream: MarkdownStream = markdown_streams(ENVIRON)(60, given_words)
    second = Scripted()
    stream_of_both = FloodStream(stream, second, lambda: 0.0, flood=0, least=1)
    stream_of_both.feed("one\n\n")
    stream_of_both.feed("two\n\nthree\n\nfour\n\n")
    assert second.asked == []


@pytest.mark.posix
def test_a_flood_with_a_process_of_its_own() -> None:
    text = SHAPES["mixed"](1_000_000)
    second = SecondProcess(ENVIRON, Styles())
    stream = FloodStream(MAKE(60), second, lambda: 0.0)
    rows: list[Styled] = []
    waited = False
    for at in range(0, len(text), bounds.FRAME):
        rows += stream.feed(text[at : at + bounds.FRAME])
        waited = waited or stream.waits
    rows += stream.finish()
    assert waited
    assert not second.ready
    assert rows == alone(text)
