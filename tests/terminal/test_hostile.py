"""Hostile text from every place it can come from: shown, and never obeyed."""

import asyncio
import io
import json
import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.doubles import ScriptedClient, chat_over, reply
from tests.support.emulator import sitting
from tests.support.evils import EVILS, safe, steering
from tests.support.server import DONE, Script, chunk, event, fails, says
from tests.support.strategies import cuts
from zatsudan.base.printable import printable
from zatsudan.commands import COMMANDS
from zatsudan.config.settings import Config
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.live.replies import MarkdownStream, markdown_streams
from zatsudan.terminal.plain.terminal import PlainTerminal

EVIL = "".join(EVILS)


def test_the_check_finds_what_it_should() -> None:
    assert all(steering(f"\x1b[1m{evil}\x1b[0m") for evil in EVILS)
    assert (
        steering(
            "\x1b[?2026h\x1b[31mred\x1b[0m\r\n\x1b]8;;https://a.example/b\x1b\\a\x1b]8;;\x1b\\"
        )
        == []
    )


# --- from the server ----------------------------------------------------------


async def test_in_replies_and_reasoning_and_names() -> None:
    delta = {"content": EVIL, "reasoning_content": EVIL}
    calls = [{"index": 0, "id": EVIL, "function": {"name": EVIL, "arguments": EVIL}}]
    odd = Script([
        event({"model": EVIL, "system_fingerprint": EVIL, "choices": [{"index": 0, "delta": delta}]}),
        event({"choices": [{"index": 0, "delta": {"tool_calls": calls}, "finish_reason": EVIL}]}), DONE,
    ])  # fmt: skip
    async with sitting(odd) as person:
        shown = await person.say("go")
        assert printable("\x1b]0;owned\x07") in person.screen.scrollback()
        assert "a�b" in person.screen.scrollback().replace("\n", "")
        assert shown.endswith("»\nscripted")
        for line in ("/reasoning show", "/show", "/show all", "/tree", "/variants", "/usage", "/raw", "/redraw", "/export"):  # fmt: skip
            await person.say(line)
        safe(person)


@pytest.mark.parametrize(
    "script",
    [
        fails(400, {"error": {"message": EVIL, "code": EVIL, "param": EVIL}}),
        fails(418, EVIL),
        fails(418, f"<html><title>{EVIL}</title></html>"),
        fails(418, {"detail": [{"loc": ["body", EVIL], "msg": EVIL}]}),
        fails(429, {"error": EVIL}, Retry_After="3600"),
        Script([chunk("part"), event({"error": {"message": EVIL}})]),
        Script([b"data: " + EVIL.encode() + b"\n\n"]),
        Script([EVIL.encode()]),
        Script([b"event: error\ndata: " + EVIL.replace("\r", "").encode() + b"\n\n"]),
        fails(400, {"error": {"message": f"Unsupported parameter: 'n' {EVIL}", "param": "n"}}),
    ],
)
async def test_in_errors(script: Script) -> None:
    async with sitting(script, says("fine")) as person:
        await person.say("/set n 2")
        await person.say("go")
        await person.say("/learned")
        safe(person)


async def test_in_the_list_of_models() -> None:
    async with sitting(says("fine")) as person:
        person.server.models = (EVIL, "b\x1b]0;x\x07", "scripted")
        for line in ("/model", f"/model {EVILS[0]}", "/model b", "go", "/params", "/usage"):
            person.type("\x15")
            await person.say(line)
        person.type("/model \t\t")
        await asyncio.sleep(0.3)
        safe(person)


# --- from files ---------------------------------------------------------------


def evil_session(path: Path) -> None:
    """Write a journal of which every text is hostile."""
    made = {
        "ended": EVIL, "finish_reason": EVIL, "error": EVIL, "model": EVIL, "server": EVIL,
        "reasoning": EVIL, "fingerprint": EVIL, "parameters": {EVIL: EVIL},
        "logprobs": [{"token": EVIL, "logprob": -1.0}],
    }  # fmt: skip
    records = [
        {"type": "session", "version": 1, "id": EVIL, "created": EVIL},
        {"type": "title", "title": EVIL},
        {"type": "system", "content": EVIL},
        {"type": "model", "model": EVIL, "server": EVIL},
        {"type": "set", "name": EVIL, "value": EVIL, "origin": EVIL},
        {"type": "set", "name": "stop", "value": [EVIL]},
        {"type": "message", "id": "1", "parent": None, "at": EVIL, "message": {"role": "user", "content": EVIL}},
        {"type": "message", "id": "2", "parent": "1", "at": EVIL, "message": {"role": "assistant", "content": EVIL}, "made": made},
        {"type": "message", "id": "3", "parent": "2", "at": EVIL, "message": {"role": EVIL, "content": [{"type": EVIL}]}},
        {"type": "message", "id": "4", "parent": "1", "at": EVIL, "message": {"role": "assistant", "content": EVIL}, "made": made},
    ]  # fmt: skip
    path.write_text("".join(json.dumps(record) + "\n" for record in records))


