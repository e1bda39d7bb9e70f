"""The command line: reads arguments, puts the parts together, gives the exit code."""

import errno
import gc
import io
import os
import sys

from zatsudan import __version__

TYPE_CHECKING = False  # to import it takes as long as Python's own start
if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Sequence
    from pathlib import Path

    from zatsudan.base.errors import ZatsudanError
    from zatsudan.config.presetfiles import Presets
    from zatsudan.config.settings import Config, Places
    from zatsudan.servers.choice import Wishes
    from zatsudan.servers.discovery import Finder
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.entered import Entered
    from zatsudan.talk.talk import Talk

#: What a disk says that can hold no more of our output.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)


def main(argv: "Sequence[str] | None" = None) -> None:
    """Run the program and end it with an exit code (see exits.py)."""
    _ready_streams()
    words = list(sys.argv[1:] if argv is None else argv)
    if words == ["--version"]:  # known without reading anything else
        sys.stdout.write(f"zatsudan {__version__}\n")
        sys.exit(0)
    # All that is imported stays: to look for garbage in it is a tenth of the start.
    gc.disable()
    from zatsudan.base import languages
    from zatsudan.base.errors import ZatsudanError
    from zatsudan.cli import exits

    languages.speak(languages.choose("auto", os.environ))
    try:
        code = _subcommand(words)
        if code is None:
            from zatsudan.cli.arguments import read

            code = _run(read(words))
        sys.stdout.flush()
    except ZatsudanError as error:
        _complain(error)
        code = exits.code_of(error)
    except KeyboardInterrupt:
        code = exits.INTERRUPTED
    except BrokenPipeError:
        _let_go()
        code = exits.READER_GONE
    except Exception as error:  # noqa: BLE001  a fault of ours is told in a sentence as well
        if isinstance(error, OSError) and error.errno in _FULL:
            _let_go()
            _complain(ZatsudanError(exits.unwritten(error.strerror or str(error))))
        else:
            _complain(exits.fault(error))
        code = exits.FAILED
    except SystemExit as ended:  # of argparse, which has printed a page or a complaint
        code = ended.code if isinstance(ended.code, int) else exits.USAGE
    finally:
        gc.enable()
    sys.exit(code)


