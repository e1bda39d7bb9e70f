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
from zatsudan.commands.outcomes import Generate
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.client import Client
from zatsudan.terminal.live.view import LiveView
from zatsudan.terminal.pages.deskpage import DeskPage
from zatsudan.terminal.surface import Taker
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.rows import PROMPT
from zatsudan.wire.protocol import Chunk

PICTURES = Path(__file__).parent / "pictures"
FIRST_SECONDS, TOKEN_SECONDS = 0.21, 0.014
#: Rounds in which nothing is drawn any more, and how long one is: what is to be drawn is put off a hundredth of a second.
ROUNDS, REST_SECONDS = 3, 0.012
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

    async def stream(
        self, body: JsonObject, *, thinks: bool = False
    ) -> AsyncGenerator[Chunk, None]:
        seconds = FIRST_SECONDS
        async with aclosing(super().stream(body, thinks=thinks)) as chunks:
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
SEA = [
    Scored("The", 0.81, ((" A", 0.12), (" Its", 0.07))),
    Scored(" sea", 0.93, ((" tide", 0.07),)),
    Scored(" keeps", 0.22, ((" is", 0.53), (" folds", 0.25))),
    Scored(" the", 0.72, ((" its", 0.28),)),
    Scored(" moon", 0.55, ((" light", 0.31), (" sky", 0.14))),
    Scored(" in", 0.83, ((" on", 0.17),)),
    Scored(" its", 0.9, ((" a", 0.1),)),
    Scored(" pockets", 0.04, ((" arms", 0.61), (" hands", 0.35))),
    Scored(",", 0.88, ((" and", 0.12),)),
    Scored(" coin", 0.08, ((" and", 0.7), (" as", 0.22))),
    Scored(" by", 0.97, ((" after", 0.03),)),
    Scored(" coin", 0.99, ((" wave", 0.01),)),
    Scored(",", 0.94, ((".", 0.06),)),
    Scored(" and", 0.86, ((" then", 0.14),)),
    Scored(" spends", 0.38, ((" gives", 0.45), (" counts", 0.17))),
    Scored(" it", 0.74, ((" them", 0.26),)),
    Scored(" slowly", 0.29, ((" all", 0.44), (" back", 0.27))),
    Scored(" on", 0.78, ((" along", 0.22),)),
    Scored(" the", 0.96, ((" our", 0.04),)),
    Scored(" shore", 0.51, ((" beach", 0.3), (" sand", 0.19))),
    Scored(".", 0.95, ((",", 0.05),)),
    Scored(" By", 0.13, ((" The", 0.59), (" And", 0.28))),
    Scored(" morning", 0.82, ((" dawn", 0.18),)),
    Scored(" there", 0.33, ((" it", 0.42), (",", 0.25))),
    Scored(" is", 0.97, ((" are", 0.03),)),
    Scored(" nothing", 0.64, ((" only", 0.36),)),
    Scored(" left", 0.85, ((" but", 0.15),)),
    Scored(" but", 0.77, ((" to", 0.14), (".", 0.09))),
    Scored(" light", 0.17, ((" foam", 0.52), (" salt", 0.31))),
    Scored(".", 0.96, ((",", 0.04),)),
]
AGAIN = [
    Scored("The", 0.81, ((" A", 0.12), (" Its", 0.07))),
    Scored(" sea", 0.93, ((" tide", 0.07),)),
    Scored(" is", 0.53, ((" folds", 0.25), (" keeps", 0.22))),
    Scored(" a", 0.88, ((" the", 0.12),)),
    Scored(" mirror", 0.47, ((" letter", 0.31), (" clock", 0.22))),
    Scored(" that", 0.69, ((" the", 0.31),)),
    Scored(" the", 0.84, ((" a", 0.16),)),
    Scored(" moon", 0.76, ((" night", 0.24),)),
    Scored(" has", 0.58, ((" once", 0.42),)),
    Scored(" broken", 0.66, ((" lost", 0.34),)),
    Scored(",", 0.79, ((".", 0.21),)),
    Scored(" and", 0.91, ((" but", 0.09),)),
    Scored(" it", 0.72, ((" each", 0.28),)),
    Scored(" mends", 0.61, ((" is", 0.39),)),
    Scored(" itself", 0.95, ((" all", 0.05),)),
    Scored(" on", 0.57, ((" against", 0.43),)),
    Scored(" the", 0.98, ((" our", 0.02),)),
    Scored(" shore", 0.55, ((" beach", 0.27), (" sand", 0.18))),
    Scored(".", 0.95, ((",", 0.05),)),
    Scored(" The", 0.63, ((" And", 0.37),)),
    Scored(" foam", 0.49, ((" light", 0.33), (" rest", 0.18))),
    Scored(" is", 0.87, ((" keeps", 0.13),)),
    Scored(" what", 0.68, ((" all", 0.32),)),
    Scored(" is", 0.74, ((" was", 0.26),)),
    Scored(" left", 0.92, ((" lost", 0.08),)),
    Scored(".", 0.9, ((" of", 0.1),)),
]
LEFT, DOWN = "\x1b[D", "\x1b[B"


