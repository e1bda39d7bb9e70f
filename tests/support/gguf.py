"""Heads of GGUF files."""

import struct
from pathlib import Path


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def head(*entries: tuple[bytes, int, bytes], version: int = 3) -> bytes:
    """The head of a file with these keys, each with a type and the bytes of its value."""
    keys = b"".join(text(key) + struct.pack("<I", kind) + value for key, kind, value in entries)
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(entries)) + keys


def gguf(path: Path, name: str = "") -> Path:
    """Write the head of a model file, with that name in it."""
    keys = [(b"general.name", 8, text(name.encode()))] if name else []
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(head(*keys))
    return path
