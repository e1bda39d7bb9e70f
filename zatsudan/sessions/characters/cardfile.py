"""The JSON of a character card in a file: JSON itself, a PNG that carries it, or a .charx, which is a zip.

The files are strangers'. Nothing in them is unpacked to disk, no name in a zip is used as a path,
and nothing grows over a bound: what is compressed is opened up to it, and what is longer is refused.

Sources: the card's specifications V1 to V3; PNG, third edition, sections 5 and 11.3 (chunks, and
those of text).
"""

import binascii
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from zatsudan.base import texts
from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import JsonObject, loads
from zatsudan.base.language import later, say
from zatsudan.base.quantities import in_bytes

#: Bytes of a file that is read at all: pictures and sounds may lie in it.
FILE_BYTES = 100_000_000
#: Bytes of a card's JSON. Real ones have up to some hundred thousand, with a large lorebook.
CARD_BYTES = 8_000_000
#: Bytes of the directory of a zip: that of about 20,000 files.
DIRECTORY_BYTES = 2_000_000

_PNG = b"\x89PNG\r\n\x1a\n"
_ZIP = b"PK\x03\x04"
#: The chunks that carry text, and the keywords of a card, the better first.
_TEXTS = (b"tEXt", b"zTXt", b"iTXt")
_KEYWORDS = ("ccv3", "chara")
_IN_ZIP = "card.json"

_ANOTHER = later("Name a card of V1, V2 or V3: PNG, JSON or .charx.")
_ANEW = later("Get the file anew from where it came.")


_OF_ADDRESS = bytes.maketrans(b"-_", b"+/")


def card_json(data: bytes) -> JsonObject:
    """Return the JSON object of the card that a file's bytes hold; raises ImportRefused."""
    if data.startswith(_PNG):
        return _parsed(_from_png(data))
    if data.startswith(_ZIP):
        return _parsed(_from_zip(data))
    if len(data) > CARD_BYTES:
        raise ImportRefused(say("The card is too large."), say(_ANOTHER))
    return _parsed(data)


def _parsed(data: bytes) -> JsonObject:
    try:
        value = loads(texts.decoded(data).strip())
    except UnicodeDecodeError:
        raise ImportRefused(say("This is no character card."), say(_ANOTHER)) from None
    except ValueError as error:
        raise ImportRefused(
            say("The card is no valid JSON: {error}.", error=error), say(_ANEW)
        ) from None
    if not isinstance(value, dict):
        raise ImportRefused(say("This is no character card."), say(_ANOTHER))
    return value


# --- PNG ------------------------------------------------------------------------------


class _Chunk(NamedTuple):
    kind: bytes
    data: memoryview
    whole: bool


def _chunks(data: bytes) -> Iterator[_Chunk]:
    """Yield the chunks up to IEND; `whole` is whether the checksum fits, where that was asked for texts.

    Raises ImportRefused where a chunk says that it is longer than the file.
    """
    view, at = memoryview(data), len(_PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(view[at : at + 4])
        kind, end = bytes(view[at + 4 : at + 8]), at + 8 + length
        if end + 4 > len(data):
            raise ImportRefused(say("The picture is cut short, or damaged."), say(_ANEW))
        whole = kind not in _TEXTS or zlib.crc32(view[at + 4 : end]) == int.from_bytes(
            view[end : end + 4]
        )
        yield _Chunk(kind, view[at + 8 : end], whole)
        if kind == b"IEND":
            return
        at = end + 4


def _from_png(data: bytes) -> bytes:
    found: dict[str, _Chunk] = {}
    for chunk in _chunks(data):
        if chunk.kind in _TEXTS:
            # A keyword has 79 characters at most.
            keyword = bytes(chunk.data[:80]).partition(b"\0")[0].decode("latin-1").lower()
            if keyword in _KEYWORDS:
                found.setdefault(keyword, chunk)
    card = next((found[keyword] for keyword in _KEYWORDS if keyword in found), None)
    if card is None:
        raise ImportRefused(
            say("This picture holds no character card."),
            say("Sites that show pictures take the card out of them: get the original file."),
        )
    if not card.whole:
        raise ImportRefused(say("The card in this picture is damaged (its checksum)."), say(_ANEW))
    return _plain(_text_of(card))


def _text_of(chunk: _Chunk) -> bytes:
    """Return the text of a chunk behind its keyword, opened where it is compressed; raises ImportRefused."""
    rest = bytes(chunk.data).partition(b"\0")[2]
    if chunk.kind == b"tEXt":
        return rest
    if chunk.kind == b"zTXt":
        return _inflated(rest[1:])
    compressed, rest = rest[:1] == b"\1", rest[2:]
    text = rest.partition(b"\0")[2].partition(b"\0")[2]
    return _inflated(text) if compressed else text


def _inflated(data: bytes) -> bytes:
    # Base64 takes a third more than what it holds, and may stand in lines.
    limit = CARD_BYTES * 3 // 2
    try:
        opened = zlib.decompressobj().decompress(data, limit + 1)
    except zlib.error:
        raise ImportRefused(
            say("The card in this picture cannot be unpacked."), say(_ANEW)
        ) from None
    if len(opened) > limit:
        raise _grows()
    return opened


def _plain(text: bytes) -> bytes:
    """Return the JSON of a chunk's text, which is base64; some write it as it is."""
    text = text.strip()
    if len(text) > CARD_BYTES * 3 // 2:
        raise ImportRefused(say("The card is too large."), say(_ANOTHER))
    if text.startswith(b"{"):
        return text
    try:
        # Some leave out its end, or write it as in an address.
        whole = b"".join(text.split()).rstrip(b"=").translate(_OF_ADDRESS)
        return binascii.a2b_base64(whole + b"=" * (-len(whole) % 4))
    except (binascii.Error, ValueError):
        raise ImportRefused(
            say("The card in this picture is damaged (its base64)."), say(_ANEW)
        ) from None


def _grows() -> ImportRefused:
    return ImportRefused(
        say("The card unpacks to more than {size}.", size=in_bytes(CARD_BYTES)),
        say("No real card does: do not use this file."),
    )


# --- .charx ---------------------------------------------------------------------------


def _from_zip(data: bytes) -> bytes:
    _check_directory(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo(_IN_ZIP)
            if info.flag_bits & 1:
                raise ImportRefused(
                    say("The card in this .charx is encrypted."), say("Get one that is not.")
                )
            with archive.open(info) as file:  # its size may be told wrong
                card = file.read(CARD_BYTES + 1)
    except KeyError:
        raise ImportRefused(say("There is no card.json in this .charx."), say(_ANOTHER)) from None
    except (
        *(zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError),
        *(ValueError, OSError, RuntimeError, OverflowError, MemoryError),
    ):
        raise ImportRefused(say("This .charx is damaged."), say(_ANEW)) from None
    if len(card) > CARD_BYTES:
        raise _grows()
    return card


def _check_directory(data: bytes) -> None:
    """Refuse a zip whose directory alone would fill the memory; raises ImportRefused."""
    at = data.rfind(b"PK\x05\x06")
    size = int.from_bytes(data[at + 12 : at + 16], "little") if at >= 0 else 0
    if size > DIRECTORY_BYTES:  # also what zip64 says of it, which is all ones here
        raise ImportRefused(say("This .charx lists too many files."), say(_ANOTHER))
