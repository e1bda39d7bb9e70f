"""The flags of the command line, and the page of --help."""

import argparse

from zatsudan import __version__
from zatsudan.core.language import say


class _Parser(argparse.ArgumentParser):
    """Names the subcommands on the page of --help, and imports them for nothing else."""

    def format_help(self) -> str:
        from zatsudan.subcommands import described

        self.epilog = (
            f"subcommands:\n{described()}\n\nWithout a server of your own, a small embedded model "
            "answers. In the chat, /help tells the rest."
        )
        return super().format_help()


def parser() -> argparse.ArgumentParser:
    """Return what reads the arguments of a talk."""
    found = _Parser(
        prog="zatsudan",
        description="Chat with any server that speaks /v1/chat/completions, and tune it by hand.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument(
        "message",
        nargs="*",
        help="send this, print the reply, and leave; what is piped in follows it",
    )
    server = found.add_argument_group("server")
    server.add_argument(
        "--base-url", metavar="URL", default="", help="the server's address, up to /v1"
    )
    server.add_argument("-m", "--model", metavar="NAME", default="", help="the model to ask")
    server.add_argument(
        "-p", "--profile", metavar="NAME", default="", help="a server from the config file"
    )
    server.add_argument(
        "--api-key-env", metavar="NAME", default="", help="the variable that holds the key"
    )
    server.add_argument("--local", action="store_true", help="the embedded model")
    server.add_argument(
        "--gguf", metavar="FILE", default="", help=say("the embedded engine with this model file")
    )
    server.add_argument(
        "--setup", action="store_true", help=say("connect a server by four questions")
    )
    talk = found.add_argument_group("talk")
    talk.add_argument(
        "-s", "--system", metavar="TEXT|@FILE", default=None, help="the system message"
    )
    talk.add_argument(
        "--preset", metavar="NAME", default="", help="parameters saved with /preset save NAME"
    )
    talk.add_argument(
        "-o",
        "--set",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="a parameter, as in -o temperature=0.2",
    )
    talk.add_argument(
        "-c", "--continue", dest="last", action="store_true", help="go on with the last session"
    )
    talk.add_argument(
        "-r",
        "--resume",
        metavar="NAME|ID",
        nargs="?",
        const="",
        default=None,
        help="go on with that session, or choose one",
    )
    talk.add_argument("--private", action="store_true", help="write nothing to disk")
    program = found.add_argument_group("program")
    program.add_argument("--plain", action="store_true", help="no live screen: text as it comes")
    program.add_argument(
        "--log", metavar="FILE", default="", help="write requests there, without keys"
    )
    program.add_argument("--config", metavar="FILE", default="", help="another config file")
    program.add_argument("--version", action="version", version=f"zatsudan {__version__}")
    return found
