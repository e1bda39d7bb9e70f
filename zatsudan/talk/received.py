"""Pictures and sound that came with a reply: kept as files beside its session, for its owner only."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.addresses import is_web
from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.session import Node
from zatsudan.talk.attaching import image_kind
from zatsudan.talk.talk import Talk

#: What may hold pictures and sound.
PLACES = ("images", "parts", "audio")
#: Bytes of one file.
LARGEST = 50_000_000
_SOUNDS = ("wav", "mp3", "flac", "opus", "aac", "pcm16")


def keep(talk: Talk, node: Node) -> list[Path]:
    """Write what came with a reply; return the files. None where no session is kept; raises OSError."""
    journal = talk.journal.path
    if journal is None or node.made is None or not journal.is_file():
        return []
    written: list[Path] = []
    for number, (ending, data) in enumerate(media(node.made.beside, node.made.parameters), 1):
        path = journal.with_name(f"{journal.stem}-{node.id}-{number}.{ending}")
        files.replace(path, data)
        written.append(path)
    return written


def kept(talk: Talk, node: Node) -> list[Path]:
    """Return the files that are there of a reply, in their order."""
    journal = talk.journal.path
    if journal is None or node.made is None or not any(map(node.made.beside.get, PLACES)):
        return []
    found = media(node.made.beside, node.made.parameters)
    paths = (
        journal.with_name(f"{journal.stem}-{node.id}-{number}.{ending}")
        for number, (ending, _) in enumerate(found, 1)
    )
    return [path for path in paths if path.is_file()]


def media(
    beside: Mapping[str, Json], parameters: Mapping[str, Json]
) -> Iterator[tuple[str, bytes]]:
    """Yield the pictures and the sound that a reply brought, each with the ending of its file.

    A picture is what its first bytes say that it is, whatever the server calls it.
    """
    for text in _texts([beside.get(name) for name in PLACES[:2]]):
        data = _decoded(text.rpartition(";base64,")[2])
        if kind := image_kind(data):
            yield kind, data
    audio = beside.get("audio")
    sound = audio.get("data") if isinstance(audio, dict) else None
    if isinstance(sound, str) and (data := _decoded(sound)):
        asked = parameters.get("audio")
        form = asked.get("format") if isinstance(asked, dict) else None
        yield (str(form) if form in _SOUNDS else "wav"), data


def _texts(value: Json) -> Iterator[str]:
    """Yield the texts in a value that may be a picture in base64."""
    if isinstance(value, str):
        if len(value) > 20 and not is_web(value):
            yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def _decoded(text: str) -> bytes:
    if len(text) > LARGEST * 4 // 3:
        return b""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return b""
