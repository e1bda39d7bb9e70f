"""The flags of the command line, and its two pages: -h on one screen, --help with all.

Subcommands, the man page and the shells' completion are made from the same parsers.
"""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from zatsudan import __version__
from zatsudan.base.language import later, say
from zatsudan.cli.parsing import ANY, MAYBE, Argument, Parser, filled, help_flags, rows

if TYPE_CHECKING:
    from zatsudan.talk.entered import Entered

#: Cells of the column with exit codes.
CODE = 7

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
        for code, text in MEANINGS.items():
            found += rows(str(code), say(text), CODE)
        return [*found, "", say("In the chat, /help tells the rest.")]

    def short_page(self) -> list[str]:
        from zatsudan.cli.subcommands import SUBCOMMANDS

        found = [*filled(str(self.description)), "", *self._use_rows(), ""]
        for argument in self.arguments:
            if argument.everyday:
                found += argument.rows()
        return [
            *found,
            "",
            *filled(say("Subcommands: {names}.", names=", ".join(SUBCOMMANDS))),
            *filled(say("--help tells of all flags, subcommands and exit codes.")),
        ]

    def _use_rows(self) -> list[str]:
        return [row for use, text in self.uses for row in rows(use, say(text))]


def parser() -> TalkParser:
    """Return what reads the arguments of a talk."""
    return TalkParser(
        "zatsudan",
        say("Chat with any server that speaks /v1/chat/completions, and tune it by hand."),
        "[FLAGS] [MESSAGE…]  or  zatsudan SUBCOMMAND …",
        [
            (say("Message"), [
                Argument("message", count=ANY, help=say("send this, print the reply, and leave")),
            ]),
            (say("Server"), _of_the_server()),
            (say("Talk"), _of_the_talk()),
            (say("Output"), _of_the_output()),
            (say("Program"), _of_the_program()),
            (say("Help"), help_flags()),
        ],
    )  # fmt: skip


def _of_the_server() -> list[Argument]:
    return [
        Argument("--base-url", takes="URL", help=say("the server's address, up to /v1"),
                 everyday=True),
        Argument("-m", "--model", takes="NAME", help=say("the model to ask"),
                 offers="models", everyday=True),
        Argument("-p", "--profile", takes="NAME", help=say("a server from the config file"),
                 offers="profiles", everyday=True),
        Argument("--api-key-env", takes="NAME", help=say("the variable that holds the key")),
        Argument("--local", help=say("the embedded model")),
        Argument("--gguf", takes="FILE", offers="files",
                 help=say("the engine with FILE, or hf:OWNER/REPO[:Q4_K_M]")),
        Argument("--setup", help=say("connect a server by four questions"), everyday=True),
    ]  # fmt: skip


def _of_the_talk() -> list[Argument]:
    return [
        Argument("-s", "--system", takes="TEXT|@FILE", default=None,
                 help=say("the system message"), everyday=True),
        Argument("--character", takes="FILE", offers="files",
                 help=say("talk with the character of a card")),
        Argument("--preset", takes="NAME", help=say("parameters saved with /preset save NAME"),
                 offers="presets", everyday=True),
        Argument("-o", "--set", takes="NAME=VALUE", again=True,
                 help=say("a parameter, as in -o temperature=0.2"),
                 offers="parameters", everyday=True),
        Argument("-c", "--continue", dest="last", help=say("go on with the last session"),
                 everyday=True),
        Argument("-r", "--resume", takes="NAME|ID", count=MAYBE, default=None,
                 help=say("go on with that session, or choose one"),
                 offers="sessions", everyday=True),
        Argument("--typed", help=say("/ and @ in MESSAGE count, as in the chat")),
        Argument("--private", help=say("write nothing to disk")),
    ]  # fmt: skip


def _of_the_output() -> list[Argument]:
    return [
        Argument("--json", help=say("the reply to a message as a JSON object"),
                 apart=True, everyday=True),
        Argument("--stream", takes="json", values=("json",), apart=True,
                 help=say("a JSON line for each delta, then the object")),
        Argument("--no-stream", help=say("ask for the reply in one piece")),
        Argument("--plain", help=say("to be read aloud: whole sentences, nothing redrawn")),
    ]  # fmt: skip


def _of_the_program() -> list[Argument]:
    return [
        Argument("--log", takes="FILE", offers="files",
                 help=say("write requests there, without keys")),
        Argument("--config", takes="FILE", offers="files", help=say("another config file")),
        Argument("--version", help=say("print the version"),
                 shows=lambda _: f"zatsudan {__version__}"),
    ]  # fmt: skip


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
