"""Server-sent events from bytes, however the bytes were cut.

Lines end at LF, CR or CRLF and nowhere else: httpx's `aiter_lines` also
splits at U+2028 and other signs that may stand inside a JSON string. One byte
order mark is dropped. The text is UTF-8 whatever the header says (WHATWG HTML,
"Server-sent events"). Unlike there, an event that no blank line ends is kept
at the end of the stream: sloppy servers end so, and it may hold the usage.
"""

import codecs
import re
from dataclasses import dataclass

_LINE_END = re.compile("\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Event:
    """One event: its data lines joined, and its type (`message` if not named)."""

    data: str
    type: str = "message"


class Decoder:
    """Turns pieces of bytes into events. Invalid UTF-8 becomes U+FFFD."""

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")(errors="replace")
        self._pieces: list[str] = []  # of the line that is not complete yet
        self._held_cr = False
        self._at_start = True
        self._data: list[str] = []
        self._type = ""

    def feed(self, piece: bytes) -> list[Event]:
        """Return the events that `piece` completes."""
        return self._feed(self._utf8.decode(piece))

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
            return []
        lines = _LINE_END.split(text) if "\r" in text else text.split("\n")
        lines[0] = "".join((*self._pieces, lines[0]))
        last = lines.pop()
        self._pieces = [last] if last else []
        events: list[Event] = []
        for line in lines:
            events += self._line(line)
        return events

    def _line(self, line: str) -> list[Event]:
        if line.startswith("data"):
            rest = line[4:]
            if rest.startswith(":"):
                self._data.append(rest[2:] if rest.startswith(": ") else rest[1:])
            elif not rest:
                self._data.append("")
        elif line.startswith("event:"):
            self._type = line[6:].strip()
        elif line.startswith("error:"):
            # llama.cpp's server writes a failure in the middle as a field of its own.
            self._type = "error"
            self._data.append(line[6:].removeprefix(" "))
        elif not line:
            event = Event("\n".join(self._data), self._type or "message")
            has_data = bool(self._data)
            self._data, self._type = [], ""
            if has_data and event.data:
                return [event]
        return []  # id, retry and comments (": ping") mean nothing to us
