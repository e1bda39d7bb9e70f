"""What a line is by where its characters came from, and what was sent of it."""

from tests.support.server import Server
from zatsudan.base.jsonvalues import Json
from zatsudan.cli.arguments import message, read
from zatsudan.talk.entered import Entered


def argument(*words: str, piped: str = "") -> Entered:
    return message(read(words), piped)


#: What becomes of each prefix, by its origin. `runs` at once, `asks` first, is `text` as it
#: stands, or text with `one` character less. The prefixes: ! !! / // @file @!
TABLE = {
    "typed": "runs one runs one runs runs",
    "pasted": "asks text asks text asks asks",
    "pasted, then typed on": "asks text asks text asks asks",
    "pasted, a word put into it": "asks text asks text asks asks",
    "from the editor": "asks text asks text asks asks",
    "recalled, was typed": "asks one runs one asks asks",
    "recalled, was recalled": "asks one runs one asks asks",
    "recalled, was pasted": "asks text asks text asks asks",
    "recalled, of an old history": "asks text asks text asks asks",
    "recalled, was given back": "text text text text asks asks",
    "given back": "text text text text text text",
    "given back, then typed on": "text text text text text text",
    "an argument": "text text asks text asks asks",
    "an argument with --typed": "text text runs one runs runs",
    "an argument behind --": "text text text text text text",
    "an argument before a pipe": "text text text text asks asks",
    "a pipe": "text text text text text text",
    "a pipe with --typed": "text text text text text text",
}


PREFIXED = ("!touch X", "!!touch X", "/write! F", "//write! F", "see @notes.txt", "why @!")


def asked_for(server: Server) -> list[Json]:
    """The last message of each request that the server got."""
    return [
        request.body["messages"][-1]["content"]
        for request in server.requests
        if request.method == "POST"
    ]
