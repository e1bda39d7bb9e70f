"""What stands in one event of a stream: its texts, and the chunk that each is."""

import re

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import Json, loads
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.wire import bounds
from zatsudan.wire.came import Came
from zatsudan.wire.chunkjson import read_chunk
from zatsudan.wire.errorbodies import broken_off, read_error
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.sse import Event

#: Types of events that only say that the server is alive.
_KEEP_ALIVE = ("ping", "keep-alive", "keepalive", "heartbeat")
#: Where one object ends and the next begins, and how many are looked for in one text.
_BETWEEN, _GLUED = re.compile(r"(?<=\})\s*(?=\{)"), 1000


def texts_of(event: Event) -> list[str]:
    """Return the texts of an event: where no blank line parts events, each line is one."""
    if "}{" in event.data and event.type != "error":
        return parted(event.data)
    if "\n" not in event.data or "\n" not in event.data.strip() or event.type == "error":
        return [event.data]
    bounds.refuse_many(event.data)
    if parsed(event.data) is not None:
        return [event.data]
    return event.data.split("\n")


def parted(text: str) -> list[str]:
    """Return the objects of a text in which they stand without anything between; the text where it is none."""
    found, begun = [], ""
    for at, piece in enumerate(_BETWEEN.split(text, _GLUED)):
        begun += piece
        if at == _GLUED or parsed(begun) is not None:
            found.append(begun)
            begun = ""
    return found if found and not begun else [text]


def bare(text: str) -> str:
    """Return a text without the field's name and blanks around it: gateways put events into events."""
    text = text.strip()
    while text.startswith("data:"):
        text = text[5:].lstrip()
    return text


def read_event(event: Event, text: str, asked: int | None, came: Came) -> Chunk:
    """Return the chunk of one of an event's texts; raises StreamError.

    `asked`: how many choices were asked for; `came`: what has come of the reply before it.
    """
    if event.type == "error":
        raise broken_off(read_error(text.encode("utf-8", "replace"))[0], parsed(text))
    bounds.refuse_many(text)
    try:
        value = loads(text)
        if isinstance(value, str) and value.startswith("{"):
            value = loads(value)  # an event that was put into a string
    except ValueError:
        if event.type in _KEEP_ALIVE:
            return Chunk()
        raise StreamError(
            say("The server sent a line that is no JSON: {line}", line=one_line(event.data, 60)),
            say("/retry sends the message again."),
        ) from None
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    # A number, null or a word in the place of a chunk says no more than that the server is alive.
    return read_chunk(value, asked, came) if isinstance(value, dict) else Chunk()


def parsed(text: str) -> Json:
    """Return the value of a JSON text; None where it is none."""
    try:
        return loads(text)
    except ValueError:
        return None
