"""The tree as a person walks it: variants, edits, branches."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.base.errors import CommandError
from zatsudan.commands import COMMANDS
from zatsudan.commands.outcomes import Copy, Desk, Generate, Leave, Outcome, Pick, Prefill
from zatsudan.commands.parts import Rows, Table
from zatsudan.commands.registry import find
from zatsudan.sessions import journal, shelf
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record, replay
from zatsudan.sessions.session import Session
from zatsudan.sessions.snapshot import records
from zatsudan.sessions.tree import differences, end_of, picture
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import parse
from zatsudan.talk.entered import SAID, Entered
from zatsudan.wire.messages import Message


def say(chat: Chat, text: str) -> None:
    chat.talk.say(text)


def reply(chat: Chat, text: str, **parameters: float) -> None:
    """Answer the user message at or above the head, as a turn does."""
    parent = chat.talk.last_user()
    assert parent is not None
    made = Made(model="m", parameters=parameters)
    chat.talk.record(
        message_record(chat.talk.session.next_id(), parent.id, Message("assistant", text), "", made)
    )


async def run(chat: Chat, line: str) -> Outcome:
    parsed = parse(line)
    assert parsed is not None
    outcome = await find(COMMANDS, parsed[0]).run(chat, parsed[1])
    if isinstance(outcome, Generate):
        reply(chat, f"again: {outcome.parent.message.text}", **dict(outcome.overrides))  # type: ignore[arg-type]
    return outcome


def drawn(outcome: Outcome) -> str:
    assert not isinstance(outcome, Leave | Pick | Copy | Desk)
    return "\n".join(
        line.text for part in outcome.parts if isinstance(part, Rows) for line in part.lines
    )


def path(chat: Chat) -> list[str]:
    return [node.message.text for node in chat.talk.session.path()]


@pytest.fixture
async def chat(tmp_path: Path) -> AsyncIterator[Chat]:
    chat = chat_over(ScriptedClient, tmp_path)  # type: ignore[arg-type]
    chat.talk.new()
    say(chat, "one")
    reply(chat, "first")
    say(chat, "two")
    reply(chat, "second")
    yield chat
    chat.talk.journal.close()


async def test_retry_makes_variants_and_pick_goes_between(chat: Chat) -> None:
    await run(chat, "/retry temperature=1.2")
    assert path(chat) == ["one", "first", "two", "again: two"]
    table = next(part for part in (await run(chat, "/variants")).parts if isinstance(part, Table))  # type: ignore[union-attr]
    assert table.rows == (
        ("1", "#4", "", "", "second"),
        ("2", "#5", "temperature 1.2", "", "again: two"),
    )
    assert table.marks == {1}
    await run(chat, "/pick 1")
    assert path(chat)[-1] == "second"
    with pytest.raises(CommandError, match="There are 2 variants"):
        await run(chat, "/pick 3")


async def test_pick_of_an_earlier_reply_brings_back_what_followed(chat: Chat) -> None:
    await run(chat, "/undo 2")
    say(chat, "one")
    chat.talk.record({"type": "head", "id": "1"})
    reply(chat, "another first")
    assert path(chat) == ["one", "another first"]
    await run(chat, "/pick 1")
    assert path(chat) == ["one", "first", "two", "second"]


async def test_edit_keeps_the_old_branch_and_redo_goes_back(chat: Chat) -> None:
    outcome = await run(chat, "/edit 1")
    assert isinstance(outcome, Prefill)
    assert outcome.line == Entered.of("one", SAID)
    assert path(chat) == []
    await run(chat, "/redo")
    assert path(chat) == ["one", "first"]
    await run(chat, "/redo")
    assert path(chat) == ["one", "first", "two", "second"]
    with pytest.raises(CommandError, match="nothing further"):
        await run(chat, "/redo")
    await run(chat, "/edit 1")
    say(chat, "uno")
    reply(chat, "primo")
    assert path(chat) == ["uno", "primo"]
    assert len(chat.talk.session.children[None]) == 2


async def test_the_picture_has_every_message_once(chat: Chat) -> None:
    await run(chat, "/retry")
    await run(chat, "/edit 1")
    say(chat, "一つ目")
    reply(chat, "はい")
    assert drawn(await run(chat, "/tree")).split("\n") == [
        "  #1 ├─» one",
        "  #2 │ first",
        "  #3 │ » two",
        "  #4 │ ├─second",
        "  #5 │ again: two",
        "* #6 » 一つ目",
        "> #7 はい",
    ]


async def test_goto_pin_and_context(chat: Chat) -> None:
    await run(chat, "/pin 1")
    assert "(pinned) one" in drawn(await run(chat, "/tree"))
    await run(chat, "/goto 2")
    assert path(chat) == ["one", "first"]
    await run(chat, "/unpin 1")
    assert chat.talk.session.pinned == set()
    with pytest.raises(CommandError, match="There is no message '99'"):
        await run(chat, "/goto 99")


async def test_fork_goes_on_in_a_new_file_and_leaves_the_old_one_whole(
    chat: Chat, tmp_path: Path
) -> None:
    await run(chat, "/retry")
    before, old = chat.talk.session, chat.talk.journal.path
    await run(chat, "/fork A copy")
    assert chat.talk.session.title == "A copy"
    assert path(chat) == ["one", "first", "two", "again: two"]
    assert chat.talk.journal.path != old
    say(chat, "three")
    assert old is not None
    assert len(journal.load(old).session.nodes) == len(before.nodes)
    assert len(shelf.summaries(tmp_path)) == 2


async def test_three_levels_of_retry_and_edit_survive_reload(chat: Chat) -> None:
    await run(chat, "/retry temperature=0.1")
    await run(chat, "/edit 1")
    say(chat, "uno")
    reply(chat, "primo")
    await run(chat, "/retry temperature=0.9")
    await run(chat, "/edit 6")
    say(chat, "eins")
    reply(chat, "erste")
    await run(chat, "/retry")
    await run(chat, "/pin 3")
    live = chat.talk.session
    chat.talk.journal.close()
    assert chat.talk.journal.path is not None
    again = journal.load(chat.talk.journal.path).session
    assert again == live
    assert again.forward == live.forward
    assert drawn(await run(chat, "/tree")).count("\n") == len(live.nodes) - 1


def test_settings_that_are_the_same_are_no_difference() -> None:
    session = replay(
        [
            message_record("1", None, Message("user", "a"), ""),
            message_record(
                "2",
                "1",
                Message("assistant", "b"),
                "",
                Made(model="m", parameters={"seed": 1, "top_p": 1}),
            ),
            message_record(
                "3",
                "1",
                Message("assistant", "c"),
                "",
                Made(model="m", parameters={"seed": 2, "top_p": 1}),
            ),
        ]
    )
    assert differences([session.nodes["2"], session.nodes["3"]]) == [{"seed": 1}, {"seed": 2}]


def test_a_deep_talk_is_drawn_without_recursion() -> None:
    session = replay(
        message_record(str(i), str(i - 1) if i > 1 else None, Message("user", "x"), "")
        for i in range(1, 20_001)
    )
    assert sum(1 for _ in picture(session)) == 20_000
    assert end_of(session, "1") == "20000"
    assert len(records(session)) >= 20_000
    assert list(picture(Session())) == []


def long_talk(chat: Chat, count: int) -> None:
    """Let the talk at hand be one of so many messages, the fifth of which has two answers."""
    for at in range(1, count):
        parent = str(at - 1) if at > 1 else None
        chat.talk.record(message_record(str(at), parent, Message("user", f"text {at}"), ""))
    chat.talk.record(message_record(str(count), "5", Message("assistant", "other"), ""))
    chat.talk.record({"type": "head", "id": str(count - 1)})


async def test_of_a_long_talk_what_stands_around_the_end_is_drawn(chat: Chat) -> None:
    chat.talk.begin()
    long_talk(chat, 3000)

    rows = drawn(await run(chat, "/tree")).split("\n")
    assert rows[0] == "2,899 messages stand above; /tree N draws those around N, /tree all all."
    assert (rows[1], rows[-1]) == ("* #2899 » text 2899", "> #2999 » text 2999")

    around = drawn(await run(chat, "/tree #6")).split("\n")
    assert around[:2] == ["*    #1 » text 1", "*    #2 » text 2"]
    assert around[5:8] == ["  #3000 ├─other", "*    #6 » text 6", "*    #7 » text 7"]
    assert around[-1] == "2,983 messages stand below."
    assert drawn(await run(chat, "/tree all")).count("\n") == 2999
    with pytest.raises(CommandError, match="no message"):
        await run(chat, "/tree x")


async def test_in_a_long_talk_the_latest_numbers_are_offered_that_begin_as_typed(
    chat: Chat,
) -> None:
    chat.talk.begin()
    long_talk(chat, 3000)
    offered = [choice.text for choice in find(COMMANDS, "goto").complete(chat, "")]
    assert (offered[0], len(offered)) == ("3000", 500)

    assert [choice.text for choice in find(COMMANDS, "goto").complete(chat, "299")] == [
        *(str(number) for number in range(2999, 2989, -1)),
        "299",
    ]
    assert [choice.text for choice in find(COMMANDS, "why").complete(chat, "3000")] == []


async def test_of_a_talk_without_a_head_the_tree_is_drawn_from_its_begin(chat: Chat) -> None:
    chat.talk.begin()
    long_talk(chat, 1500)
    chat.talk.record({"type": "head", "id": None})

    assert drawn(await run(chat, "/tree")).startswith("     #1 » text 1\n")


async def test_save_to_a_path_writes_the_format_of_its_ending(chat: Chat, tmp_path: Path) -> None:
    target = tmp_path / "talk.md"
    await run(chat, f"/save {target}")
    assert "second" in journal.load(chat.talk.journal.path).session.nodes["4"].message.text  # type: ignore[arg-type]
    with pytest.raises(CommandError, match="already"):
        await run(chat, f"/save {target}")
    await run(chat, f"/save {tmp_path}/copy.jsonl")
    assert journal.load(tmp_path / "copy.jsonl").session.path() == chat.talk.session.path()
    assert chat.talk.session.title == ""
