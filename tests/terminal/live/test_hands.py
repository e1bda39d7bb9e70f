"""At the live prompt: a reply is edited and gone on, one is begun, a message is drafted."""

from tests.support.emulator import sitting
from tests.support.server import Request, Script, says


def answer(request: Request) -> Script:
    assert request.body is not None
    last = request.body["messages"][-1]
    if str(last["content"]).startswith("a b c"):
        return says(" o p q")
    if last["role"] == "assistant":
        return says("and on it goes.")
    return says("!a draft" if "write the next message" in str(last["content"]) else "A reply.")


async def test_a_reply_is_edited_in_the_line_and_an_empty_line_goes_on() -> None:
    async with sitting(answer) as person:
        await person.say("hi")
        person.type("\r")  # nothing stands behind the model's own reply to go on from
        await person.at_rest()
        await person.say("/edit 2")
        await person.until("» /edit 2 A reply.")
        person.type("\x08" * len("reply.") + "tale \r")
        await person.until("[by hand, from #2]")
        person.type("\r")
        await person.until("A taleand on it goes.")
        assert person.chat.talk.session.head == "4"


async def test_what_was_given_is_dim_and_the_toolbar_tells_of_it() -> None:
    async with sitting(answer) as person:
        await person.say('/begin! "So "')
        await person.until('begins "So "')
        await person.say("hi")
        await person.until("So and on it goes.")
        rows = person.screen.cells()
        row = next(row for row in rows if "".join(one.data for one in row).startswith("So and"))
        assert row[0].fg != row[4].fg or row[0] != row[4]._replace(data=row[0].data)


async def test_alt_m_drafts_about_the_line_and_sends_nothing() -> None:
    async with sitting(answer) as person:
        await person.say("hi")
        person.type("the sea\x1bm")
        await person.until("» !a draft")
        asked = [one for one in person.server.requests if one.path.endswith("/completions")]
        assert len(asked) == 2
        assert "the sea" in str(person.server.requests[-1].body)
        person.type("\r")
        await person.until("Run a draft?")
