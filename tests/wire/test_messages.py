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
        (
            {"input_tokens": 3, "output_tokens": 2, "total_tokens": 5},
            Usage(3, 2, told={"input_tokens": 3, "output_tokens": 2}),
        ),
        ({"total_tokens": 5}, Usage(told={"total_tokens": 5})),
        (
            {"prompt_tokens": 3, "prompt_tokens_details": {"cached_tokens": 0}},
            Usage(3, told={"prompt_tokens_details": {"cached_tokens": 0}}),
        ),
        (
            {"prompt_tokens": 3, "cost": {"total_cost": 0.5}},
            Usage(3, cost=0.5, told={"cost": {"total_cost": 0.5}}),
        ),
        ({"prompt_tokens": 3, "cost": 0.5}, Usage(3, cost=0.5)),
    ],
)
def test_odd_forms_of_usage(value: Json, usage: Usage) -> None:
    assert Usage.from_json(value) == usage


@pytest.mark.parametrize(
    "name",
    [
        *("prompt_cache_hit_tokens", "num_cached_tokens", "cached_tokens"),
        *("cache_read_input_tokens", "prompt_tokens_details.cached_tokens"),
        "input_tokens_details.cached_tokens",
    ],
)
def test_the_cached_part_under_every_vendors_name(name: str) -> None:
    group, _, field = name.rpartition(".")
    sent: JsonObject = {group: {field: 32}} if group else {field: 32}
    usage = Usage.from_json({"prompt_tokens": 64, "completion_tokens": 6, **sent})

    assert usage is not None
    assert usage.cached == 32
    assert usage.to_json()["prompt_tokens_details"] == {"cached_tokens": 32}
    assert usage.to_json().items() >= sent.items()


def test_no_count_is_lost_and_the_total_is_the_servers_own() -> None:
    wire: JsonObject = {
        "prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 40, "num_search_queries": 2,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 3, "cache_write_tokens": 7},
        "completion_tokens_details": {"accepted_prediction_tokens": 1, "reasoning_tokens": 0},
        "cost": 0.25, "cost_details": {"upstream_inference_cost": 0.1}, "is_byok": False,
    }  # fmt: skip
    usage = Usage.from_json(wire)

    assert usage is not None
    assert (usage.total, usage.written, usage.cost) == (40, 7, 0.25)
    assert usage.to_json() == wire
    assert usage.plus(Usage(1, 1)).total == 42
    assert usage.plus(usage).cost == 0.5


_counts = st.integers(0, 10**6) | st.sampled_from(["3", 2.0, None, -1, True])
_names = (
    *(
        "prompt_tokens",
        "completion_tokens",
        "total_tokens",
        "cached_tokens",
        "cost",
        "input_tokens",
    ),
    *("num_cached_tokens", "cache_write_tokens", "x"),
)
_wire = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(_names, _counts),
        "prompt_tokens_details": st.fixed_dictionaries(
            {}, optional={"cached_tokens": _counts, "cache_write_tokens": _counts, "audio": _counts}
        )
        | _counts,
        "completion_tokens_details": st.fixed_dictionaries(
            {}, optional={"reasoning_tokens": _counts, "y": _counts}
        ),
        "estimated": st.booleans(),
    },
)


@given(_wire)
def test_usage_survives_the_journal(wire: JsonObject) -> None:
    usage = Usage.from_json(wire)

    assert usage is None or Usage.from_json(usage.to_json()) == usage


def test_a_sum_with_an_estimate_is_an_estimate() -> None:
    assert Usage(1, 2, 3, 4).plus(Usage(10, 20, estimated=True)) == Usage(11, 22, 3, 4, True)
