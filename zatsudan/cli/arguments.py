"""The flags of the command line, and its two pages: -h on one screen, --help with all.

Subcommands, the man page and the shells' completion are made from the same parsers.
"""

import argparse
from collections.abc import Sequence

from zatsudan import __version__
from zatsudan.base.language import later, say
from zatsudan.base.typed import TYPE_CHECKING
from zatsudan.cli.parsing import Parser, action_rows, rows

if TYPE_CHECKING:
    from zatsudan.talk.entered import Entered

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


class TalkParser(Parser):
    """The parser of a talk, whose pages tell as well how the program is used and what else there is."""

    #: How it is called, and what for.
    uses = _USES

    def head(self) -> list[str]:
        return [*super().head(), *self._use_rows()]

    def page(self) -> list[str]:
        from zatsudan.cli.exits import MEANINGS
        from zatsudan.cli.subcommands import SUBCOMMANDS

        found = [*super().page(), "", say("Subcommands (each has its own -h)")]
        for name, entry in SUBCOMMANDS.items():
            found += rows(name, say(entry.help))
        found += ["", say("Exit codes")]
        found += [f"  {code:<4} {say(text)}" for code, text in MEANINGS.items()]
        return [*found, "", say("In the chat, /help tells the rest.")]

    def short_page(self) -> list[str]:
        from zatsudan.cli.subcommands import SUBCOMMANDS

        found = [str(self.description), "", *self._use_rows(), ""]
        for action in self._actions:
            if action.dest in EVERYDAY:
                found += action_rows(action)
        return [
            *found,
            "",
            say("Subcommands: {names}.", names=", ".join(SUBCOMMANDS)),
            say("--help tells of all flags, subcommands and exit codes."),
        ]

    def _use_rows(self) -> list[str]:
        return [row for use, text in self.uses for row in rows(use, say(text))]


def parser() -> TalkParser:
    """Return what reads the arguments of a talk."""
    found = TalkParser(
        "zatsudan",
        say("Chat with any server that speaks /v1/chat/completions, and tune it by hand."),
        "[FLAGS] [MESSAGE…]  or  zatsudan SUBCOMMAND …",
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
    found.add_help_flags(found.add_argument_group(say("Help")))
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
