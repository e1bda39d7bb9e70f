"""What the start imports: a person waits for each module that is read before the prompt."""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from tests.support.interpreter import start
from tests.support.server import says, serve
from zatsudan.commands import MODULES
from zatsudan.terminal.live.warmup import WARM, warm

#: The live terminal until its prompt stands, made by `zatsudan.cli.main` as for a person, then what is imported.
TALK = """
import json, os, sys
from zatsudan.cli.main import main
from zatsudan.terminal.live.screen import LiveSurface

class Screen:
    encoding = "utf-8"
    def isatty(self): return True
    def write(self, text): drawn.append(text)
    def flush(self): pass
    def fileno(self): return keys

def have(self):
    assert "»" in "".join(drawn)
    told.write(json.dumps(sorted(sys.modules)))
    told.flush()
    os._exit(0)

told, drawn = sys.stdout, []
keys, _ = os.pipe()  # nobody presses one
sys.stdin = sys.stdout = Screen()
LiveSurface.have = have
main(["--local"])
"""

VERSION = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))
from zatsudan.cli.main import main
main(["--version"])
"""

#: The page of -h, then what is imported.
HELP = """
import atexit, json, sys
atexit.register(lambda: sys.stderr.write(json.dumps(sorted(sys.modules))))
from zatsudan.cli.main import main
main(["-h"])
"""

#: Packages that are used only when something is said, shown or asked for.
LATER = {
    *(f"zatsudan.commands.{name}" for name in (*MODULES, "outcomes", "resuming", "paths")),
    *(
        "prompt_toolkit.shortcuts",
        "zatsudan.terminal.repl",
        "zatsudan.servers.engine.embedded",
        "zatsudan.talk.attachments",
    ),
    *(
        "zatsudan.talk.rebuilding",
        "zatsudan.talk.request",
        "zatsudan.servers.prefill",
        "zatsudan.wire.reply",
        "dataclasses",
        *("secrets", "hashlib", "ctypes"),
    ),
    *("httpx", "httpcore", "rich", "markdown_it", "pygments", "prompt_toolkit.widgets"),
    *("difflib", "html", "tomllib", "importlib.metadata", "urllib.request"),
    *(
        "zatsudan.servers.client",
        "zatsudan.talk.turn",
        "zatsudan.lab.run",
        "zatsudan.lab.probe",
        "zatsudan.sessions.search",
    ),
    *(
        "zatsudan.sessions.exports",
        "zatsudan.sessions.imports",
        "zatsudan.cli.subcommands",
        "zatsudan.sessions.shelf",
    ),
    *(
        "zatsudan.talk.attaching",
        "zatsudan.talk.running",
        "zatsudan.commands.desktop",
        "zatsudan.talk.exchange",
        "zatsudan.talk.detours",
    ),
    *(
        "zatsudan.lab.diff",
        "zatsudan.lab.grid",
        "zatsudan.lab.sheet",
        "zatsudan.lab.metrics",
    ),
    *(
        "zatsudan.commands.connecting.setup",
        "zatsudan.commands.connecting.questions",
        "zatsudan.commands.connecting.answers",
        "zatsudan.commands.connecting.reconnect",
    ),
    *(
        "zatsudan.config.profiles",
        "zatsudan.config.configtext",
        "zatsudan.config.meaning",
        "zatsudan.servers.engine.fetching",
        "zatsudan.servers.engine.filehost",
        "zatsudan.servers.engine.sources",
        "zatsudan.commands.asking",
    ),
    *(
        "zatsudan.servers.engine.hub",
        "zatsudan.servers.engine.modelfile",
        "zatsudan.servers.engine.quantisations",
    ),
    *("zatsudan.terminal.pages.question", "zatsudan.servers.engine.progress"),
    *("zatsudan.commands.picking", "zatsudan.wire.tokenview", "zatsudan.terminal.pages.picker"),
    *(
        "zatsudan.terminal.pages.inspector",
        "zatsudan.terminal.live.labview",
        "zatsudan.terminal.text.tokenrows",
    ),
    *(
        "zatsudan.markdown",
        "zatsudan.terminal.markdown",
        "zatsudan.terminal.plain.terminal",
        "zatsudan.terminal.clipboard",
    ),
    *(
        "zatsudan.servers.kinds",
        "zatsudan.servers.catalogue",
        "zatsudan.servers.learned",
        "zatsudan.servers.findings",
        "zatsudan.servers.unencrypted",
        "zatsudan.servers.wirelog",
    ),
    *("zatsudan.config.presetfiles", "zatsudan.parameters.table", "zatsudan.base.secrets"),
    *(
        "zatsudan.base.quantities",
        "zatsudan.base.words",
        "zatsudan.base.matching",
        "zatsudan.base.programs",
    ),
    *("zatsudan.sessions.labrecords", "zatsudan.sessions.planned"),
    *("zatsudan.servers.hosted", "zatsudan.servers.kind", "zatsudan.servers.thinkforms"),
    *("zatsudan.sessions.made", "zatsudan.terminal.text.replyrows", "zatsudan.talk.finds"),
    *("zatsudan.servers.nearby", "zatsudan.servers.apikeys", "zatsudan.servers.hiding"),
    *("zatsudan.talk.deciding", "zatsudan.talk.fitting", "zatsudan.sessions.estimate"),
    *("zatsudan.wire.protocol", "zatsudan.wire.chunkjson", "zatsudan.wire.usual"),
    *("zatsudan.wire.refusals", "zatsudan.wire.models"),
    *("zatsudan.terminal.live.warmup",),
    *("zatsudan.terminal.live.view", "zatsudan.terminal.plain.linereader"),
    *("zatsudan.terminal.greeting", "zatsudan.terminal.text.partrows", "zatsudan.commands.parts"),
}


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules that are there when the prompt appears."""
    return set(json.loads(start(TALK, tmp_path_factory.mktemp("home")).stdout))


