"""What a third language needs is one catalogue: nothing English is left, and a third more has room.

The screens are held in a language made by code (tests/support/pseudo.py). What stands in plain
letters is a name or was typed; a word with accents is whole, so that no row was cut or broken
inside one.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.support import pseudo
from tests.support.emulator import Sitting, sitting
from tests.support.scores import WARM, scored
from tests.support.server import Request, Script, fails
from zatsudan.base import language
from zatsudan.cli.arguments import parser
from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of
from zatsudan.commands import COMMANDS
from zatsudan.config.settings import Config
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers.choice import Wishes
from zatsudan.servers.discovery import Finder
from zatsudan.servers.kinds import OFFERED

#: What stands in every language: units and columns of the lab, roles, fields of requests, ends.
NAMES = """
    zatsudan scripted user assistant system tok dist stop POST http https v1 api com tmp jsonl
    logp temp minimal low medium high xhigh messages role content model stream options include usage true chat completions
"""
REPLY = " ".join(text for token in WARM for text, _ in ((token.text, 1), *token.others))
words = cache(pseudo.words)


@cache
def names() -> set[str]:
    """All words that are the same in every language."""
    known = [NAMES, REPLY, *COMMANDS, *BY_NAME, *(entry.usage for entry in COMMANDS.values())]
    known += [f"{kind.label} {kind.url}" for kind in OFFERED]
    pages = (parser(), *map(parser_of, SUBCOMMANDS))
    known += [flag for page in pages for action in page._actions for flag in action.option_strings]
    return {word for text in known for word in pseudo.pieces(text)} | {*SUBCOMMANDS}


def troubles(text: str, typed: str = "") -> list[str]:
    """Return the words that are English, or cut."""
    known = words() | names() | set(pseudo.pieces(typed))
    return [
        word
        for word in pseudo.pieces(re.sub(r"/tmp/\S+|\d{8}-\d{6}-\w+", "", text))
        if len(word) > 2 - (not word.isascii()) and word not in known
    ]


@pytest.fixture(autouse=True)
def pseudo_language() -> Iterator[None]:
    before = language.speak(pseudo.Pseudo())
    yield
    language.speak(before)


def answer(request: Request) -> Script:
    return scored(WARM, 10) if request.body else fails(404, {})


@asynccontextmanager
async def seated(tmp_path: Path) -> AsyncIterator[Sitting]:
    """A person before 80 columns and 24 rows who may connect another server."""
    async with sitting(answer) as person:
        person.chat.finder = Finder(Wishes(), {}, Config(), models=tmp_path / "models")
        yield person


def test_the_language_is_a_third_longer_and_keeps_what_is_no_word() -> None:
    text = "Write {name} to the config file; /model NAME lists them, --gguf FILE serves one."

    made = pseudo.longer(text)

    assert made.startswith("Wřîîťé {name} ťťö ")
    for kept in ("{name}", "/model NAME", "--gguf FILE"):
        assert kept in made
    kept_letters = sum(map(str.isalpha, "name model NAME gguf FILE"))
    assert len(made) - len(text) == (sum(map(str.isalpha, text)) - kept_letters) // 3


def test_english_and_cut_words_are_found() -> None:
    whole = pseudo.longer("Choose one with /model NAME.")

    assert troubles(whole) == []
    assert troubles(f"{whole} Choose") == ["Choose"]
    assert troubles(whole.replace("Çĥööö", "Çĥö")) != []


@pytest.mark.parametrize(
    "lines",
    [
        ["/help"],
        ["/help all"],
        ["/help connect"],
        ["/help temperature"],
        ["/params"],
        ["/params all"],
        ["/nonsense", "/temperature x", "/load none", "/paste now"],
        ["One line.", "/temperature 1.2", "/retry", "/variants", "/tree", "/undo"],
        ["One line.", "/why", "/usage", "/context", "/request", "/save", "/show", "/raw"],
        ["/compare now temperature=1.4 -- One line.", "/lab", "/diff 1 2", "/tally"],
        ["/sweep temperature 0..1:0.5 -- One line."],
        ["/logprobs on 5", "One line.", "/tokens"],
        ["/learned", "/tools", "/preset", "/ban", "/bias", "/think", "/copy", "/open"],
    ],
    ids=" ".join,
)
async def test_what_is_said(lines: list[str], tmp_path: Path) -> None:
    async with seated(tmp_path) as person:
        for line in lines:
            await person.say(line)
        assert troubles(person.screen.scrollback(), " ".join(lines)) == []


@pytest.mark.parametrize("line", ["/sessions", "/connect", "/search line", "/inspect"])
async def test_what_is_picked_from(line: str, tmp_path: Path) -> None:
    async with seated(tmp_path) as person:
        await person.say("/logprobs on 3")
        await person.say("One line.")
        person.type(f"{line}\r")
        await asyncio.sleep(0.3)
        await person.until(
            lambda: line == "/inspect" or "· " in "".join(person.screen.shown().split("\n")[-2:])
        )

        assert troubles(person.screen.shown(), f"{line} One line. logprobs") == []
        assert all(len(row) <= 80 for row in person.screen.shown().split("\n"))
        person.type("q" if line == "/inspect" else "\x1b")
        await person.at_rest()


async def test_the_toolbar_and_the_status_line(tmp_path: Path) -> None:
    async with seated(tmp_path) as person:
        for name in ("temperature 1.2", "top_p 0.9", "seed 7", "max_tokens 100", "begin 'The sea'"):
            await person.say(f"/{name}")
        person.type("one\x1b\rtwo")
        await asyncio.sleep(0.3)
        toolbar = person.screen.shown().split("\n")[-1]

        assert toolbar.startswith("scripted")
        assert troubles(toolbar, "The sea") == []


@pytest.mark.parametrize("name", ["", *SUBCOMMANDS])
def test_the_help_of_the_command_line(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    text = (parser_of(name) if name else parser()).format_help()

    assert max(map(len, text.split("\n"))) <= 80
    found = troubles(text)
    assert [word for word in found if not word.isascii()] == []
