"""`--character FILE`: a talk, a message, an earlier session, and a card that is none."""

import json
from pathlib import Path

from tests.support import cards
from tests.support.oneshot import run
from tests.support.server import says, serve
from zatsudan.config.settings import platform_places
from zatsudan.sessions.journal import load


async def test_a_message_to_a_character_and_the_talk_goes_on(clean_environment: Path) -> None:
    config = platform_places().config_file
    config.parent.mkdir(parents=True)
    config.write_text('system = "Be kind."\n[persona]\nname = "Ann"\n')
    card = cards.written(clean_environment)
    async with serve(says("one"), says("two"), says("three")) as server:
        at = ("--base-url", server.base_url, "-m", "m")
        for arguments, reply in (
            (("--character", str(card), "an owl?"), "one\n"),
            (("-c", "more"), "two\n"),
        ):
            code, out, err = await run((*at, *arguments), clean_environment, {}, b"")
            assert (code, out, err) == (0, reply, "")
        sent = [request.body["messages"] for request in server.requests if request.body]

        assert [message["role"] for message in sent[0]] == [
            "system", "assistant", "user", "system",
        ]  # fmt: skip
        assert sent[0][0]["content"].startswith("Be kind. You are Mori.\n\nThe owl reads.")
        assert sent[0][1]["content"] == "Welcome, Ann."
        assert sent[0][3]["content"] == "Mori answers in one sentence."
        assert [message["content"] for message in sent[1][1:]] == [
            "Welcome, Ann.", "an owl?", "one", "more", "Mori answers in one sentence.",
        ]  # fmt: skip
        (path,) = platform_places().sessions.glob("*.jsonl")
        assert [node.message.text for node in load(path).session.path()] == [
            "Welcome, Ann.", "an owl?", "one", "more", "two",
        ]  # fmt: skip

        other = cards.written(clean_environment, cards.card(name="Kaze"), "kaze.json")
        arrives = (*at, "-c", "--character", str(other), "--json", "and you?")
        code, out, err = await run(arrives, clean_environment, {}, b"")
        assert (code, json.loads(out)["content"], err) == (0, "three", "")
        session = load(path).session
        assert session.character is not None
        assert session.character.name == "Kaze"
        assert len(session.path()) == 7, (
            "an earlier talk goes on: nobody greets in the middle of it"
        )


async def test_a_card_that_is_none_ends_the_program_in_words(clean_environment: Path) -> None:
    evil = clean_environment / "evil.png"
    evil.write_bytes(cards.picture(cards.chunk(b"tEXt", b"chara\0e30=", whole=False)))
    for name, said in (("evil.png", "its checksum"), ("nowhere.png", "cannot be read")):
        code, out, err = await run(("--character", name, "Hi"), clean_environment, {}, b"")
        assert (code, out) == (2, "")
        assert said in err
        assert "Traceback" not in err
    assert not list(platform_places().sessions.glob("*"))
