"""The head of a GGUF file."""

import struct

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.servers.engine.gguf import general_name


def text(value: bytes) -> bytes:
    return struct.pack("<Q", len(value)) + value


def head(*entries: tuple[bytes, int, bytes], version: int = 3) -> bytes:
    """The head of a file with these keys, each with a type and the bytes of its value."""
    keys = b"".join(text(key) + struct.pack("<I", kind) + value for key, kind, value in entries)
    return b"GGUF" + struct.pack("<IQQ", version, 0, len(entries)) + keys


STRINGS = struct.pack("<IQ", 8, 2) + text(b"en") + text(b"ja")
NUMBERS = struct.pack("<IQ", 4, 3) + bytes(12)
NAME = (b"general.name", 8, text("雑談 1B".encode()))


def test_the_name_stands_behind_values_of_every_kind() -> None:
    data = head(
        (b"a", 8, text(b"llama")),
        (b"b", 4, bytes(4)),
        (b"c", 7, b"\1"),
        (b"d", 12, bytes(8)),
        (b"e", 9, STRINGS),
        (b"f", 9, NUMBERS),
        NAME,
    )

    assert general_name(data) == "雑談 1B"


def test_a_file_that_tells_no_name_has_none() -> None:
    assert general_name(head((b"a", 4, bytes(4)))) == ""
    assert general_name(head((b"general.name", 4, bytes(4)))) == ""
    assert general_name(head((b"a", 99, b""), NAME)) == ""
    assert general_name(head(NAME, version=1)) == ""
    assert general_name(b"<html>" + head(NAME)) == ""
    assert general_name(b"") == ""


@given(st.integers(0, len(head(NAME)) - 1))
def test_a_head_that_is_cut_short_tells_no_name(length: int) -> None:
    assert general_name(head(NAME)[:length]) == ""


@given(st.binary(max_size=200))
def test_any_bytes_are_read(data: bytes) -> None:
    assert isinstance(general_name(b"GGUF\3\0\0\0" + data), str)
