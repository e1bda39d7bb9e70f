"""The command line: reads arguments, puts the parts together, gives the exit code."""

import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from zatsudan import __version__

if TYPE_CHECKING:
    from argparse import Namespace
    from pathlib import Path

    from zatsudan.chat import Chat
    from zatsudan.commands.outcomes import Part
    from zatsudan.config import Config, Places
    from zatsudan.connect import Server, Wishes
    from zatsudan.core.messages import Json, JsonObject
    from zatsudan.presets import Presets

#: Exit codes: all went well; a failure between us and a reply; wrong arguments or config.
OK, FAILED, USAGE = 0, 1, 2


def main(argv: Sequence[str] | None = None) -> None:
    """Run the program and end it with an exit code."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What an odd locale cannot hold becomes a sign: it is no reason to fail.
            stream.reconfigure(errors="replace")
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # known without reading anything else
        sys.stdout.write(f"zatsudan {__version__}\n")
        sys.exit(OK)
    # All that is imported stays: to look for garbage in it is a tenth of the start.
    gc.disable()
    from zatsudan import languages
    from zatsudan.core.errors import ZatsudanError

    languages.speak(languages.choose("auto", os.environ))
    try:
        code = _subcommand(words)
        if code is None:
            from zatsudan.arguments import parser

            code = _run(parser().parse_args(words))
    except ZatsudanError as error:
        sys.stderr.write(f"zatsudan: {error}\n" + (f"{error.advice}\n" if error.advice else ""))
        code = USAGE
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:
        # Whoever read our output has gone: say nothing, as any filter does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    finally:
        gc.enable()
    sys.exit(code)


def _subcommand(words: "Sequence[str]") -> int | None:
    """Carry out the subcommand that stands first; None if there is none."""
    if not words or words[0].startswith("-"):
        return None  # a talk needs none of them
    from zatsudan.subcommands import SUBCOMMANDS

    found = SUBCOMMANDS.get(words[0])
    return found.run(words[1:]) if found is not None else None


def _run(args: "Namespace") -> int:
    from zatsudan import connect, languages
    from zatsudan.config import load, platform_places

    places = platform_places()
    config = load(_config_file(args, places))
    if config.screen.language != "auto":
        languages.speak(languages.choose(config.screen.language, os.environ))
    wishes = connect.Wishes(args.base_url, args.model, args.profile, args.api_key_env, args.local)
    piped = not sys.stdin.isatty()
    parts = [" ".join(args.message), sys.stdin.read().strip() if piped else ""]
    text = "\n\n".join(part for part in parts if part)
    if piped and not text:
        sys.stderr.write("zatsudan: nothing to send came on standard input.\n")
        return USAGE
    import asyncio

    return asyncio.run(_talk(args, places, config, wishes, text))


def _config_file(args: "Namespace", places: "Places") -> "Path":
    """Return the config file; raises ConfigError if the one that was named is not there."""
    if not args.config:
        return places.config_file
    from zatsudan.core.errors import ConfigError

    path = _named(args.config)
    if not path.exists():
        raise ConfigError(
            f"There is no config file {args.config}.",
            "Name one that is there, or leave --config out.",
        )
    return path


def _named(name: str) -> "Path":
    """Return the path that was typed, `~` filled in where that can be done."""
    from pathlib import Path

    try:
        return Path(name).expanduser()
    except RuntimeError:  # ~nobody
        return Path(name)


def _log(name: str) -> "Callable[[JsonObject], None]":
    """Return what writes a record of the wire as a line of JSON, to a file that only its owner can read."""
    if not name:
        return lambda _: None
    import json
    import time

    from zatsudan.core.errors import ConfigError

    try:
        fd = os.open(_named(name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ConfigError(
            f"The log {name} cannot be written ({error.strerror}).", "Name another file."
        ) from error

    def write(record: "JsonObject") -> None:
        os.write(fd, json.dumps({"at": time.time(), **record}).encode() + b"\n")

    return write


async def _talk(
    args: "Namespace", places: "Places", config: "Config", wishes: "Wishes", text: str
) -> int:
    from zatsudan import connect
    from zatsudan.catalogue import Catalogue
    from zatsudan.chat import Chat
    from zatsudan.commands import COMMANDS
    from zatsudan.commands.outcomes import Line
    from zatsudan.config import warnings
    from zatsudan.core.errors import StoreError
    from zatsudan.discovery import Finder
    from zatsudan.findings import Findings
    from zatsudan.learned import Learned
    from zatsudan.presets import Presets

    environ = connect.environment()
    server = connect.choose(wishes, environ, config)
    presets = Presets(places.presets)
    wanted = [*_preset(args, presets), *_wanted(args)]
    notes: list[Part] = [
        Line(text, "warn") for text in warnings(_config_file(args, places), config)
    ]
    start = [*_configured(config, places, server), *wanted]
    finder = Finder(wishes, environ, config, _log(args.log))
    chat = Chat(
        config,
        None if args.private else places.sessions,
        connect=finder.connect,
        start=lambda: list(start),
        alive=finder.alive,
        reach=finder.reach,
        catalogue=Catalogue(None if args.private else places.cache / "models.json"),
        findings=Findings(None if args.private else places.state / "findings.json"),
        presets=presets,
        learned=Learned(None if args.private else places.state / "learned.json"),
    )
    chat.new()
    try:
        first = [*notes, *_resumed(chat, args, places.sessions, wanted)]
        choose = args.resume == "" and not args.last
        if choose and wanted:
            raise StoreError(
                "Flags that change a session need its name.",
                "Write --resume NAME, or set them in the chat.",
            )
        if text or args.plain or not sys.stdout.isatty() or environ.get("TERM", "dumb") == "dumb":
            from zatsudan.terminal.plain import PlainTerminal

            if choose:
                raise StoreError(
                    "There is no screen here to choose a session on.",
                    "Write --resume NAME; zatsudan sessions lists them.",
                )
            plain = PlainTerminal(chat, COMMANDS)
            _started()
            if text:
                return OK if await plain.once(text) else FAILED
            await plain.run(first)
            return OK
        from zatsudan.terminal.live import LiveTerminal

        history = places.history if config.screen.history and not args.private else None
        live = LiveTerminal(chat, COMMANDS, history=history, screen=config.screen)
        finder.progress = live.progress
        _started()
        number = await live.run(first, "/sessions" if choose else "")
        return 128 + number if number else OK
    finally:
        await chat.aclose()
        await finder.aclose()


def _started() -> None:
    """Collect garbage from now on, but not in what the start has made."""
    gc.freeze()
    gc.enable()


def _configured(config: "Config", places: "Places", server: "Server | None") -> "list[JsonObject]":
    """Return the records of what config and profile set for every session."""
    from zatsudan.config import read_system

    records: list[JsonObject] = []
    if config.system:
        records.append({"type": "system", "content": read_system(config.system, places.config)})
    for origin, values in (
        ("config", config.parameters),
        ("profile", server.parameters if server is not None else {}),
    ):
        records += [
            _setting(name.removeprefix("+"), value, origin) for name, value in values.items()
        ]
    return records


def _preset(args: "Namespace", presets: "Presets") -> "list[JsonObject]":
    """Return the records of what the preset sets that the command line names; raises ConfigError."""
    if not args.preset:
        return []
    preset = presets.read(args.preset)
    records = [_setting(name, value, "preset") for name, value in preset.parameters.items()]
    if preset.system is not None:
        records.append({"type": "system", "content": preset.system})
    if preset.model is not None and not args.model:
        records.append({"type": "model", "model": preset.model, "server": ""})
    return records


def _wanted(args: "Namespace") -> "list[JsonObject]":
    """Return the records of what the command line sets."""
    from pathlib import Path

    from zatsudan.config import read_system
    from zatsudan.core.parameters import read_assignments
    from zatsudan.core.words import Word

    records: list[JsonObject] = []
    if args.system is not None:
        records.append({"type": "system", "content": read_system(args.system, Path.cwd())})
    if args.model:
        records.append({"type": "model", "model": args.model, "server": ""})
    for text in args.set:
        name, equals, _ = text.partition("=")
        words = [Word(text, name=name if equals else None)]
        records += [
            _setting(key, value, "flag") for key, value in read_assignments(words, {}).items()
        ]
    return records


def _setting(name: str, value: "Json", origin: str) -> "JsonObject":
    return {"type": "set", "name": name, "value": value, "origin": origin}


def _resumed(
    chat: "Chat", args: "Namespace", saved: "Path", wanted: "list[JsonObject]"
) -> "list[Part]":
    """Go on with the session that is named, or the last; return what to show of it.

    Flags stand over what it holds. A private talk reads what is `saved`, and writes nothing.
    """
    if not args.resume and not args.last:
        return []
    from zatsudan import shelf
    from zatsudan.commands.outcomes import Line
    from zatsudan.commands.resuming import resume

    if args.resume:
        path = shelf.find(saved, args.resume).path
    else:
        found = shelf.summaries(saved)
        if not found:
            return [Line("There is no session to go on with: this is a new one.", "dim")]
        path = found[0].path
    parts = resume(chat, path)
    for record in wanted:
        chat.record(record)
    return parts
