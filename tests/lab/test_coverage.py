"""How much of a reply its log probabilities cover."""

import pytest

from tests.support.commands import lines, run
from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.base.jsonvalues import Json
from zatsudan.lab.coverage import coverage
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.wire.messages import Message, Usage

ENTRY: Json = {"token": "a", "logprob": -0.5}


@pytest.mark.parametrize(
    ("entries", "usage", "whole", "known", "total"),
    [
        (22, Usage(5, 40), False, 22, 40),
        (40, Usage(5, 40), True, 40, 40),
        (39, Usage(5, 40), True, 39, 40),  # the mark of the end is counted, and has no entry
        (22, Usage(5, 40, reasoning=18), True, 22, 22),
        (22, Usage(5, 40, estimated=True), True, 22, 22),
        (22, Usage(5, 40, together=2), True, 22, 22),
        (22, None, True, 22, 22),
    ],
)
def test_what_is_covered(
    entries: int, usage: Usage | None, whole: bool, known: int, total: int
) -> None:
    made = Made(usage=usage, logprobs=(ENTRY,) * entries)
    found = coverage(made, "a" * entries)
    assert (found.whole, found.known, found.total) == (whole, known, total)


def test_what_was_given_and_has_entries_is_not_counted_by_the_server() -> None:
    made = Made(usage=Usage(5, 4), logprobs=(ENTRY,) * 7, given=3)
    assert coverage(made, "aaaaaaa").whole
    assert not coverage(made._replace(usage=Usage(5, 9)), "aaaaaaa").whole


def test_a_token_whose_probability_is_not_told_is_not_covered() -> None:
    unknown: Json = {"token": "a", "logprob": -9999.0}
    assert not coverage(Made(logprobs=(ENTRY, unknown, unknown)), "aaa").whole


@pytest.mark.parametrize("text", ["雑談" * 20, "words " * 20])
async def test_tokens_tell_no_perplexity_of_a_part(text: str) -> None:
    chat = chat_over(ScriptedClient().connect)
    chat.talk.new()
    made = Made(usage=Usage(5, 40), logprobs=(ENTRY,) * 22)
    parent = chat.talk.say("hi").id
    chat.talk.record(message_record("2", parent, Message("assistant", text), "", made))
    told = lines(await run(chat, "/tokens"))[1]
    assert told.startswith("22 of 40 tokens have a probability")
    assert ("parts of characters" in told) is not text.isascii()
