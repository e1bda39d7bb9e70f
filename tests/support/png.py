"""A picture of one colour, as PNG."""

import struct
import zlib


def png(width: int, height: int, colour: bytes = b"\xcc\x33\x33") -> bytes:
    """Return so many pixels of a colour."""
    rows = (b"\0" + colour * width) * height
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
