"""Thoughts that no tag begins: known when their end comes, and expected from then on."""

import json
from itertools import count
from pathlib import Path

from tests.support.chats import ask, chat_with
from tests.support.doubles import turn_in
from tests.support.server import Request, Script, says, serve
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.sessions import snapshot
from zatsudan.sessions.records import recovery, replay
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt
from zatsudan.talk.thinkingform import find_form
from zatsudan.wire.protocol import Delta
from zatsudan.wire.refusals import PREFILL, UNOPENED, Repair

THINKS = says("Let me ", "see.\n</thi", "nk>\n\nYes, ", "it is.")


def known(chat: Chat) -> bool:
    return Repair(UNOPENED) in chat.link.learned.of("scripted", "scripted")


async def shown(chat: Chat, text: str, parameters: JsonObject | None = None) -> list[Delta]:
    deltas: list[Delta] = []
    await turn_in(chat, chat.talk.say(text), parameters).run(deltas.append)
    return [delta for delta in deltas if delta.content or delta.reasoning]


def bodies(requests: list[Request]) -> list[JsonObject]:
    return [request.body for request in requests if request.path.endswith("/completions")]


async def test_what_stands_before_the_tag_is_kept_as_a_thought() -> None:
    async with serve(THINKS) as server, chat_with(server.base_url) as chat:
        turn, _ = await ask(chat, "Is it?")
        assert turn.nodes[0].message.text == "Yes, it is."
        assert turn.made.reasoning == "Let me see.\n"
        await ask(chat, "Sure?")
        sent = bodies(server.requests)[-1]["messages"]
        assert isinstance(sent, list)
        assert sent[1] == {"role": "assistant", "content": "Yes, it is."}


async def test_the_next_thought_is_one_from_its_first_word() -> None:
    async with serve(THINKS) as server, chat_with(server.base_url) as chat:
        first = await shown(chat, "Is it?")
        assert (first[0].content, first[0].reasoning) == ("Let me ", "")
        assert [delta.before for delta in first if delta.before] == ["thought"]
        assert known(chat)
        second = await shown(chat, "Is it?")
        assert (second[0].content, second[0].reasoning) == ("", "Let me ")
        assert not [delta.before for delta in second if delta.before]


async def test_an_answer_is_never_taken_for_a_thought() -> None:
    async with (
        serve(THINKS, says("No, ", "it is not.")) as server,
        chat_with(server.base_url) as chat,
    ):
        await ask(chat, "Is it?")
        turn, _ = await ask(chat, "Is it not?")
        assert turn.nodes[0].message.text == "No, it is not."
        assert turn.made.reasoning == ""
        assert not known(chat)
        assert (await shown(chat, "Why?"))[0].content == "No, "


async def test_one_that_is_cut_is_text_and_is_expected_again() -> None:
    cut = says("Let me see", finish="length")
    async with serve(THINKS, cut) as server, chat_with(server.base_url) as chat:
        await ask(chat, "Is it?")
        turn, _ = await ask(chat, "Is it?")
        assert (turn.nodes[0].message.text, turn.made.reasoning) == ("Let me see", "")
        assert known(chat)


async def test_nothing_is_expected_of_a_model_that_is_not_to_think() -> None:
    async with serve(THINKS, says("Yes.")) as server, chat_with(server.base_url) as chat:
        await ask(chat, "Is it?")
        off: JsonObject = {"chat_template_kwargs": {"enable_thinking": False}}
        assert (await shown(chat, "Is it?", off))[0].content == "Yes."


async def test_what_goes_on_from_a_part_of_the_thought() -> None:
    async with serve(says("see.\n</think>\nYes.")) as server, chat_with(server.base_url) as chat:
        chat.link.learned.add("scripted", "scripted", Repair(PREFILL, "trailing"), "today")
        turn = turn_in(chat, chat.talk.say("Is it?"), prefix="Let me ")
        await turn.run(lambda _: None)
        assert (turn.nodes[0].message.text, turn.made.reasoning) == ("Yes.", "Let me see.\n")
        assert turn.made.given == 0
        assert rebuilt(chat.talk.session, turn.nodes[0]).body == bodies(server.requests)[-1]


async def test_whether_it_thinks_is_seen_though_no_tag_comes() -> None:
    def answer(request: Request) -> Script:
        off = request.body.get("chat_template_kwargs") == {"enable_thinking": False}
        return says("391.") if off else says("17 times 23 is", finish="length")

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        chat.link.learned.add("scripted", "scripted", Repair(UNOPENED), "today")
        assert await find_form(chat.talk, chat.link, "scripted") == "template"


async def test_a_crash_leaves_a_thought_and_its_answer(tmp_path: Path) -> None:
    ticks = count()
    async with (
        serve(THINKS) as server,
        chat_with(server.base_url, folder=tmp_path, clock=lambda: float(next(ticks))) as chat,
    ):
        await ask(chat, "Is it?")
        path = chat.talk.journal.path
        assert path is not None
        records = [json.loads(line) for line in path.read_text().splitlines()]
    left = [record for record in records if "delta" in record["type"] or "made" not in record]
    assert len([record for record in left if record["type"] == "delta"]) > 2
    made_whole = replay([*left, *recovery(replay(left))])
    node = list(made_whole.nodes.values())[-1]
    assert node.made is not None
    assert (node.message.text, node.made.reasoning) == ("Yes, it is.", "Let me see.\n")
    assert replay(snapshot.records(replay(left))) == replay(left)
