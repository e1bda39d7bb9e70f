"""Why a reply that ended well is not whole."""

import pytest

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions.calls import Call, calls_of
from zatsudan.sessions.made import FAILED, Made
from zatsudan.sessions.session import Node
from zatsudan.terminal.text.shortfalls import describe_call, reply_note, shortfall, shortfalls
from zatsudan.wire.messages import Message


def reply(text: str, finish: str = "stop", calls: JsonObject | None = None, **made: Json) -> Node:
    message = Message("assistant", text, calls or {})
    return Node("2", "1", message, made=Made(finish_reason=finish, beside=made))


CALLS: JsonObject = {
    "tool_calls": [
        {"function": {"name": "look", "arguments": '{"at": 1}'}},
        {"custom": {"name": "run", "input": "ls\x1b"}},
    ]
}


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (reply("whole"), ""),
        (reply("whole", ""), ""),
        (reply("half", "MAX_TOKENS"), "The reply was cut at the token limit."),
        (reply("half", "safety"), "The reply was stopped by the content filter."),
        (reply(" \n"), "(the reply has no text)"),
        (reply("", images=["…"]), ""),
        (reply("", "length", images=["…"]), "The reply was cut at the token limit."),
        (reply("so", "tool_calls"), "The reply ends with a call, but none came."),
        (
            reply("", "tool_calls", CALLS),
            'The model wants to call look({"at": 1}), run(ls␛). zatsudan calls nothing.',
        ),
    ],
)
def test_what_is_missing(node: Node, text: str) -> None:
    assert shortfall(node) == text


def test_a_reply_in_another_form_than_was_asked_for() -> None:
    asked: dict[str, Json] = {"response_format": {"type": "json_object"}}
    message = Message("assistant", "Yes.")
    whole = Node("2", "1", message, made=Made(finish_reason="stop", parameters=asked))
    cut = Node("2", "1", message, made=Made(finish_reason="length", parameters=asked))
    assert shortfall(whole) == "The reply is no JSON, though JSON was asked for."
    assert reply_note(whole) == shortfall(whole)
    assert reply_note(cut) == "", "half of it is no JSON, and that is no news"


def test_a_reply_that_did_not_end_has_its_own_word() -> None:
    assert shortfall(Node("2", "1", Message("assistant", ""), made=Made(FAILED))) == ""
    assert shortfall(Node("2", "1", Message("assistant", ""))) == ""


def test_of_many_it_is_said_which() -> None:
    cut = reply("half", "length")
    assert shortfalls([cut]) == ["The reply was cut at the token limit."]
    assert shortfalls([reply("whole"), None, cut]) == ["3: The reply was cut at the token limit."]
    assert shortfalls([]) == []


def test_calls_of_any_shape_are_one_printable_line() -> None:
    old = reply("", "function_call", {"function_call": {"name": "f\n", "arguments": {"a": "é"}}})
    assert reply_note(old) == 'The model wants to call f({"a": "é"}). zatsudan calls nothing.'
    assert describe_call(Call("a\nb", "")) == "a b()"
    typed = Message("assistant", None, {"tool_calls": [{"type": "search"}, "odd"]})
    assert [describe_call(call) for call in calls_of(typed)] == ["search()", "odd()"]