def _ready_streams() -> None:
    """Make the standard streams such that they are no reason to fail."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:  # closed: no file of ours is to get its number
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115
        elif isinstance(stream, io.TextIOWrapper):
            # What an odd locale cannot hold becomes a sign.
            stream.reconfigure(errors="replace")


def _complain(error: "ZatsudanError") -> None:
    from zatsudan.base.files import let_go
    from zatsudan.base.printable import printable

    lines = (f"zatsudan: {error.sentence}", error.advice)
    try:
        sys.stderr.write("".join(f"{printable(line)}\n" for line in lines if line))
        sys.stderr.flush()
    except OSError:  # whoever read it has gone: the exit code still tells
        let_go(sys.stderr)


def _let_go() -> None:
    from zatsudan.base.files import let_go

    let_go(sys.stdout)


def _subcommand(words: "Sequence[str]") -> int | None:
    """Carry out the subcommand that stands first; None if there is none."""
    if not words or words[0].startswith("-"):
        return None  # a talk needs none of them
    from zatsudan.cli.subcommands import carry_out

    return carry_out(words)


def _run(args: "Namespace") -> int:
    """Talk, or send one message; a failure before that is an object too where --json is given."""
    from zatsudan.base.errors import ZatsudanError

    try:
        return _prepared(args)
    except ZatsudanError as error:
        if args.json or args.stream:
            from zatsudan.cli.asjson import write_error

            write_error(error, sys.stdout)
        raise


def _prepared(args: "Namespace") -> int:
    from zatsudan.base import languages
    from zatsudan.cli.arguments import message
    from zatsudan.config.file import load
    from zatsudan.config.settings import platform_places
    from zatsudan.servers import choice

    places = platform_places()
    config = load(_config_file(args, places))
    if config.screen.language != "auto":
        languages.speak(languages.choose(config.screen.language, os.environ))
    local = args.local or bool(args.gguf)
    wishes = choice.Wishes(args.base_url, args.model, args.profile, args.api_key_env, local)
    if args.gguf:
        from zatsudan.servers.engine.modelfile import with_model

        config = with_model(config, args.gguf, places, choice.environment())
    if args.setup:
        _check_setup(args)
    piped = not sys.stdin.isatty()
    line = message(args, sys.stdin.read().strip() if piped else "")
    if not line.text:
        _check_silence(args, piped=piped)
    import asyncio

    return asyncio.run(_talk(args, places, config, wishes, line))


def _check_silence(args: "Namespace", *, piped: bool) -> None:
    """Raise CommandError where there is no message and one is needed."""
    from zatsudan.base.errors import CommandError
    from zatsudan.base.language import say

    if piped:
        raise CommandError(
            say("Nothing to send came on standard input."), say("Name a message, or pipe one in.")
        )
    if args.json or args.stream:
        flag = "--json" if args.json else "--stream json"
        raise CommandError(
            say("{flag} needs a message.", flag=flag),
            say('Write zatsudan {flag} "a question", or pipe one in.', flag=flag),
        )


def _check_setup(args: "Namespace") -> None:
    """Refuse questions that nobody could answer; raises ConfigError."""
    from zatsudan.base.errors import ConfigError
    from zatsudan.base.language import say

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise ConfigError(
            say("--setup asks questions, and there is no terminal to ask them in."),
            say("Start it in one, or write a profile into the config file."),
        )
    if args.message or args.words or args.resume == "":
        raise ConfigError(
            say("--setup begins with its questions."), say("Leave out the message and --resume.")
        )


def _config_file(args: "Namespace", places: "Places") -> "Path":
    """Return the config file; raises ConfigError if the one that was named is not there."""
    if not args.config:
        return places.config_file
    from zatsudan.base.errors import ConfigError
    from zatsudan.base.language import say

    path = _named(args.config)
    if not path.exists():
        raise ConfigError(
            say("There is no config file {name}.", name=args.config),
            say("Name one that is there, or leave --config out."),
        )
    return path


def _named(name: str) -> "Path":
    """Return the path that was typed, `~` filled in where that can be done."""
    from pathlib import Path

    try:
        return Path(name).expanduser()
    except RuntimeError:  # ~nobody
        return Path(name)


async def _talk(
    args: "Namespace",
    places: "Places",
    config: "Config",
    wishes: "Wishes",
    line: "Entered",
) -> int:
    from zatsudan.base.errors import StoreError
    from zatsudan.base.language import say
    from zatsudan.cli import exits, opening
    from zatsudan.commands import COMMANDS
    from zatsudan.config.presetfiles import Presets
    from zatsudan.servers import choice
    from zatsudan.servers.discovery import Finder
    from zatsudan.servers.wirelog import wire_log
    from zatsudan.talk.talk import Talk

    environ = choice.environment()
    server = choice.choose(wishes, environ, config)
    presets = Presets(places.presets)
    wanted = [*opening.of_preset(args, presets), *opening.of_flags(args)]
    notes = opening.warned(_config_file(args, places), config, server)
    start = [*opening.of_config(config, places, server), *wanted]
    finder = Finder(
        wishes,
        environ,
        config,
        wire_log(_named(args.log) if args.log else None),
        config_file=None if args.private else _config_file(args, places),
        models=places.models,
    )
    talk = Talk(None if args.private else places.sessions, start=lambda: list(start))
    chat = _chat(talk, finder, config, presets, None if args.private else places)
    chat.talk.new()
    try:
        first = [*notes, *opening.resumed(chat, args, places.sessions, wanted)]
        choose = args.resume == "" and not args.last
        if choose and wanted:
            raise StoreError(
                say("Flags that change a session need its name."),
                say("Write --resume NAME, or set them in the chat."),
            )
        plainly = not sys.stdout.isatty() or environ.get("TERM", "dumb") == "dumb"
        if choose and (line.text or args.plain or plainly):
            raise StoreError(
                say("There is no screen here to choose a session on."),
                say("Write --resume NAME; zatsudan sessions lists them."),
            )
        if line.text:
            from zatsudan.cli.oneshot import answer

            _started()
            return await answer(chat, line, args, first)
        if args.plain or plainly:
            from zatsudan.terminal.plain.terminal import PlainTerminal

            plain = PlainTerminal(chat, COMMANDS)
            _started()
            await plain.run(first, "/connect" if args.setup else "")
            return exits.READER_GONE if plain.output.gone else exits.OK
        from zatsudan.terminal.live.program import LiveTerminal

        history = places.history if config.screen.history and not args.private else None
        live = LiveTerminal(chat, COMMANDS, history=history, screen=config.screen)
        finder.progress = live.progress
        _started()
        command = "/connect" if args.setup else "/sessions" if choose else ""
        number = await live.run(first, command, before=args.setup)
        return 128 + number if number else exits.OK
    finally:
        await chat.aclose()
        await finder.aclose()


def _chat(
    talk: "Talk", finder: "Finder", config: "Config", presets: "Presets", kept: "Places | None"
) -> "Chat":
    """Return a talk over a link; what is learned of servers is kept in files of `kept`."""
    from zatsudan.servers.catalogue import Catalogue
    from zatsudan.servers.findings import Findings
    from zatsudan.servers.learned import Learned
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.link import Link

    link = Link(
        finder,
        catalogue=Catalogue(kept.cache / "models.json" if kept is not None else None),
        learned=Learned(kept.state / "learned.json" if kept is not None else None),
    )
    findings = Findings(kept.state / "findings.json" if kept is not None else None)
    return Chat(config, talk, link, findings=findings, presets=presets, finder=finder)


def _started() -> None:
    """Collect garbage from now on, but not in what the start has made.

    Seldom: a request with a thousand messages makes as many objects as would call for
    several collections, and little of what we make is a cycle.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()
