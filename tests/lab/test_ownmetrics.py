"""Numbers of a person's own: patterns and commands, and what is said where one fails."""

import os
import sys

import pytest

from zatsudan.lab.ownmetrics import Measured, measure, measure_all

TEXTS = ["one 1 two 22", "", "三 3\nfour"]


async def test_a_pattern_is_counted() -> None:
    assert await measure("numbers", r"regex:\d+", TEXTS) == Measured([2.0, 0.0, 1.0])
    assert await measure("numbers", "regex:x", []) == Measured([])


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
async def test_a_command_gets_the_text_and_prints_a_number() -> None:
    assert (await measure("words", "wc -w", TEXTS)).values == [4.0, 0.0, 3.0]
    assert (await measure("bytes", "wc -c", TEXTS)).values == [12.0, 0.0, 10.0]
    # One that reads nothing of a long text is no failure.
    assert (await measure("fixed", "echo 0.5 of 1", ["x" * 1_000_000])).values == [0.5]


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        ("exit 3", "it ended with status 3"),
        ("echo hello", "it printed no number"),
        ("echo nan", "it printed no number"),
        ("true", "it printed no number"),
        ("yes", "it took longer than 0.50 s"),
        ("sleep 20", "it took longer than 0.50 s"),
        ("sleep 20 & sleep 20", "it took longer than 0.50 s"),
    ],
)
@pytest.mark.posix
async def test_what_fails_is_said_in_a_sentence(spec: str, why: str) -> None:
    found = await measure("mine", spec, ["a" * 60 + "b", "a"], seconds=0.5)
    assert found.values == [None, None]
    assert found.fault == f"The metric mine failed: {why}."


@pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX")
async def test_one_that_fails_leaves_the_others() -> None:
    found = await measure_all({"bad": "false", "good": "wc -w"}, ["a b"])
    assert found["bad"].fault
    assert found["good"] == Measured([2.0])


async def test_a_pattern_that_takes_too_long_is_said_in_a_sentence() -> None:
    found = await measure("mine", r"regex:(a|aa)+$", ["a" * 60 + "b", "a"], seconds=0.5)
    assert found.values == [None, None]
    assert found.fault == "The metric mine failed: it took longer than 0.50 s."


async def test_the_pattern_is_no_code() -> None:
    assert sys.executable
    found = await measure("odd", "regex:'); import os; os.abort(", ["x"])
    assert found.fault.startswith("The metric odd failed: ")
