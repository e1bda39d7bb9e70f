"""A new parameter, kind of server, format of exports or presets, metric and command touch one place each.

The package is copied, and rows are written into the rows of a subject of parameters, those of
kinds of servers, of export formats, of presets' formats and of metrics, and a function into a
module of commands; its index of commands and its man page are made anew, as their generators do.
Then the copy is used, and what was seen of the rows comes back as JSON.
"""

import ast
import asyncio
import contextlib
import io
import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

import zatsudan
from tests.support import oneshot, stored
from tests.support.catalogue import collected
from tests.support.commands import lines, refusal, run
from tests.support.doubles import chat_over, turn_in
from tests.support.experiments import talk
from tests.support.server import Request, Script, fails, says, serve
from zatsudan.base.errors import ZatsudanError
from zatsudan.base.printable import EMPTY
from zatsudan.cli.shells import candidates
from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of
from zatsudan.commands import COMMANDS
from zatsudan.commands.connecting import questions
from zatsudan.commands.outcomes import Outcome, Work
from zatsudan.config import foreign
from zatsudan.config.configtext import parse
from zatsudan.config.presetfiles import Preset, dumps
from zatsudan.config.presetfiles import parse as parse_preset
from zatsudan.config.settings import Config, Network, platform_places
from zatsudan.lab import metrics
from zatsudan.lab.probe import recipe_of
from zatsudan.lab.probe import requests as requests_of
from zatsudan.parameters import choosing
from zatsudan.servers import athome
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.servers.exported import request_to
from zatsudan.servers.nearby import Found, found
from zatsudan.sessions import exports
from zatsudan.sessions.exports import FORMATS, export
from zatsudan.sessions.imports.draft import known
from zatsudan.sessions.planned import Lab
from zatsudan.talk.addressee import client_for
from zatsudan.talk.chat import Chat
from zatsudan.talk.continuing import known_form

if TYPE_CHECKING:
    from types import ModuleType

    from zatsudan.base.jsonvalues import JsonObject

PARAMETER = """
    Parameter(
        "wobble", number(0, 3), later("How the reply wobbles."), later("Raise it for a wobble."),
        "sampling", neutral=0, local=True, probe=Recipe("narrowing", 3.0, told=1.5, usual=True), keyword=True,
        clashes=(Remark("temperature", later("wobble and temperature are both set.")),),
    )"""
KIND = """
    ServerKind(
        "wobbler", "Wobbler", "http://127.0.0.1:{port}/v1",
        names={{"wobble": "wob"}},
        takes=frozenset(("wobble",)),
        prefill="prefix",
        tokenizer=Tokenizer("words", besides={{"plain": True}}),
        defaults=Defaults("/knobs", ("values",), names={{"wob": "wobble"}}),
        echo=Echo({{"loud": True}}, ("said",), {{"wobble_speed": 2}}),
    )"""
#: One of the talk, and one of a request; each with its writer.
FORMAT = """
    Format("wobtalk", "wob", later("the talk, wobbling"), talk=lambda session: (
        "wobbling " + transcript.to_text(session)
    )),
    Format("wobrequest", "wbr", later("the request, wobbling"), request=lambda request: (
        "asking " + compact(request.body)
    ))"""

PRESET_FORMAT = """
    PresetFormat(
        "wobpreset", "wob", later("presets of Wobbler"),
        lambda content: content.text.startswith("wobbling"),
        lambda content: Reading({"temperature": 1.25}),
        lambda preset: f"wobbling {preset.parameters}",
    )"""

METRIC = """
    Metric("wobbles", later("wobb"), later("wobb: how often it wobbles"),
           lambda text, _: float(text.count("wobble")), brief=True)"""
COMMAND = '''

@command("wobbling", "WORDS", group=GROUP)
async def wobbling(_chat: Chat, args: str) -> Outcome:
    """Say some words, wobbling.

    Nothing is sent.
    """
    return Show((Line(printable(f"wobbling {args}")),))
'''


# --- in the copy ------------------------------------------------------------------


