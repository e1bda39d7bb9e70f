"""At the live prompt a call of the model is answered by hand, and by nothing else."""

from pathlib import Path

import pytest

from tests.support.emulator import sitting
from tests.support.server import DONE, Script, chunk, event, fails, says
from zatsudan.sessions.calls import waiting


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a file that is an answer."""
    (tmp_path / "weather.json").write_text('{"sky": "clear"}\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHELL", "/bin/sh")
    return tmp_path


def calls(*names: str, pause: float = 0.0) -> Script:
    """A reply that calls functions of these names, each with one argument."""
    deltas = [
        {"index": at, "id": f"call_{name}", "type": "function",
         "function": {"name": name, "arguments": '{"city": "Kyoto"}'}}
        for at, name in enumerate(names)
    ]  # fmt: skip
    asked = event({"choices": [{"index": 0, "delta": {"tool_calls": deltas}}]})
    waits = [pause] if pause else []
    return Script([chunk(""), *waits, asked, chunk(finish="tool_calls"), DONE])


async def test_two_calls_are_answered_one_after_another_and_the_model_goes_on() -> None:
    async with sitting(calls("sky", "time"), says("Clear at noon.")) as person:
        shown = await person.say("How is Kyoto?")
        assert "The model calls sky (1 of 2)\n  city  Kyoto" in shown
        assert "Answer sky: text, @file, !command" in shown
        shown = await person.say("@weather.json")
        assert "The model calls time (2 of 2)" in shown
        shown = await person.say("!printf noon")
        assert "Clear at noon." in shown
        assert "Answer" not in shown
        sent = person.server.requests[-1].body["messages"]
        assert sent[1]["content"] is None
        assert sent[2:] == [
            {"role": "tool", "content": '{"sky": "clear"}\n', "tool_call_id": "call_sky"},
            {"role": "tool", "content": "noon", "tool_call_id": "call_time"},
        ]


async def test_escape_declines_the_call() -> None:
    async with sitting(calls("sky"), says("Pity.")) as person:
        await person.say("How is Kyoto?")
        person.type("\x1b")
        await person.until("Pity.")
        sent = person.server.requests[-1].body["messages"][-1]
        assert sent["role"] == "tool"
        assert sent["content"].startswith("Error: ")


async def test_a_line_that_was_queued_before_the_call_was_seen_answers_nothing(
    folder: Path,
) -> None:
    async with sitting(calls("sky", pause=0.5), says("no")) as person:
        person.type("How is Kyoto?\r")
        await person.until("» How is Kyoto?")
        person.type("and Nara\r")
        await person.until("queued: and Nara")
        person.type("!touch made\r")
        await person.until("queued: !touch made")
        await person.until("The model calls sky")
        shown = await person.at_rest()
        assert "» and Nara" in shown
        assert "Not carried out: !touch made" in shown
        assert not (folder / "made").exists()
        assert waiting(person.chat.talk.session) is not None


async def test_what_cannot_be_an_answer_comes_back_and_nothing_is_sent(folder: Path) -> None:
    (folder / "p.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    async with sitting(calls("sky"), says("no")) as person:
        await person.say("How is Kyoto?")
        shown = await person.say("@p.png")
        assert "An answer to a call is text" in shown
        assert "» @p.png\nscripted" in shown
        assert waiting(person.chat.talk.session) is not None
        posts = [one for one in person.server.requests if one.method == "POST"]
        assert len(posts) == 1


async def test_where_the_model_cannot_go_on_the_answers_stay() -> None:
    async with sitting(
        calls("sky"), fails(401, {"error": {"message": "no"}}), says("Clear.")
    ) as person:
        await person.say("How is Kyoto?")
        shown = await person.say("clear")
        assert "What was answered stays: /retry asks again." in shown
        shown = await person.say("/retry")
        assert "Clear." in shown
        assert person.server.requests[-1].body["messages"][-1]["content"] == "clear"


async def test_a_talk_that_ends_with_a_call_shows_it_again(tmp_path: Path) -> None:
    async with sitting(calls("sky"), says("no"), sessions=tmp_path / "s") as person:
        await person.say("How is Kyoto?")
        await person.say("/new")
        assert "Answer sky" not in person.screen.shown()
        shown = await person.say("/load 1")
        assert shown.count("The model calls sky\n  city  Kyoto") == 2
        assert "Answer sky" in shown
