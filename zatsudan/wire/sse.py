"""Server-sent events from bytes, however the bytes were cut.

Lines end at LF, CR or CRLF and nowhere else: httpx's `aiter_lines` also
splits at U+2028 and other characters that may stand inside a JSON string. One byte
order mark is dropped. The text is UTF-8 whatever the header says (WHATWG HTML,
"Server-sent events"). Unlike there, an event that no blank line ends is kept
at the end of the stream: sloppy servers end so, and it may hold the usage.

A line, and an event, is at most `bounds.LINE` characters long.
"""

import codecs
import re
from typing import NamedTuple

from zatsudan.wire import bounds

_LINE_END = re.compile("\r\n|\r|\n")


class Event(NamedTuple):
    """One event: its data lines joined, and its type (`message` if not named)."""

    data: str
    type: str = "message"


class Decoder:
    """Turns pieces of bytes into events. Invalid UTF-8 becomes U+FFFD.

    `endless` tells that a line, or an event, is longer than any that is read: what is
    fed from then on is worth nothing.
    """

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._pieces: list[str] = []  # of the line that is not complete yet
        self._held_cr = False
        self._at_start = True
        self._data: list[str] = []
        self._type = ""
        self._line_size = 0  # characters of the line that is not complete yet
        self._data_size = 0  # and of the event
        self.endless = False

    def feed(self, piece: bytes) -> list[Event]:
        """Return the events that `piece` completes."""
        text = self._utf8.decode(piece)
        if (
            text.startswith("data: ")
            and text.endswith("\n\n")
            and text.find("\n") == len(text) - 2
            and "\r" not in text
            and len(text) <= bounds.LINE
            and self._between
        ):  # so is nearly all that a server sends at a time
            self._at_start = False
            return [Event(text[6:-2])] if len(text) > 8 else []
        return self._feed(text)

    @property
    def _between(self) -> bool:
        """Whether nothing of a line or an event is held."""
        return not (self._pieces or self._held_cr or self._data or self._type)

    def close(self) -> list[Event]:
        """Return what the end of the stream leaves: at most one event."""
        events = self._feed(self._utf8.decode(b"", final=True))
        if self._pieces or self._held_cr:
            line = "".join(self._pieces)
            self._pieces, self._held_cr = [], False
            events += self._line(line)
        return events + self._line("")

    def _feed(self, text: str) -> list[Event]:
        if self._at_start and text:
            self._at_start = False
            text = text.removeprefix("\ufeff")
        if self._held_cr and text:  # CR ended the last piece: is it CRLF?
            self._held_cr = False
            text = "\r" + text
        if text.endswith("\r"):
            self._held_cr = True
            text = text[:-1]
        if "\n" not in text and "\r" not in text:
            if text:
                self._pieces.append(text)
                self._line_size += len(text)
                self._look()
            return []
        lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
        lines[0] = "".join((*self._pieces, lines[0]))
        last = lines.pop()
        self._pieces = [last] if last else []
        events: list[Event] = []
        for line in lines:
            if line.startswith("data: "):  # nearly all are such a one, or the blank one behind it
                self._data.append(line[6:])
                self._data_size += len(line) - 5
            else:
                events += self._line(line)
        self._line_size = len(last)
        self._look()
        return events

    def _look(self) -> None:
        if self._line_size + self._data_size > bounds.LINE:
            self.endless = True
            self._pieces, self._data = [], []
            self._line_size = self._data_size = 0

    def _add(self, text: str) -> None:
        self._data.append(text)
        self._data_size += len(text) + 1

    def _line(self, line: str) -> list[Event]:
        if not line:
            event = Event("\n".join(self._data), self._type or "message")
            has_data = bool(self._data)
            self._data, self._type, self._data_size = [], "", 0
            if has_data and event.data:
                return [event]
        elif line.startswith("data"):
            rest = line[4:]
            if rest.startswith(":"):
                self._add(rest[2:] if rest.startswith(": ") else rest[1:])
            elif not rest:
                self._add("")
        elif line.startswith("event:"):
            self._type = line[6:].strip()
        elif line.startswith("error:"):
            # llama.cpp's server writes a failure in the middle as a field of its own.
            self._type = "error"
            self._add(line[6:].removeprefix(" "))
        elif line.startswith('{"') and line.endswith("}"):
            return [Event(line)]  # what a gateway says of itself in the middle of a stream
        return []  # id, retry and comments (": ping") mean nothing to us
