"""Lines of one row: what gives way, and in which order."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base import language, languages
from zatsudan.base.printable import printable
from zatsudan.sessions.made import FAILED, FINISHED, INTERRUPTED, Made
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.onerow import Piece, one_row, whole
from zatsudan.terminal.text.replyrows import status, status_rows
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.wire.messages import Usage

WORDS = st.text("ab猫", min_size=1, max_size=12).map(printable)
PIECES = st.lists(
    st.tuples(st.integers(0, 9), WORDS).map(lambda pair: Piece(*pair)),
    min_size=1,
    max_size=6,
    unique_by=lambda piece: piece.text,
)


@given(PIECES, st.integers(13, 60))
def test_it_fits_in_order_and_what_gives_way_is_worth_the_least(
    pieces: list[Piece], room: int
) -> None:
    row = one_row(pieces, room)
    assert cells(row) <= room
    if cells(max(pieces, key=lambda piece: piece.worth).text) > room:
        return
    shown = row.split(" · ")
    left = iter(piece.text for piece in pieces)
    assert all(text in left for text in shown)  # whole, and in their order
    worth = {piece.text: piece.worth for piece in pieces}
    assert sorted(map(worth.__getitem__, shown)) == sorted(worth.values())[-len(shown) :]


def test_a_brief_form_stands_where_the_whole_does_not_fit() -> None:
    pieces = [
        Piece(0, printable("model")),
        Piece(2, printable("a long way to say it"), printable("briefly")),
    ]
    assert one_row(pieces, 28) == "model · a long way to say it"
    assert one_row(pieces, 27) == "a long way to say it"
    assert one_row(pieces, 19) == "model · briefly"
    assert one_row(pieces, 14) == "briefly"
    assert one_row([], 14) == "" == whole([])


def made(ended: str = FINISHED, finish: str | None = "stop") -> Made:
    return Made(
        ended=ended,
        model="accounts/fireworks/models/qwen3-235b-a22b",
        finish_reason=finish,
        usage=Usage(123_456, 12_345),
        first=12.34,
        last=99.5,
        seconds=99.5,
        left_out=18,
    )


@pytest.fixture(params=["en", "ja"])
def _spoken(request: pytest.FixtureRequest) -> Iterator[None]:
    before = language.speak(language.English())
    languages.speak(request.param)
    yield
    language.speak(before)


@pytest.mark.usefixtures("_spoken")
@pytest.mark.parametrize("width", [79, 39])
@pytest.mark.parametrize(
    "reply",
    [
        made(),
        *(made(finish=reason) for reason in ("length", "content_filter", "tool_calls")),
        made(finish="something_else"),
        made(INTERRUPTED, None),
        made(FAILED, None),
    ],
)
def test_the_status_of_a_reply_is_one_row_of_whole_parts(reply: Made, width: int) -> None:
    (row,) = map(uncoloured, status_rows(reply, width))
    assert cells(row) <= width
    all_parts = status(reply).split(" · ")
    shown = row.split(" · ")
    assert shown[:-1] == [part for part in all_parts if part in shown[:-1]]
    assert shown[-1] in all_parts or all_parts[-1].startswith(shown[-1])
    assert "/fireworks/" not in row
    if reply.finish_reason != "stop":  # why it ended is worth the most
        assert all_parts[-1].startswith(shown[-1])


def test_a_status_that_fits_is_whole() -> None:
    (row,) = map(uncoloured, status_rows(made(), 200))
    assert row == status(made())
