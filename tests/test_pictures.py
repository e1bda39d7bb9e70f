"""The README's pictures are the real screen. `python -m tests.generate` draws them anew.

What the model says is scripted, and so is how fast: the rest is the program.
"""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree as ET

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.picture import HEIGHT, svg
from tests.support.scores import SERVER, WARM, Scored, _chunk, _script, scored
from tests.support.server import Request, Script
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.client import Client
from zatsudan.wire.protocol import Chunk

PICTURES = Path(__file__).parent / "pictures"
FIRST_SECONDS, TOKEN_SECONDS = 0.21, 0.014


class Clock:
    """Stands still until a reply's chunk moves it on: a talk takes the same time each time."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


class PacedClient(Client):
    """A client whose chunks move a clock on."""

    def __init__(self, server: Address, network: Network, clock: Clock) -> None:
        super().__init__(server, network)
        self._clock = clock

    async def stream(self, body: JsonObject) -> AsyncGenerator[Chunk, None]:
        seconds = FIRST_SECONDS
        async with aclosing(super().stream(body)) as chunks:
            async for found in chunks:
                if any(delta.content for delta in found.deltas):
                    self._clock.seconds += seconds
                    seconds = TOKEN_SECONDS
                yield found


def reply(text: str, prompt: int) -> Script:
    """Stream a reply, a word or a Japanese character at a time."""
    tokens = re.findall(r"[\u3000-\u9fff]|\s*[^\s\u3000-\u9fff]+|\s+", text)
    assert "".join(tokens) == text
    return _script([_chunk(token) for token in tokens], prompt)


# --- the talks ----------------------------------------------------------------

TOP_P = """\
**top_p** keeps the likeliest tokens until their chances add up to *p*:

| token | chance | sum | with `top_p` 0.9 |
|---|---:|---:|---|
| sea | 55 % | 55 % | kept |
| sky | 30 % | 85 % | kept |
| soup | 10 % | 95 % | kept: it crosses 0.9 |
| spoon | 5 % | 100 % | never chosen |

```python
kept = [token for token in ranked if token.sum_before < 0.9]  # sea, sky, soup
```
"""

HAIKU = (
    "> 波の音 眠りの岸に 灯がともる\\\n"
    "> *Sound of waves: / on the sleeping shore / a light comes on.*"
)
SECOND = (
    "> 夏の海 忘れた靴に 月が住む\\\n> *Summer sea: / in a forgotten shoe / the moon moves in.*"
)


async def talk(person: Sitting) -> None:
    """A question, a parameter, a second try."""
    await person.say("What does top_p do? With a table and a line of Python, please.")
    await person.say("/temperature 1.2")
    await person.say("海の俳句をひとつ、英訳もつけて。")
    await person.say("/retry")


COLD = [
    Scored("The", 0.93),
    Scored(" sea", 0.88),
    Scored(" keeps", 0.62, ((" is", 0.2),)),
    Scored(" its", 0.9),
    Scored(" secrets", 0.71),
    Scored(".", 0.95),
]


async def lab(person: Sitting) -> None:
    """Two settings side by side, and how likely each token was: the config asks for that."""
    for name, value in (("logprobs", True), ("top_logprobs", 3)):
        person.chat.talk.record({"type": "set", "name": name, "value": value, "origin": "config"})
    await person.say("/compare temperature=1.4 temperature=0.2 -- One line about the sea.")
    await person.say("/tokens")


def by_temperature(request: Request) -> Script:
    return scored(COLD if request.body["temperature"] < 1 else WARM, 16)


class Sheet(NamedTuple):
    """A picture: its size in cells, its talk, what the model says in it, and its description."""

    rows: int
    talk: Callable[[Sitting], Awaitable[None]]
    scripts: list[Script | Callable[[Request], Script]]
    describes: str


SHEETS = {
    "talk": Sheet(
        39,
        talk,
        [reply(TOP_P, 31), reply(HAIKU, 214), reply(SECOND, 214)],
        "A talk in a terminal: a question is answered with a table and a line of Python; "
        "/temperature 1.2 changes a parameter; a haiku is asked for in Japanese, "
        "and /retry asks for another one.",
    ),
    "lab": Sheet(
        38,
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
    async with sitting(
        *sheet.scripts,
        columns=90,
        rows=sheet.rows,
        address=SERVER,
        client=lambda server, network: PacedClient(server, network, clock),
        clock=clock,
    ) as person:
        await sheet.talk(person)
        screen = person.screen
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
    assert len(text.encode()) < 60_000
    assert not re.search(r"script|href|@import|url\(|@font-face|<image|foreignObject", text)
    root = ET.fromstring(text)
    width = float(root.attrib["width"])
    for element in root.iter():
        for x in element.attrib.get("x", "0").split():
            assert 0 <= float(x) + float(element.attrib.get("textLength", "0")) <= width


@pytest.mark.parametrize("name", SHEETS)
def test_the_whole_talk_is_in_its_picture(name: str) -> None:
    """The screen is high enough: its first row is the greeting, its last the toolbar."""
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
