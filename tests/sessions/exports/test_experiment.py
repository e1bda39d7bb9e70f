"""Files of an experiment: JSON, CSV, Markdown, and a page."""

import csv
import io
import json
import re
from typing import Any

import pytest

from tests.support.talks import HOSTILE
from zatsudan.lab.filed import sheet_of
from zatsudan.lab.sheet import Row
from zatsudan.sessions.exports.experiment import FORMATS, to_csv, to_html, to_json, to_markdown

ROWS = [
    Row(
        1,
        "temperature 0",
        "one | two\nthree",
        "m",
        {"temperature": 0},
        5,
        ended="stop",
        server="box",
    ),
    Row(2, "x"),
]


def test_json_holds_all() -> None:
    value: dict[str, Any] = json.loads(to_json(sheet_of(ROWS, "hi")))
    assert value["message"] == "hi"
    assert value["replies"][0]["parameters"] == {"temperature": 0}
    assert value["replies"][1]["tokens"] is None


def test_csv_reads_back() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(sheet_of(ROWS, "hi")))))
    assert rows[0]["text"] == "one | two\nthree"
    assert rows[1]["tokens"] == ""


SWEPT = [
    Row(1, "a", "x", "m", {"temperature": 0.4, "stop": ["a", "b"]}),
    Row(2, "b", "**y**", "m", {"temperature": 0.8, "seed": 7}),
]


def test_csv_has_a_column_for_each_parameter() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(sheet_of(SWEPT, "hi")))))
    assert [(row["temperature"], row["seed"], row["text"]) for row in rows] == [
        ("0.4", "", "x"),
        ("0.8", "7", "**y**"),
    ]
    assert rows[0]["stop"]


def test_the_page_looks_as_that_of_a_talk() -> None:
    page = to_html(sheet_of(SWEPT, "hi"))
    assert "prefers-color-scheme: dark" in page
    assert "<strong>y</strong>" in page
    assert "<th>temperature</th><th>stop</th><th>seed</th>" in page
    assert "tokens_per_second" not in page


def test_the_page_has_no_column_of_which_no_reply_knows_anything() -> None:
    shown = re.findall("<th>(.*?)</th>", to_html(sheet_of(ROWS, "hi")))
    assert {"tok", "end", "temperature"} <= set(shown)
    assert not {"logp", "tok/s", "s"} & set(shown)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x"])
def test_no_cell_of_a_csv_is_a_formula(text: str) -> None:
    assert (
        next(csv.DictReader(io.StringIO(to_csv(sheet_of([Row(1, "a", text)], "")))))["text"]
        == "'" + text
    )


def test_markdown_has_a_table_and_the_replies() -> None:
    text = to_markdown(sheet_of(ROWS, "hi\nthere"))
    assert "> hi\n> there\n" in text
    assert "| 1 | temperature 0 | m | box | stop | 5 |" in text
    assert "## 1. temperature 0\n\none | two\nthree" in text


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_gets_out_of_the_page(text: str) -> None:
    page = to_html(sheet_of([Row(1, text, text, model=text)], text))
    assert page.count("<script") == 0
    assert page.count("<article") == 2
    assert page.count("<img") == 0


def test_every_ending_has_a_format() -> None:
    assert set(FORMATS) == {".md", ".markdown", ".csv", ".json", ".html", ".htm"}