async def test_in_a_session_from_disk(tmp_path: Path) -> None:
    evil_session(tmp_path / "20260101-000000-aaaaaa.jsonl")
    evil_session(tmp_path / "\x1b]0;owned\x07\u202e\udcff.jsonl")
    async with sitting(says("fine"), sessions=tmp_path) as person:
        for line in ("/sessions", "/load 1", "/show all", "/params", "/params changed", "/system", "/usage",
                     "/tree", "/variants", "/model", "/context", "/retry", "/goto 1", "/unset all", "/save", "/sessions"):  # fmt: skip
            person.type("\x15")
            await person.say(line)
        person.type("\x15/load \t\t")
        await asyncio.sleep(0.3)
        safe(person)


async def test_in_the_config() -> None:
    config = Config(system=EVIL, parameters={"stop": [EVIL]})
    async with sitting(says("fine"), config=config) as person:
        await person.say("/params")
        await person.say("/system")
        safe(person)


async def _pasted(text: str) -> None:
    async with sitting(says("fine")) as person:
        person.type(f"\x1b[200~{text}\x1b[201~")
        await asyncio.sleep(0.2)
        await person.say("")
        for line in ("/save", "/set user", "/system", "/nothing", "/load", "/help", "/model"):
            person.type(f"{line} \x1b[200~{text}\x1b[201~")
            await asyncio.sleep(0.1)
            await person.say("")
        safe(person)


REORDERING = re.compile("[\u2000-\u20ff\u061c\U000e0000-\U000e007f]")


async def test_in_what_is_pasted() -> None:
    await _pasted(REORDERING.sub("", EVIL))


async def test_in_what_is_pasted_and_reorders() -> None:
    await _pasted("".join(REORDERING.findall(EVIL)))


async def test_in_a_fault_beside_the_talk(capsys: pytest.CaptureFixture[str]) -> None:
    def fails() -> None:
        raise ValueError(EVIL)

    found = ""
    async with sitting(says("fine")) as person:
        asyncio.get_running_loop().call_soon(fails)
        async with asyncio.timeout(10):
            while "ValueError" not in found:
                await asyncio.sleep(0.01)
                found += capsys.readouterr().out
        person.type("\r")
        await person.at_rest()  # one line after the other: at once they would be a paste
        await person.say("on")
        assert "fine" in person.screen.shown()
    assert steering(found) == []


# --- any text, however it is cut -----------------------------------------------

_characters = st.sampled_from(
    [*EVILS, *"\x1b[]();?0123456789mJH\\\x07\x9b\x9c\x9d\x90", "\u202e", "\u2066", "\ud83d"]
)
_marks = st.sampled_from([*"`*_~#>-|<&!\n", "```", "\n\n", "&#27;", "&#x9b;", "&#x202e;", "[a](http://h/", "](", "<b>", "a ", "あ"])  # fmt: skip
hostile_texts = st.lists(_characters | _marks | st.characters(), max_size=40).map("".join)


def _pieces(text: str, places: Iterable[int]) -> list[str]:
    bounds = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    return [text[start:end] for start, end in pairwise(bounds)]


@settings(max_examples=150)
@given(hostile_texts, cuts(60))
@example(EVIL, [1, 2, 3])
@example("[a](http://h/&#27;]0;x&#7;)", [])
@example("```\x1b]0;x\x07\n\x1b[31;77m\n```", [])
@example("<a href='\x1b]0;x\x07'>\u202e", [])
def test_no_markdown_steers_the_terminal(text: str, places: list[int]) -> None:
    written: list[str] = []
    for environ in ({"TERM": "xterm-256color"}, {"TERM": "xterm", "NO_COLOR": "1"}):
        stream: MarkdownStream = markdown_streams(environ)(40)
        for piece in _pieces(text, places):
            written += stream.feed(piece)
            written += stream.tail(12)
        written += stream.finish()
    assert [found for row in written for found in steering(row)] == []


class _Tty(io.StringIO):
    """A file that says it is a terminal: then the plain terminal says all that it can."""

    def isatty(self) -> bool:
        return True


@settings(max_examples=60)
@given(hostile_texts, cuts(60))
def test_no_text_steers_the_plain_terminal(text: str, places: list[int]) -> None:
    out = _Tty()

    async def talk() -> None:
        steps = [step for piece in _pieces(text, places) for step in reply(piece)[:1]]
        client = ScriptedClient([*steps, *reply("")], model=text)
        chat = chat_over(client.connect)
        chat.talk.new()
        plain = PlainTerminal(chat, COMMANDS, out=out, err=out)
        await plain.once(Entered.of("go", KEYS))
        await plain.once(Entered.of("/show all", KEYS))
        await plain.once(Entered.of("/" + text, KEYS))
        await chat.aclose()

    asyncio.run(talk())
    assert steering(out.getvalue()) == []
