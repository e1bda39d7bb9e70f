"""Subcommands of the command line: what is done without a talk."""

import argparse
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zatsudan.chat import Chat
    from zatsudan.config import Places
    from zatsudan.connect import Wishes


class Subcommand(NamedTuple):
    """One word that may stand first: `run` gets the arguments behind it and returns the exit code."""

    help: str
    run: Callable[[Sequence[str]], int]


def sessions(argv: Sequence[str]) -> int:
    """Print the saved sessions, the latest first."""
    parser = _parser("sessions")
    parser.add_argument("--json", action="store_true", help="all fields, one array")
    args = parser.parse_args(argv)
    import json
    from datetime import UTC, datetime

    from zatsudan import shelf
    from zatsudan.config import platform_places

    found = shelf.summaries(platform_places().sessions)
    if args.json:
        rows = [
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
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
        return 0
    from zatsudan.commands.outcomes import Line
    from zatsudan.commands.sessions import table
    from zatsudan.terminal.parts import part_rows
    from zatsudan.terminal.rows import uncoloured

    parts = table(found, listed=len(found)) if found else (Line("No session is saved yet."),)
    for part in parts:
        for row in part_rows(part, WIDTH, lambda text, _: [text]):
            sys.stdout.write(uncoloured(row) + "\n")
    return 0


def export(argv: Sequence[str]) -> int:
    """Write a saved session in another format."""
    from zatsudan.exports import FORMATS

    parser = _parser("export")
    parser.add_argument("session", help="its name, the beginning of it, its number or id")
    parser.add_argument("format", choices=list(FORMATS), metavar="FORMAT",
                        help=", ".join(FORMATS))  # fmt: skip
    parser.add_argument("file", nargs="?", default="", help="where to; else standard output")
    parser.add_argument("--reply", metavar="N", default="", help="the request of this reply")
    parser.add_argument("--force", action="store_true", help="over a file that is there")
    args = parser.parse_args(argv)
    import asyncio

    return asyncio.run(_export(args))


async def _export(args: argparse.Namespace) -> int:
    from pathlib import Path

    from zatsudan import shelf
    from zatsudan.commands.transfer import export_saved, write

    async with _chat() as (chat, places):
        path = shelf.find(places.sessions, args.session).path
        text = await export_saved(chat, path, args.format, args.reply)
    if args.file:
        write(Path(args.file), text, overwrite=args.force, instead="--force overwrites it.")
    else:
        sys.stdout.write(text if text.endswith("\n") else text + "\n")
    return 0


def import_(argv: Sequence[str]) -> int:
    """Read sessions from files of other programs."""
    parser = _parser("import")
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="ChatGPT, llm, aichat, messages, or our own"
    )
    args = parser.parse_args(argv)
    from pathlib import Path

    from zatsudan.chat import new_session_id, utc_now
    from zatsudan.config import platform_places
    from zatsudan.core.printable import printable
    from zatsudan.imports import import_file

    def note(text: str) -> None:
        sys.stderr.write(f"{printable(text)}\n")

    directory = platform_places().sessions
    for name in args.files:
        paths = import_file(Path(name).expanduser(), directory, new_session_id, utc_now, note)
        plural = "s" if len(paths) != 1 else ""
        sys.stdout.write(f"{len(paths)} session{plural} from {printable(name)}\n")
    return 0


def models(argv: Sequence[str]) -> int:
    """Print the models that a server offers."""
    parser = _parser("models")
    parser.add_argument(
        "--base-url", metavar="URL", default="", help="the server's address, up to /v1"
    )
    parser.add_argument(
        "-p", "--profile", metavar="NAME", default="", help="a server from the config file"
    )
    parser.add_argument("--json", action="store_true", help="all fields, one array")
    args = parser.parse_args(argv)
    import asyncio

    return asyncio.run(_models(args))


async def _models(args: argparse.Namespace) -> int:
    from zatsudan.connect import Wishes
    from zatsudan.core.printable import one_line

    async with _chat(Wishes(base_url=args.base_url, profile=args.profile)) as (chat, _):
        found = await chat.fetch_models()
    if args.json:
        import json

        rows = [{"id": entry.id, "context_length": entry.context_length} for entry in found]
        sys.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2) + "\n")
    for entry in () if args.json else found:
        sys.stdout.write(one_line(entry.id) + "\n")
    return 0


def config(argv: Sequence[str]) -> int:
    """Print where the config file is, or check it."""
    parser = _parser("config")
    parser.add_argument("what", choices=("path", "show", "check", "example"), help="what to do")
    args = parser.parse_args(argv)
    from zatsudan.config import example, load, platform_places, warnings
    from zatsudan.core.printable import printable

    path = platform_places().config_file
    if args.what == "path":
        sys.stdout.write(f"{path}\n")
    elif args.what == "example":
        sys.stdout.write(example())
    elif args.what == "show":
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        sys.stdout.write(printable(text) or f"There is no config file at {path}.\n")
    else:
        notes = warnings(path, load(path))
        sys.stdout.write("".join(f"{note}\n" for note in notes) or f"{path}: all is well.\n")
    return 0


def _parser(name: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(f"zatsudan {name}", description=SUBCOMMANDS[name].help)


@asynccontextmanager
async def _chat(wishes: "Wishes | None" = None) -> "AsyncIterator[tuple[Chat, Places]]":
    """Make a chat that saves nothing, with the server that a talk would have."""
    from zatsudan.chat import Chat
    from zatsudan.config import load, platform_places
    from zatsudan.connect import Wishes, environment
    from zatsudan.discovery import Finder
    from zatsudan.learned import Learned

    places = platform_places()
    settings = load(places.config_file)
    finder = Finder(wishes or Wishes(), environment(), settings)
    chat = Chat(
        settings, None, connect=finder.connect, learned=Learned(places.state / "learned.json")
    )
    try:
        yield chat, places
    finally:
        await chat.aclose()
        await finder.aclose()


#: Cells of a table where the width of the reader is not known.
WIDTH = 100

#: One row for each: the word, what it does, and the function.
SUBCOMMANDS: dict[str, Subcommand] = {
    "sessions": Subcommand("list the saved sessions; --json for programs", sessions),
    "export": Subcommand("write a session as Markdown, HTML, JSON, curl and more", export),
    "import": Subcommand("read sessions of ChatGPT, llm, aichat, or our own", import_),
    "models": Subcommand("list the models that a server offers", models),
    "config": Subcommand("path, show, check or example of the config file", config),
}


def described() -> str:
    """Return the subcommands as lines for --help."""
    return "\n".join(f"  {name:<12} {entry.help}" for name, entry in SUBCOMMANDS.items())
