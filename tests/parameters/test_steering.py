"""No setting takes the place of what was said, of the model or of the server, wherever it stands."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, run
from tests.support.oneshot import run as run_program
from tests.support.server import says, serve
from zatsudan.base.errors import CommandError, ConfigError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.words import split
from zatsudan.config.configtext import parse as parse_config
from zatsudan.config.presetfiles import parse as parse_preset
from zatsudan.lab.grid import read_sweep
from zatsudan.parameters.assignments import read_assignments
from zatsudan.parameters.steering import makes_request
from zatsudan.sessions.imports import read
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import replay
from zatsudan.talk.beginning import again
from zatsudan.wire.messages import Message
from zatsudan.wire.protocol import build_request

HIDDEN: Json = [{"role": "user", "content": "HIDDEN"}]

#: As a server in Go reads them: letters of any case, and two that fold to s and k.
NAMES = (
    *("messages", "MESSAGES", "Messages", "me\u017f\u017fages", "prompt", "input"),
    *("chat_template", "model", "Model", "api_base", "base_url", "api_\u212aey", "Stream"),
)


def journal(*records: JsonObject) -> str:
    """A session with a reply in which all that can be set is set."""
    said: list[JsonObject] = [
        {"type": "session", "version": 1, "id": "a", "created": "2026-01-02T03:04:05Z"},
        *records,
        {"type": "message", "id": "1", "parent": None, "at": "2026-01-02T03:04:05Z",
         "message": {"role": "user", "content": "before"}},
        {"type": "message", "id": "2", "parent": "1", "at": "2026-01-02T03:04:05Z",
         "message": {"role": "assistant", "content": "fine"},
         "made": {"model": "m", "parameters": {"messages": HIDDEN, "MODEL": "other", "seed": 7},
                  "request": {"model": "m", "reasoning": "content"}, "reasoning": "HIDDEN"}},
    ]  # fmt: skip
    return "".join(json.dumps(record, separators=(",", ":")) + "\n" for record in said)


def settings(name: str) -> JsonObject:
    return {"type": "set", "name": name, "value": HIDDEN}


@pytest.mark.parametrize("name", NAMES)
def test_a_record_sets_none_of_them(name: str) -> None:
    session = replay([settings(name)])

    assert session.settings == {}
    assert session.refused == {name}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("line", ["+{} [1]", "+{}=[1]"])
def test_no_command_sets_one(name: str, line: str) -> None:
    with pytest.raises(CommandError, match=r"makes the request|is no setting") as caught:
        read_assignments(split(line.format(name)), {}, force=True)
    assert "/connect" in caught.value.advice


@pytest.mark.parametrize("name", NAMES)
def test_no_sweep_tries_several(name: str) -> None:
    with pytest.raises(CommandError, match="makes the request"):
        read_sweep(split(f"+{name} a b"), {})


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("plus", ["", "+"])
def test_no_preset_holds_one(name: str, plus: str) -> None:
    with pytest.raises(ConfigError, match="makes the request"):
        parse_preset(f'[parameters]\n"{plus}{name}" = "HIDDEN"', "warm.toml")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("table", ["parameters", "profiles.here.parameters"])
@pytest.mark.parametrize("plus", ["", "+"])
def test_no_config_holds_one(name: str, table: str, plus: str) -> None:
    with pytest.raises(ConfigError, match="makes the request"):
        parse_config(f'[{table}]\n"{plus}{name}" = "HIDDEN"', "config.toml")


@given(st.sampled_from(NAMES), st.sampled_from([HIDDEN, "x", 1, True, None]))
def test_a_request_is_made_of_what_was_said(name: str, value: Json) -> None:
    hi = [Message("user", "hi")]
    body = build_request("m", hi, {name: value, "seed": 7})

    assert body == {**build_request("m", hi, {}), "seed": 7}


@pytest.mark.parametrize(("value", "is_one"), [(True, False), (False, False), (None, True), (0, True), ("false", True)])  # fmt: skip
def test_whether_it_streams_is_yes_or_no(value: Json, is_one: bool) -> None:
    assert makes_request("stream", value) is is_one


@pytest.mark.parametrize("name", ["temperature", "tools", "stream_options", "models", "user", "top_k"])  # fmt: skip
def test_all_else_is_a_parameter(name: str) -> None:
    assert not makes_request(name, "x")


def test_a_reply_recorded_with_them_hands_none_on() -> None:
    made = Made.from_json({"parameters": {"messages": HIDDEN, "MODEL": "x", "seed": 7}})

    assert made.parameters == {"seed": 7}


def test_a_message_gets_no_other_content() -> None:
    assert Message("user", "hi").with_field("content", "HIDDEN") == Message("user", "hi")
    assert Message("user", "hi").with_field("role", "system") == Message("user", "hi")


def test_an_import_says_what_it_does_not_set() -> None:
    notes: list[str] = []
    (draft,) = read(journal(settings("messages"), settings("model")), notes.append)

    assert replay(draft.records).settings == {}
    assert notes == ["Not set, since it makes the request: messages, model."]


async def test_what_is_typed_into_a_session_of_somebody_else_is_what_is_sent(
    tmp_path: Path,
) -> None:
    path = tmp_path / "20260102-030405-aaaaaa.jsonl"
    path.write_text(journal(*(settings(name) for name in NAMES)))
    async with serve(says("fine")) as server, chat_with(server.base_url) as chat:
        chat.talk.folder = tmp_path
        assert any("Not set" in line for line in lines(await run(chat, "/load 1")))
        for line in ("/use 2", "/replay 2", "/retry"):
            outcome = await run(chat, line)
            assert "HIDDEN" not in str(getattr(outcome, "parts", ""))
        await ask(chat, "typed")
        turn = again(chat.talk, chat.link, chat.talk.session.nodes["2"])
        await turn.run(lambda _: None)
        bodies = [request.body for request in server.requests if request.body]

    assert [body["messages"][-1]["content"] for body in bodies] == ["typed", "before"]
    assert "HIDDEN" not in json.dumps(bodies)
    assert {body["model"] for body in bodies} <= {"m", "scripted"}


async def test_no_flag_sets_one(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        arguments = ["--base-url", server.base_url, "-m", "m", "-o", '+messages=[{"role":"user"}]']
        code, _, err = await run_program(arguments, clean_environment, {})

    assert code == 2
    assert "messages makes the request" in err
    assert server.requests == []
