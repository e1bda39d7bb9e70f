"""What the head of a GGUF file says: that it is one, and what its model is called.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md, little-endian, versions 2 and 3.
"""

import struct

MAGIC = b"GGUF"

#: How much of a file is worth reading: the model's name stands before its words.
HEAD_BYTES = 65_536

_STRING, _ARRAY = 8, 9
#: Bytes of a value by its type.
_SIZES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}


def general_name(head: bytes) -> str:
    """Return the model's own name; empty if these first bytes do not tell one."""
    if not head.startswith(MAGIC):
        return ""
    try:
        version, _, keys = struct.unpack_from("<IQQ", head, 4)
        at = 24
        for _ in range(min(keys, 1000) if version in (2, 3) else 0):
            key, at = _string(head, at)
            (kind,) = struct.unpack_from("<I", head, at)
            if key == b"general.name":
                return (
                    _string(head, at + 4)[0].decode("utf-8", "replace") if kind == _STRING else ""
                )
            at = _behind(head, at + 4, kind)
    except (struct.error, KeyError, IndexError):
        pass  # cut short, or a type that is not known
    return ""


def _string(head: bytes, at: int) -> tuple[bytes, int]:
    (length,) = struct.unpack_from("<Q", head, at)
    end = at + 8 + length
    if end > len(head):
        raise IndexError(end)
    return head[at + 8 : end], end


def _behind(head: bytes, at: int, kind: int) -> int:
    """Return where the value at `at` ends."""
    if kind == _STRING:
        return _string(head, at)[1]
    if kind != _ARRAY:
        return at + _SIZES[kind]
    inner, count = struct.unpack_from("<IQ", head, at)
    at += 12
    if inner == _STRING:
        for _ in range(count):
            at = _string(head, at)[1]
        return at
    return at + int(count) * _SIZES[inner]
