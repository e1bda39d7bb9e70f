"""The README's pictures are the real screen. `python -m tests.generate` draws them anew.

What the model says is scripted, and so is how fast: the rest is the program.
"""

import asyncio
import os
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.film import Film
from tests.support.picture import HEIGHT, svg
from tests.support.scores import SERVER, WARM, Scored, scored
from tests.support.server import Request, Script
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.printable import printable
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.client import Client
from zatsudan.terminal.live.view import LiveView
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.rows import PROMPT
from zatsudan.wire.protocol import Chunk

PICTURES = Path(__file__).parent / "pictures"
FIRST_SECONDS, TOKEN_SECONDS = 0.21, 0.014
#: Rounds of the event loop in which nothing is drawn any more.
ROUNDS = 200
#: How long a key, and a chunk of a reply, stand in what moves.
KEY_SECONDS, CHUNK_SECONDS = 0.05, 0.07


class Clock:
    """Stands still until a reply's chunk moves it on: a talk takes the same time each time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class PacedClient(Client):
    """A client whose chunks move a clock on; each is `seen` before the next."""

    def __init__(
        self, server: Address, network: Network, clock: Clock, seen: Callable[[float], None]
    ) -> None:
        super().__init__(server, network)
        self._clock = clock
        self._seen = seen

    async def stream(self, body: JsonObject) -> AsyncGenerator[Chunk, None]:
        seconds = FIRST_SECONDS
        async with aclosing(super().stream(body)) as chunks:
            async for found in chunks:
                if any(delta.content for delta in found.deltas):
                    self._clock.seconds += seconds
                    yield found
                    seconds = TOKEN_SECONDS
                    self._seen(CHUNK_SECONDS)
                else:
                    yield found


def reply(text: str, prompt: int) -> Script:
    """Stream a reply, a word or a Japanese character at a time."""
    tokens = re.findall(r"[\u3000-\u9fff]|\s*[^\s\u3000-\u9fff]+|\s+", text)
    assert "".join(tokens) == text
    return scored([Scored(token, 0.9) for token in tokens], prompt)


# --- the talks ----------------------------------------------------------------

TOP_P = """\
**top_p** keeps the likeliest tokens until their chances add up to *p*:

| token | chance | sum | with `top_p` 0.9 |
|---|---:|---:|---|
| sea | 55 % | 55 % | kept |
| sky | 30 % | 85 % | kept |
| soup | 10 % | 95 % | kept: it crosses 0.9 |
| spoon | 5 % | 100 % | never chosen |
"""

HAIKU = "波の音　眠りの岸に　灯がともる"
SECOND = [
    Scored("夏", 0.62, (("春", 0.2),)),
    Scored("の", 0.94),
    Scored("海", 0.77),
    Scored("　", 0.92),
    Scored("忘", 0.21, (("白", 0.4), ("遠", 0.1))),
    Scored("れ", 0.98),
    Scored("た", 0.9),
    Scored("靴", 0.12, (("傘", 0.35), ("貝", 0.2))),
    Scored("に", 0.7, (("の", 0.2),)),
    Scored("　", 0.93),
    Scored("月", 0.33, (("波", 0.41),)),
    Scored("が", 0.81),
    Scored("住", 0.02, (("沈", 0.5), ("出", 0.2))),
    Scored("む", 0.95),
]


class Stage:
    """A person at a screen; with a film, what is typed and what comes is taken in frames."""

    def __init__(self, person: Sitting, film: Film | None) -> None:
        self.person = person
        self._film = film

    def take(self, seconds: float) -> None:
        """Show the screen as it is for so many seconds."""
        if self._film is not None:
            self._film.take(self.person.screen, seconds)

    def seen(self, seconds: float) -> None:
        """Show a growing reply as it is now: no frame of the clock's is waited for."""
        view = self.person.terminal._surface.view
        if self._film is not None and isinstance(view, LiveView):
            # Its status row too, which else changes now and then.
            view._status_at = -1.0
            view._draw(hold=False)
            self.take(seconds)

    async def say(self, text: str, then: float) -> None:
        """Type a line and send it; show for some seconds what follows."""
        person = self.person
        if self._film is not None:
            typed = ""
            for key in text:
                person.type(key)
                typed += key
                await person.until(partial(self._holds, typed))
                await self._settled()
                self.take(KEY_SECONDS)
            await person.say("")
        else:
            await person.say(text)
        self.take(then)

    async def _settled(self) -> None:
        """Let the loop go round until nothing more is drawn: what is offered comes behind the key."""
        written, rounds = len(self.person.screen.raw), 0
        while rounds < ROUNDS:
            await asyncio.sleep(0)
            now = len(self.person.screen.raw)
            written, rounds = now, rounds + 1 if now == written else 0

    def _holds(self, typed: str) -> bool:
        """Tell whether the input line holds what was typed, the cursor behind it."""
        screen = self.person.screen
        x, y = screen.cursor
        row = "".join(cell.data for cell in screen.cells()[y])
        line = PROMPT + typed
        return row.startswith(line) and x == cells(printable(line))


