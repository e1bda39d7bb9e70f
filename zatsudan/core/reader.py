"""The body of a response, piece by piece: an event stream, a JSON body, or neither."""

import re
from codecs import BOM_UTF8
from dataclasses import replace

from zatsudan.core.errors import StreamError
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import (
    NOT_AN_API,
    Chunk,
    Delta,
    broken_off,
    error_message,
    loads,
    read_chunk,
    read_error,
)
from zatsudan.core.sse import Decoder, Event
from zatsudan.core.thinking import ThinkSplitter

_SURROGATE = re.compile("[\ud800-\udfff]")


class SurrogateJoiner:
    r"""Puts together characters that a server cut into two `\ud83d` `\ude00` escapes."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return `text` with pairs joined; a first half at its end waits for the next text."""
        if not self._held and not _SURROGATE.search(text):
            return text
        text = self._held + text
        self._held = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        if self._held:
            text = text[:-1]
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Reader:
    """Reads the body of a response, stream or not, piece by piece.

    `done` tells that `[DONE]` came, `complete` that each choice has its
    finish_reason or that `[DONE]` came: without either the reply was cut.
    """

    def __init__(self) -> None:
        self._sse = Decoder()
        self._whole: list[bytes] | None = None
        self._started = False
        self._head = b""  # what may be a part of a byte order mark
        self._joiners: dict[tuple[int, str], SurrogateJoiner] = {}
        self._splitters: dict[int, ThinkSplitter] = {}
        self._finished: dict[int, bool] = {}
        self.done = False

    @property
    def complete(self) -> bool:
        return self.done or (bool(self._finished) and all(self._finished.values()))

    def feed(self, piece: bytes) -> list[Chunk]:
        """Return the chunks that `piece` completes; raises StreamError."""
        if not self._started:
            piece = self._head = (self._head + piece).lstrip(b" \t\r\n")
            head = piece.removeprefix(BOM_UTF8).lstrip(b" \t\r\n")
            if not head or BOM_UTF8.startswith(head):
                return []
            self._started = True
            # No line of an event stream begins so: it is JSON, or a web page.
            if head[:1] in b"{[<":
                self._whole = []
        if self._whole is not None:
            self._whole.append(piece)
            return []
        return self._chunks(self._sse.feed(piece))

    def close(self) -> list[Chunk]:
        """Return what the end of the body leaves; raises StreamError."""
        if self._whole is None:
            return self._chunks(self._sse.close()) + self._rest()
        body = b"".join(self._whole)
        try:
            value = loads(body.decode("utf-8-sig", errors="replace"))
        except ValueError:
            message, _, _ = read_error(body)
            raise StreamError(
                f"The server answered with something that is not a reply: {one_line(message, 120)}",
                NOT_AN_API,
            ) from None
        chunk = read_chunk(value)
        if not chunk.deltas:
            message = error_message(value)
            raise StreamError(
                "The server answered with JSON that holds no reply"
                + (f": {message}" if message else "."),
                NOT_AN_API,
            )
        self.done = True
        return [self._joined(chunk)]

    def _chunks(self, events: list[Event]) -> list[Chunk]:
        chunks: list[Chunk] = []
        for event in events:
            text = event.data.strip()
            if text == "[DONE]":
                self.done = True
            if text in ("", "[DONE]"):
                continue
            if event.type == "error":
                raise broken_off(read_error(text.encode("utf-8", "replace"))[0])
            try:
                value = loads(text)
            except ValueError:
                raise StreamError(
                    f"The server sent a line that is no JSON: {one_line(event.data, 60)}",
                    "/retry sends the message again.",
                ) from None
            chunks.append(self._joined(read_chunk(value)))
        return chunks

    def _joined(self, chunk: Chunk) -> Chunk:
        return replace(chunk, deltas=tuple(self._whole_delta(delta) for delta in chunk.deltas))

    def _whole_delta(self, delta: Delta) -> Delta:
        """Put together what the server cut: characters, and the tags around reasoning."""
        index, content, reasoning = delta.index, delta.content, delta.reasoning
        ended = delta.finish_reason is not None
        self._finished[index] = self._finished.get(index, False) or ended
        if (index, "content") in self._joiners or _SURROGATE.search(content):
            content = self._joiners.setdefault((index, "content"), SurrogateJoiner()).feed(content)
        if (index, "reasoning") in self._joiners or _SURROGATE.search(reasoning):
            reasoning = self._joiners.setdefault((index, "reasoning"), SurrogateJoiner()).feed(
                reasoning
            )
        splitter = self._splitters.get(index)
        if splitter is None:
            splitter = self._splitters[index] = ThinkSplitter()
        if content:
            content, thought = splitter.feed(content)
            reasoning += thought
        if ended:
            rest, thought = splitter.close()
            content, reasoning = content + rest, reasoning + thought
        if content is delta.content and reasoning is delta.reasoning:
            return delta
        return replace(delta, content=content, reasoning=reasoning)

    def _rest(self) -> list[Chunk]:
        """Return what the splitters hold of a stream that ended without a finish_reason."""
        held = [(index, splitter.close()) for index, splitter in self._splitters.items()]
        deltas = tuple(Delta(index, *texts) for index, texts in held if any(texts))
        return [Chunk(deltas)] if deltas else []
