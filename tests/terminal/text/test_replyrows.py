"""What stands around a reply's text."""

from typing import TYPE_CHECKING

from zatsudan.sessions.made import FAILED, INTERRUPTED, Made
from zatsudan.sessions.session import Node
from zatsudan.terminal.text.replyrows import source_rows, status, thought_rows
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.wire.messages import Message, Usage

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json


def test_sources_are_links_that_end_no_sequence_before_its_time() -> None:
    pages: list[Json] = [{"url": "https://a.example/\x1b\\x y", "title": "A\x1b]0;b\x07"}]
    node = Node("2", "1", Message("assistant", "So."), made=Made(beside={"citations": pages}))
    row = next(iter(source_rows(node, 80, links=True)))
    assert row.count("\x1b]8;") == 2
    assert "https://a.example/%1B%5Cx%20y\x1b\\" in row
    assert uncoloured(next(iter(source_rows(node, 80)))).startswith("[1] A␛]0;b␇  https://a")


def test_the_status_says_why_a_reply_ended_where_that_needs_saying() -> None:
    made = Made(model="m", usage=Usage(1000, 20), finish_reason="stop", first=0.5)

    assert status(made) == "m · 1,000 in, 20 out · first 0.50 s"
    cut = made._replace(finish_reason="length", usage=Usage(10, 2, estimated=True))
    assert (
        status(cut)
        == "m · ~10 in, ~2 out · first 0.50 s · cut at the token limit, /continue goes on"
    )
    assert status(Made(INTERRUPTED)) == "interrupted, /continue goes on"
    assert (
        status(Made(FAILED, left_out=3))
        == "3 earlier messages not sent · cut off, /continue goes on"
    )
    assert status(Made(finish_reason="odd\x1b[2J")).startswith("odd␛")


def test_a_thought_is_told_with_its_time_where_that_is_known() -> None:
    text, blank = map(uncoloured, thought_rows(1234, 2.0))

    assert (text, blank) == ("thought for 2.0 s, 1,234 characters · /reasoning shows it", "")
    assert uncoloured(next(iter(thought_rows(5)))) == "thought 5 characters · /reasoning shows it"
