"""How much is taken of what comes from elsewhere. Beyond a bound, what came is kept and the rest is not read.

All sizes are counted behind decompression. They lie far above what honest servers
send (a reply of 2 MB meets none of them) and so low that nothing here takes more
memory than the machine has, or holds the keys up for half a second.
"""

from zatsudan.base.errors import StreamError
from zatsudan.base.language import later, say

#: Characters of one line of an event stream, or of one event of several lines: some servers
#: send a whole reply with its logprobs in one.
LINE = 2**23
#: Bytes of a body that is read as a whole: a reply that is not streamed, a list of models, an answer.
BODY = 2**24
#: Bytes of an error's body: its sentence stands at the start.
ERROR = 2**16
#: Characters of JSON that begin a value (`[`, `{`, `,`) in one text: a parser makes objects of
#: 50 to 100 bytes of each, and some millions a second.
VALUES = 2**21
#: Characters of text and reasoning in all choices of one reply.
REPLY = 2**24
#: Characters of JSON that brought log probabilities and tool calls along with a reply: they
#: take ten times as much memory. 16,000 tokens with 20 alternatives each.
BESIDE = 2**25
#: Characters of a delta that are handed on at once, and bytes of a body: between two pieces
#: the keys have their turn.
PIECE = 2**10
#: Characters that are drawn in one frame, and that may wait for one: 7 ms of ordinary Markdown;
#: of the worst a frame takes as much as FEED_SECONDS of the view allow. While more wait, no more is read.
FRAME = 2**13
#: Characters that may come before the journal gets them, whatever the time.
UNSAVED = 2**18
#: Seconds that a step may take before the keys have their turn.
TURN = 0.01

_KEPT = later("What came is kept: /continue goes on, /retry asks again.")


def endless_line() -> StreamError:
    """Return the error for a line that is longer than LINE."""
    return StreamError(
        say("The server sends a line without end: {size} MB so far.", size=LINE >> 20), say(_KEPT)
    )


def endless_reply(size: int = REPLY) -> StreamError:
    """Return the error for a reply that is longer than `size`."""
    return StreamError(
        say("The reply has no end: it was stopped at {size} MB.", size=size >> 20), say(_KEPT)
    )


def endless_body(size: int = BODY) -> StreamError:
    """Return the error for a body that is longer than `size` bytes."""
    return StreamError(
        say("The server's answer has no end: more than {size} MB.", size=size >> 20),
        say("/retry asks again; another server or model may do better."),
    )


def refuse_many(text: str) -> None:
    """Raise StreamError for a text of JSON with more than VALUES values."""
    if len(text) > VALUES and sum(map(text.count, "[{,")) > VALUES:
        raise StreamError(
            say("The server's answer holds more than {count:,} values.", count=VALUES),
            say("/retry asks again; another server or model may do better."),
        )
