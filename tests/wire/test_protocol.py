"""A request's body: exact in what is sent."""

from typing import TYPE_CHECKING

from zatsudan.wire.messages import Message
from zatsudan.wire.protocol import build_request

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json


def test_a_request_holds_only_what_is_set() -> None:
    assert build_request("m", [Message("user", "hi")], {}) == {
        "model": "m",
        "messages": [{"role": "user", "content": "hi"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }


def test_parameters_go_under_their_own_names() -> None:
    body = build_request("m", [], {"temperature": 0.0, "stop": ["\n"], "top_k": 40, "x": None})

    assert (body["temperature"], body["stop"], body["top_k"]) == (0.0, ["\n"], 40)
    assert body["x"] is None


def test_without_a_stream_no_stream_options_are_sent() -> None:
    body = build_request("m", [], {"stream": False, "stream_options": {"include_usage": True}})

    assert body == {"model": "m", "messages": [], "stream": False}


def test_stream_options_of_ones_own_are_sent_as_they_are() -> None:
    assert build_request("m", [], {"stream_options": {}})["stream_options"] == {}


def test_the_parameters_given_are_left_alone() -> None:
    parameters: dict[str, Json] = {"temperature": 1.0}
    build_request("m", [], parameters)

    assert parameters == {"temperature": 1.0}
