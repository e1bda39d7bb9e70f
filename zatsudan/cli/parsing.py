"""A parser whose help pages are rows of our own: what the talk and each subcommand read words with."""

import argparse
import sys
from collections.abc import Iterator

from zatsudan.base.language import say
from zatsudan.base.printable import printable
from zatsudan.base.typed import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

#: Cells of a page, and of the column that names what is explained beside it.
WIDTH, COLUMN = 80, 29


def _formatter(prog: str) -> argparse.HelpFormatter:
    # Without a width it imports shutil and all that can unpack a file, to ask for one.
    return argparse.HelpFormatter(prog, width=WIDTH)


class Parser(argparse.ArgumentParser):
    """A parser whose help pages are rows of our own, grouped, each explanation beside its name."""

    def __init__(self, prog: str, description: str, usage: str) -> None:
        super().__init__(
            prog,
            usage=f"{prog} {usage}",
            description=description,
            add_help=False,
            formatter_class=_formatter,
        )
        self._optionals.title = say("Flags")

    def groups(self) -> Iterator[tuple[str, list[argparse.Action]]]:
        """Yield the flags as they are grouped, and what stands without a flag first."""
        for group in self._action_groups:
            if group._group_actions:
                yield str(group.title), group._group_actions

    def head(self) -> list[str]:
        """Return the rows of the whole page above the flags."""
        return [say("usage: ") + str(self.usage), "", str(self.description)]

    def page(self) -> list[str]:
        """Return the whole page: all flags."""
        found = self.head()
        for title, actions in self.groups():
            found += ["", title]
            for action in actions:
                found += action_rows(action)
        return found

    def short_page(self) -> list[str]:
        """Return what fits on a screen of 24 rows."""
        return self.page()

    def add_help_flags(self, where: "argparse._ActionsContainer") -> None:
        """Add -h and --help to the parser itself or to a group of it."""
        where.add_argument("-h", action=_Help, nargs=0, const="short", dest="help", help=say("help on one screen"))  # fmt: skip
        where.add_argument("--help", action=_Help, nargs=0, dest="help", help=say("this page"))

    def _print_message(self, message: str, file: "Any" = None) -> None:
        # What it complains of may be any text that was given.
        (file or sys.stderr).write(printable(message))

    def format_help(self) -> str:
        """Return the whole page as a text."""
        return "\n".join(self.page()) + "\n"


class _Help(argparse.Action):
    """Prints one of the pages and ends the program."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        if isinstance(parser, Parser):
            shown = parser.short_page() if self.const == "short" else parser.page()
            parser._print_message("\n".join(shown) + "\n", sys.stdout)
        parser.exit()


def invocation(action: argparse.Action) -> str:
    """Return how an argument is written: `-m, --model NAME`, `FILE…`."""
    name = str(action.metavar or action.dest.upper())
    many = "…" if action.nargs in ("*", "+") else ""
    if not action.option_strings:
        return f"[{name}{many}]" if action.nargs in ("?", "*") else name + many
    flags = ", ".join(action.option_strings)
    if action.nargs == 0:
        return flags
    return f"{flags} [{name}]" if action.nargs == "?" else f"{flags} {name}"


def action_rows(action: argparse.Action) -> list[str]:
    """Return the rows of a page that explain an argument."""
    name = invocation(action)
    if action.option_strings and len(action.option_strings[0]) > 2:
        name = "    " + name
    return rows(name, action.help or "")


def rows(name: str, text: str) -> list[str]:
    """Return the rows of a page that say what is explained, and what it is."""
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and COLUMN + len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    heads = [f"  {name}"] + [""] * (len(lines) - 1)
    return [f"{head:<{COLUMN - 1}} {line}" for head, line in zip(heads, lines, strict=True)]