def answer(request: Request) -> Script:
    """A server of the new kind."""
    body = request.body or {}
    if request.path == "/knobs":
        return fails(200, {"values": {"wob": 2.25}})
    if request.path == "/tokenize":
        return fails(200, {"tokens": [7]} if set(body) == {"words", "plain"} else {})
    if request.path == "/detokenize":
        return fails(200, {"words": " sorry"})
    if body.get("stream"):
        return says("fine")
    choice = {"index": 0, "message": {"content": "1"}, "finish_reason": "stop"}
    used = {"wob": body["wob"], "wobble_speed": 1} if "loud" in body else {}
    return fails(200, {"choices": [choice], "said": used})


def said(what: Callable[[], object]) -> str:
    """What a refusal says; `` if there is none."""
    try:
        what()
    except ZatsudanError as error:
        return str(error)
    return ""


async def look(port: int, home: Path) -> dict[str, Any]:
    """Use the program, and return what was seen of the rows."""
    seen: dict[str, Any] = {"from": str(Path(zatsudan.__file__).parent)}
    async with serve(answer, port=port) as server:
        address = Server("x", server.base_url, model="m")

        async def connect() -> Client:
            return Client(address, Network(2.0, 5.0))

        chat = chat_over(connect, presets=home / "presets")
        chat.talk.new()
        await client_for(chat.talk, chat.link)
        try:
            await _parameter(chat, seen)
            await _kind(chat, server.requests, seen)
            await _format(chat, home, seen)
            await _preset_format(chat, home, seen)
            await _command(chat, seen)
            await _metric(chat, home, seen)
        finally:
            await chat.aclose()
        seen["found"] = [there.server.name for there in await found(Config(), "")]
        before = len(server.requests)
        seen["-o"] = await oneshot.run(["-o", "wobble=2", "hi"], home, {})
        seen["-o sent"] = _bodies(server.requests[before:])
        seen["-o refused"] = await oneshot.run(["-o", "wobble=9", "hi"], home, {})
    return seen


def _bodies(requests: list[Request]) -> "list[JsonObject]":
    return [request.body for request in requests if request.path.endswith("/chat/completions")]


async def _parameter(chat: Chat, seen: dict[str, Any]) -> None:
    seen["own command"] = lines(await run(chat, "/wobble 2"))
    seen["help"] = lines(await run(chat, "/help wobble"))
    seen["set"] = lines(await run(chat, "/set wobble 1.5 temperature 1"))
    seen["refused"] = str(await refusal(chat, "/set wobble 4"))
    seen["names"] = [choice.text for choice in COMMANDS["set"].complete(chat, "wob")]
    seen["values"] = [choice.text for choice in COMMANDS["wobble"].complete(chat, "")]
    seen["shell"] = [row[0] for row in candidates(["-o", "wob"]).rows]
    seen["shell values"] = [row[0] for row in candidates(["-o", "wobble="]).rows]
    seen["with"] = str(await refusal(chat, "/with wobble=9 hi"))
    seen["config"] = dict(parse("parameters.wobble = 2", "c").parameters)
    seen["config refused"] = said(lambda: parse("parameters.wobble = 9", "c"))
    seen["preset"] = dumps(Preset({"wobble": 2}))
    seen["preset refused"] = said(lambda: parse_preset("parameters.wobble = 9", "p"))
    seen["imported"] = known({"wobble": 2, "wobble_speed": 2})
    seen["translated"] = "How the reply wobbles." in collected()


async def _kind(chat: Chat, requests: list[Request], seen: dict[str, Any]) -> None:
    await turn_in(chat, chat.talk.say("hi")).run(lambda _: None)
    seen["sent"] = _bodies(requests)[-1]
    seen["params"] = lines(await run(chat, "/params all"))
    await run(chat, "/bias sorry -5")
    seen["bias"] = lines(await run(chat, "/bias"))
    seen["tokenizer"] = [request.path for request in requests].count("/tokenize")
    await run(chat, "/unset logit_bias")

    seen["probe"] = lines(await _worked(chat, "/probe"))
    seen["probe sent"] = [body for body in _bodies(requests) if "loud" in body]

    seen["extra probed"] = lines(await _worked(chat, "/probe +wobble_speed"))
    seen["recipe"] = [*recipe_of("wobble"), requests_of("wobble")]

    seen["prefill form"] = known_form(chat.link, chat.talk.session.model)
    await turn_in(chat, chat.talk.say("on"), {}, "And so").run(lambda _: None)
    seen["prefilled"] = cast("list[Any]", _bodies(requests)[-1]["messages"])[-1]

    assert chat.link.server is not None
    request = request_to(chat.link.server, {"model": "m", "messages": [], "wobble": 2}, "KEY")
    seen["exports"] = {
        name: export(chat.talk.session, name, request)
        for name, row in FORMATS.items()
        if row.request is not None
    }
    there = Found(Server("wobbler", chat.link.server.base_url), ours=True)
    seen["asked"] = [list(row.cells) for row in questions.which([there], EMPTY).rows][:1]


