"""A character taken into a talk: what is sent, shown, recorded, and sent again."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import cards
from tests.support.commands import lines, refusal, run
from tests.support.doubles import ScriptedClient, chat_over, text
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.commands import COMMANDS
from zatsudan.config.settings import Config, Persona
from zatsudan.sessions import exports
from zatsudan.sessions.exports.transcript import to_json, to_markdown
from zatsudan.sessions.imports.own import read_markdown
from zatsudan.sessions.records import apply, replay
from zatsudan.sessions.session import Node, Session
from zatsudan.sessions.snapshot import records
from zatsudan.talk.beginning import turn_to
from zatsudan.talk.rebuilding import rebuilt
from zatsudan.wire.models import Model

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from zatsudan.talk.chat import Chat
    from zatsudan.wire.protocol import Chunk

SYSTEM = (
    "Be kind. You are Mori.\n\nAbout Ann: a poet\n\n"
    "Mori keeps the library of the wood. Mori likes Ann.\n\nMori's personality: calm\n\n"
    "Scenario: Ann enters.\n\n[Example chat]\nAnn: Hi\nMori: Quiet, please.\n\n"
    "[Example chat]\nMori: Shh."
)
LAST = "Mori answers in one sentence."


class Answering(ScriptedClient):
    """Answers, and keeps the bodies."""

    def __init__(self) -> None:
        super().__init__(models=[Model("m", 8192)], model="m")
        self.bodies: list[JsonObject] = []

    async def stream(self, body: JsonObject) -> "AsyncGenerator[Chunk, None]":
        self.bodies.append(json.loads(json.dumps(body)))
        yield text(f"reply {len(self.bodies)}")
        yield text("", "stop")

    @property
    def sent(self) -> list[tuple[Json, Json]]:
        """Role and content of the messages that came last."""
        return _said(self.bodies[-1])


def _said(body: JsonObject) -> list[tuple[Json, Json]]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return [(one["role"], one["content"]) for one in messages if isinstance(one, dict)]


class Person:
    """A person who talks with a character."""

    def __init__(self, folder: Path | None = None) -> None:
        self.client = Answering()
        config = Config(persona=Persona("Ann", "a poet"))
        now = "2026-01-01T00:00:00Z"
        self.chat: Chat = chat_over(self.client.connect, folder, config=config, now=lambda: now)
        self.chat.talk.new()

    @property
    def session(self) -> Session:
        return self.chat.talk.session

    async def does(self, line: str) -> list[str]:
        return lines(await run(self.chat, line))

    async def say(self, words: str) -> Node:
        talk = self.chat.talk
        turn = turn_to(talk, self.chat.link, talk.say(words))
        await turn.run(lambda _: None)
        assert turn.error is None
        return turn.nodes[0]


async def with_mori(tmp_path: Path, *, saved: bool = False) -> Person:
    person = Person(tmp_path / "sessions" if saved else None)
    await person.does("/system Be kind.")
    await person.does(f"/character {cards.written(tmp_path)}")
    return person


async def test_the_greeting_begins_the_talk_and_the_others_are_variants(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    session = person.session

    assert [node.message.text for node in session.path()] == ["Welcome, Ann."]
    assert len(session.variants(session.path()[0])) == 3
    assert "You again, Ann?" in " ".join(await person.does("/variants"))
    await person.does("/pick 2")
    assert [node.message.text for node in session.path()] == ["You again, Ann?"]
    (why,) = [row for row in await person.does("/why") if row.startswith("made")]
    assert why == "made | greeting of Mori"
    assert any("greeting of Mori" in row for row in await person.does("/tree"))
    await person.say("hello")
    assert person.client.sent[1] == ("assistant", "You again, Ann?")


async def test_what_is_sent_is_what_context_and_request_show(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    reply = await person.say("Is there an owl and a BOOK?")
    # The lore by its order, not by its place in the book.
    system = SYSTEM.replace("Mori.\n\n", "Mori.\n\nThe owl reads.\n\n", 1)

    assert person.client.sent == [
        ("system", system),
        ("assistant", "Welcome, Ann."),
        ("system", "Books are dear."),
        ("user", "Is there an owl and a BOOK?"),
        ("system", LAST),
    ]
    assert rebuilt(person.session, reply).body == person.client.bodies[-1]
    assert reply.made is not None
    assert reply.made.request["lore"] == [1, 2]
    shown = json.loads((await person.does(f"/request {reply.id}"))[1])
    assert shown == person.client.bodies[-1]

    await person.does("/undo")
    shown = await person.does("/context")
    assert shown[0].startswith("character | system | ~")
    assert shown[1].startswith("greeting | assistant | ")
    assert shown[2].startswith(f"character | system | ~7 | {LAST}") or LAST in shown[2]
    assert "in 3 messages" in shown[3]


async def test_context_tells_the_lore_and_its_place(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    await person.say("a book?")
    shown = await person.does("/context")

    assert [row.partition(" | ")[0] for row in shown[:6]] == [
        "character", "greeting", "", "lore", "", "character",
    ]  # fmt: skip
    assert shown[-1] == "Lore that holds: books."
    window = json.loads((await person.does("/request"))[1])["messages"]
    assert [one["content"] for one in window[:6]] == [
        SYSTEM, "Welcome, Ann.", "a book?", "Books are dear.", "reply 1", LAST,
    ]  # fmt: skip


async def test_why_tells_where_each_part_comes_from(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    await person.say("a dragon?")
    rows = await person.does("/why")

    assert "character | Mori, from mori.png: the system message, and one behind the talk" in rows
    assert "lore | dragon" in rows


async def test_a_recorded_request_is_the_same_whoever_is_played_since(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    reply = await person.say("a dragon?")
    body = person.client.bodies[-1]
    assert "no more" in (await person.does("/character off"))[0]
    assert rebuilt(person.session, reply).body == body
    await person.does("/system Be curt.")
    await person.say("and now?")

    assert person.client.sent[0] == ("system", "Be curt.")
    assert person.client.sent[-1] == ("user", "and now?")
    assert rebuilt(person.session, reply).body == body
    copied = replay(records(person.session))
    assert rebuilt(copied, copied.nodes[reply.id]).body == body
    assert copied.character is None
    assert await person.does("/character") == ["No character is played. /character FILE takes one."]
    assert await person.does("/character off") == ["No character is played."]


async def test_a_session_is_resumed_with_its_character(tmp_path: Path) -> None:
    person = await with_mori(tmp_path, saved=True)
    path = person.chat.talk.journal.path
    assert path is not None
    assert not path.exists(), "a greeting that nobody answered is no session"
    reply = await person.say("a dragon?")
    person.chat.talk.close()

    again = Person(tmp_path / "sessions")
    (tmp_path / "mori.png").unlink()
    await again.chat.talk.load(path)
    assert again.session == person.session
    assert rebuilt(again.session, again.session.nodes[reply.id]).body == person.client.bodies[-1]
    await again.say("owl")
    assert "The owl reads." in str(again.client.sent[0][1])
    assert again.client.sent[-1] == ("system", LAST)
    again.chat.talk.close()


async def test_another_character_begins_another_session(tmp_path: Path) -> None:
    person = await with_mori(tmp_path, saved=True)
    other = cards.written(tmp_path, cards.card(first_mes="Hm."), "other one.json")
    first = person.session.id
    assert "saved" not in (await person.does(f"/character {other}"))[0]
    await person.say("hello")
    second = person.session
    said = await person.does(f'/character "{tmp_path / "mori.png"}"')

    assert said[0] == "A new session; the one before is saved."
    assert person.session.id not in (first, second.id)
    assert {path.stem for path in (tmp_path / "sessions").glob("*")} == {second.id}
    assert [node.message.text for node in second.path()] == ["Hm.", "hello", "reply 1"]
    assert person.session.model == "m"
    await person.does("/new")
    assert person.session.character is None
    person.chat.talk.close()


async def test_a_character_is_shown(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    await person.say("the dragon and its book")
    rows = await person.does("/character")

    for row in (
        "character | Mori",
        "by | a maker",
        "version | 2",
        "tags | quiet, wood",
        "file | mori.png",
        "its maker says | For tests.",
        "you are | Ann: a poet",
        "greetings | 3",
        "lore | 2 of 3 entries hold now: dragon · books",
    ):
        assert row in rows
    assert any(row.startswith("system message in all | ~") for row in rows)


async def test_what_is_odd_in_a_card_is_told(tmp_path: Path) -> None:
    value = cards.card(description="a\x1b[2Jb", scenario=["x"], first_mes="\x1b]0;t\x07Hi")
    person = Person()
    said = await person.does(f"/character {cards.written(tmp_path, value)}")

    assert "Left out, as of a wrong type: scenario." in said
    assert "3 control characters were taken out of its texts." in said
    assert not any("\x1b" in row for row in said)


async def test_an_evil_pattern_costs_a_moment_and_is_named(tmp_path: Path) -> None:
    entry: Json = {"keys": ["(a+)+$"], "content": "never", "use_regex": True}
    value = cards.card(character_book={"entries": [entry]})
    person = Person()
    await person.does(f"/character {cards.written(tmp_path, value)}")
    await person.say("a" * 10_000 + "b")

    assert "never" not in str(person.client.sent)
    assert "Patterns that take too long, and are not tried: (a+)+$" in await person.does(
        "/character"
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/character nowhere.png", "nowhere.png cannot be read"),
        ("/character .", "cannot be read"),
        ("/character /dev/zero", "cannot be read"),
        ('/character "a" "b"', "One file is wanted"),
        ("/character no.json", "no valid JSON"),
    ],
)
async def test_what_is_no_card_leaves_the_talk_as_it_was(
    line: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "no.json").write_text("{")
    person = await with_mori(tmp_path)
    before = records(person.session)

    assert said in str((await refusal(person.chat, line)).sentence)
    assert records(person.session) == before


async def test_its_files_are_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    person = await with_mori(tmp_path)
    complete = COMMANDS["character"].complete

    assert "mori.png" in [choice.text for choice in complete(person.chat, "mo")]
    assert next(choice.text for choice in complete(person.chat, "")) == "off"
    assert "off" not in [choice.text for choice in complete(Person().chat, "")]


async def test_exports_hold_the_talk_as_it_was_sent(tmp_path: Path) -> None:
    person = await with_mori(tmp_path)
    await person.say("hello")
    session = person.session

    assert json.loads(to_json(session))[0] == {"role": "system", "content": SYSTEM}
    (draft,) = read_markdown(to_markdown(session), lambda _: None)
    back = replay([])
    for record in draft.records:
        apply(back, record)
    assert back.system == SYSTEM
    assert [node.message.text for node in back.path()] == ["Welcome, Ann.", "hello", "reply 1"]
    for name, form in exports.FORMATS.items():
        if form.talk is not None:
            assert "Welcome, Ann." in form.talk(session), name
