"""The part of YAML that aichat writes, and no more; all else is refused with its line.

Block mappings and sequences, plain scalars, scalars in quotes on one line,
literal blocks (`|`, `|-`, `|+`, with an indentation digit), `[]` and `{}`.
Not understood: anchors, tags, flow collections, folded blocks (`>`), scalars
over several lines, several documents.
"""

import re

from zatsudan.core.errors import ImportRefused
from zatsudan.core.language import say
from zatsudan.core.messages import Json
from zatsudan.core.printable import one_line

#: Blocks within blocks; aichat's own files have four.
DEEPEST = 20

_KEY = re.compile(
    r"""("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s"'\[\]{}&*!|>%@`#,?:-][^:#]{0,200}?) *:(?: +(.*))?$"""
)
_BLOCK = re.compile(r"\|([1-9]?)([+-]?)([1-9]?)(?: +#.*)?$")
_DOUBLE = re.compile(r'"((?:[^"\\]|\\.)*)"(?: +#.*| *)$')
_SINGLE = re.compile(r"'((?:[^']|'')*)'(?: +#.*| *)$")
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)")
_ESCAPES = dict(
    zip('0abtnvfre "/\\N_LP', '\0\a\b\t\n\v\f\r\x1b "/\\\x85\xa0\u2028\u2029', strict=True)
)
_WORDS: dict[str, Json] = {"": None, "~": None, "null": None, "true": True, "false": False}


def parse(text: str) -> Json:
    """Return the value of a document; raises ImportRefused."""
    return _Parser(text).parse()


class _Parser:
    def __init__(self, text: str) -> None:
        self._lines = [line.removesuffix("\r") for line in text.split("\n")]
        self._at = 0

    def parse(self) -> Json:
        if self._indent() == 0 and self._lines[self._at] == "---":
            self._at += 1
        indent = self._indent()
        value = self._block(indent, 0) if indent is not None else None
        if self._indent() is not None:
            raise self._refused(say("this line belongs to nothing above it"))
        return value

    def _refused(self, what: str) -> ImportRefused:
        return ImportRefused(
            say("Line {line} of the YAML is not understood: {what}.", line=self._at + 1, what=what),
            say("Only what aichat itself writes is; put that value on one line in double quotes."),
        )

    def _indent(self) -> int | None:
        """Go to the next line that says something; return its indentation, None at the end."""
        while self._at < len(self._lines):
            line = self._lines[self._at]
            bare = line.lstrip(" ")
            if bare and not bare.startswith("#"):
                if bare.startswith("\t"):
                    raise self._refused(say("it is indented with a tab"))
                return len(line) - len(bare)
            self._at += 1
        return None

    def _block(self, indent: int, depth: int) -> Json:
        if depth > DEEPEST:
            raise self._refused(say("it is nested too deep"))
        if _is_item(self._lines[self._at][indent:]):
            return self._sequence(indent, depth)
        return self._mapping(indent, depth)

    def _sequence(self, indent: int, depth: int) -> list[Json]:
        items: list[Json] = []
        while self._indent() == indent and _is_item(self._lines[self._at][indent:]):
            line = self._lines[self._at]
            rest = line[indent + 1 :].lstrip(" ")
            inner = len(line) - len(rest)
            if _is_item(rest) or _KEY.match(rest):
                # What stands behind the dash begins a block of its own.
                self._lines[self._at] = " " * inner + rest
                items.append(self._block(inner, depth + 1))
            else:
                items.append(self._value(rest, indent, depth))
        return items

    def _mapping(self, indent: int, depth: int) -> dict[str, Json]:
        values: dict[str, Json] = {}
        while self._indent() == indent:
            match = _KEY.match(self._lines[self._at][indent:])
            if match is None:
                raise self._refused(say("it is neither `key: value` nor `- item`"))
            key = self._scalar(match[1]) if match[1][0] in "\"'" else match[1]
            values[str(key)] = self._value(match[2] or "", indent, depth, key=True)
        return values

    def _value(self, rest: str, indent: int, depth: int, *, key: bool = False) -> Json:
        """Read what follows a dash or a key that stands at `indent`."""
        block = _BLOCK.match(rest)
        if block:
            self._at += 1
            return self._literal(block, indent)
        if rest and not rest.startswith("#"):
            value = self._scalar(rest)
            self._at += 1
            further = self._indent()
            if further is not None and further > indent:
                raise self._refused(say("it goes on with the value of the line before"))
            return value
        self._at += 1
        inner = self._indent()
        if inner is None or inner < indent:
            return None
        if inner > indent or (key and _is_item(self._lines[self._at][indent:])):
            return self._block(inner, depth + 1)
        return None

    def _literal(self, block: re.Match[str], indent: int) -> str:
        digit, chomping = block[1] or block[3], block[2]
        start = self._at
        inner = indent + int(digit) if digit else 0
        lines: list[str] = []
        while self._at < len(self._lines):
            line = self._lines[self._at]
            bare = line.lstrip(" ")
            width = len(line) - len(bare)
            if bare:
                inner = inner or max(width, indent + 1)
                if width < inner:
                    break
            lines.append(line[inner:] if inner else "")
            self._at += 1
        if self._at == len(self._lines) and lines and not self._lines[-1]:
            lines.pop()  # what follows the file's last line end is no line
        text = "\n".join(lines)
        body = text.rstrip("\n") if any(lines) else ""
        if chomping == "+":
            return text + "\n" if self._at > start and lines else text
        return body if chomping == "-" or not body else body + "\n"

    def _scalar(self, text: str) -> Json:
        if text[0] in "\"'":
            return self._quoted(text)
        plain = text.partition(" #")[0].rstrip()
        if plain in ("[]", "{}"):
            return [] if plain == "[]" else {}
        if text[0] in "[]{}&*!|>%@`,?" or re.search(r":( |$)", plain):
            raise self._refused(say("{text!r} is beyond plain text", text=one_line(plain, 30)))
        if plain.lower() in _WORDS:
            return _WORDS[plain.lower()]
        if re.fullmatch(r"[-+]?[0-9]{1,18}", plain):
            return int(plain)
        if re.fullmatch(r"[-+]?[0-9]{1,18}(\.[0-9]{0,30})?([eE][-+]?[0-9]{1,2})?", plain):
            return float(plain)
        return plain

    def _quoted(self, text: str) -> str:
        pattern = _DOUBLE if text[0] == '"' else _SINGLE
        match = pattern.match(text)
        if match is None:
            raise self._refused(say("the quote is not closed on its line"))
        if pattern is _SINGLE:
            return match[1].replace("''", "'")
        return _ESCAPE.sub(self._unescape, match[1])

    def _unescape(self, match: re.Match[str]) -> str:
        code = match[1]
        if len(code) == 1:
            if code not in _ESCAPES:
                raise self._refused(say("there is no escape \\{code}", code=one_line(code)))
            return _ESCAPES[code]
        point = int(code[1:], 16)
        if point > 0x10FFFF:
            raise self._refused(say("there is no sign \\{code}", code=code))
        return chr(point)


def _is_item(text: str) -> bool:
    return text == "-" or text.startswith("- ")
