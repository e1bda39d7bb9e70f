"""Messages by hand: replies edited and begun, messages added, hidden and deleted, and a draft."""

import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.commands import lines, run
from tests.support.doubles import ScriptedClient, chat_over, text
from zatsudan.base.errors import CommandError, StatusError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.commands.outcomes import Experiment, Generate, Prefill, Work
from zatsudan.lab.run import Run
from zatsudan.lab.slots import Slot
from zatsudan.servers.prefill import NONE
from zatsudan.sessions import exports, journal
from zatsudan.sessions.byhand import ByHand
from zatsudan.sessions.imports.own import read_markdown
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Node
from zatsudan.talk.beginning import turn_to
from zatsudan.talk.entered import TEXT
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.refusals import MIDDLE, PREFILL, Repair, mended, understand

if TYPE_CHECKING:
    from zatsudan.talk.chat import Chat


class Echoing(ScriptedClient):
    """Answers with how many messages came, and keeps the bodies."""

    def __init__(self) -> None:
        super().__init__()
        self.bodies: list[JsonObject] = []

    async def stream(self, body: JsonObject) -> AsyncGenerator[Chunk, None]:
        self.bodies.append(json.loads(json.dumps(body)))
        yield text(f"reply {len(self.bodies)}")
        yield text("", "stop")

    @property
    def sent(self) -> list[tuple[Json, Json]]:
        """Role and content of the messages that came last."""
        messages = self.bodies[-1]["messages"]
        assert isinstance(messages, list)
        return [(one["role"], one["content"]) for one in messages if isinstance(one, dict)]


class Person:
    """A person at a chat, and the server that answers."""

    def __init__(self, folder: Path | None = None, form: str = "trailing") -> None:
        self.client = Echoing()
        self.chat: Chat = chat_over(self.client.connect, folder)
        self.chat.talk.new()
        self.form = form

    async def say(self, words: str) -> Node:
        return await self.generate(Generate(self.chat.talk.say(words)))

    async def generate(self, wanted: object) -> Node:
        assert isinstance(wanted, Generate)
        chat = self.chat
        turn = turn_to(
            chat.talk, chat.link, wanted.parent, prefix=wanted.prefix, asking=wanted.asking
        )
        await self.known()
        await turn.run(lambda _: None)
        if turn.error is not None:
            raise turn.error
        return turn.nodes[0]

    async def known(self) -> None:
        """Let it be known what the server does with a given text."""
        server = (await self.chat.link.client()).server
        model = self.chat.talk.session.model or server.model
        self.chat.link.learned.forget(server.name)
        self.chat.link.learned.add(server.name, model, Repair(PREFILL, self.form), "")


async def two_turns(folder: Path | None = None, form: str = "trailing") -> Person:
    person = Person(folder, form)
    await person.say("one")
    await person.say("two")
    return person


async def test_an_edited_reply_is_a_variant_by_hand_and_the_model_goes_on_from_it() -> None:
    person = await two_turns()
    chat = person.chat
    offered = await run(chat, "/edit 2")
    assert isinstance(offered, Prefill)
    assert offered.line.text == "/edit 2 reply 1"
    assert not offered.line.unsure

    said = lines(await run(chat, "/edit 2 A better reply"))
    edited = chat.talk.session.nodes["5"]
    assert edited.message.text == "A better reply"
    assert edited.parent == "1"
    assert chat.talk.session.nodes["2"].message.text == "reply 1"
    assert "by hand, from #2" in said[-1]

    more = await person.generate(await run(chat, "/continue"))
    assert more.message.text == "A better replyreply 3"
    assert person.client.sent == [("user", "one"), ("assistant", "A better reply")]
    assert more.made is not None
    assert more.made.given == len("A better reply")
    assert not more.begun
    await run(chat, "/goto 5")
    assert "by hand, from #2" in " ".join(lines(await run(chat, "/why")))
    assert any("(by hand, from #2) A better" in row for row in lines(await run(chat, "/tree")))
    assert any("by hand, from #2" in row for row in lines(await run(chat, "/variants")))


async def test_an_edited_reply_keeps_its_line_breaks_and_hostile_beginnings() -> None:
    person = await two_turns()
    outcome = await run(person.chat, "/edit 2 !rm -rf x\n\n  @file  and /quit")
    assert not isinstance(outcome, Prefill)
    assert person.chat.talk.session.nodes["5"].message.text == "!rm -rf x\n\n  @file  and /quit"


