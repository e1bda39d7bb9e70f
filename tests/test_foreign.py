"""Whatever stands in files and answers of strangers, no byte of it steers the terminal.

The program is driven as a person drives it: every command on the plain and on the live
screen, every subcommand, every flag that takes a text. What it writes is read.
"""

import asyncio
import io
import os
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from tests.support.emulator import SCRIPTED, Sitting, sitting
from tests.support.evils import EVILS, safe, steering
from tests.support.foreign import BENIGN, CHUNKS, HOSTILE, RECORDS, Poison, Stranger
from tests.support.server import Request, Script, Server, serve
from zatsudan.cli import main
from zatsudan.commands import COMMANDS
from zatsudan.sessions import records
from zatsudan.sessions.exports import FORMATS
from zatsudan.sessions.made import Made
from zatsudan.terminal.plain import linereader

#: Not run: they end the talk, ask questions, start an editor or a browser, or write files.
SKIPPED = ("quit", "connect", "edit!", "open", "inspect", "write", "write!", "export!")

#: What commands are given besides nothing.
MORE = (
    "/begin off", "/show all", "/raw said", "/raw 2", "/params all", "/set stop END", '/set +field "x"', "/temperature 0.5",
    "/why 2", "/use 2", "/request 2", "/replay 2", "/goto 2", "/why", "/model other", "/preset warm",
    "/help all", "/help temperature", "/compare temperature=0 temperature=1", "/diff", "/lab", "/tally", "/pick 1",
    "/compare now temperature=1 blind", "/lab", "/pick 1", "/tokens 2", "/bias 5 1", "/bias", "/unset logit_bias",
    "/variants 2", "/pin 2", "/unpin 2", "/edit 3", "/redo", "/save", "/rename x", "/title auto", "/search words",
    "/sessions", f"/load {BENIGN}", f"/load {HOSTILE}", "/with temperature=1 hello", "/sweep temperature 0 1", "/probe temperature",
    "/repro 2", "/retry", "/continue", "/usage", "/context", "/learned", "/preset save kept model system", "/preset",
    "/begin! Well,", "/begin", "hello", "/begin off", "/add user More", "/continue", "/add function f 1", "/edit 2 By hand",
    "/why", "/hide 1", "/context", "/unhide 1", "/delete 3", "/unhide 3", "/add robot x", "/me words", "/sweep begin a b",
    "hello", "hello again", "/tree", "/reasoning show", "/unset all", "/export", "/preset delete kept",
)  # fmt: skip

#: No shrinking: an example takes a second.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)

_texts = st.lists(
    st.lists(
        st.sampled_from([*EVILS, "\x1b[", "\x1b]", "\x9b", "\r", "\x08", "\x7f", "\u202e", "\u2028", "\ud800", "\U000e0041", "\n", "]", "m", "あ"]),
        min_size=1, max_size=4,
    ).map("".join),
    min_size=3, max_size=8,
)  # fmt: skip
strangers = st.builds(Poison, _texts, whole=st.booleans())


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True


class Keyboard(io.TextIOWrapper):
    """Lines that a person types."""

    def isatty(self) -> bool:
        return True


@contextmanager
def served(answer: Callable[[Request], Script], listing: Script) -> Iterator[Server]:
    """Run a server beside the program, which has a loop of its own."""
    there: list[Server] = []
    stop: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    started = threading.Event()

    async def run() -> None:
        async with serve(answer) as server:
            server.listing = listing
            there.append(server)
            stop.append((asyncio.get_running_loop(), asyncio.Event()))
            started.set()
            await stop[0][1].wait()

    thread = threading.Thread(target=asyncio.run, args=(run(),))
    thread.start()
    started.wait()
    try:
        yield there[0]
    finally:
        stop[0][0].call_soon_threadsafe(stop[0][1].set)
        thread.join()


def written(arguments: Sequence[str], typed: Sequence[str] = ()) -> str:
    """Run the program in a terminal, and return all that it writes there."""
    read, write = os.pipe()
    os.write(write, "".join(f"{line}\n" for line in typed).encode("utf-8", "replace"))
    os.close(write)
    screen = Terminal()
    with pytest.MonkeyPatch.context() as patch, Keyboard(os.fdopen(read, "rb")) as keyboard:
        patch.setattr(sys, "stdin", keyboard)
        # A person's keys, one line after the other: what comes by a pipe would be text alone.
        patch.setattr(os, "isatty", lambda _: True)
        patch.setattr(linereader, "BURST_SECONDS", 0.0)
        patch.setattr(sys, "stdout", screen)
        patch.setattr(sys, "stderr", screen)
        with pytest.raises(SystemExit):
            main.main(list(arguments))
    return screen.getvalue()


@contextmanager
def stranger(poison: Poison) -> Iterator[tuple[Stranger, Server]]:
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        home = Stranger(Path(folder), poison)
        patch.setenv("HOME", folder)
        patch.chdir(folder)
        with served(home, home.listing) as server:
            patch.setenv("ZATSUDAN_BASE_URL", server.base_url)
            yield home, server


#: Beginnings of commands that are then given what they cannot take.
BEGUN = ("/", "/help ", "/load ", "/set ", "/set +", "/search ", "/model ", "/preset ", "/goto ", "/with seed=1 ", "/compare ", "/sweep ", "/add user ", "/begin ", "/hide ", "")  # fmt: skip


def typed(poison: Poison) -> str:
    """What a person typed or pasted on one line."""
    return " ".join(poison.text("typed").encode("utf-8", "replace").decode().split())