def test_the_prompt_stands_on_the_commands_and_the_screen(talk: set[str]) -> None:
    assert {"zatsudan.commands", "zatsudan.terminal.live.program", "prompt_toolkit"} <= talk


@pytest.mark.parametrize("module", sorted(LATER))
def test_what_is_used_later_is_imported_later(talk: set[str], module: str) -> None:
    assert module not in talk


LATER_STILL = """
import sys
from zatsudan.terminal.readlater import read_later
for module in [module for module in sys.modules if module.split(".")[0] == "prompt_toolkit"]:
    del sys.modules[module]
read_later("prompt_toolkit", "prompt_toolkit.{first}")
assert ("prompt_toolkit" in sys.modules) is {works}
import prompt_toolkit.application
assert ("prompt_toolkit.shortcuts" in sys.modules) is not {works}
from prompt_toolkit import PromptSession, __version__, search
assert "prompt_toolkit.shortcuts" in sys.modules
import prompt_toolkit
assert prompt_toolkit.search is search
"""


@pytest.mark.parametrize(("first", "works"), [("application", True), ("filters", False)])
def test_the_package_of_the_prompt_is_read_when_it_is_needed(
    tmp_path: Path, first: str, works: bool
) -> None:
    start(LATER_STILL.format(first=first, works=works), tmp_path)


NARROW = """
import sys
from zatsudan.terminal.readlater import _KNOWN, read_wcwidth_later
for module in [module for module in sys.modules if module.split(".")[0] == "wcwidth"]:
    del sys.modules[module]
read_wcwidth_later()
from wcwidth import wcwidth
usual = [chr(code) for first, last, _ in _KNOWN for code in range(ord(first), ord(last) + 1)]
sizes = {character: wcwidth(character) for character in usual}
assert not [module for module in sys.modules if module.startswith("wcwidth.")]
assert wcwidth("👍") == 2 and "wcwidth.textwrap" in sys.modules
import wcwidth as package
assert package.wcwidth is not wcwidth and package.wcswidth("あい") == 4
for code in range(0x11000):
    assert wcwidth(chr(code)) == sizes.get(chr(code), package.wcwidth(chr(code))) == package.wcwidth(chr(code)), code
assert len(sizes) == len(usual) > 30000
read_wcwidth_later()
assert sys.modules["wcwidth"] is package
"""


def test_the_widths_of_characters_are_read_for_the_first_that_is_not_usual(tmp_path: Path) -> None:
    start(NARROW, tmp_path)


