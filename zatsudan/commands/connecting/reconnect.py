"""Going on with another server, and the model file of the embedded one."""

from collections.abc import Callable
from contextlib import aclosing
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line
from zatsudan.base.quantities import in_bytes
from zatsudan.commands.connecting import questions
from zatsudan.commands.outcomes import Ask, Outcome, Show, Tell, Work
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.presets import bound
from zatsudan.config.settings import SUGGESTED
from zatsudan.servers.choice import Server, Wishes
from zatsudan.servers.discovery import Finder
from zatsudan.servers.unencrypted import unencrypted
from zatsudan.talk.addressee import model_of, use_model
from zatsudan.talk.chat import Chat

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject
    from zatsudan.servers.client import Client

#: What a server is asked to see whether it answers: as little as a reply can cost.
PROBE = "Say hi."


def nothing() -> Line:
    """Return what is said when a question was left."""
    return Line(say("All is as it was."), "dim")


async def first_word(client: "Client", model: str, clock: Callable[[], float]) -> float:
    """Return the seconds to the first word of a tiny real request; raises ApiError. Closes the client."""
    began = clock()
    body: JsonObject = {
        "model": model,
        "messages": [{"role": "user", "content": PROBE}],
        "stream": True,
    }
    try:
        # Asked as every turn is; without a parameter, since some servers refuse some.
        async with aclosing(client.stream(body)) as chunks:
            async for chunk in chunks:
                if any(delta.content or delta.reasoning for delta in chunk.deltas):
                    break
        return clock() - began
    finally:
        await client.aclose()


async def connect_to(chat: Chat, finder: Finder, server: Server | None, *lines: Part) -> Outcome:
    """Let the talk go on with a server, None for the embedded model; raises ZatsudanError.

    Where that fails all stays as it was.
    """
    before = finder.in_use
    finder.use(Wishes(local=server is None), server)
    await chat.link.disconnect()
    try:
        found = (await chat.link.client()).server
        model = found.model or await model_of(chat.talk, chat.link)
        use_model(chat.talk, chat.link, model)
    except BaseException:
        finder.use(*before)
        await chat.link.disconnect()
        raise
    where = say(
        "{model} at {name} answers from now on.", model=one_line(model), name=one_line(found.name)
    )
    missing = (
        [Line(say("No key is sent: {why}.", why=found.missing_key), "dim")]
        if found.missing_key
        else []
    )
    open_ = unencrypted(found)
    warned = [Line(open_, "warn")] if open_ else []
    return Show((*lines, Line(where, "good"), *missing, *warned, *bound(chat, model)))


def offer(finder: Finder, behind: Callable[[], Outcome]) -> Work:
    """Offer to fetch the model file that the config names, else the one that is suggested.

    `behind` gives what follows when it is there.
    """
    fetch = finder.model_to_fetch()

    async def run(tell: Tell) -> Outcome:
        await fetch.run(tell)
        return behind()

    async def answered(answer: str) -> Outcome:
        if answer == questions.NO:
            return Show((nothing(),))
        return Work((Line(say("Ctrl-C stops; what came is kept for the next time."), "dim"),), run)

    async def measured(tell: Callable[[Printable], None]) -> Outcome:
        tell(say("asking how large the file is"))
        size = await fetch.size()
        large = in_bytes(size) if size else say("its size is not told")
        question = questions.fetch(one_line(fetch.name, 120), fetch.host, large)
        unchecked = say("No checksum is known: model_sha256 under [local] would be one.")
        notes = [] if fetch.checked else [Line(unchecked, "dim")]
        if finder.config.local.model_url == SUGGESTED.name:
            notes.append(Line(_suggested(), "dim"))
        return Ask(question, answered, tuple(notes), (nothing(),))

    return Work((), measured)


def _suggested() -> Printable:
    return say(
        "{name} is suggested; its licence is {licence}. model_url under [local] names another one.",
        name=SUGGESTED.name,
        licence=SUGGESTED.licence,
    )
