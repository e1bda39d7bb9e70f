"""How two replies to one message differ, as /diff shows it."""

from tests.support.chats import chat_with
from tests.support.commands import lines, refusal, run
from tests.support.experiments import talk
from tests.support.server import says, serve
from zatsudan.commands.outcomes import Show
from zatsudan.commands.parts import Diff
from zatsudan.sessions.made import Made
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message


async def test_a_diff_of_the_last_two_or_the_named() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "a red cat", "a blue cat", "a blue dog")
        shown = lines(await run(chat, "/diff"))
        assert shown[0] == "2 → 3 · temperature 1 → 2"
        assert shown[2] == "a blue [-cat-]{+dog+}"
        assert lines(await run(chat, "/diff 1 2"))[2] == "a [-red-]{+blue+} cat"
        same = await run(chat, "/diff 1 1")
        assert isinstance(same, Show)
        assert "the same" in lines(same)[1]
        assert isinstance(same.parts[-1], Diff)
        for wrong in ("/diff 1", "/diff 1 9", "/diff 0 1", "/diff a b", "/diff 1 2 3"):
            await refusal(chat, wrong)


async def test_a_diff_is_of_the_experiment_that_was_made_last() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, *map(str, range(12)), "new", "newer")
        chat.talk.record(Lab("1", (("a", "14"), ("b", "15"))).to_json())
        assert lines(await run(chat, "/diff"))[0].startswith("1 → 2 · ")
        assert lines(await run(chat, "/diff"))[2] == "[-new-]{+newer+}"
        chat.talk.record({"type": "head", "id": "14"})
        made = Made(model="m")
        chat.talk.record(message_record("16", "1", Message("assistant", "last"), "", made))
        chat.talk.record({"type": "head", "id": "14"})
        assert lines(await run(chat, "/diff"))[2] == "[-new-]{+last+}"
