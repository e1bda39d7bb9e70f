"""Character cards to try things on, in each of the files that carry them."""

import base64
import io
import json
import struct
import zipfile
import zlib
from pathlib import Path

from zatsudan.base.jsonvalues import Json, JsonObject

CARD: JsonObject = {
    "spec": "chara_card_v2",
    "spec_version": "2.0",
    "data": {
        "name": "Mori",
        "description": "{{char}} keeps the library of the wood. {{// a note}}{{char}} likes {{user}}.",
        "personality": "calm",
        "scenario": "<USER> enters.",
        "first_mes": "Welcome, {{user}}.",
        "alternate_greetings": ["You again, {{user}}?", "Hush."],
        "mes_example": "<START>\n{{user}}: Hi\n{{char}}: Quiet, please.\n<START>\n{{char}}: Shh.",
        "system_prompt": "{{original}} You are {{char}}.",
        "post_history_instructions": "{{char}} answers in one sentence.",
        "creator": "a maker",
        "tags": ["quiet", "wood"],
        "character_version": "2",
        "creator_notes": "For tests.",
        "character_book": {
            "entries": [
                {"keys": ["dragon"], "content": "The dragon sleeps.", "insertion_order": 5},
                {"keys": ["owl"], "content": "The owl reads.", "insertion_order": 1},
                {"keys": ["/b[eo]+k/i"], "content": "@@depth 1\nBooks are dear.", "name": "books"},
            ],
        },
    },
}


def card(**fields: Json) -> JsonObject:
    """A card of V2 that says nothing but its name and these fields."""
    return {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "Mori", **fields}}


def dumped(value: Json) -> bytes:
    return json.dumps(value).encode()


def chunk(kind: bytes, data: bytes, *, whole: bool = True) -> bytes:
    crc = zlib.crc32(kind + data) ^ (0 if whole else 1)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc)


def text(keyword: str, value: bytes) -> bytes:
    return chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(value))


def compressed(keyword: str, value: bytes) -> bytes:
    return chunk(b"zTXt", keyword.encode() + b"\0\0" + zlib.compress(base64.b64encode(value)))


def international(keyword: str, value: bytes, *, packed: bool) -> bytes:
    told = base64.b64encode(value)
    head = keyword.encode() + b"\0" + (b"\1" if packed else b"\0") + b"\0en\0word\0"
    return chunk(b"iTXt", head + (zlib.compress(told) if packed else told))


def picture(*chunks: bytes) -> bytes:
    """A picture of one pixel with these chunks in it."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
    pixel = chunk(b"IDAT", zlib.compress(b"\0\0"))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + pixel + chunk(b"IEND", b"")


def archive(files: dict[str, bytes]) -> bytes:
    """A zip, as .charx is one."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return made.getvalue()


def written(folder: Path, value: Json = None, name: str = "mori.png") -> Path:
    """A file with a card: a picture, or JSON by its name."""
    data = dumped(CARD if value is None else value)
    path = folder / name
    path.write_bytes(picture(text("chara", data)) if name.endswith(".png") else data)
    return path
