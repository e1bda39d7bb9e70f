"""Messages and usage, to the wire and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.wire.messages import Message, Usage, content_text


@pytest.mark.parametrize(
    "wire",
    [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "1"}]},
        {"role": "tool", "content": "42", "tool_call_id": "1"},
        {"role": "function", "content": "42", "name": "f"},
        {"role": "developer", "content": [{"type": "text", "text": "a"}]},
    ],
)
def test_a_message_goes_back_unchanged(wire: JsonObject) -> None:
    assert Message.from_json(wire).to_json() == wire


def test_a_message_without_a_role_is_the_persons() -> None:
    assert Message.from_json({"content": "hi"}) == Message("user", "hi")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("hi", "hi"),
        (None, ""),
        ([], ""),
        ([{"type": "text", "text": "a"}, "b", {"type": "image_url"}, 5], "ab[image_url]"),
        ([{"type": "refusal", "refusal": "no"}], "no"),
        ({"type": "text", "text": "a"}, "a"),
        (5, "5"),
    ],
)
def test_content_in_any_form_has_a_text(content: Json, text: str) -> None:
    assert content_text(content) == text


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (12, 12), (12.0, 12), ("12", 12), (" 12 ", 12), (0, 0),
        (True, None), (-1, None), ("-1", None), ("²", None), ("1" * 5000, None),
        (float("inf"), None), (float("nan"), None), (10**15, None), (None, None), ([1], None),
    ],
)  # fmt: skip
def test_counts_are_read_leniently(value: Json, number: int | None) -> None:
    assert whole_number(value) == number


def test_usage_with_details() -> None:
    wire: JsonObject = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 15,
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }

    usage = Usage.from_json(wire)

    assert usage == Usage(10, 5, cached=4, reasoning=2)
    assert usage.total == 15
    assert usage.to_json() == wire


@pytest.mark.parametrize("value", [None, {}, [], "12", {"prompt_tokens": None}])
def test_no_counts_are_no_usage(value: Json) -> None:
    assert Usage.from_json(value) is None


@pytest.mark.parametrize(
    ("value", "usage"),
    [
        ({"prompt_tokens": "3", "completion_tokens": 2.0}, Usage(3, 2)),
        ({"completion_tokens": 2}, Usage(0, 2)),
        ({"prompt_tokens": 3, "prompt_tokens_details": None}, Usage(3)),
        ({"prompt_tokens": 3, "prompt_cache_hit_tokens": 2}, Usage(3, cached=2)),
    ],
)
def test_odd_forms_of_usage(value: Json, usage: Usage) -> None:
    assert Usage.from_json(value) == usage


_counts = st.integers(0, 10**6)
_usages = st.builds(Usage, _counts, _counts, _counts, _counts, st.booleans())


@given(_usages)
def test_usage_survives_the_journal(usage: Usage) -> None:
    assert Usage.from_json(usage.to_json()) == usage


def test_a_sum_with_an_estimate_is_an_estimate() -> None:
    assert Usage(1, 2, 3, 4).plus(Usage(10, 20, estimated=True)) == Usage(11, 22, 3, 4, True)
