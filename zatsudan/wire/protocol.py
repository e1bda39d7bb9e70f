"""The wire: a request's body, and the chunks and deltas of its reply.

Exact in what is sent; what is read (chunkjson.py) may be anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.parameters.steering import makes_request
from zatsudan.wire.contents import Beside
from zatsudan.wire.messages import Message, Usage
from zatsudan.wire.pace import Progress

#: What we ask of a stream besides.
OPTIONS: JsonObject = {"include_usage": True}


def build_request(
    model: str, messages: Iterable[Message], parameters: Mapping[str, Json]
) -> JsonObject:
    """Return the body of a request: only what is set, and the stream with its usage asked for.

    A parameter takes the place of nothing that makes the request.
    """
    body: JsonObject = {"model": model, "messages": [message.to_json() for message in messages]}
    body.update(
        (name, value) for name, value in parameters.items() if not makes_request(name, value)
    )
    if body.get("stream") is False:
        body.pop("stream_options", None)
    else:
        body["stream"] = True
        body.setdefault("stream_options", dict(OPTIONS))
    return body


class Delta(NamedTuple):
    """What one choice of one chunk adds to its reply.

    `extra` are calls, which are a part of the message; `beside` is what it is said from:
    sources, pictures, tools that the server ran. `before` tells, seldom, of all that came of the
    choice before: that it was a thought (thinking.THOUGHT), or that it was none and comes anew
    with this delta (thinking.TEXT).
    """

    index: int = 0  # type: ignore[assignment]  # the wire's word, which tuples have as well
    content: str = ""
    reasoning: str = ""
    finish_reason: str | None = None
    logprobs: tuple[Json, ...] = ()
    extra: tuple[tuple[str, Json], ...] = ()
    beside: Beside = ()
    before: str = ""


def cut(delta: Delta, size: int) -> Iterator[Delta]:
    """Yield a delta in pieces of at most `size` characters of text; itself if it is no longer.

    The reasoning comes first. What stands beside the text, and what is told of all before, comes
    with the first piece, the finish_reason with the last.
    """
    if len(delta.content) + len(delta.reasoning) <= size:
        yield delta
        return
    thoughts = [delta.reasoning[at : at + size] for at in range(0, len(delta.reasoning), size)]
    texts = [delta.content[at : at + size] for at in range(0, len(delta.content), size)]
    pieces = [*(("", thought) for thought in thoughts), *((text, "") for text in texts)]
    for at, (content, reasoning) in enumerate(pieces):
        yield Delta(
            delta.index,
            content,
            reasoning,
            delta.finish_reason if at == len(pieces) - 1 else None,
            delta.logprobs if at == 0 else (),
            delta.extra if at == 0 else (),
            delta.beside if at == 0 else (),
            delta.before if at == 0 else "",
        )


class Chunk(NamedTuple):
    """One event of the stream, or a whole response read as one chunk.

    `tier` is the service tier that answered, `pace` the tokens a second by the server, `progress`
    how far it has read the prompt, `timings` and `stopped` what it tells of its work at the end.
    `failure`: the server says as well that it broke off, after what the chunk holds.
    """

    deltas: tuple[Delta, ...] = ()
    usage: Usage | None = None
    id: str = ""
    model: str = ""
    fingerprint: str = ""
    tier: str = ""
    failure: StreamError | None = None
    pace: float | None = None
    progress: Progress | None = None
    timings: Mapping[str, Json] = NOTHING
    stopped: str = ""
