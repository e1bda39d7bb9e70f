"""The rows of an experiment."""

from typing import TYPE_CHECKING

from zatsudan.lab.sheet import rows_of
from zatsudan.lab.turns import at_once
from zatsudan.sessions.made import INTERRUPTED, Made
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.records import apply, message_record
from zatsudan.sessions.session import Session
from zatsudan.wire.messages import Message, Usage

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json


def session_of(*replies: tuple[str, Made]) -> tuple[Session, Lab]:
    session = Session()
    apply(session, message_record("1", None, Message("user", "hi"), ""))
    cells: list[tuple[str, str | None]] = []
    for at, (text, made) in enumerate(replies, 2):
        apply(session, message_record(str(at), "1", Message("assistant", text), "", made))
        cells.append((f"cell {at}", str(at)))
    return session, Lab("1", tuple(cells))


def count(text: str) -> int:
    return len(text)


def test_the_numbers_of_a_row() -> None:
    entries: list[Json] = [{"token": "a", "logprob": -0.5}, {"token": "b", "logprob": -1.5}]
    made = Made(
        finish_reason="stop",
        model="m",
        parameters={"temperature": 0},
        usage=Usage(5, 20),
        first=1.0,
        seconds=3.0,
        logprobs=entries * 10,
    )
    session, lab = session_of(("a b c d", made), ("a b c d", Made(ended=INTERRUPTED)))
    first, second = at_once(rows_of(session, lab, count))
    assert (first.tokens, first.estimated, first.seconds, first.speed) == (20, False, 3.0, 9.5)
    assert (first.ended, first.likeness) == ("stop", 1.0)
    assert (first.metrics["mean_logprob"], first.metrics["distinct_pairs"]) == (-1.0, 1.0)
    assert (second.tokens, second.estimated, second.ended) == (7, True, "interrupted")
    assert "mean_logprob" not in second.metrics


def test_choices_of_one_request_share_a_count_so_each_is_estimated() -> None:
    made = Made(parameters={"n": 2}, usage=Usage(5, 70, together=2))
    session, lab = session_of(("abc", made), ("abcd", Made(parameters={"n": 2})))
    assert [
        (row.tokens, row.estimated, row.speed) for row in at_once(rows_of(session, lab, count))
    ] == [
        (30, True, None),
        (40, True, None),
    ]


def test_choices_that_were_counted_one_by_one_have_their_counts() -> None:
    one = Made(parameters={"n": 2}, usage=Usage(5, 40))
    session, lab = session_of(("abc", one), ("abcd", one._replace(usage=Usage(0, 24))))
    rows = at_once(rows_of(session, lab, count))
    assert [(row.tokens, row.estimated) for row in rows] == [(40, False), (24, False)]


def test_the_speed_by_the_server_goes_before_ours() -> None:
    made = Made(usage=Usage(5, 20), first=1.0, last=2.0, seconds=3.0)
    session, lab = session_of(("a", made), ("b", made._replace(pace=18.5)))
    assert [row.speed for row in at_once(rows_of(session, lab, count))] == [19.0, 18.5]


def test_a_cell_without_a_reply_stays_in_its_place() -> None:
    session, lab = session_of(("a", Made()), ("b", Made()))
    lab = Lab("1", (lab.cells[0], ("failed", None), lab.cells[1]))
    rows = at_once(rows_of(session, lab, count))
    assert [(row.number, row.ended, row.text) for row in rows] == [
        (1, "?", "a"),
        (2, "no reply", ""),
        (3, "?", "b"),
    ]
