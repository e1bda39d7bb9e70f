"""The JSON of a card in the files that carry it; hostile files are refused in words."""

import base64
import json
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support import cards
from tests.support.cards import CARD, archive, chunk, dumped, picture, text
from zatsudan.base.errors import ImportRefused, ZatsudanError
from zatsudan.sessions.characters.cardfields import read_card
from zatsudan.sessions.characters.cardfile import CARD_BYTES, DIRECTORY_BYTES, card_json

DATA = dumped(CARD)
OTHER = dumped({"name": "other"})


@pytest.mark.parametrize(
    "data",
    [
        DATA,
        b"\xef\xbb\xbf" + DATA,
        DATA.decode().encode("utf-16"),
        b" \n" + DATA + b"\n",
        picture(text("chara", DATA)),
        picture(text("Chara", DATA)),
        picture(text("ccv3", DATA)),
        picture(text("chara", OTHER), text("ccv3", DATA)),
        picture(text("ccv3", DATA), text("chara", OTHER)),
        picture(text("comment", OTHER), text("chara", DATA), text("chara", OTHER)),
        picture(cards.compressed("chara", DATA)),
        picture(cards.international("chara", DATA, packed=True)),
        picture(cards.international("ccv3", DATA, packed=False)),
        picture(chunk(b"tEXt", b"chara\0" + DATA)),
        picture(chunk(b"tEXt", b"chara\0" + base64.urlsafe_b64encode(DATA + b" ").rstrip(b"="))),
        picture()[:-12] + text("chara", DATA) + chunk(b"IEND", b""),
        archive({"card.json": DATA, "assets/icon/images/main.png": b"x"}),
        archive({"../../card.json": OTHER, "/card.json": OTHER, "card.json": DATA}),
    ],
)
def test_a_card_is_found_in_each_form(data: bytes) -> None:
    assert card_json(data) == CARD


def _with_directory(size: int) -> bytes:
    data = bytearray(archive({"card.json": DATA}))
    data[-10:-6] = struct.pack("<I", size)
    return bytes(data)


def _encrypted() -> bytes:
    data = bytearray(archive({"card.json": DATA}))
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no valid JSON"),
        (b"hello", "no valid JSON"),
        (b"\xff\xd8\xff\xe0 a jpeg", "no character card"),
        (b"[1]", "no character card"),
        (b"[" * 100_000, "nested too deep"),
        (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, "nested too deep"),
        (b" " * (CARD_BYTES + 1), "too large"),
        (picture(), "holds no character card"),
        (picture(text("comment", DATA)), "holds no character card"),
        (picture(text("chara", DATA))[:200], "cut short"),
        (b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**31) + b"tEXtchara\0", "cut short"),
        (picture(chunk(b"tEXt", b"chara\0" + b"e30=", whole=False)), "checksum"),
        (picture(chunk(b"tEXt", b"chara\0" + b"e30ee")), "base64"),
        (picture(chunk(b"tEXt", b"chara\0" + b"A" * CARD_BYTES * 2)), "too large"),
        (picture(chunk(b"zTXt", b"chara\0\0 no zlib")), "cannot be unpacked"),
        (picture(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"A" * 10**8))), "unpacks to more"),
        (picture(text("chara", b'{"name": "\xff"}')), "no character card"),
        (archive({"other.json": DATA}), "no card.json"),
        (archive({"a/card.json": DATA, "..\\card.json": DATA}), "no card.json"),
        (archive({"card.json": b" " * 10**8}), "unpacks to more"),
        (archive({"card.json": DATA})[:-30], "damaged"),
        (_with_directory(DIRECTORY_BYTES + 1), "too many files"),
        (_encrypted(), "encrypted"),
    ],
)
def test_what_is_hostile_or_broken_is_refused_in_words(data: bytes, said: str) -> None:
    with pytest.raises(ImportRefused, match=said) as caught:
        card_json(data)
    assert caught.value.advice


def _read(data: bytes) -> None:
    with suppress(ZatsudanError):
        read_card(card_json(data))


_LIKE: tuple[Callable[[bytes], bytes], ...] = (
    lambda data: data,
    lambda data: b"\x89PNG\r\n\x1a\n" + data,
    lambda data: b"PK\x03\x04" + data,
    lambda data: picture(chunk(b"tEXt", b"chara\0" + data)),
    lambda data: picture(chunk(b"zTXt", b"ccv3\0" + data)),
    lambda data: picture(chunk(b"iTXt", b"ccv3\0" + data)),
    lambda data: archive({"card.json": data}),
)


@given(st.binary(max_size=200), st.sampled_from(_LIKE))
def test_any_bytes_are_a_card_or_refused_in_words(
    data: bytes, like: Callable[[bytes], bytes]
) -> None:
    _read(like(data))


@given(
    st.sampled_from([picture(text("chara", DATA)), archive({"card.json": DATA}), DATA]),
    st.lists(st.tuples(st.integers(0, 3_000), st.integers(0, 255)), min_size=1, max_size=6),
    st.integers(0, 3_000),
)
def test_a_damaged_card_is_read_or_refused_in_words(
    whole: bytes, changes: list[tuple[int, int]], end: int
) -> None:
    data = bytearray(whole)
    for at, value in changes:
        data[at % len(data)] = value
    _read(bytes(data[: max(end, 8)]))


def test_a_card_of_another_encoding_keeps_its_words() -> None:
    value = {"name": "森", "description": "図書館の番人"}
    data = json.dumps(value, ensure_ascii=False).encode()

    assert card_json(picture(text("chara", data))) == value