class Stage:
    """A person at a screen; with a film, what is typed and what comes is taken in frames."""

    def __init__(self, person: Sitting, film: Film | None) -> None:
        self.person = person
        self._film = film
        self._page: Taker | None = None
        generate = person.terminal._repl._carrying.generation.generate

        async def seen_on(wanted: Generate, page: Taker | None = None) -> bool:
            self._page = page
            return await generate(wanted, page)

        person.terminal._repl._carrying.generation.generate = seen_on  # type: ignore[method-assign]

    def take(self, seconds: float) -> None:
        """Show the screen as it is for so many seconds."""
        if self._film is not None:
            self._film.take(self.person.screen, seconds)

    def seen(self, seconds: float) -> None:
        """Show a growing reply as it is now: no frame of the clock's is waited for."""
        view = self.person.terminal._surface.view
        if self._film is not None and isinstance(self._page, DeskPage):
            self._page._catch_up()
            self._page.redraw.__self__._redraw()  # type: ignore[attr-defined]
            self.take(seconds)
        elif self._film is not None and isinstance(view, LiveView):
            # Its status row too, which else changes now and then.
            view._status_at = -1.0
            view._draw(hold=False)
            # And the prompt, which is emptied in the loop's own time.
            self.person.terminal._app._redraw()
            self.take(seconds)

    async def say(self, text: str, then: float) -> None:
        """Type a line and send it; show for some seconds what follows."""
        if self._film is not None:
            await self._type(text)
            await self.person.say("")
        else:
            await self.person.say(text)
        self.take(then)

    async def begin(self, line: str, until: str) -> None:
        """Type a line that leads to a page, and wait for it."""
        await self._type(line)
        self.person.type("\r")
        await self.person.until(until)
        await self.settled()

    async def _type(self, text: str) -> None:
        typed = ""
        for key in text:
            self.person.type(key)
            typed += key
            await self.person.until(partial(self._holds, typed))
            await self.settled()
            self.take(KEY_SECONDS)

    async def press(self, key: str, times: int, then: float) -> None:
        """Press a key on a page so many times; show for some seconds what each leads to."""
        for _ in range(times):
            before = len(self.person.screen.raw)
            self.person.type(key)
            await self.person.until(partial(self._has_drawn, before))
            await self.settled()
            self.take(then)

    def _has_drawn(self, before: int) -> bool:
        return len(self.person.screen.raw) > before

    async def settled(self) -> None:
        """Let the loop go round until nothing more is drawn: what is offered or summed up comes behind the key."""
        written, rounds = len(self.person.screen.raw), 0
        while rounds < ROUNDS:
            await asyncio.sleep(REST_SECONDS)
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
    """A question, a haiku, two lines, and what two knobs of the desk do to these: first without asking, then asked."""
    person = stage.person
    ask_for_logprobs(person)
    stage.take(1.2)
    await stage.say("What does top_p do? With a table, please.", 2.5)
    await stage.say("海の俳句をひとつ。", 1.5)
    await stage.say("Two lines about the sea?", 1.5)
    await stage.begin("/desk", "Enter asks again")
    stage.take(2.0)
    await stage.press(LEFT, 4, 0.45)
    stage.take(1.0)
    await stage.press(DOWN, 1, 0.3)
    await stage.press(LEFT, 6, 0.45)
    stage.take(1.5)
    person.type("\r")
    await person.until("c compares")
    await stage.settled()
    stage.take(3.0)
    await stage.press("v", 1, 4.0)


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
    """A picture: its size in cells, its talk, what the model says in it, its description, and the last words of its last row."""

    rows: int
    talk: Callable[[Stage], Awaitable[None]]
    scripts: list[Script | Callable[[Request], Script]]
    describes: str
    last: str = SERVER.model
    moves: bool = False


SHEETS = {
    "talk": Sheet(
        28,
        talk,
        [reply(TOP_P, 31), reply(HAIKU, 214), scored(SEA, 245), scored(AGAIN, 245)],
        "A talk in a terminal: a question is answered with a table, another in Japanese with a "
        "haiku, and a third with two lines about the sea. /desk shows their tokens beside the "
        "server's parameters as sliders: temperature and top_p are turned down, and the tokens "
        "are coloured anew by the share that they would have, those that would be cut struck "
        "out. Enter asks again, and another two lines grow on the page; v goes back to the first.",
        last="Enter asks again",
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
    """Its first row is the greeting (in what moves: at first), its last the toolbar or a page's keys."""
    root = ET.parse(PICTURES / f"{name}.svg").getroot()
    title, first, *_, last = (
        element for element in root.iter() if element.tag.endswith("text") and element.text
    )
    assert title.text == "zatsudan"
    assert (first.text or "").startswith("zatsudan ")
    assert (last.text or "").startswith(SHEETS[name].last)
    assert float(root.attrib["height"]) - float(last.attrib["y"]) < 2 * HEIGHT


def main() -> None:
    """Draw all pictures anew, whatever the surroundings."""
    os.environ.clear()
    os.environ["TERM"] = "xterm-256color"
    for name in SHEETS:
        (PICTURES / f"{name}.svg").write_text(asyncio.run(draw(name)), encoding="utf-8")


if __name__ == "__main__":
    main()
