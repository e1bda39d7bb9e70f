"""A person at the desk: the reply of a scripted server with the knobs beside it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from tests.support.emulator import ENTER, Sitting, sitting
from tests.support.server import Request, Script


@asynccontextmanager
async def at_desk(
    *scripts: Script | Callable[[Request], Script],
    told: int = 0,
    columns: int = 80,
    rows: int = 24,
) -> AsyncIterator[Sitting]:
    """Have a reply, with `told` likely tokens for each of its places, and open the desk on it."""
    async with sitting(*scripts, columns=columns, rows=rows) as person:
        if told:
            await person.say(f"/logprobs on {told}")
        await person.say("which?")
        person.type("/desk\r")
        await person.until(lambda: ENTER in "".join(person.screen.raw))
        yield person


async def leave(person: Sitting, keys: str = "q") -> None:
    """Press the keys that leave a desk with variants, and wait for the talk behind it."""
    person.type(keys)
    await person.until(lambda: "▸variant" not in person.screen.shown())
