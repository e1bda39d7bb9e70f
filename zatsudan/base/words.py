"""A command's arguments as words.

`"..."` takes the escapes of JSON (`\\n`, `\\t`, `\\"`, `\\u3042`), `'...'` is
literal, a bare word ends at a blank and takes `\\n`, `\\t` and `\\\\`. So a stop
sequence can hold blanks, newlines and quotes. A JSON object or list is one word
as it stands, blanks and quotes and all. On Windows a path is taken as it stands,
in quotes or not: `C:\\new`, `.\\table.csv`, `\\\\server\\folder`.
"""

import json
import re
import sys
from collections.abc import Callable
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.language import say

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "b": "\b", "f": "\f"}
_JSON = json.JSONDecoder()
_ESCAPE = r"(?s)\\(u[0-9a-fA-F]{4}|.)"
#: A path of Windows with a backslash. What is nothing but escapes behind its begin is none: `Q:\\n` ends a reply.
_PATH = re.compile(
    r"(?:(?:[A-Za-z]:|\.{1,2}|~)\\(?!\\)|\\\\[\w.-]+\\(?!\\))(?!(?:\\?[ntr0\\])+$)[^:*?\"<>|\n]*"
)


class Word(NamedTuple):
    """One word; `quoted` if any part stood in quotes, `name` what stood before its first bare `=`."""

    text: str
    quoted: bool = False
    name: str | None = None

    @property
    def value(self) -> str:
        """What stands behind `name=`, or the whole word."""
        return self.text if self.name is None else self.text[len(self.name) + 1 :]


def _is_path(text: str) -> bool:
    return sys.platform == "win32" and _PATH.fullmatch(text) is not None


def _unescape(text: str) -> str:
    if _is_path(text):
        return text

    def one(match: re.Match[str]) -> str:
        code = match[1]
        return chr(int(code[1:], 16)) if len(code) == 5 else _ESCAPES.get(code, code)

    return re.sub(_ESCAPE, one, text)


def _unescape_bare(text: str) -> str:
    if _is_path(text):
        return text
    # Only what cannot be written otherwise: `C:\new` as a path keeps `\U` and the
    # like, while `\n` as a stop sequence is by far the more common wish.
    return re.sub(r"\\([nt\\])", lambda match: _ESCAPES.get(match[1], match[1]), text)


def _next_word(text: str, position: int) -> int:
    """Return where the next word begins; the length of the text where there is none."""
    while position < len(text) and text[position].isspace():
        position += 1
    return position


def split(text: str) -> list[Word]:
    """Split `text` into words.

    Raises CommandError for a quote that is not closed.
    """
    words: list[Word] = []
    position = 0
    while True:
        position = _next_word(text, position)
        if position == len(text):
            return words
        word, position = _word(text, position)
        words.append(word)


def _word(text: str, position: int) -> tuple[Word, int]:
    parts: list[str] = []
    quoted = False
    name: str | None = None
    while position < len(text) and not text[position].isspace():
        character = text[position]
        at_start = not parts or parts[-1].endswith("=")
        if character in "\"'" and at_start:
            end = _closing(text, position)
            inner = text[position + 1 : end]
            parts.append(_unescape(inner) if character == '"' else inner)
            quoted = True
            position = end + 1
        elif character in "{[" and at_start and (end := _json_end(text, position)):
            parts.append(text[position:end])
            position = end
        else:
            start = position
            while position < len(text) and not text[position].isspace():
                position += 1
                if text[position - 1] == "=" and name is None and not quoted:
                    name = "".join(parts) + text[start : position - 1]
                    break
            parts.append(_unescape_bare(text[start:position]))
    return Word("".join(parts), quoted, name or None), position


def _json_end(text: str, start: int) -> int:
    """Return where the JSON value at `start` ends, if it is one and a blank follows; else 0."""
    try:
        _, end = _JSON.raw_decode(text, start)
    except (ValueError, RecursionError):
        return 0
    return end if end == len(text) or text[end].isspace() else 0


def _closing(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position] == "\\" and text[start] == '"':
            position += 2
        elif text[position] == text[start]:
            return position
        else:
            position += 1
    raise CommandError(
        say(
            "The quote {quote} before {text!r} is not closed.",
            quote=text[start],
            text=text[start + 1 : start + 20],
        ),
        say('Write a value with blanks as "..." and a quote inside it as \\".'),
    )


def quote(text: str) -> str:
    """Write `text` so that `split` reads it back as one word."""
    if text and not re.search(r"[\s\"'\\=]", text) and text.isprintable():
        return text
    escapes = {"\n": "\\n", "\t": "\\t", "\r": "\\r", '"': '\\"', "\\": "\\\\"}
    body = "".join(
        escapes.get(character)
        or (
            character
            if character.isprintable() or ord(character) > 0xFFFF
            else f"\\u{ord(character):04x}"
        )
        for character in text
    )
    if _is_path(body):  # and is to be read with its escapes
        body = f"\\u{ord(body[0]):04x}{body[1:]}"
    return f'"{body}"'


def leading_assignments(text: str, is_name: Callable[[str], bool]) -> tuple[list[Word], str]:
    """Split the words `name=value` off the beginning of a text; return them and the rest as it stands.

    The first word that is none, by its form or because `is_name` does not know
    the name, begins the rest: a message need not obey any quoting.
    """
    words: list[Word] = []
    position = 0
    while True:
        position = _next_word(text, position)
        if position == len(text):
            return words, ""
        head = re.match(r"[^\s\"'=]+(?==)", text[position:])
        if head is None or not is_name(head[0]):
            return words, text[position:].strip()
        word, position = _word(text, position)
        words.append(word)
