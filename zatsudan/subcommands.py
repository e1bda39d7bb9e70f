"""Subcommands of the command line: what is done without a talk."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One word that may stand first: `run` gets the arguments behind it and returns the exit code."""

    help: str
    run: Callable[[Sequence[str]], int]


def sessions(argv: Sequence[str]) -> int:
    """Print the saved sessions, the latest first."""
    parser = argparse.ArgumentParser("zatsudan sessions", description=SUBCOMMANDS["sessions"].help)
    parser.add_argument("--json", action="store_true", help="all fields, one array")
    args = parser.parse_args(argv)
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


#: Cells of a table where the width of the reader is not known.
WIDTH = 100

#: One row for each: the word, what it does, and the function.
SUBCOMMANDS: dict[str, Subcommand] = {
    "sessions": Subcommand("list the saved sessions; --json for programs", sessions),
}


def described() -> str:
    """Return the subcommands as lines for --help."""
    return "\n".join(f"  {name:<12} {entry.help}" for name, entry in SUBCOMMANDS.items())
