"""Subcommands of the command line: what is done without a talk."""

import argparse
import sys
from typing import TYPE_CHECKING

from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line, printable, printable_json
from zatsudan.cli.parsing import MAYBE, SOME, Argument, Parser, help_flags
from zatsudan.cli.printing import print_line, print_parts
from zatsudan.cli.visiting import server_arguments, with_chat

if TYPE_CHECKING:
    from collections.abc import Callable

    from zatsudan.base.jsonvalues import Json
    from zatsudan.config.settings import Places
    from zatsudan.talk.chat import Chat


class Subcommand:
    """One word that may stand first. `arguments` make what may stand behind it, `run` gets what does, and returns the exit code."""

    def __init__(
        self,
        help_: str,
        usage: str,
        arguments: "Callable[[], list[Argument]]",
        run: "Callable[[argparse.Namespace], int]",
    ) -> None:
        self.help = help_
        self.usage = usage
        self.arguments = arguments
        self.run = run


def _sessions_arguments() -> list[Argument]:
    return [Argument("--json", help=say("all fields, one array"))]


def sessions(args: argparse.Namespace) -> int:
    """Print the saved sessions, the latest first."""
    from datetime import UTC, datetime

    from zatsudan.config.settings import platform_places
    from zatsudan.sessions import shelf

    found = shelf.summaries(platform_places().sessions)
    if args.json:
        rows: list[Json] = [
            {
                "id": entry.id,
                "name": entry.name,
                "title": entry.title,
                "first_words": entry.first_words,
                "model": entry.model,
                "turns": entry.turns,
                "modified": datetime.fromtimestamp(entry.modified, UTC).isoformat("T", "seconds"),
                "path": str(entry.path),
            }
            for entry in found
        ]
        print_line(printable_json(rows, sys.stdout.encoding, indent=2))
        return 0
    from zatsudan.commands.parts import Line
    from zatsudan.commands.sessions import table

    parts = table(found, listed=len(found)) if found else (Line(say("No session is saved yet.")),)
    print_parts(parts)
    return 0


def _export_arguments() -> list[Argument]:
    from zatsudan.sessions.exports import FORMATS

    return [
        *server_arguments(),
        Argument("session", help=say("its name, the beginning of it, its number or id"),
                 offers="sessions"),
        Argument("format", help=", ".join(FORMATS), offers="formats"),
        Argument("file", count=MAYBE, help=say("where to; else standard output"), offers="files"),
        Argument("--reply", takes="N", help=say("the request of this reply")),
        Argument("--force", help=say("over a file that is there")),
    ]  # fmt: skip


def export(args: argparse.Namespace) -> int:
    """Write a saved session in another format."""
    from zatsudan.commands.paths import write_file
    from zatsudan.commands.transfer import export_saved
    from zatsudan.servers.choice import Wishes
    from zatsudan.sessions import shelf

    async def text_of(chat: "Chat", places: "Places") -> str:
        path = shelf.find(places.sessions, args.session).path
        return await export_saved(chat, path, args.format, args.reply)

    text = with_chat(text_of, Wishes(base_url=args.base_url, profile=args.profile), lasting=True)
    if args.file:
        instead = say("--force overwrites it.")
        write_file(args.file, text, overwrite=args.force, instead=instead)
    else:
        # In a file or a pipe it is data, which nobody obeys.
        text = printable(text) if sys.stdout.isatty() else text
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0


def _import_arguments() -> list[Argument]:
    return [
        Argument("files", takes="FILE", count=SOME, offers="files",
                 help=say("an export of a chat program (a zip or folder too), llm's logs.db, or our own; - reads a pipe")),
        Argument("--list", help=say("only say what the files hold, numbered")),
        Argument("--only", takes="WHICH", again=True,
                 help=say("only these: numbers of --list (1,3-5), or a part of a title")),
    ]  # fmt: skip


def import_(args: argparse.Namespace) -> int:
    """Read sessions from files of other programs, all of them or those that are chosen; or list them."""
    from zatsudan.cli.intake import Intake

    intake = Intake(args.files)
    if args.list:
        intake.show(args.only)
    elif args.only:
        intake.take(args.only)
    else:
        intake.take_all()
    return intake.code


def _preset_arguments() -> list[Argument]:
    return [
        Argument("what", values=("import",), help="import"),
        Argument("file", help=say("of SillyTavern, TextGen, KoboldCpp, Ollama or LM Studio"),
                 offers="files"),
        Argument("name", count=MAYBE, help=say("what it is called here; else as its file")),
    ]  # fmt: skip


