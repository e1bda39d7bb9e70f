"""Arguments as values, and a parser that is made from them, with pages of our own.

The parser, the pages, the man page and the shells' completion all read the same values.
"""

import argparse
import sys
from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.base.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn, TypeAlias

    Group: TypeAlias = "tuple[str, Sequence[Argument]]"

#: Cells of a page, and of the column that names what is explained beside it.
WIDTH, COLUMN = 80, 29

NONE, ONE, MAYBE, ANY, SOME = "0", "1", "?", "*", "+"


class Argument:
    """A flag, or words that stand without one.

    `names`: all ways to write the flag, or the one name of the words, without a dash.
    `takes`: how a page writes the value; a flag without it is a switch. `count`: how many
    values there may be. `values`: the only ones; `offers`: what the shells' completion
    offers else (shells.py). `again`: it may come several times. `apart`: of all such
    arguments only one may be given. `shows`: makes a text that is printed at once, and
    the program ends. `everyday`: -h tells of it.
    """

    def __init__(
        self,
        *names: str,
        help: str,  # noqa: A002  (argparse's word for it)
        takes: str = "",
        count: str = "",
        default: "str | None" = "",
        values: "Sequence[str]" = (),
        offers: str = "",
        dest: str = "",
        again: bool = False,
        apart: bool = False,
        everyday: bool = False,
        shows: "Callable[[Parser], str] | None" = None,
    ) -> None:
        self.flags = names if names[0].startswith("-") else ()
        self.help = help
        self.count = count or (NONE if self.flags and not takes else ONE)
        self.default = default
        self.values = values
        self.offers = offers
        self.dest = dest or max(names, key=len).lstrip("-").replace("-", "_")
        self.takes = takes or self.dest.upper()
        self.again = again
        self.apart = apart
        self.everyday = everyday
        self.shows = shows

    @property
    def written(self) -> str:
        """How it is written: `-m, --model NAME`, `FILE…`."""
        many = "…" if self.count in (ANY, SOME) else ""
        may = self.count in (MAYBE, ANY)
        value = f"[{self.takes}{many}]" if may else self.takes + many
        flags = ", ".join(self.flags)
        return value if not flags else flags if self.count == NONE else f"{flags} {value}"

    def rows(self) -> list[str]:
        """Return the rows of a page that explain it."""
        long_only = self.flags and len(self.flags[0]) > 2
        return rows(f"    {self.written}" if long_only else self.written, self.help)

    def fields(self) -> "dict[str, Any]":
        """Return it as argparse's add_argument takes it, its names apart."""
        found: dict[str, Any] = {"dest": self.dest} if self.flags else {}
        if self.shows is not None:
            return {**found, "action": _Show, "nargs": 0, "const": self.shows}
        if self.count == NONE:
            return {**found, "action": "store_true"}
        found |= {"metavar": self.takes, "default": self.default, "choices": self.values or None}
        if self.count != ONE:
            found["nargs"] = self.count
        if self.flags and self.count == MAYBE:
            found["const"] = ""
        return {**found, "action": "append", "default": []} if self.again else found


class _Show(argparse.Action):
    """Prints a text and ends the program."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        sys.stdout.write(printable(self.const(parser)) + "\n")
        parser.exit()


def _formatter(prog: str) -> argparse.HelpFormatter:
    # Without a width it imports shutil and all that can unpack a file, to ask for one.
    return argparse.HelpFormatter(prog, width=WIDTH)


class Parser(argparse.ArgumentParser):
    """What reads the words of a command line, and explains them in groups with titles."""

    def __init__(self, prog: str, description: str, usage: str, groups: "Sequence[Group]") -> None:
        super().__init__(
            prog,
            usage=f"{prog} {usage}",
            description=description,
            add_help=False,
            formatter_class=_formatter,
        )
        self.groups = groups
        self.arguments = [argument for _, several in groups for argument in several]
        apart = self.add_mutually_exclusive_group()
        for argument in self.arguments:
            where = apart if argument.apart else self
            where.add_argument(*(argument.flags or (argument.dest,)), **argument.fields())

    def head(self) -> list[str]:
        """Return the rows of the whole page above the flags."""
        return [say("usage: ") + str(self.usage), "", *filled(str(self.description))]

    def page(self) -> list[str]:
        """Return the whole page: all flags."""
        found = self.head()
        for title, arguments in self.groups:
            found += ["", title]
            for argument in arguments:
                found += argument.rows()
        return found

    def short_page(self) -> list[str]:
        """Return what fits on a screen of 24 rows."""
        return self.page()

    def format_help(self) -> str:
        """Return the whole page as a text."""
        return "\n".join(self.page()) + "\n"

    def exit(self, status: int = 0, message: str | None = None) -> "NoReturn":
        """End the program; what it complains of may be any text that was given."""
        if message:
            sys.stderr.write(printable(message))
        sys.exit(status)


def help_flags() -> list[Argument]:
    """Return -h and --help."""
    return [
        Argument("-h", dest="help", help=say("help on one screen"),
                 shows=lambda parser: "\n".join(parser.short_page())),
        Argument("--help", help=say("this page"), shows=lambda parser: "\n".join(parser.page())),
    ]  # fmt: skip


def rows(name: str, text: str, column: int = COLUMN) -> list[str]:
    """Return the rows of a page that say what is explained, and what it is."""
    lines = filled(text, WIDTH - column)
    heads = [f"  {name}"] + [""] * (len(lines) - 1)
    return [f"{head:<{column - 1}} {line}" for head, line in zip(heads, lines, strict=True)]


def filled(text: str, width: int = WIDTH) -> list[str]:
    """Return a text as rows, broken between words, in other languages where these may break."""
    if not text.replace("…", "").isascii():
        from zatsudan.terminal.text.rows import wrap  # English does without its import

        return [str(row) for row in wrap(printable(text), width)]
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return lines