def plain_lines(home: Stranger) -> list[str]:
    """Every command, and what some of them are given."""
    names = [f"/{name}" for name in COMMANDS if name not in SKIPPED]
    imports = [f"/import {path}" for path in home.imports]
    exports = [f"/export {name}" for name in FORMATS]
    odd = [f"{begun}{typed(home.poison)} 1" for begun in BEGUN]
    return [*names, *MORE, *imports, *exports, *odd, f"/load {HOSTILE}", *MORE, "/quit"]


def test_every_record_type_and_field_of_a_reply_is_there() -> None:
    assert {record["type"] for record in RECORDS} == {*records._CHANGES}
    made = next(record["made"] for record in RECORDS if "made" in record)
    assert isinstance(made, dict)
    assert {*made} == {*Made._fields}
    assert {*SKIPPED} < {*COMMANDS}


def test_the_poison_is_in_every_text_and_keeps_links() -> None:
    poison = Poison(["\x1b[2J", "\x9b"], whole=True)
    found = poison.value({"id": "1", "parent": "1", "type": "message", "of": ["a", {"b": "c"}]})

    assert found["id"] == found["parent"] != "1"
    assert found["type"] == "message"
    assert poison.count == 8
    assert steering(found["of"][0])


@pytest.mark.timeout(180)
@settings(max_examples=15, phases=PHASES)
@given(strangers)
def test_no_command_on_the_plain_screen_passes_it_on(poison: Poison) -> None:
    with stranger(poison) as (home, server):
        arguments = ["--plain", "--base-url", server.base_url, "-r", HOSTILE]
        found = written(arguments, plain_lines(home))

    assert "Ctrl-D leaves" in found
    assert len(server.requests) > 20
    assert poison.count > 1000
    assert "has a fault here" not in found
    assert steering(found) == []


@pytest.mark.timeout(180)
@settings(max_examples=15, phases=PHASES)
@given(strangers)
def test_no_subcommand_and_no_flag_passes_it_on(poison: Poison) -> None:
    with stranger(poison) as (home, server):
        here = ["--base-url", server.base_url]
        evil = "".join(char for char in poison.text("given") if char not in "\0\ud800")
        lines: list[list[str]] = [
            [*here, "hello"], [*here, "--json", "hello"], [*here, "--stream", "json", "hello"], [*here, "/params all"],
            [*here, "-r", HOSTILE, "hello"], [*here, "-c", "hello"], [*here, "--no-stream", "hello"],
            ["sessions"], ["sessions", "--json"], ["models", *here], ["models", *here, "--json"],
            *(["config", what] for what in ("path", "show", "check", "example")),
            *(["completion", shell] for shell in ("bash", "zsh", "fish")),
            *(["completion", "--candidates", "zsh", *words] for words in (["-r", ""], ["-p", ""], ["-m", ""], ["--preset", ""], ["export", ""])),
            ["completion", "--candidates", "bash", "zatsudan -r ", " "],
            *(["export", number, form] for form in FORMATS for number in (BENIGN, HOSTILE)),
            *(["import", str(path)] for path in home.imports),
            ["import", evil], ["export", evil, "text"], ["export", HOSTILE, evil], [evil], [f"--{evil}"], ["config", evil],
            *([flag, evil, *here, "hello"] for flag in ("-p", "-m", "-o", "-r", "--config", "--preset", "--log", "--gguf", "--api-key-env")),
            ["-s", f"@{evil}", *here, "hello"], ["-o", f"{evil}=1", *here, "hello"], ["--base-url", evil, "hello"],
            ["models", "-p", evil], ["--preset", "broken", *here, "hello"], ["--stream", evil, "hello"],
        ]  # fmt: skip
        found = {" ".join(line): written(line) for line in lines}

    assert poison.count > 500
    assert {line: steering(text) for line, text in found.items() if steering(text)} == {}
    assert [line for line, text in found.items() if "Traceback" in text] == []


async def _through(person: Sitting, lines: Sequence[str]) -> None:
    """Type lines, leaving whatever takes the screen."""
    for line in lines:
        before = person._handled
        person.type(f"\x15{line}\r")
        for _ in range(100):
            await asyncio.sleep(0.01)
            if person._handled > before:
                break
            if "\x1b[?1049h" in "".join(person.screen.raw[-40:]):
                person.type("\x1b")
        person.type("\x15")


@pytest.mark.timeout(180)
@settings(max_examples=5, phases=PHASES)
@given(strangers)
def test_no_command_on_the_live_screen_passes_it_on(poison: Poison) -> None:
    async def live() -> None:
        with TemporaryDirectory() as folder:
            home = Stranger(Path(folder), poison)
            address = SCRIPTED._replace(name="scripted")
            async with sitting(home, sessions=home.sessions, address=address) as person:
                person.server.listing = home.listing
                odd = [f"{begun}\x1b[200~{typed(poison)}\x1b[201~" for begun in BEGUN]
                await _through(person, [f"/load {HOSTILE}", *odd, *MORE])
                for begun in ("/load \t\t", "/model \t\t", "/goto \t\t", "/set \t\t", "/unset \t"):
                    person.type(f"\x15{begun}")
                    await asyncio.sleep(0.1)
                person.type("\x15\x12s")
                await asyncio.sleep(0.1)
                safe(person)
                assert len(person.server.requests) > 20

    asyncio.run(live())
    assert poison.count > 500


def test_what_it_reads_is_what_the_program_wrote() -> None:
    """A hole would be seen: a chunk that is passed on as it came is found."""
    poison = Poison(["\x1b]52;c;b3duZWQ=\x1b\\"], whole=True)

    assert steering(str(poison.value(CHUNKS)[0]["choices"][0]["delta"]["content"]))
