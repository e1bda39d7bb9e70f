"""The flags of the command line, and its two pages: -h on one screen, --help with all.

Subcommands, the man page and the shells' completion are made from the same parsers.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence

from zatsudan import __version__
from zatsudan.base.language import later, say
from zatsudan.base.printable import printable

TYPE_CHECKING = False  # --help need not wait for typing
if TYPE_CHECKING:
    from typing import Any

TYPE_CHECKING = False  # to import it takes as long as Python's own start
if TYPE_CHECKING:
    from zatsudan.talk.entered import Entered

#: Cells of a page, and of the column that names what is explained beside it.
WIDTH, COLUMN = 80, 29

#: What -h tells of: the rest is for --help.
EVERYDAY = (
    "base_url",
    "model",
    "profile",
    "setup",
    "system",
    "preset",
    "set",
    "last",
    "resume",
    "json",
)

#: Values that are no fixed list, by the argument's name: what completion offers for it.
KINDS = {
    "model": "models",
    "profile": "profiles",
    "preset": "presets",
    "set": "parameters",
    "resume": "sessions",
    "session": "sessions",
    "gguf": "files",
    "config": "files",
    "log": "files",
    "file": "files",
    "files": "files",
}

_USES = (
    ("zatsudan", later("talk, with the server that is found")),
    ('zatsudan "a question"', later("print the reply and leave")),
    ('cat f | zatsudan "sum up"', later("what is piped in follows the message")),
    ('zatsudan -c "and shorter"', later("go on with the last session")),
    ('zatsudan -- "$TEXT"', later("text alone: no / and no @ in it counts")),
)


def _formatter(prog: str) -> argparse.HelpFormatter:
    # Without a width it imports shutil and all that can unpack a file, to ask for one.
    return argparse.HelpFormatter(prog, width=WIDTH)


class Parser(argparse.ArgumentParser):
    """A parser whose help pages are rows of our own, grouped, each explanation beside its name."""

    def __init__(self, prog: str, description: str, usage: str, uses: Sequence[tuple[str, str]] = ()) -> None:  # fmt: skip
        super().__init__(
            prog,
            usage=f"{prog} {usage}",
            description=description,
            add_help=False,
            formatter_class=_formatter,
        )
        self._optionals.title = say("Flags")
        self.uses = uses

    def groups(self) -> Iterator[tuple[str, list[argparse.Action]]]:
        """Yield the flags as they are grouped, and what stands without a flag first."""
        for group in self._action_groups:
            if group._group_actions:
                yield str(group.title), group._group_actions

    def _print_message(self, message: str, file: "Any" = None) -> None:
        # What it complains of may be any text that was given.
        (file or sys.stderr).write(printable(message))

    def format_help(self) -> str:
        return "\n".join(page(self)) + "\n"


class _Help(argparse.Action):
    """Prints one of the pages and ends the program."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        if isinstance(parser, Parser):
            shown = short_page(parser) if self.const == "short" else page(parser)
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


def _rows(action: argparse.Action) -> list[str]:
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


def page(parser: Parser) -> list[str]:
    """Return the whole page of a parser: all flags, and for the program what else there is."""
    found = [say("usage: ") + str(parser.usage), "", str(parser.description)]
    for use, text in parser.uses:
        found += rows(use, say(text))
    for title, actions in parser.groups():
        found += ["", title]
        for action in actions:
            found += _rows(action)
    if parser.uses:
        from zatsudan.cli.exits import MEANINGS
        from zatsudan.cli.subcommands import SUBCOMMANDS

        found += ["", say("Subcommands (each has its own -h)")]
        for name, entry in SUBCOMMANDS.items():
            found += rows(name, say(entry.help))
        found += ["", say("Exit codes")]
        found += [f"  {code:<4} {say(text)}" for code, text in MEANINGS.items()]
        found += ["", say("In the chat, /help tells the rest.")]
    return found


def short_page(parser: Parser) -> list[str]:
    """Return what fits on a screen of 24 rows."""
    if not parser.uses:
        return page(parser)
    from zatsudan.cli.subcommands import SUBCOMMANDS

    found = [str(parser.description), ""]
    for use, text in parser.uses:
        found += rows(use, say(text))
    found.append("")
    for action in parser._actions:
        if action.dest in EVERYDAY:
            found += _rows(action)
    return [
        *found,
        "",
        say("Subcommands: {names}.", names=", ".join(SUBCOMMANDS)),
        say("--help tells of all flags, subcommands and exit codes."),
    ]


