"""The body of a response, piece by piece: an event stream, a JSON body, or neither."""

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from operator import is_

from zatsudan.base.errors import StatusError, StreamError
from zatsudan.base.jsonvalues import Json, loads
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.wire import bounds
from zatsudan.wire.alike import Alike
from zatsudan.wire.came import Came
from zatsudan.wire.chunkjson import NOT_AN_API, read_chunk
from zatsudan.wire.errorbodies import broken_off, error_message, read_error
from zatsudan.wire.eventtexts import bare, parsed, parted, read_event, texts_of
from zatsudan.wire.joining import Joining
from zatsudan.wire.objectlines import ObjectLines
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.sse import Decoder, Event

_FIELD = re.compile(r"(data|event|id|retry|error)?:|data$")
#: Types of events that say that the reply is over, where their data says nothing.
_OVER = ("done", "end", "finish", "complete", "completed", "close", "[DONE]")
#: What some write as data that says no more: a comment, or such a word.
_NO_DATA = re.compile(r":|\[?(?:ping|keep-?alive|heartbeat)\]?$", re.IGNORECASE)
_DONE = ("[DONE]", '"[DONE]"', "[done]", "DONE")
#: How many bytes of a body are kept to say what it was, if it was no event stream.
OPENING = 400


class Reader:
    """Reads the body of a response, stream or not, piece by piece.

    `done` tells that `[DONE]` came: what comes after it is no part of a reply. `complete`
    tells that each choice has its finish_reason or that `[DONE]` came: without either the
    reply was cut. A finish_reason ends nothing, since some servers send it early.
    `began` tells that anything came but blanks and comments.
    """

    def __init__(self, asked: int | None = None, *, thinks: bool = False) -> None:
        """`asked`: how many choices were asked for. Others are left out.

        `thinks`: a reply is expected to begin with a thought that no tag begins.
        """
        self._asked = asked
        self._size = 0  # bytes of a whole body
        self._text = 0  # characters of text and reasoning so far
        self._beside = 0  # characters of the events that brought more than text
        self._sse = Decoder()
        self._whole: list[bytes] | None = None
        self._lines = ObjectLines(lambda text: _holds_choices([parsed(text)]))
        self._started = False
        self._head = b""  # what may be a part of a byte order mark
        self._came = Came()
        self._alike = Alike(asked)
        self._joining = Joining(thinks=thinks)
        self._said = ""  # what the server said besides
        self._strange = ""  # the first that held no part of a reply
        self._opening = b""  # of a body that may be no event stream at all
        self.began = False
        self.done = False

    @property
    def complete(self) -> bool:
        """Whether nothing more is to come: its end was told, or each choice has its finish_reason."""
        return self.done or self._joining.finished

    @property
    def speaks(self) -> bool:
        """Whether text or reasoning has come."""
        return self._text > 0

    @property
    def goes_on(self) -> bool:
        """Whether a choice has gone on after its finish_reason: a connection that breaks cuts it."""
        return self._joining.goes_on and not self.done

    def feed(self, piece: bytes) -> Iterator[Chunk]:
        """Yield the chunks that `piece` completes; raises StreamError.

        One by one, because the same piece may hold text and then an error.
        What goes beyond a bound is an error behind all that came before it.
        """
        if not self._started:
            piece = self._head = (self._head + piece).lstrip(b" \t\r\n")
            head = piece.removeprefix(BOM_UTF8).lstrip(b" \t\r\n")
            if not head or BOM_UTF8.startswith(head):
                return
            self._started = True
            # No line of an event stream begins so: it is JSON, or a web page.
            if head[:1] in b"{[<":
                self._whole = []
                self.began = True
        if self._whole is not None:
            self._whole.append(piece)
            self._size += len(piece)
            if self._size > bounds.BODY:
                self._whole.clear()
                raise bounds.endless_body()
            for line in self._lines.whole(self._whole, piece):
                yield from self._line(line)
            return
        if not self.began and len(self._opening) < OPENING:
            self._opening = (self._opening + piece)[:OPENING]
        yield from self._chunks(self._sse.feed(piece))
        if self._sse.endless:
            raise bounds.endless_line()

    def close(self) -> Iterator[Chunk]:
        """Yield what the end of the body leaves; raises StreamError."""
        if self._whole is None:
            yield from self._last_of_stream()
            return
        if self._lines.found:
            yield from self._line(b"".join(self._whole))
            yield from self.rest()
            return
        body = b"".join(self._whole)
        try:
            text = body.decode("utf-8-sig", errors="replace")
            bounds.refuse_many(text)
            value = loads(text)
        except ValueError:
            message, _, _ = read_error(body)
            text = body.decode("utf-8-sig", "replace")
            lines = _chunks_in([each for line in text.splitlines() for each in parted(line)])
            if not lines:
                raise _no_reply(message) from None
            value = lines
        if isinstance(value, list) and len(value) > 1 and _holds_choices(value):
            yield from self._many(value)
            return
        try:
            chunk = read_chunk(value, self._asked, self._came)
        except StreamError as error:
            told = not isinstance(value, dict) or "error" in (value.get("object"), *value)
            if told or _holds_choices([value]):
                raise
            raise _without_reply(value, error.refused) from None
        if not chunk.deltas and chunk.failure is None:
            raise _without_reply(value)
        self.done = True
        yield self._joined(chunk)
        yield from self.rest()
        if chunk.failure is not None:
            raise chunk.failure

    def _line(self, line: bytes) -> Iterator[Chunk]:
        text = bare(line.decode("utf-8", "replace"))
        if not text:
            return
        if text in _DONE:
            self.done = True
            return
        value = parsed(text)
        if not isinstance(value, dict):
            raise _no_reply(text)
        chunk = read_chunk(value, self._asked, self._came)
        joined = self._joined(chunk)
        yield joined
        self._count(chunk, joined, len(text))
        if chunk.failure is not None:
            raise chunk.failure

    def _last_of_stream(self) -> Iterator[Chunk]:
        yield from self._chunks(self._sse.close())
        self._refuse_plain_text()
        yield from self.rest()
        if self._said and not self._text and not self._beside:
            raise broken_off(self._said)
        if self._strange and not self._joining.begun:
            raise _no_reply(self._strange)

    def _many(self, values: list[Json]) -> Iterator[Chunk]:
        """Yield the chunks of a stream that came as JSON: an array of them, or one in each line."""
        for value in values:
            chunk = read_chunk(value, self._asked, self._came)
            yield self._joined(chunk)
            if chunk.failure is not None:
                raise chunk.failure
        yield from self.rest()

    def _refuse_plain_text(self) -> None:
        """Raise StreamError if what came was a text: no field of an event, no comment."""
        lines = self._opening.decode("utf-8-sig", "replace").splitlines()
        said = [line for line in lines if line.strip() and not _FIELD.match(line)]
        if said and not self.began:
            raise _no_reply(" ".join(said))

    def _chunks(self, events: list[Event]) -> Iterator[Chunk]:
        for event in events:
            self.began = True
            for line in texts_of(event):
                text = bare(line)
                if text in _DONE:
                    self.done = True
                    continue
                if event.type in _OVER and not text.startswith(('{"', "[")):
                    self.done = True
                    continue
                came = self._came_with(event, text) if text and not _NO_DATA.match(text) else None
                if came is None:
                    continue
                joined = self._joined(came)
                yield joined
                self._count(came, joined, len(text))
                if came.failure is not None:
                    raise came.failure

    def _came_with(self, event: Event, text: str) -> Chunk | None:
        """Return the chunk of an event, None where it says nothing; raises StreamError."""
        usual = event.type == "message" and not self.done
        if usual and (came := self._alike.read(text, self._came)) is not None:
            return came
        try:
            came = read_event(event, text, self._asked, self._came)
        except StreamError:
            if self.done:  # what is said after the end cannot undo it
                return None
            raise
        if self.done:  # nor add to it; usage may still come
            return came._replace(deltas=(), failure=None)
        if not came.deltas and came.usage is None:  # a word of the server, which may be all it says
            self._said = error_message(parsed(text)) or self._said
            self._strange = self._strange or ("" if '"choices"' in text else text)
        if usual:
            self._alike.learn(text, came, self._came)
        return came

    def _count(self, chunk: Chunk, joined: Chunk, size: int) -> None:
        """Count what is kept of an event; raises StreamError where it is too much."""
        for delta in chunk.deltas:
            self._text += len(delta.content) + len(delta.reasoning)
        for delta in joined.deltas:
            if delta.logprobs or delta.extra or delta.beside:
                self._beside += size
                break
        if self._text > bounds.REPLY:
            raise bounds.endless_reply()
        if self._beside > bounds.BESIDE:
            raise bounds.endless_reply(bounds.BESIDE)

    def _joined(self, chunk: Chunk) -> Chunk:
        deltas = tuple(map(self._joining.whole, chunk.deltas))
        if all(map(is_, deltas, chunk.deltas)):  # so are nearly all
            return chunk
        return chunk._replace(deltas=deltas)

    def rest(self) -> list[Chunk]:
        """Return what is held of a stream that ended in the middle of a character or a tag."""
        kept, mark = self._joining.rest(done=self.done)
        return [Chunk(kept, stopped=mark)] if kept or mark else []


def _chunks_in(lines: list[str]) -> list[Json]:
    """Return the chunks that stand in lines; none where any line is something else."""
    values: list[Json] = []
    for line in map(bare, lines):
        if not line or line in _DONE:
            continue
        value = parsed(line)
        if not _holds_choices([value]):
            return []
        values.append(value)
    return values


def _holds_choices(values: list[Json]) -> bool:
    """Tell whether each is a chunk, in whichever API's form."""
    from zatsudan.wire.otherapis import is_reply  # few servers send their replies so

    return bool(values) and all(
        isinstance(value, dict) and ("choices" in value or "error" in value or is_reply(value))
        for value in values
    )


def _without_reply(value: Json, refused: StatusError | None = None) -> StreamError:
    message = error_message(value)
    error = StreamError(
        say("The server answered with JSON that holds no reply: {message}", message=message)
        if message
        else say("The server answered with JSON that holds no reply."),
        say(NOT_AN_API),
    )
    error.refused = refused
    return error


def _no_reply(text: str) -> StreamError:
    start = one_line(text, 120)
    return StreamError(
        say("The server answered with something that is not a reply: {start}", start=start),
        say(NOT_AN_API),
    )
