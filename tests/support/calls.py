"""Replies that call tools, and what answers them."""

from zatsudan.base.jsonvalues import Json
from zatsudan.wire.messages import Message


def tool_call(name: str, key: str = "", arguments: str = "{}") -> Json:
    return {"id": key, "type": "function", "function": {"name": name, "arguments": arguments}}


def answer(key: str, text: str = "4") -> Message:
    return Message("tool", text, {"tool_call_id": key})


ASKED = Message("user", "please")
TWO = Message("assistant", None, {"tool_calls": [tool_call("f", "a"), tool_call("g", "b")]})
OLD = Message("assistant", None, {"function_call": {"name": "f", "arguments": "{}"}})
