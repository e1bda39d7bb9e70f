"""What the head of a GGUF file says: that it is one, what its model is called, and how its makers sample it.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, little-endian, versions 2 and 3.
"""

import contextlib
import struct
from collections.abc import Iterator

MAGIC = b"GGUF"

#: How much of a file is worth reading: the model's name stands before its words.
HEAD_BYTES = 65_536

_STRING, _ARRAY = 8, 9
#: The form of a number by its type.
_NUMBERS = {
    0: "B",
    1: "b",
    2: "H",
    3: "h",
    4: "I",
    5: "i",
    6: "f",
    7: "?",
    10: "Q",
    11: "q",
    12: "d",
}
#: Before the keys of how the model's makers would have it sampled (llama.cpp's gguf-py/gguf/constants.py).
_SAMPLING = "general.sampling."


def general_name(head: bytes) -> str:
    """Return the model's own name; empty if these first bytes do not tell one."""
    found = (value for key, value in _values(head) if key == "general.name")
    name = next(found, "")
    return name if isinstance(name, str) else ""


def sampling(head: bytes) -> dict[str, str | int | float | bool]:
    """Return what the model's makers advise, by llama.cpp's names; empty if these first bytes tell nothing."""
    return {
        key.removeprefix(_SAMPLING): value
        for key, value in _values(head)
        if key.startswith(_SAMPLING)
    }


def _values(head: bytes) -> Iterator[tuple[str, str | int | float | bool]]:
    """Yield the keys of the head with their values, as far as these bytes go; lists are left out."""
    if not head.startswith(MAGIC):
        return
    with contextlib.suppress(struct.error, KeyError, IndexError):  # cut short, or an unknown type
        version, _, keys = struct.unpack_from("<IQQ", head, 4)
        at = 24
        for _ in range(min(keys, 1000) if version in (2, 3) else 0):
            key, at = _string(head, at)
            (kind,) = struct.unpack_from("<I", head, at)
            at += 4
            if kind == _STRING:
                yield (
                    key.decode("utf-8", "replace"),
                    _string(head, at)[0].decode("utf-8", "replace"),
                )
            elif kind != _ARRAY:
                yield (
                    key.decode("utf-8", "replace"),
                    struct.unpack_from(f"<{_NUMBERS[kind]}", head, at)[0],
                )
            at = _behind(head, at, kind)


def _string(head: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<Q", head, at)
    end = at + 8 + length
    if end > len(head):
        raise IndexError(end)
    return head[at + 8 : end], end


def _size(kind: int) -> int:
    return struct.calcsize(f"<{_NUMBERS[kind]}")


def _behind(head: bytes, at: int, kind: int) -> int:
    """Return where the value at `at` ends."""
    if kind == _STRING:
        return _string(head, at)[1]
    if kind != _ARRAY:
        return at + _size(kind)
    inner, count = struct.unpack_from("<IQ", head, at)
    at += 12
    if inner == _STRING:
        for _ in range(count):
            at = _string(head, at)[1]
        return at
    return at + int(count) * _size(inner)