async def _format(chat: Chat, home: Path, seen: dict[str, Any]) -> None:
    seen["format shown"] = lines(await run(chat, "/export wobtalk"))
    seen["format request"] = lines(await run(chat, "/export wobrequest"))
    seen["format page"] = lines(await run(chat, "/help export"))
    seen["format unknown"] = str((await refusal(chat, "/export wobbly")).advice)
    seen["format missing"] = str((await refusal(chat, "/export")).advice)
    complete = COMMANDS["export"].complete
    seen["formats offered"] = {choice.text: choice.meta for choice in complete(chat, "wob")}
    seen["format reply"] = [choice.text for choice in complete(chat, "wobrequest x reply")]
    seen["format no reply"] = [choice.text for choice in complete(chat, "wobtalk x reply")]
    seen["format by ending"] = lines(await run(chat, f"/save {home}/talk.wob"))
    seen["format file"] = (home / "talk.wob").read_text(encoding="utf-8")
    seen["format shell"] = [row[0] for row in candidates(["export", "s", "wob"]).rows]
    seen["format help"] = parser_of("export").format_help()
    seen["format translated"] = "the request, wobbling" in collected()


async def _preset_format(chat: Chat, home: Path, seen: dict[str, Any]) -> None:
    file = home / "own.wob"
    file.write_text("wobbling", encoding="utf-8")
    seen["preset imported"] = lines(await run(chat, f"/preset import {file}"))
    seen["preset exported"] = lines(await run(chat, "/preset export own wobpreset"))
    complete = COMMANDS["preset"].complete
    seen["preset offered"] = [choice.meta for choice in complete(chat, "export own wob")]
    seen["preset page"] = lines(await run(chat, "/help preset"))
    seen["preset unknown"] = str((await refusal(chat, "/preset export own wobbly")).advice)
    seen["preset translated"] = "presets of Wobbler" in collected()


async def _command(chat: Chat, seen: dict[str, Any]) -> None:
    seen["command"] = lines(await run(chat, "/wobbling much"))
    seen["command page"] = lines(await run(chat, "/help wobbling"))
    seen["command listed"] = lines(await run(chat, "/help all"))
    seen["command translated"] = "Say some words, wobbling." in collected()


async def _metric(chat: Chat, home: Path, seen: dict[str, Any]) -> None:
    chat.talk.new()
    talk(chat, "a wobble", "wobble, wobble")
    chat.talk.record(Lab("1", (("cold", "2"), ("warm", "3"))).to_json())
    seen["metric shown"] = lines(await run(chat, "/lab"))
    for ending in ("json", "csv"):
        await run(chat, f"/lab export {home}/lab.{ending}")
        seen[f"metric {ending}"] = (home / f"lab.{ending}").read_text(encoding="utf-8")
    seen["metric translated"] = "wobb: how often it wobbles" in collected()


def exported() -> str:
    """What `zatsudan export` writes of a saved session."""
    sessions = platform_places().sessions
    sessions.mkdir(parents=True, exist_ok=True)
    stored.write(sessions, "wobbly", "hi there", "yes")
    with contextlib.redirect_stdout(io.StringIO()) as written:
        SUBCOMMANDS["export"].run(parser_of("export").parse_args(["wobbly", "wobtalk"]))
    return written.getvalue()


async def _worked(chat: Chat, line: str) -> Outcome:
    work = await run(chat, line)
    assert isinstance(work, Work)
    return await work.run(lambda _: None)