#: A talk on an emulated screen, where nothing is read later.
WITHOUT = """
import asyncio, sys, types
readlater = types.ModuleType("zatsudan.terminal.readlater")
readlater.read_later = lambda name, first: None
readlater.read_wcwidth_later = lambda: None
sys.modules["zatsudan.terminal.readlater"] = readlater
from tests.support.server import says
from tests.support.emulator import sitting

async def talk():
    async with sitting(says("one")) as person:
        print(await person.say("go"))

asyncio.run(talk())
assert {"prompt_toolkit.shortcuts", "wcwidth.textwrap"} <= sys.modules.keys()
"""


def test_without_reading_packages_later_the_program_is_the_same(tmp_path: Path) -> None:
    assert "» go\n\none\n\nscripted" in start(WITHOUT, tmp_path).stdout


#: A talk through `main` as at a pipe, where garbage is looked for as Python does it by itself.
GARBAGE = """
import gc, sys, types
garbage = types.ModuleType("zatsudan.cli.garbage")
called = []
for name in ("wait", "collect", "started"):
    setattr(garbage, name, lambda name=name: called.append(name))
import zatsudan.cli
sys.modules["zatsudan.cli.garbage"] = zatsudan.cli.garbage = garbage
before = gc.get_threshold()
from zatsudan.cli.main import main
try:
    main(["--base-url", "{url}", "-m", "x", "go"])
except SystemExit as ended:
    assert not ended.code, ended.code
assert called == ["wait", "started", "collect"], called
assert gc.isenabled() and gc.get_threshold() == before and not gc.get_freeze_count()
"""


async def test_without_a_say_in_when_garbage_is_looked_for_the_program_is_the_same(
    tmp_path: Path,
) -> None:
    async with serve(says("one")) as server:
        ran = await asyncio.to_thread(start, GARBAGE.format(url=server.base_url), tmp_path)

    assert ran.stdout == "one\n"


async def test_what_is_not_there_to_be_imported_behind_the_prompt_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "warmed_module.py").write_text("", encoding="utf-8")
    (tmp_path / "broken_module.py").write_text("import nowhere", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    await warm(["httpcore._backends.renamed", "nowhere.at.all", "warmed_module"])

    assert sys.modules.pop("warmed_module", None)
    with pytest.raises(ModuleNotFoundError, match="nowhere"):
        await warm(["broken_module"])


def test_all_that_is_imported_behind_the_prompt_is_there(tmp_path: Path) -> None:
    code = f"import importlib.util\nfor name in {WARM}: assert importlib.util.find_spec(name), name"

    start(code, tmp_path)


def test_no_command_is_imported_before_somebody_asks_for_it(tmp_path: Path) -> None:
    code = f"import sys, json, importlib\nfor name in {WARM}: importlib.import_module(name)\n"
    ran = start(f"{code}print(json.dumps(list(sys.modules)))", tmp_path)

    of_commands = {f"zatsudan.commands.{name}" for name in MODULES}
    assert of_commands.isdisjoint(json.loads(ran.stdout))


def test_every_module_named_here_is_one(tmp_path: Path) -> None:
    code = f"import importlib.util\nfor name in {sorted(LATER)}: assert importlib.util.find_spec(name), name"

    start(code, tmp_path)


def test_the_version_is_told_before_anything_is_imported(tmp_path: Path) -> None:
    ran = start(VERSION, tmp_path)
    modules = set(json.loads(ran.stderr))

    assert ran.stdout.startswith("zatsudan ")
    assert {name for name in modules if name.startswith("zatsudan")} == {
        "zatsudan",
        "zatsudan.cli",
        "zatsudan.cli.main",
    }
    assert not modules & {"argparse", "asyncio", "prompt_toolkit", "dataclasses"}


def test_help_is_told_before_much_is_imported(tmp_path: Path) -> None:
    ran = start(HELP, tmp_path)
    modules = set(json.loads(ran.stderr))

    assert "zatsudan -c" in ran.stdout
    assert not modules & {"asyncio", "dataclasses", "inspect", "pathlib", "shutil"}
    assert not modules & {
        "zatsudan.talk.chat",
        "zatsudan.config.settings",
        "zatsudan.sessions.exports",
        "prompt_toolkit",
    }
