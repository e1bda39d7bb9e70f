"""The ways on from a place, and the next token by hand, held against the embedded engine's own replies."""

import pytest

from tests.support.chats import ask, talk
from tests.support.commands import lines, run, settled
from tests.support.doubles import turn_in
from zatsudan.commands.outcomes import Ask
from zatsudan.servers.choice import Server
from zatsudan.talk.chat import Chat
from zatsudan.wire.tokenview import percent, read_tokens

pytestmark = pytest.mark.model


async def asked(chat: Chat) -> None:
    """A sampled reply with alternatives, by samplers that would hide most of them."""
    for line in (
        "/neutral",
        "/logprobs on 5",
        "/set seed 3 max_tokens 24 min_p 0.2",
        "/temperature 1.2",
    ):
        await run(chat, line)
    turn, _ = await ask(chat, "What does a lighthouse keeper do at night?")
    assert turn.error is None, turn.error


async def test_each_way_is_what_the_engine_writes_without_samplers_behind_its_token(
    model: Server,
) -> None:
    async with talk(model) as chat:
        await asked(chat)
        reply = chat.talk.session.path()[-1]
        assert reply.made is not None
        place = read_tokens(reply.made.logprobs)[4]
        before = "".join(token.text for token in read_tokens(reply.made.logprobs)[:4])
        rows = lines(await settled(await run(chat, "/forks 5 4 6")))
        shares = {percent(option.p) for option in place.options[:4]}
        assert shares <= {row[3:8].strip() for row in rows if row[0] in "├└"}
        compared = 0
        for onward in chat.ways.values():
            told = read_tokens(onward.logprobs)
            assert b"".join(token.data for token in told) == onward.text.encode()
            first = told[4]
            assert onward.text.startswith(before + first.text)
            # Of the tokens behind it each is the likeliest, but for one where it parts.
            apart = [at for at, token in enumerate(told[5:]) if token.data != token.options[0].data]
            assert len(apart) <= 1 or first.data == place.data
            if apart or first.data == place.data:
                continue
            neutral = {"temperature": 0, "max_tokens": 6, "min_p": 0}
            turn = turn_in(
                chat, chat.talk.session.nodes[onward.parent], neutral, before + first.text
            )
            await turn.run(lambda _: None)
            assert turn.nodes[0].message.text == onward.text
            compared += 1
        assert compared >= 2


async def test_by_hand_the_tokens_are_those_that_the_reply_was_drawn_from(model: Server) -> None:
    async with talk(model) as chat:
        await asked(chat)
        reply = chat.talk.session.path()[-1]
        assert reply.made is not None
        recorded = read_tokens(reply.made.logprobs)
        outcome = await settled(await run(chat, "/manual"))
        for token in recorded[:4]:
            assert isinstance(outcome, Ask)
            offered = [row.cells[1] for row in outcome.question.rows]
            assert offered[:5] == [option.name for option in token.options[:5]]
            assert [row.cells[2] for row in outcome.question.rows[:5]] == [
                percent(option.p) for option in token.options[:5]
            ]
            key = outcome.question.rows[offered.index(token.name)].key
            outcome = await settled(await outcome.answered(key))
        assert isinstance(outcome, Ask)
        assert outcome.leave is not None
        await settled(outcome.leave())
        by_hand = chat.talk.session.path()[-1]
        assert by_hand.by_hand is not None
        assert by_hand.message.text == "".join(token.text for token in recorded[:4])