async def test_a_begun_reply() -> None:
    person = await two_turns()
    chat = person.chat
    await person.known()
    assert lines(await run(chat, '/begin "Well, "')) == ['The next reply begins with "Well, ".']
    shown = json.loads(lines(await run(chat, "/request"))[1])
    assert shown["messages"][-1] == {"role": "assistant", "content": "Well, "}
    reply = await person.say("three")
    assert person.client.sent[-1] == ("assistant", "Well, ")
    assert reply.message.text == "Well, reply 3"
    assert reply.begun == "Well, "
    assert chat.talk.session.begin is None
    await person.say("four")
    assert person.client.sent[-1] == ("user", "four")
    await run(chat, "/begin! So,")
    for words in ("five", "six"):
        assert (await person.say(words)).begun == "So,"
    await run(chat, "/begin off")
    assert not (await person.say("seven")).begun


async def test_where_the_server_begins_anew_it_is_said_before() -> None:
    person = await two_turns(form=NONE)
    await person.known()
    count = len(person.client.bodies)
    for line in ("/begin Well", "/begin! Well", "/sweep begin a b"):
        with pytest.raises(CommandError, match="begins anew"):
            await run(person.chat, line)
    assert person.chat.talk.session.begin is None
    person.chat.talk.record({"type": "begin", "text": "Well", "always": True})
    with pytest.raises(CommandError, match="begins anew") as raised:
        await person.say("three")
    assert "/begin off" in str(raised.value.advice)
    assert len(person.client.bodies) == count


async def test_beginnings_are_swept() -> None:
    person = await two_turns()
    await person.known()
    wanted = await run(person.chat, '/sweep begin "Yes, " No x seed 1 2')
    assert isinstance(wanted, Experiment)
    labels = [cell.label for cell in wanted.cells]
    assert labels[0] == 'begin "Yes, " · seed 1' or labels[0] == 'seed 1 · begin "Yes, "'
    slots = [Slot(cell) for cell in wanted.cells]
    made = Run(person.chat.talk, person.chat.link, wanted.parent, slots)
    await made.run(lambda *_: None)
    found = [slot.node.begun for slot in slots if slot.node is not None]
    assert found == ["Yes, ", "Yes, ", "No", "No"]
    rows = " ".join(lines(await run(person.chat, "/variants")))
    assert 'begin "Yes, "' in rows


async def test_messages_are_added_and_a_system_message_stands_in_the_middle(tmp_path: Path) -> None:
    person = await two_turns()
    note = tmp_path / "note.txt"
    note.write_text("From a file.\n")
    await run(person.chat, "/add system Be calm.")
    await run(person.chat, f"/add user @{note}")
    await run(person.chat, "/add function weather sunny")
    reply = await person.generate(await run(person.chat, "/continue"))
    assert person.client.sent[-3:] == [
        ("system", "Be calm."),
        ("user", "From a file."),
        ("function", "sunny"),
    ]
    assert reply.parent == "7"
    # What the person types behind a message of theirs by hand does not take its place.
    await run(person.chat, "/add user More.")
    await person.say("And more.")
    assert person.client.sent[-1] == ("user", "More.\n\nAnd more.")


async def test_a_tool_answers_the_first_open_call() -> None:
    person = Person()
    talk = person.chat.talk
    talk.say("weather?")
    calls: list[Json] = [{"id": one, "function": {"name": "f"}} for one in ("c1", "c2")]
    record: JsonObject = {
        "type": "message", "id": "2", "parent": "1", "at": "",
        "message": {"role": "assistant", "content": None, "tool_calls": calls},
    }  # fmt: skip
    talk.record(record)
    await run(person.chat, "/add tool sunny")
    await run(person.chat, "/add tool windy")
    ids = [talk.session.nodes[key].message.extra["tool_call_id"] for key in ("3", "4")]
    assert ids == ["c1", "c2"]
    with pytest.raises(CommandError, match="no call"):
        await run(person.chat, "/add tool rainy")
    # A call and its answers go together: servers refuse the one without the other.
    await run(person.chat, "/hide 3")
    assert set(talk.session.withheld) == {"2", "3", "4"}


