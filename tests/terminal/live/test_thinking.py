"""While a model thinks, one key has it answer."""

import asyncio

from tests.support.emulator import sitting
from tests.support.server import DONE, Request, Script, chunk, event, fails, says
from zatsudan.wire.refusals import PREFILL, THINK, UNOPENED, Repair


def thinks(*after: float | bytes) -> Script:
    pieces = (
        event({"id": "c1", "choices": [{"index": 0, "delta": {"reasoning_content": text}}]})
        for text in ("Let me ", "see: 17 ")
    )
    return Script([*pieces, *after])


def answer(request: Request) -> Script:
    if not request.path.endswith("/completions"):
        return fails(404, "no")
    if request.body["messages"][-1]["role"] == "assistant":
        return says("The answer is ", "391.")
    again = event({"id": "c1", "choices": [{"index": 0, "delta": {"reasoning_content": "times "}}]})
    return thinks(*[piece for _ in range(100) for piece in (0.02, again)])


async def test_the_key_is_named_while_it_thinks_and_ends_the_thought() -> None:
    async with sitting(answer) as person:
        person.chat.link.learned.add("scripted", "scripted", Repair(PREFILL, "trailing"), "today")
        person.type("17 * 23?\r")
        await person.until("Ctrl-G answers now")
        person.type("\x07")
        await person.until("The answer is 391.")
        screen = await person.at_rest()
        assert "Its thought is ended here: it answers now." in screen
        assert "Ctrl-G" not in screen
        assert "thought for" in screen
        await person.say("/why")
        assert "and the reply goes on behind it" in person.screen.scrollback()


async def test_the_toolbar_says_what_is_wished() -> None:
    async with sitting(says("x")) as person:
        person.chat.link.learned.add("scripted", "scripted", Repair(THINK, "template"), "today")
        assert "scripted · /think off" in await person.say("/think off")
        assert "scripted · /think off · top_p 0.5" in await person.say("/set top_p 0.5")


async def test_the_key_does_nothing_where_nothing_is_thought() -> None:
    slow = Script([chunk("One "), 0.3, chunk("two."), chunk(finish="stop"), DONE])
    async with sitting(slow) as person:
        person.type("count\r")
        screen = await person.until("One")
        assert "Ctrl-G" not in screen
        person.type("\x07")
        await person.until("One two.")
        await person.at_rest()
        asked = [each for each in person.server.requests if each.path.endswith("/completions")]
        assert len(asked) == 1


LONG = [f"Thought number {at}.\n\n" for at in range(6)]


async def test_a_thought_that_shows_late_is_folded_as_far_as_it_can_be() -> None:
    slow = Script(
        [
            *(piece for text in LONG for piece in (chunk(text), 0.05)),
            *(chunk("So it ends.\n</think>\n\nThe answer is "), 0.1, chunk("391.")),
            *(chunk(finish="stop"), DONE),
        ]
    )
    async with sitting(slow) as person:
        screen = await person.say("17 * 23?")
        assert "Thought number 0." in screen  # it stood in scrollback already
        assert "with what stands above" in screen
        assert "So it ends." not in screen
        assert "</think>" not in screen
        assert screen.index("stands above") < screen.index("The answer is 391.")
        again = (await person.say("17 * 23?")).rpartition("17 * 23?")[2]
        assert "Thought number" not in again
        assert "thought for" in again
        assert "The answer is 391." in again
        assert "So it ends." in await person.say("/reasoning")
        assert "The answer is 391." in await person.say("/show")


async def test_a_thought_that_came_at_once_is_folded_whole() -> None:
    async with sitting(says("Let me see.\n\nHm.\n</think>\n\nThe answer.")) as person:
        screen = await person.say("17 * 23?")
        assert "Let me see." not in screen
        assert "thought for" in screen
        assert "The answer." in screen


async def test_an_answer_that_was_expected_to_be_a_thought_is_shown_whole() -> None:
    slow = Script(
        [*(piece for text in LONG for piece in (chunk(text), 0.05)), chunk(finish="stop"), DONE]
    )
    async with sitting(slow) as person:
        person.chat.link.learned.add("scripted", "scripted", Repair(UNOPENED), "today")
        person.type("17 * 23?\r")
        await person.until("thinking")
        await person.until("Thought number 5.")
        screen = await person.at_rest()
        assert "thought for" not in screen
        assert [screen.count(text.strip()) for text in LONG] == [1] * len(LONG)


async def test_a_thought_that_a_word_alone_ends() -> None:
    slow = Script(
        [
            *(piece for text in LONG for piece in (chunk(text), 0.05)),
            *(chunk("So be it."), 0.05, chunk("assistantfinal"), chunk("The answer is 391.")),
            *(chunk(finish="stop"), DONE),
        ]
    )
    async with sitting(slow) as person:
        screen = await person.say("17 * 23?")
        assert screen.count("The answer is 391.") == 1
        assert "with what stands above" in screen
        assert person.chat.talk.session.path()[-1].message.text == "The answer is 391."
        again = (await person.say("17 * 23?")).rpartition("17 * 23?")[2]
        assert "Thought number" not in again
        assert again.count("The answer is 391.") == 1


async def test_each_thought_has_a_row_of_its_own_between_the_texts() -> None:
    texts = ("<think>so</think>One.\n\n", "<think>then", "</think>\n\nTwo.\n", "<think>so")
    seen = [asyncio.Event() for _ in texts]
    pieces = [
        piece for text, event in zip(texts, seen, strict=True) for piece in (chunk(text), event)
    ]
    async with sitting(Script([*pieces, chunk(finish="stop"), DONE])) as person:
        person.type("count\r")
        for shown, event in zip(("One.", "  then", "Two.", "  so"), seen, strict=True):
            await person.until(shown)
            event.set()
        rows = (await person.until("scripted ·")).splitlines()
        at = rows.index("One.")
        assert [row.partition(", ")[2] or row for row in rows[at - 2 : at + 7]] == [
            "2 characters · /reasoning shows it",
            *("", "One.", ""),
            "6 characters · /reasoning shows it",
            *("", "Two.", ""),
            "4 characters · /reasoning shows it",
        ]
