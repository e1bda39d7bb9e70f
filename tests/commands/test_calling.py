"""Tools are set and listed; calls are answered by hand."""

import json
from pathlib import Path

import pytest

from tests.support.calls import OLD, TWO
from tests.support.commands import lines, make, refusal, run
from zatsudan.base.printable import EMPTY
from zatsudan.commands.calling import answered, call_parts, form
from zatsudan.commands.outcomes import Calls, Generate
from zatsudan.sessions.calls import Call, waiting
from zatsudan.sessions.journal import load
from zatsudan.sessions.records import message_record
from zatsudan.talk.answering import DECLINED
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Message

SCHEMA = {"type": "object", "properties": {"city": {}, "days": {}}}
WEATHER = {"name": "get_weather", "description": "What it is like", "parameters": SCHEMA}


def called(sessions: Path | None, calls: Message) -> Chat:
    """A chat whose last reply is a call."""
    chat = make(sessions)
    asked = chat.talk.say("please")
    chat.talk.record(message_record("2", asked.id, calls, ""))
    return chat


async def test_tools_of_a_file_are_set_listed_and_taken_back(tmp_path: Path) -> None:
    chat = make(None)
    file = tmp_path / "tools.json"
    file.write_text(json.dumps([{"type": "function", "function": WEATHER}]))
    assert lines(await run(chat, f"/tools @{file}")) == ["The model may call 1 tool: get_weather."]
    assert lines(await run(chat, "/tools"))[0] == "get_weather | city, days | What it is like"
    await run(chat, "/tool_choice required")
    assert lines(await run(chat, "/tools off")) == ["Taken back: tools, tool_choice."]
    assert chat.talk.session.parameters == {}


async def test_functions_of_the_older_form_take_the_place_of_tools() -> None:
    chat = make(None)
    await run(chat, "/tools " + json.dumps([{"type": "function", "function": WEATHER}]))
    await run(chat, f"/tools {json.dumps([WEATHER])}")
    assert chat.talk.session.parameters == {"functions": [WEATHER]}


@pytest.mark.parametrize(
    "typed", ["[]", "[1]", '{"name": "f"}', '[{"name": "no blanks"}]', "[[[", "@none"]
)
async def test_what_is_no_tool_changes_nothing(typed: str) -> None:
    chat = make(None)
    await run(chat, f"/tools {json.dumps([WEATHER])}")
    before = chat.talk.session.parameters
    await refusal(chat, f"/tools {typed}")
    assert chat.talk.session.parameters == before


async def test_without_tools_there_is_nothing_to_list_or_take_back() -> None:
    chat = make(None)
    assert lines(await run(chat, "/tools")) == ["No tools are set. /tools @FILE sets them."]
    await refusal(chat, "/tools off")
    await refusal(chat, "/decline")


async def test_parallel_calls_are_answered_one_after_another_and_kept(tmp_path: Path) -> None:
    chat = called(tmp_path, TWO)
    first = answered(chat, "4")
    assert isinstance(first, Calls)
    assert first.waits.call.name == "g"
    last = answered(chat, "5")
    assert isinstance(last, Generate)
    assert last.parent.message == Message("tool", "5", {"tool_call_id": "b"})
    path = chat.talk.journal.path
    assert path is not None
    chat.talk.close()
    assert load(path).session == chat.talk.session


async def test_the_older_call_is_answered_by_a_function_message() -> None:
    chat = called(None, OLD)
    outcome = answered(chat, "4")
    assert isinstance(outcome, Generate)
    assert outcome.parent.message == Message("function", "4", {"name": "f"})


async def test_a_call_is_declined_with_words_or_all_of_them() -> None:
    chat = called(None, TWO)
    assert isinstance(await run(chat, "/decline no such city"), Calls)
    assert chat.talk.session.path()[-1].message.text == "Error: no such city"
    chat = called(None, TWO)
    assert isinstance(await run(chat, "/decline all"), Generate)
    said = [node.message.text for node in chat.talk.session.path()[-2:]]
    assert said == [DECLINED, DECLINED]


async def test_steps_over_a_turn_of_tools_leave_no_half_of_it() -> None:
    chat = called(None, TWO)
    answered(chat, "4")
    again = await run(chat, "/retry")
    assert isinstance(again, Generate)
    assert again.parent.message.role == "user"
    answered(chat, "5")
    again = await run(chat, "/retry")
    assert isinstance(again, Generate)
    assert again.parent.message.text == "5"
    await run(chat, "/goto 3")
    waits = waiting(chat.talk.session)
    assert waits is not None
    assert waits.call.name == "g"
    await run(chat, "/undo")
    assert chat.talk.session.head is None


async def test_tree_and_context_show_calls_and_answers() -> None:
    chat = called(None, TWO)
    answered(chat, "Sunny")
    answered(chat, "Noon")
    tree = lines(await run(chat, "/tree"))
    assert tree == ["* #1 » please", "* #2 f({}) g({})", "* #3 = Sunny", "> #4 = Noon"]
    assert " | tool | ~1 | Sunny" in lines(await run(chat, "/context"))


def test_a_call_is_shown_with_its_arguments_a_row_each() -> None:
    call = Call("f\x1b[31m", '{"city": "Kyo\\u001bto", "days": 2, "more": {"a": [1]}}')
    shown = form(call, EMPTY)
    assert shown.rows == (("city", "Kyo␛to"), ("days", "2"), ("more", '{"a": [1]}'))
    assert form(Call("f", "{half"), EMPTY).rows == (("arguments", "{half"),)
    assert form(Call("f", ""), EMPTY).rows == (("without arguments", ""),)
    long = form(Call("f", json.dumps({"text": "x" * 9000})), EMPTY)
    assert len(long.rows[0][1]) < 2100


def test_it_is_said_which_of_how_many_calls_it_is() -> None:
    chat = called(None, TWO)
    answered(chat, "4")
    waits = waiting(chat.talk.session)
    assert waits is not None
    (part,) = call_parts(waits)
    assert getattr(part, "title", "") == "The model calls g (2 of 2)"