def add_help(parser: Parser) -> None:
    """Add -h and --help."""
    where = parser.add_argument_group(say("Help")) if parser.uses else parser
    where.add_argument("-h", action=_Help, nargs=0, const="short", dest="help", help=say("help on one screen"))  # fmt: skip
    where.add_argument("--help", action=_Help, nargs=0, dest="help", help=say("this page"))


def parser() -> Parser:
    """Return what reads the arguments of a talk."""
    found = Parser(
        "zatsudan",
        say("Chat with any server that speaks /v1/chat/completions, and tune it by hand."),
        "[FLAGS] [MESSAGE…]  or  zatsudan SUBCOMMAND …",
        _USES,
    )
    found._positionals.title = say("Message")
    found.add_argument("message", nargs="*", help=say("send this, print the reply, and leave"))
    server = found.add_argument_group(say("Server"))
    server.add_argument(
        "--base-url", metavar="URL", default="", help=say("the server's address, up to /v1")
    )
    server.add_argument("-m", "--model", metavar="NAME", default="", help=say("the model to ask"))
    server.add_argument(
        "-p", "--profile", metavar="NAME", default="", help=say("a server from the config file")
    )
    server.add_argument(
        "--api-key-env", metavar="NAME", default="", help=say("the variable that holds the key")
    )
    server.add_argument("--local", action="store_true", help=say("the embedded model"))
    server.add_argument(
        "--gguf",
        metavar="FILE",
        default="",
        help=say("the embedded engine with this model file, or hf:OWNER/REPO[:Q4_K_M]"),
    )
    server.add_argument(
        "--setup", action="store_true", help=say("connect a server by four questions")
    )
    talk = found.add_argument_group(say("Talk"))
    talk.add_argument(
        "-s", "--system", metavar="TEXT|@FILE", default=None, help=say("the system message")
    )
    talk.add_argument(
        "--preset", metavar="NAME", default="", help=say("parameters saved with /preset save NAME")
    )
    talk.add_argument(
        "-o",
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help=say("a parameter, as in -o temperature=0.2"),
    )
    talk.add_argument(
        "-c",
        "--continue",
        dest="last",
        action="store_true",
        help=say("go on with the last session"),
    )
    talk.add_argument(
        "-r",
        "--resume",
        metavar="NAME|ID",
        nargs="?",
        const="",
        default=None,
        help=say("go on with that session, or choose one"),
    )
    talk.add_argument(
        "--typed", action="store_true", help=say("/ and @ in MESSAGE count, as in the chat")
    )
    talk.add_argument("--private", action="store_true", help=say("write nothing to disk"))
    output = found.add_argument_group(say("Output"))
    forms = output.add_mutually_exclusive_group()
    forms.add_argument(
        "--json", action="store_true", help=say("the reply to a message as a JSON object")
    )
    forms.add_argument(
        "--stream",
        metavar="json",
        choices=("json",),
        help=say("a JSON line for each delta, then the object"),
    )
    output.add_argument(
        "--no-stream", action="store_true", help=say("ask for the reply in one piece")
    )
    output.add_argument(
        "--plain", action="store_true", help=say("no live screen: text as it comes")
    )
    program = found.add_argument_group(say("Program"))
    program.add_argument(
        "--log", metavar="FILE", default="", help=say("write requests there, without keys")
    )
    program.add_argument("--config", metavar="FILE", default="", help=say("another config file"))
    program.add_argument("--version", action="version", version=f"zatsudan {__version__}",
                         help=say("print the version"))  # fmt: skip
    add_help(found)
    return found


def message(args: argparse.Namespace, piped: str) -> "Entered":
    """Return what is sent: the arguments, and what was piped in, which is words alone.

    So is what stands behind `--`. A slash and an `@` of the other arguments are asked
    about, or count where --typed says so; a `!` is none: whoever writes arguments has a shell.
    """
    from zatsudan.talk.entered import KEYS, SAID, TEXT, Entered

    given, words = " ".join(args.message), " ".join(args.words)
    line = Entered.of(given, KEYS if args.typed else TEXT)
    if given.startswith("!") or (piped and given.startswith("/")):
        line = line.marked((0,), SAID)
    parts = [line, Entered.of(words, SAID)]
    line = Entered.joined((part for part in parts if part.text), " ")
    return Entered.joined([part for part in (line, Entered.of(piped, SAID)) if part.text], "\n\n")


def read(words: Sequence[str]) -> argparse.Namespace:
    """Read the arguments of a talk; ends the program where they contradict each other."""
    found = parser()
    end = words.index("--") if "--" in words else len(words)
    args = found.parse_args(words[:end])
    # Apart, since argparse does not tell what stood behind it.
    args.words = list(words[end + 1 :])
    if args.stream and args.no_stream:
        found.error(say("--stream json and --no-stream contradict each other."))
    return args
