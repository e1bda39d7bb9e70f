"""The macros of cards, with time and dice that are given."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.errors import ImportRefused
from zatsudan.sessions.characters.macros import LONGEST, Filling


def fill(text: str, seed: int = 1, persona: str = "a poet") -> str:
    now = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return Filling("Mori", "Ann", persona, now, Random(seed)).fill(text)


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("{{user}} and {{ CHAR }}, <USER> and <bot>", "Ann and Mori, Ann and Mori"),
        ("{{charIfNotGroup}} {{persona}}", "Mori a poet"),
        ("{{date}} {{time}} {{weekday}}", "2026-01-02 03:04 Friday"),
        ("a{{newline}}b{{noop}}", "a\nb"),
        ("a\n\n{{trim}}\n\nb", "ab"),
        ("a{{// {a} note}}b", "a{{// {a} note}}b"),
        ("a{{// a note}}b{{comment: x}}{{hidden_key:y}}", "ab"),
        ("{{reverse:abc}}", "cba"),
        ("{{random:{{char}}}} {{pick::one}}", "Mori one"),
        ("{{random:a\\,b}}", "a,b"),
        ("{{roll:1}} {{roll:d1}} {{roll:2d1}} {{roll 3d1}}", "1 1 2 3"),
        ("{{roll:many}} {{roll:0}}", "{{roll:many}} {{roll:0}}"),
        ("{{original}} {{setvar::a::b}} {{ {x} }}", "{{original}} {{setvar::a::b}} {{ {x} }}"),
        ("{{", "{{"),
        ("<START>", "<START>"),
        ("", ""),
    ],
)
def test_macros(text: str, filled: str) -> None:
    assert fill(text) == filled


def test_dice_fall_by_the_seed() -> None:
    text = "{{random:a,b,c,d}}{{roll:d20}}{{pick:e::f,g}}"

    assert fill(text, 1) == fill(text, 1)
    assert len({fill(text, seed) for seed in range(50)}) > 10
    assert {fill("{{roll:2d3}}", seed) for seed in range(99)} == {"2", "3", "4", "5", "6"}


def test_a_text_that_grows_without_end_is_refused() -> None:
    with pytest.raises(ImportRefused, match="far too long") as caught:
        fill("{{persona}}" * 100, persona="x" * (LONGEST // 50))
    assert caught.value.advice
    assert len(fill("{{persona}}", persona="{{persona}}{{persona}}")) < 1_000


@given(st.text(alphabet="{}<>ab:/,\\\n user", max_size=60))
def test_any_text_is_filled_in(text: str) -> None:
    fill(text)


def test_many_lines_and_braces_take_no_square_of_time() -> None:
    # With a square of these sizes the time limit of a test is long over.
    assert fill("\n" * 400_000 + "{{user}}").endswith("Ann")
    assert fill("{{" * 200_000)
    assert fill("{{a" * 200_000)
