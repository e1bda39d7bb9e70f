"""A reply: the fold of its deltas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.wire.protocol import Delta
from zatsudan.wire.reply import Reply


def fold(*deltas: Delta) -> Reply:
    reply = Reply()
    for delta in deltas:
        reply.add(delta)
    return reply


def calls(*pieces: Json) -> Json:
    return fold(*(Delta(extra=(("tool_calls", piece),)) for piece in pieces)).calls["tool_calls"]


def test_nothing_is_empty() -> None:
    assert fold().is_empty
    assert fold(Delta(finish_reason="stop")).is_empty
    assert not fold(Delta(content="a")).is_empty
    assert not fold(Delta(reasoning="a")).is_empty
    assert not fold(Delta(extra=(("function_call", {"name": "f"}),))).is_empty


def test_texts_and_logprobs_grow_and_the_first_finish_reason_stays() -> None:
    reply = fold(
        Delta(content="a", reasoning="r", logprobs=(1,)),
        Delta(content="b", logprobs=(2, 3), finish_reason="length"),
        Delta(finish_reason="stop"),
    )

    assert (reply.content, reply.reasoning) == ("ab", "r")
    assert reply.logprobs == [1, 2, 3]
    assert reply.finish_reason == "length"
    assert reply.deltas == 3


@given(st.lists(st.text(max_size=5)), st.lists(st.text(max_size=5)))
def test_the_content_is_that_of_all_deltas(one: list[str], two: list[str]) -> None:
    reply = fold(*(Delta(content=text) for text in one), *(Delta(reasoning=text) for text in two))

    assert (reply.content, reply.reasoning) == ("".join(one), "".join(two))


def test_a_tool_call_grows_by_its_index() -> None:
    got = calls(
        [{"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}],
        [{"index": 0, "function": {"arguments": '{"a"'}}],
        [{"index": 1, "id": "c2", "function": {"name": "g", "arguments": "{}"}}],
        [{"index": 0, "function": {"arguments": ": 1}", "name": None}}],
    )

    assert got == [
        {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}},
        {"id": "c2", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_whole_calls_that_all_claim_the_same_place_stay_apart() -> None:
    one: Json = {"index": 0, "id": "c1", "function": {"name": "f", "arguments": "{}"}}
    two: Json = {"index": 0, "id": "c2", "function": {"name": "g", "arguments": "{}"}}

    assert calls([one], [two]) == [
        {"id": "c1", "function": {"name": "f", "arguments": "{}"}},
        {"id": "c2", "function": {"name": "g", "arguments": "{}"}},
    ]


def test_calls_without_an_index_go_by_their_place() -> None:
    assert calls([{"id": "a"}, {"id": "b"}], [{"x": 1}, {"x": 2}]) == [
        {"id": "a", "x": 1},
        {"id": "b", "x": 2},
    ]


def test_odd_calls_do_no_harm() -> None:
    assert calls([None, 5, {"index": 10**9, "id": "a"}]) == [{"id": "a"}]
    assert calls("text", [{"id": "a"}]) == [{"id": "a"}]
    assert calls([{"id": "a", "function": "odd"}], [{"function": {"name": "f"}}]) is not None


def test_the_older_function_call_grows_too() -> None:
    reply = fold(
        Delta(extra=(("function_call", {"name": "f", "arguments": '{"a'}),)),
        Delta(extra=(("function_call", {"arguments": '": 1}'}),)),
    )

    assert reply.calls == {"function_call": {"name": "f", "arguments": '{"a": 1}'}}


def test_the_deltas_are_not_changed() -> None:
    piece: Json = [{"index": 0, "id": "a", "function": {"arguments": "x"}}]
    calls(piece, [{"index": 0, "function": {"arguments": "y"}}])

    assert piece == [{"index": 0, "id": "a", "function": {"arguments": "x"}}]


def function(name: str = "", arguments: str = "", **more: Json) -> JsonObject:
    inner: JsonObject = {"name": name} if name else {}
    return {**more, "function": {**inner, "arguments": arguments}}


ONE: Json = {"id": "a", "function": {"name": "f", "arguments": "{}"}}
TWO: Json = {"id": "b", "function": {"name": "g", "arguments": "[]"}}


@pytest.mark.parametrize(
    ("pieces", "whole"),
    [
        # The id comes empty later (Alibaba).
        ([function("f", "{", index=0, id="a"), function("", "}", index=0, id="")], [ONE]),
        ([function("f", "{", index=0, id="a"), function("f", "}", index=0, id="a")], [ONE]),
        # The server counts from 1.
        ([function("f", "{", index=1, id="a"), function("", "}", index=1)], [ONE]),
        (
            [
                function("f", "{", index=1, id="a"),
                function("g", "[", index=2, id="b"),
                function("", "}", index=1),
                function("", "]", index=2),
            ],
            [ONE, TWO],
        ),
        # All at index 0, or without an index (Google).
        ([function("f", "{}", index=0, id="a"), function("g", "[]", index=0, id="b")], [ONE, TWO]),
        ([function("f", "{}", id="a"), function("g", "[]", id="b")], [ONE, TWO]),
        (
            [function("f", "{}", index=0, id=""), function("g", "[]", index=0, id="")],
            [function("f", "{}", id=""), function("g", "[]", id="")],
        ),
    ],
)
def test_calls_that_servers_number_in_their_own_way(pieces: list[Json], whole: Json) -> None:
    assert calls(*([piece] for piece in pieces)) == whole


def test_a_custom_call_grows() -> None:
    first: Json = {
        "index": 0,
        "id": "c",
        "type": "custom",
        "custom": {"name": "code", "input": "pr"},
    }
    assert calls([first], [{"index": 0, "custom": {"input": "int"}}]) == [
        {"id": "c", "type": "custom", "custom": {"name": "code", "input": "print"}}
    ]


@pytest.mark.parametrize(
    ("reasons", "last"),
    [
        (("stop", "length"), "length"),
        (("tool_calls", "stop"), "tool_calls"),
        (("length", None), "length"),
        (("stop", "stop"), "stop"),
        (("stop", "content_filter"), "content_filter"),
    ],
)
def test_the_reason_that_says_most_stands(reasons: list[str | None], last: str) -> None:
    reply = Reply()
    for reason in reasons:
        reply.add(Delta(finish_reason=reason))

    assert reply.finish_reason == last


def test_what_stands_beside_the_text_is_put_together() -> None:
    reply = Reply()
    tool: JsonObject = {"index": 0, "type": "search", "arguments": "{}"}
    for name, value in (
        ("citations", ["a"]), ("citations", ["a", "b"]), ("search_info", {"n": 1}),
        ("executed_tools", [tool]), ("executed_tools", [{"index": 0, "output": "found"}]),
        ("audio", {"id": "x"}), ("audio", {"data": "AA"}), ("audio", {"data": "BB"}),
    ):  # fmt: skip
        reply.add(Delta(beside=((name, value),)))  # type: ignore[arg-type]

    assert reply.beside == {
        "citations": ["a", "b"], "search_info": {"n": 1},
        "executed_tools": [{**tool, "output": "found"}], "audio": {"id": "x", "data": "AABB"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("delta", "empty"),
    [
        (Delta(), True), (Delta(content=" \n"), True), (Delta(content="\u3000"), True),
        (Delta(content=" a"), False), (Delta(reasoning="r"), False),
        (Delta(extra=(("tool_calls", []),)), True), (Delta(beside=(("images", ["x"]),)), False),
    ],
)  # fmt: skip
def test_blanks_are_no_reply(delta: Delta, empty: bool) -> None:
    reply = Reply()
    reply.add(delta)

    assert reply.is_empty is empty
