"""Foreign text costs no more than in proportion to its length.

No time is measured: each size is one at which a second pass over all that came before, for
every piece that comes, would run into the tests' own time limit many times over.
"""

import pytest

from zatsudan.base.errors import StatusError
from zatsudan.base.printable import printable
from zatsudan.base.quantities import describe_seconds
from zatsudan.base.secrets import HIDDEN, shown_line
from zatsudan.markdown.links import links
from zatsudan.servers.engine.quantisations import pick
from zatsudan.sessions.estimate import tokens_per_second
from zatsudan.sessions.window import in_order
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.plain.linereader import BEGIN, END, marked
from zatsudan.terminal.text.rows import wrap
from zatsudan.wire.errorbodies import read_error
from zatsudan.wire.messages import Message
from zatsudan.wire.protocol import Delta
from zatsudan.wire.refusals import prompt_size, understand
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
        assert splitter.feed(" ") == ("", "", "")
    content, _, _ = splitter.feed("x")
    assert len(content) == MILLION + 1


def test_a_thought_that_may_end_at_any_place() -> None:
    splitter = ThinkSplitter()
    for _ in range(MILLION // 4):
        splitter.feed("a </think> b")
    splitter = ThinkSplitter()
    for _ in range(MILLION // 2):
        splitter.feed("a <")
    splitter = ThinkSplitter(expected=True)
    for _ in range(MILLION // 2):
        splitter.feed("a <")
    content, _, before = splitter.close()
    assert (len(content), before) == (3 * MILLION // 2, "text")


@pytest.mark.parametrize("more", ["x.\n<think></think>", "x <think> ", "```\n<think>\n"])
def test_further_thoughts_and_what_is_none(more: str) -> None:
    splitter = ThinkSplitter()
    splitter.feed("<think>so</think>")
    for _ in range(MILLION // 10):
        splitter.feed(more)


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
    ("tokens", "first", "last", "seconds", "speed"),
    [
        (101, 1.0, 3.0, 9.0, 50.0),  # what came behind the last text is no time of it
        (101, 1.0, None, 3.0, 50.0),  # a record of before the last was kept
        (3, 0.5, 0.5 + 2 / 61.7, 0.6, 61.7),
        (2, 0.5, 0.5 + 1 / 49.6, 0.6, 49.6),
        (100, 2.0, 2.0, 2.0, 50.0),  # in one piece: over the whole time
        (100, 1.9999, 2.0, 2.0, 50.0),
        (120, 1.95, 1.96, 2.0, 60.0),  # a burst
        (500_000, 1.0, 3.0, 3.0, 500_000 / 3),  # what took two seconds was to draw it
        (2, 0.0, 0.0, 0.0, None),
        (1, 1.0, 3.0, 3.0, None),
        (100, None, None, 3.0, None),
    ],
)
def test_tokens_per_second(
    tokens: int, first: float | None, last: float | None, seconds: float, speed: float | None
) -> None:
    assert tokens_per_second(tokens, first, last, seconds) == pytest.approx(speed)


def test_a_time_without_sense() -> None:
    assert describe_seconds(1e300) == describe_seconds(float("inf")) == "more than 30 days"


@pytest.mark.parametrize(
    "unit", ["<", "<title", "<title>", "<h1 a>", "<title></title", "&#1", "<a>"]
)
def test_a_page_that_is_all_tags(unit: str) -> None:
    message, _, _ = read_error(b"<html>" + unit.encode() * (MILLION // len(unit)))
    assert len(message) <= 300


@pytest.mark.parametrize(
    ("page", "title"),
    [
        ("<html><title>Not <b>found</b></title><h1>Other</h1>", "Not  found"),
        ("<html><title></title><h1 class=a>Gone &amp; lost</h1>", "Gone & lost"),
        ("<html><titlepage>x</titlepage>", "a web page"),
        ("<html><title>&#" + "1" * 5000 + ";&#x" + "f" * 5000 + ";a</title>", "��a"),
    ],
)
def test_the_title_of_a_page(page: str, title: str) -> None:
    message, _, _ = read_error(page.encode())
    assert message.replace("  ", " ").startswith(title.replace("  ", " "))


@pytest.mark.parametrize("unit", ["0", "0 ", "n_ctx", "context size ", "'n'"])
def test_a_refusal_of_megabytes(unit: str) -> None:
    error = StatusError(400, "maximum context length is " + unit * (MILLION // len(unit)))
    repair = understand(error, {"n": 1})
    assert repair is not None
    assert repair.kind == "shrink"
    assert prompt_size(error) is None


@pytest.mark.parametrize("unit", ["a", "a.", "a-", "0", "://a", "a://", "a=", "api_key", " :// "])
@pytest.mark.parametrize("command", ["/", "/connect ", "!"])
def test_a_line_of_a_megabyte_is_looked_through(command: str, unit: str) -> None:
    assert shown_line(command + unit * (MILLION // len(unit))).startswith(command)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/connect https://a/v1 abc", f"/connect https://a/v1 {HIDDEN}"),
        ("/connect https://a/v1  abc def", f"/connect https://a/v1 {HIDDEN}"),
        ("/connect https://a/v1 ", "/connect https://a/v1 "),
        ("/connect x://", "/connect x://"),
        ("!curl +http://me:secret@a/", f"!curl +http://{HIDDEN}@a/"),
        ("/set my-api-key=abc", f"/set my-api-key={HIDDEN}"),
    ],
)
def test_what_is_hidden_of_a_line(line: str, shown: str) -> None:
    assert shown_line(line).rstrip() == shown.rstrip()


def test_many_messages_of_a_person_become_one() -> None:
    (message,) = in_order(Message("user", "a" * 20) for _ in range(MILLION // 5))
    assert len(message.text) == MILLION // 5 * 22 - 2


def test_a_paste_of_nothing_but_ends() -> None:
    line = marked((BEGIN + "a" + END + "b") * (MILLION // 10))
    assert line.text == "ab" * (MILLION // 10)
    assert len(line.marks) == len(line.text)


def test_many_lines_are_joined() -> None:
    joined = Entered.joined((Entered.of("a" * 9, KEYS) for _ in range(MILLION // 2)), "\n")
    assert len(joined.text) == len(joined.marks) == MILLION // 2 * 10 - 1


def test_a_model_in_very_many_parts_of_which_one_is_missing() -> None:
    parts = [f"m-{at:05}-of-50000.gguf" for at in range(1, 50_000)]
    assert pick([*parts, *(f"n{at}.gguf" for at in range(2))], "") == ["n0.gguf"]
