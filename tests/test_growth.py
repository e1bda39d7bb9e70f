"""Foreign text costs no more than in proportion to its length.

No time is measured: each size is one at which a second pass over all that came before, for
every piece that comes, would run into the tests' own time limit many times over.
"""

import pytest

from zatsudan.base.errors import describe_seconds
from zatsudan.base.printable import printable
from zatsudan.markdown.links import links
from zatsudan.sessions.estimate import tokens_per_second
from zatsudan.terminal.text.rows import wrap
from zatsudan.wire.protocol import Delta
from zatsudan.wire.reply import Reply
from zatsudan.wire.sse import Decoder
from zatsudan.wire.thinking import ThinkSplitter

MILLION = 1_000_000


@pytest.mark.parametrize("tail", [")", "]", ".)", "])", "*"])
def test_an_address_with_a_long_end(tail: str) -> None:
    assert [link.address for link in links("https://a" + tail * MILLION)] == ["https://a"]


def test_blank_deltas() -> None:
    splitter = ThinkSplitter()
    for _ in range(MILLION):
        assert splitter.feed(" ") == ("", "")
    content, _ = splitter.feed("x")
    assert len(content) == MILLION + 1


def test_a_call_in_many_pieces() -> None:
    reply = Reply()
    piece = [{"index": 0, "function": {"name": "", "arguments": "aaaa"}}]
    for _ in range(MILLION // 2):
        reply.add(Delta(extra=(("tool_calls", piece),)))  # type: ignore[arg-type]
    calls = reply.calls["tool_calls"]
    assert calls == [{"function": {"name": "", "arguments": "a" * 2 * MILLION}}]


def test_many_calls() -> None:
    reply = Reply()
    for at in range(100_000):
        piece = [{"index": at, "id": str(at), "function": {"name": "f", "arguments": "{}"}}]
        reply.add(Delta(extra=(("tool_calls", piece),)))  # type: ignore[arg-type]
    calls = reply.calls["tool_calls"]
    assert isinstance(calls, list)
    assert len(calls) == 100_000


def test_an_event_of_many_lines() -> None:
    decoder = Decoder()
    for _ in range(10_000):
        assert decoder.feed(b"data: a\n" * 40) == []
    (event,) = decoder.feed(b"\n")
    assert len(event.data) == 800_000 - 1


def test_a_line_of_megabytes_is_wrapped() -> None:
    assert sum(len(row) for row in wrap(printable("x" * 3 * MILLION), 80)) == 3 * MILLION


@pytest.mark.parametrize(
    ("tokens", "first", "seconds", "speed"),
    [
        (100, 1.0, 3.0, 50.0),
        (100, 1.9999, 2.0, 50.0),  # in one piece: over the whole time
        (20, 1.95, 2.0, 10.0),
        (500_000, 1.0, 3.0, 500_000 / 3),  # what took two seconds was to draw it
        (2, 0.0, 0.0, None),
        (1, 1.0, 3.0, None),
        (100, None, 3.0, None),
    ],
)
def test_tokens_per_second(
    tokens: int, first: float | None, seconds: float, speed: float | None
) -> None:
    assert tokens_per_second(tokens, first, seconds) == pytest.approx(speed)


def test_a_time_without_sense() -> None:
    assert describe_seconds(1e300) == describe_seconds(float("inf")) == "more than 30 days"
