"""A picture becomes a sequence of base64 alone, in so many rows as fit."""

import base64
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.png import png
from zatsudan.terminal.text.pictures import (
    COLUMNS,
    LARGEST,
    ROWS,
    Protocol,
    answers,
    known,
    picture_rows,
    rows_for,
    sequence,
)

ITERM = {"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}


@given(st.binary(max_size=20_000), st.integers(1, ROWS), st.sampled_from(Protocol))
def test_whatever_the_bytes_are_only_base64_of_them_is_sent(
    data: bytes, rows: int, protocol: Protocol
) -> None:
    sent = sequence(data, rows, protocol, 7)

    assert sent.isascii()
    assert sent.startswith("\x1b7\x1b")
    assert sent.endswith("\x1b8")
    drawn = sent[2:-2]
    if protocol is Protocol.KITTY:
        pieces = re.findall(r"\x1b_G([a-zA-Z0-9=,]*);([A-Za-z0-9+/=]{0,4096})\x1b\\", drawn)
        assert "".join(f"\x1b_G{keys};{piece}\x1b\\" for keys, piece in pieces) == drawn
        assert all(keys.endswith("m=1") for keys, _ in pieces[:-1])
        assert pieces[-1][0].endswith("m=0")
        assert all("q=2" in keys or keys.startswith("m=") for keys, _ in pieces)
        held = "".join(piece for _, piece in pieces)
    else:
        found = re.fullmatch(r"\x1b\]1337;File=[a-zA-Z0-9=;]*:([A-Za-z0-9+/=]*)\x07", drawn)
        assert found is not None
        held = found[1]
    assert base64.b64decode(held) == data


@pytest.mark.parametrize(
    ("width", "height", "rows"),
    [
        (1, 1, 1),
        (100, 100, 5),
        (4000, 4000, ROWS),
        (4000, 1000, 5),  # forty columns wide
        (1000, 5, 0),  # less than a row high within them
        (5, 3000, ROWS),
    ],
)
def test_a_picture_fits_into_its_cells(width: int, height: int, rows: int) -> None:
    assert rows_for(png(width, height), 79, 20) == rows
    assert rows * 20 * width / height <= COLUMNS * 10


def test_a_small_screen_makes_a_picture_small() -> None:
    assert rows_for(png(400, 400), 79, 3) == 3
    assert rows_for(png(400, 400), 20, 20) == 10
    assert rows_for(png(400, 400), 79, 0) <= 0


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff\xd8\xff\xe0 a JPEG",
        b"\x89PNG\r\n\x1a\n" + bytes(4000),
        png(10, 10)[:18],
        png(1, 1)[:16] + b"\xff" * 8 + png(1, 1)[24:],  # a bomb of pixels
        png(10, 10) + bytes(LARGEST),
    ],
)
def test_what_is_no_picture_to_show_takes_no_rows(data: bytes) -> None:
    assert rows_for(data, 79, 20) == 0


def test_the_rows_stand_before_the_picture_is_drawn_over_them() -> None:
    rows = picture_rows(png(100, 100), 5, Protocol.KITTY, 7)

    assert rows[:4] == [""] * 4
    assert rows[4].startswith("\r\n\x1b[A\x1b[4A\x1b7\x1b_G")
    assert rows[4].endswith("\x1b\\\x1b8\x1b[4B")


@pytest.mark.parametrize(
    ("environ", "protocol"),
    [
        ({"TERM": "xterm-kitty"}, Protocol.KITTY),
        ({"TERM": "xterm-ghostty"}, Protocol.KITTY),
        (ITERM, Protocol.ITERM),
        ({"TERM": "wezterm", "TERM_PROGRAM": "WezTerm"}, Protocol.ITERM),
        ({"TERM": "xterm-256color"}, None),
        ({**ITERM, "TMUX": "/tmp/x"}, None),
        ({**ITERM, "TERM": "tmux-256color"}, None),
        ({**ITERM, "TERM": "screen.xterm-256color", "STY": "1"}, None),
        ({"TERM": "xterm-kitty", "NVIM": "/tmp/x"}, None),
    ],
)
def test_what_the_environment_tells_of_a_terminal(
    environ: dict[str, str], protocol: Protocol | None
) -> None:
    assert known(environ) is protocol


@pytest.mark.parametrize(
    ("environ", "asked"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "foot"}, True),
        ({"TERM": "linux"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, False),
        ({"TERM": "tmux-256color", "TMUX": "x"}, False),
    ],
)
def test_who_prints_a_question_is_not_asked(environ: dict[str, str], *, asked: bool) -> None:
    assert answers(environ) is asked