# --- outside of it ----------------------------------------------------------------


def add(module: "ModuleType", table: str, row: str, package: Path) -> None:
    """Write a row at the end of a table of the copied package."""
    path = package / Path(str(module.__file__)).relative_to(Path(zatsudan.__file__).parent)
    source = path.read_text(encoding="utf-8")
    last = next(
        node.value.elts[-1]
        for node in ast.parse(source).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Tuple)
        and ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target) == table
    )
    text = source.splitlines(keepends=True)
    assert last.end_lineno is not None
    assert last.end_col_offset is not None
    line = text[last.end_lineno - 1].encode()
    before, after = line[: last.end_col_offset].decode(), line[last.end_col_offset :].decode()
    text[last.end_lineno - 1] = f"{before},{row}{after}"
    path.write_text("".join(text), encoding="utf-8")


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What is seen in a copy of the package with the rows."""
    root = tmp_path_factory.mktemp("copy")
    package = root / "zatsudan"
    shutil.copytree(
        Path(zatsudan.__file__).parent, package, ignore=shutil.ignore_patterns("__pycache__")
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    add(choosing, "CHOOSING", PARAMETER, package)
    add(athome, "AT_HOME", KIND.format(port=port), package)
    add(exports, "ROWS", FORMAT, package)
    add(foreign, "ROWS", PRESET_FORMAT, package)
    add(metrics, "METRICS", METRIC, package)
    path = package / "commands" / "differing.py"
    path.write_text(path.read_text(encoding="utf-8") + COMMAND, encoding="utf-8")
    tests = Path(__file__).parent.parent
    environ = {
        **{name: value for name, value in os.environ.items() if name.isupper()},
        "PYTHONPATH": os.pathsep.join((str(root), str(tests), *sys.path)),
        "HOME": str(root),
        "LC_ALL": "C.UTF-8",
    }

    def python(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", *words],
            env=environ, cwd=root, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    python("tests.support.index")
    python("tests.cli.test_man")
    result: dict[str, Any] = json.loads(python("tests.test_one_place", str(port), str(root)))
    result["format man"] = (package / "zatsudan.1").read_text(encoding="utf-8")
    assert result["from"] == str(package)
    return result


def test_a_parameter_can_be_set_by_every_way(seen: dict[str, Any]) -> None:
    assert "wobble  unset → 2" in seen["own command"]
    assert "wobble  2 → 1.5" in seen["set"]
    assert "wobble and temperature are both set." in seen["set"]
    for refused in (seen["refused"], seen["with"], seen["-o refused"][2]):
        assert "wobble takes a number from 0 to 3" in refused
    code, out, err = seen["-o"]
    assert (code, out.strip()) == (0, "fine"), err
    assert seen["-o sent"][-1]["wob"] == 2


def test_a_parameter_is_offered_and_explained(seen: dict[str, Any]) -> None:
    assert seen["names"].count("wobble") == 1
    assert {"0", "1.5", "3"} <= set(seen["values"])
    assert seen["shell"] == ["wobble="]
    assert {"wobble=0", "wobble=3"} <= set(seen["shell values"])
    page = " ".join(seen["help"])
    for part in ("How the reply wobbles.", "a number from 0 to 3", "Raise it for a wobble."):
        assert part in page
    assert seen["translated"]


def test_a_parameter_is_checked_in_files(seen: dict[str, Any]) -> None:
    assert seen["config"] == {"wobble": 2}
    assert "wobble" in seen["config refused"]
    assert "a number from 0 to 3" in seen["config refused"]
    assert "\nwobble = 2\n" in seen["preset"]
    assert "wobble takes a number from 0 to 3" in seen["preset refused"]
    assert seen["imported"] == {"wobble": 2}


def test_a_parameter_is_sent_and_exported(seen: dict[str, Any]) -> None:
    assert seen["sent"]["wob"] == 1.5
    assert "wobble" not in seen["sent"]
    assert len(seen["exports"]) >= 5
    assert all("wobble" in text for text in seen["exports"].values())
    assert "  wobble=2,\n" in seen["exports"]["python-openai"]
    assert "extra_body" not in seen["exports"]["python-openai"]


def test_a_parameter_is_shown_and_probed(seen: dict[str, Any]) -> None:
    row = next(row for row in seen["params"] if row.startswith("wobble |"))
    for cell in ("1.5", "2.25", "0 to 3", "How the reply wobbles."):
        assert cell in row
    assert any("Sent here under another name: wobble as wob." in row for row in seen["params"])
    probed = next(row for row in seen["probe"] if row.startswith("wobble |"))
    assert "honoured" in probed
    assert any(
        row.startswith("wobble_speed |") and "ignored" in row for row in seen["extra probed"]
    )
    assert seen["recipe"] == ["narrowing", 3.0, 1.5, True, {}, 4]
    assert seen["probe sent"] != []
    assert all(body["wob"] == 1.5 and body["wobble_speed"] == 2 for body in seen["probe sent"])


def test_a_kind_of_server_is_found_and_offered(seen: dict[str, Any]) -> None:
    assert "wobbler" in seen["found"]
    ((label, address),) = seen["asked"]
    assert label == "Wobbler"
    assert "127.0.0.1" in address
    assert "runs here" in address


def test_a_kind_of_server_is_spoken_to_in_its_own_way(seen: dict[str, Any]) -> None:
    assert seen["prefill form"] == "prefix"
    assert seen["prefilled"] == {"role": "assistant", "content": "And so", "prefix": True}
    assert seen["tokenizer"] == 1
    assert any("7" in row and "sorry" in row for row in seen["bias"])


def test_an_export_format_is_written_by_every_way(seen: dict[str, Any]) -> None:
    assert any("wobbling" in row for row in seen["format shown"])
    assert any("asking {" in row and '"wob"' in row for row in seen["format request"])
    assert "Written as wobtalk:" in seen["format by ending"][0]
    assert seen["format file"].startswith("wobbling ")
    assert seen["subcommand"].startswith("wobbling ")
    assert "User:\nhi there\n" in seen["subcommand"]


def test_an_export_format_is_offered_and_explained(seen: dict[str, Any]) -> None:
    assert seen["formats offered"]["wobtalk"] == "the talk, wobbling"
    assert seen["formats offered"]["wobrequest"] == "the request, wobbling"
    assert seen["format shell"] == ["wobtalk", "wobrequest"]
    assert any(row.startswith("reply=") for row in seen["format reply"])
    assert not any(row.startswith("reply=") for row in seen["format no reply"])
    page = "\n".join(seen["format page"])
    for part in ("wobtalk", "the talk, wobbling", "wobrequest", "the request, wobbling"):
        assert part in page
    for text in ("format unknown", "format missing", "format help", "format man"):
        assert "wobtalk" in seen[text], text
        assert "wobrequest" in seen[text], text
    assert seen["format translated"]


def test_a_format_of_presets_is_read_written_and_offered(seen: dict[str, Any]) -> None:
    assert seen["preset imported"][0] == "Read as presets of Wobbler: own.wob"
    assert "wobbling {'temperature': 1.25}" in seen["preset exported"]
    assert "presets of Wobbler" in seen["preset offered"]
    assert any("wobpreset" in row for row in seen["preset page"])
    assert "wobpreset" in seen["preset unknown"]
    assert seen["preset translated"]


def test_a_command_is_carried_out_and_explained(seen: dict[str, Any]) -> None:
    assert seen["command"] == ["wobbling much"]
    assert any("Say some words, wobbling." in row for row in seen["command page"])
    assert any("/wobbling" in row for row in seen["command listed"])
    assert seen["command translated"]


def test_a_metric_is_told_of_replies_and_written(seen: dict[str, Any]) -> None:
    shown = "\n".join(seen["metric shown"])
    assert "wobb: how often it wobbles" in shown
    assert [reply["wobbles"] for reply in json.loads(seen["metric json"])["replies"]] == [1, 2]
    assert "wobbles" in seen["metric csv"].partition("\n")[0]
    assert seen["metric translated"]


if __name__ == "__main__":
    found_there = asyncio.run(look(int(sys.argv[1]), Path(sys.argv[2])))
    found_there["subcommand"] = exported()
    sys.stdout.write(json.dumps(found_there))