async def talk(stage: Stage) -> None:
    """A question, a parameter, a second try, and how likely its tokens were."""
    ask_for_logprobs(stage.person)
    stage.take(1.2)
    await stage.say("What does top_p do? With a table, please.", 2.5)
    await stage.say("海の俳句をひとつ。", 1.8)
    await stage.say("/temperature 1.2", 1.5)
    await stage.say("/retry", 1.8)
    await stage.say("/tokens", 5.0)


def ask_for_logprobs(person: Sitting) -> None:
    """Have the config ask how likely each token was."""
    for name, value in (("logprobs", True), ("top_logprobs", 3)):
        person.chat.talk.record({"type": "set", "name": name, "value": value, "origin": "config"})


COLD = [
    Scored("The", 0.93),
    Scored(" sea", 0.88),
    Scored(" keeps", 0.62, ((" is", 0.2),)),
    Scored(" its", 0.9),
    Scored(" secrets", 0.71),
    Scored(".", 0.95),
]


async def lab(stage: Stage) -> None:
    """Two settings side by side, and how likely each token was."""
    ask_for_logprobs(stage.person)
    await stage.say("/compare temperature=1.4 temperature=0.2 -- One line about the sea.", 0)
    await stage.say("/tokens", 0)


def by_temperature(request: Request) -> Script:
    return scored(COLD if request.body["temperature"] < 1 else WARM, 16)


class Sheet(NamedTuple):
    """A picture: its size in cells, its talk, what the model says in it, and its description."""

    rows: int
    talk: Callable[[Stage], Awaitable[None]]
    scripts: list[Script | Callable[[Request], Script]]
    describes: str
    moves: bool = False


SHEETS = {
    "talk": Sheet(
        34,
        talk,
        [reply(TOP_P, 31), reply(HAIKU, 214), scored(SECOND, 214)],
        "A talk in a terminal: a question is answered with a table; a haiku is asked for in "
        "Japanese; /temperature 1.2 changes a parameter, /retry asks for another haiku, and "
        "/tokens colours its tokens by how likely each was.",
        moves=True,
    ),
    "lab": Sheet(
        40,
        lab,
        [by_temperature],
        "/compare shows the replies at two temperatures side by side and measures them; "
        "/tokens colours each token of the first by how likely it was.",
    ),
}


async def draw(name: str) -> str:
    """Hold a talk on the real screen; return its picture."""
    sheet = SHEETS[name]
    clock = Clock()
    film = Film() if sheet.moves else None
    stages: list[Stage] = []

    def seen(seconds: float) -> None:
        for stage in stages:
            stage.seen(seconds)

    async with sitting(
        *sheet.scripts,
        columns=90,
        rows=sheet.rows,
        address=SERVER,
        client=lambda server, network: PacedClient(server, network, clock, seen),
        clock=clock,
        terminal_clock=clock if sheet.moves else time.monotonic,
    ) as person:
        stages.append(Stage(person, film))
        await sheet.talk(stages[0])
        screen = person.screen
        if film is not None:
            return film.svg("zatsudan", sheet.describes)
        return svg(screen.cells(), "zatsudan", sheet.describes, screen.cursor)


# --- the pictures -------------------------------------------------------------


@pytest.mark.parametrize("name", SHEETS)
async def test_a_picture_is_the_screen_of_today(name: str) -> None:
    kept = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    if await draw(name) != kept:
        pytest.fail(
            f"{name}.svg is not what the screen shows: `uv run python -m tests.generate` "
            "draws it anew; look at it before you commit it."
        )


@pytest.mark.parametrize("name", SHEETS)
def test_a_picture_needs_nothing_from_outside(name: str) -> None:
    text = (PICTURES / f"{name}.svg").read_text(encoding="utf-8")
    assert len(text.encode()) < (300_000 if SHEETS[name].moves else 60_000)
    assert not re.search(r"script|href|@import|url\(|@font-face|<image|foreignObject", text)
    root = ET.fromstring(text)
    width = float(root.attrib["width"])
    for element in root.iter():
        for x in element.attrib.get("x", "0").split():
            assert 0 <= float(x) + float(element.attrib.get("textLength", "0")) <= width


@pytest.mark.parametrize("name", SHEETS)
def test_the_whole_talk_is_in_its_picture(name: str) -> None:
    """Its first row is the greeting (in what moves: at first), its last the toolbar."""
    root = ET.parse(PICTURES / f"{name}.svg").getroot()
    title, first, *_, last = (
        element for element in root.iter() if element.tag.endswith("text") and element.text
    )
    assert title.text == "zatsudan"
    assert (first.text or "").startswith("zatsudan ")
    assert (last.text or "").startswith(SERVER.model)
    assert float(root.attrib["height"]) - float(last.attrib["y"]) < 2 * HEIGHT


def main() -> None:
    """Draw all pictures anew, whatever the surroundings."""
    os.environ.clear()
    os.environ["TERM"] = "xterm-256color"
    for name in SHEETS:
        (PICTURES / f"{name}.svg").write_text(asyncio.run(draw(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
