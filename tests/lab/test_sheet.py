"""The rows of an experiment, and files of them."""

import csv
import io
import json
from typing import Any

import pytest

from tests.support.talks import HOSTILE
from zatsudan.lab.sheet import FORMATS, Row, rows_of, to_csv, to_html, to_json, to_markdown
from zatsudan.sessions.records import apply, message_record
from zatsudan.sessions.session import INTERRUPTED, Lab, Made, Session
from zatsudan.wire.messages import Message, Usage


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
    made = Made(
        finish_reason="stop",
        model="m",
        parameters={"temperature": 0},
        usage=Usage(5, 20),
        first=1.0,
        seconds=3.0,
        logprobs=({"logprob": -0.5}, {"logprob": -1.5}),
    )
    session, lab = session_of(("a b c d", made), ("a b c d", Made(ended=INTERRUPTED)))
    first, second = rows_of(session, lab, count)
    assert (first.tokens, first.estimated, first.seconds, first.speed) == (20, False, 3.0, 10.0)
    assert (first.ended, first.logprob, first.distinct, first.likeness) == ("stop", -1.0, 1.0, 1.0)
    assert (second.tokens, second.estimated, second.ended) == (7, True, "interrupted")
    assert second.logprob is None


def test_choices_of_one_request_share_a_count_so_each_is_estimated() -> None:
    made = Made(parameters={"n": 2}, usage=Usage(5, 50))
    session, lab = session_of(("abc", made), ("abcd", Made(parameters={"n": 2})))
    assert [(row.tokens, row.estimated) for row in rows_of(session, lab, count)] == [
        (3, True),
        (4, True),
    ]


def test_a_cell_without_a_reply_stays_in_its_place() -> None:
    session, lab = session_of(("a", Made()), ("b", Made()))
    lab = Lab("1", (lab.cells[0], ("failed", None), lab.cells[1]))
    rows = rows_of(session, lab, count)
    assert [(row.number, row.ended, row.text) for row in rows] == [
        (1, "?", "a"),
        (2, "no reply", ""),
        (3, "?", "b"),
    ]


ROWS = [
    Row(1, "temperature 0", "one | two\nthree", "m", {"temperature": 0}, 5, ended="stop"),
    Row(2, "x"),
]


def test_json_holds_all() -> None:
    value: dict[str, Any] = json.loads(to_json(ROWS, "hi"))
    assert value["message"] == "hi"
    assert value["replies"][0]["parameters"] == {"temperature": 0}
    assert value["replies"][1]["tokens"] is None


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(ROWS, "hi"))))
    assert rows[0]["text"] == "one | two\nthree"
    assert rows[1]["tokens"] == ""


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    assert next(csv.DictReader(io.StringIO(to_csv([Row(1, "a", text)], ""))))["text"] == "'" + text


def test_markdown_has_a_table_and_the_replies() -> None:
    text = to_markdown(ROWS, "hi\nthere")
    assert "> hi\n> there\n" in text
    assert "| 1 | temperature 0 | m | 5 |" in text
    assert "## 1. temperature 0\n\none | two\nthree" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_gets_out_of_the_page(text: str) -> None:
    page = to_html([Row(1, text, text, model=text)], text)
    assert page.count("<script") == 0
    assert page.count("<pre>") == 2
    assert page.count("<img") == 0


def test_every_ending_has_a_format() -> None:
    assert set(FORMATS) == {".md", ".markdown", ".csv", ".json", ".html", ".htm"}