def preset(args: argparse.Namespace) -> int:
    """Make a preset of another program's, and print what became of each field."""
    from pathlib import Path

    from zatsudan.commands.otherpresets import imported
    from zatsudan.config.presetfiles import Presets
    from zatsudan.config.settings import platform_places

    print_parts(imported(Presets(platform_places().presets), Path(args.file), args.name or ""))
    return 0


def _models_arguments() -> list[Argument]:
    return [*server_arguments(), Argument("--json", help=say("all fields, one array"))]


def models(args: argparse.Namespace) -> int:
    """Print the models that a server offers."""
    from zatsudan.servers.choice import Wishes

    found = with_chat(
        lambda chat, _: chat.link.fetch_models(),
        Wishes(base_url=args.base_url, profile=args.profile),
    )
    if args.json:
        rows: list[Json] = [
            {"id": entry.id, "context_length": entry.context_length} for entry in found
        ]
        print_line(printable_json(rows, sys.stdout.encoding, indent=2))
    for entry in () if args.json else found:
        print_line(one_line(entry.id))
    return 0


def _config_arguments() -> list[Argument]:
    values = ("path", "show", "check", "example")
    return [Argument("what", values=values, help=", ".join(values))]


def config(args: argparse.Namespace) -> int:
    """Print where the config file is, or check it."""
    from zatsudan.config.exposed import shown, warnings
    from zatsudan.config.file import example, load, source
    from zatsudan.config.settings import platform_places
    from zatsudan.servers.unencrypted import unencrypted_profiles

    path = platform_places().config_file
    if args.what == "path":
        print_line(printable(f"{path}"))
    elif args.what == "example":
        sys.stdout.write(example())
    elif args.what == "show":
        text = source(path)
        sys.stdout.write(
            printable(shown(text)) or say("There is no config file at {path}.", path=path) + "\n"
        )
    else:
        found = load(path)
        notes = [*warnings(path, found), *unencrypted_profiles(found.profiles)]
        sys.stdout.write(
            "".join(f"{note}\n" for note in notes) or say("{path}: all is well.", path=path) + "\n"
        )
    return 0


def _completion_arguments() -> list[Argument]:
    from zatsudan.cli.scripts import SCRIPTS

    return [Argument("shell", values=tuple(SCRIPTS), help=", ".join(SCRIPTS))]


def completion(args: argparse.Namespace) -> int:
    """Print the script that makes a shell complete zatsudan's words."""
    from zatsudan.cli.scripts import SCRIPTS

    sys.stdout.write(SCRIPTS[args.shell])
    return 0


def parser_of(name: str) -> Parser:
    """Return what reads the arguments of a subcommand."""
    entry = SUBCOMMANDS[name]
    arguments = entry.arguments()
    words = [argument for argument in arguments if not argument.flags]
    flags = [argument for argument in arguments if argument.flags]
    groups = [(say("Arguments"), words), (say("Flags"), [*flags, *help_flags()])]
    return Parser(
        f"zatsudan {name}", say(entry.help), entry.usage, [group for group in groups if group[1]]
    )


#: One row for each: the word, what it does, what stands behind it, and the functions.
SUBCOMMANDS: dict[str, Subcommand] = {
    "sessions": Subcommand(
        later("list the saved sessions; --json for programs"),
        "[--json]",
        _sessions_arguments,
        sessions,
    ),
    "export": Subcommand(
        later("write a session as Markdown, HTML, JSON, curl …"),
        "[FLAGS] SESSION FORMAT [FILE]",
        _export_arguments,
        export,
    ),
    "import": Subcommand(
        later("read sessions of other chat programs, or our own"),
        "[--list] [--only WHICH] FILE…",
        _import_arguments,
        import_,
    ),
    "preset": Subcommand(
        later("make a preset of another program's file"),
        "import FILE [NAME]",
        _preset_arguments,
        preset,
    ),
    "models": Subcommand(
        later("list the models that a server offers"), "[FLAGS]", _models_arguments, models
    ),
    "config": Subcommand(
        later("path, show, check or example of the config file"), "WHAT", _config_arguments, config
    ),
    "completion": Subcommand(
        later("print a script for bash, zsh, fish or powershell"),
        "SHELL",
        _completion_arguments,
        completion,
    ),
}