async def test_what_is_hidden_or_deleted_is_not_sent_and_the_record_of_a_reply_stays_true() -> None:
    person = await two_turns()
    chat = person.chat
    await run(chat, "/hide 1")
    await run(chat, "/delete 2")
    context = lines(await run(chat, "/context"))
    assert any(row.startswith("hidden | user") for row in context)
    assert not any("reply 1" in row for row in context)
    reply = await person.say("three")
    sent = person.client.bodies[-1]
    assert [words for _, words in person.client.sent] == ["two", "reply 2", "three"]
    await run(chat, "/unhide 1")
    await run(chat, "/unhide 2")
    assert json.loads(lines(await run(chat, f"/request {reply.id}"))[1]) == sent
    await person.say("four")
    assert [words for _, words in person.client.sent][:2] == ["one", "reply 1"]


@pytest.mark.parametrize(
    "line",
    ["/add", "/add robot x", "/add user", "/add function f", "/add tool x", "/hide", "/hide 99",
     '/begin "a" b', '/begin "  "', "/edit 99", "/add user @/nowhere/at/all", "/add user @~nobody-of-that-name/x", "/unhide x", "/delete"],
)  # fmt: skip
async def test_bad_input_is_a_sentence_with_advice_and_changes_nothing(line: str) -> None:
    person = await two_turns()
    before = exports.export(person.chat.talk.session, "jsonl")
    with pytest.raises(CommandError) as raised:
        await run(person.chat, line)
    assert raised.value.advice
    assert exports.export(person.chat.talk.session, "jsonl") == before


async def test_it_is_kept_in_journals_and_exports(tmp_path: Path) -> None:
    person = await two_turns(tmp_path)
    await person.known()
    await run(person.chat, "/edit 2 Changed.")
    await run(person.chat, "/hide 1")
    await run(person.chat, "/begin! So")
    session = person.chat.talk.session
    path = person.chat.talk.journal.path
    assert path is not None
    person.chat.talk.close()
    loaded = journal.load(path).session
    assert loaded == session
    assert loaded.nodes["5"].by_hand == ByHand("2")

    markdown = exports.export(session, "markdown")
    assert "## User (hidden)\n\none" in markdown
    assert "## Assistant (by hand)\n\nChanged." in markdown
    (draft,) = read_markdown(markdown, lambda _: None)
    again = replay(draft.records)
    assert again.withheld == {"1": "hidden"}
    assert again.nodes["2"].by_hand is not None
    assert exports.export(again, "markdown").partition("## ")[2] == markdown.partition("## ")[2]
    assert "(by hand)" in exports.export(session, "html")
    assert "Assistant (by hand):" in exports.export(session, "text")
    assert json.loads(exports.export(session, "json")) == [
        {"role": "assistant", "content": "Changed."}
    ]


async def test_a_draft_stands_in_the_input_line_as_text_and_not_in_the_talk() -> None:
    person = await two_turns()
    before = exports.export(person.chat.talk.session, "jsonl")
    work = await run(person.chat, "/me the sea")
    assert isinstance(work, Work)
    outcome = await work.run(lambda _: None)
    assert isinstance(outcome, Prefill)
    assert outcome.line.text == "reply 3"
    assert set(outcome.line.marks) == {TEXT}
    asked = str(person.client.sent[-1][1])
    assert "the sea" in asked
    assert [role for role, _ in person.client.sent] == [*["user", "assistant"] * 2, "user"]
    assert exports.export(person.chat.talk.session, "jsonl") == before
    assert sum(count for count, _ in person.chat.talk.aside().values()) == 1


async def test_a_draft_is_asked_for_as_one_message_in_words() -> None:
    person = await two_turns()
    for line in (
        "n 3",
        "logprobs on",
        'json_schema {"type": "object"}',
        'grammar "root ::= [0-9]+"',
        "top_p 0.5",
    ):
        await run(person.chat, f"/set {line}")
    work = await run(person.chat, "/me")
    assert isinstance(work, Work)
    await work.run(lambda _: None)
    body = person.client.bodies[-1]
    assert body["top_p"] == 0.5
    assert not {"n", "logprobs", "json_schema", "grammar"} & body.keys()


def test_a_template_that_takes_a_system_message_at_the_beginning_alone() -> None:
    def one(role: str, content: str) -> Json:
        return {"role": role, "content": content}

    messages = [one("system", "A"), one("user", "b"), one("system", "C"), one("user", "d")]
    body: JsonObject = {"model": "m", "messages": messages}
    error = StatusError(400, "System message must be at the beginning.")
    assert understand(error, body) == Repair(MIDDLE)
    assert mended(body, [Repair(MIDDLE)])["messages"] == [
        one("system", "A"),
        one("user", "b\n\nC\n\nd"),
    ]
