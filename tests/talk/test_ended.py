"""A mark of the model's end that the server left in the text: kept, shown by /raw, and not sent back."""

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, run
from tests.support.server import says, serve


async def test_the_mark_is_no_part_of_the_talk_and_is_not_lost() -> None:
    async with (
        serve(says("Yes.", "<|im_end|>"), says("No.")) as server,
        chat_with(server.base_url) as chat,
    ):
        turn, _ = await ask(chat, "Is it?")
        node = turn.nodes[0]
        assert node.message.text == "Yes."
        assert lines(await run(chat, "/raw")) == ["Yes.<|im_end|>"]
        assert lines(await run(chat, f"/raw {node.id}")) == ["Yes.<|im_end|>"]
        assert any("<|im_end|>" in line for line in lines(await run(chat, "/why")))
        await ask(chat, "Really?")
        assert server.requests[-1].body["messages"][1]["content"] == "Yes."
        assert lines(await run(chat, "/raw")) == ["No."]
