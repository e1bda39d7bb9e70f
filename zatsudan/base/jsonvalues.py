"""JSON as values: its type, what is read of it leniently, and parsing within bounds."""

import json
from collections.abc import Mapping, Sequence
from typing import Never, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


JsonObject: TypeAlias = dict[str, Json]


#: The mapping of values that were given none: one for all, which its type keeps empty.
NOTHING: Mapping[str, Never] = {}


def text_field(value: Mapping[str, Json], name: str) -> str:
    """Return a field that is a text; empty if it is missing or something else."""
    item = value.get(name)
    return item if isinstance(item, str) else ""


def whole_number(value: Json) -> int | None:
    """Read a count leniently: `12`, `12.0` and `"12"` are 12; other things None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        value = value.strip()
        return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    if isinstance(value, float):
        return int(value) if 0 <= value < 1e15 else None
    return value if isinstance(value, int) and 0 <= value < 10**15 else None


def loads(text: str | bytes) -> Json:
    """Parse JSON; raises ValueError for all that Python's parser cannot take.

    Too deep nesting is a RecursionError there, at a depth that is not the same
    for reading, for writing and for our own folds: a fixed depth is refused
    instead. A tab or a line end in a text is one, though it ought to be an escape: some
    servers and programs write so. An integer of more than 4,300 digits is a ValueError there: what no
    float could hold is read as an infinite one.
    """
    if isinstance(text, bytes):
        # What begins so is nothing else, and nearly every text does.
        encoding = "utf-8" if text.startswith(b'{"') else json.detect_encoding(text)
        text = text.decode(encoding, "surrogatepass")
    # A short text holds no number that no float could hold.
    decoder = _DECODER if len(text) >= _DIGITS else _OF_SHORT
    try:
        value: Json
        value, end = decoder.raw_decode(text) if text[:1] in ("{", "[") else (None, -1)
        if end != len(text):  # blanks around it, or none of these
            value = decoder.decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None
    # A text with few brackets need not be searched: that is nearly every chunk.
    if text.count("{") + text.count("[") > DEPTH and is_deep(value):
        raise ValueError("nested too deep")
    return value


def loads_lines(lines: Sequence[bytes]) -> list[Json] | None:
    """Parse lines in UTF-8, each a value, without their ends: in two thirds of the time that one by one takes.

    None where `loads` is to tell what is odd about one of them.
    """
    values: list[Json] = []
    at = 0
    try:
        text = b"".join((b"\n".join(lines), b"\n")).decode("utf-8", "surrogatepass")
        for line in lines:
            value, at = _DECODER.raw_decode(text, at)
            if text[at] != "\n" or (_may_be_deep(line) and is_deep(value)):
                return None
            values.append(value)
            at += 1
    except (ValueError, RecursionError):
        return None
    return values


def _may_be_deep(text: bytes) -> bool:
    return text.count(b"{") + text.count(b"[") > DEPTH


def dumps(value: Json) -> bytes:
    """Return a value as JSON of one line, in UTF-8; half of a character becomes an escape."""
    try:
        return _ENCODER.encode(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":")).encode()


def is_deep(value: Json) -> bool:
    """Tell whether a value is nested more than DEPTH levels deep."""
    level = [value]
    for _ in range(DEPTH):
        level = [
            item
            for outer in level
            if isinstance(outer, dict | list)
            for item in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(item, dict | list)
        ]
        if not level:
            return False
    return True


#: Digits of an integer that may be too large for a float.
_DIGITS = 300


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < _DIGITS else float(digits)


#: One for all: `json.loads` makes a new one whenever it is told how to read numbers.
_DECODER = json.JSONDecoder(parse_int=_integer, strict=False)
_OF_SHORT = json.JSONDecoder(strict=False)
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


#: How deep JSON from a server or a file may be nested.
DEPTH = 100
