"""Foreign text: nothing steers the terminal, nothing is deleted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategies import any_text
from zatsudan.core.printable import one_line, printable


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain, あ, 😀, é", "plain, あ, 😀, é"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07 and nul\x00", "bell␇ and nul␀"),
        ("a\rb", "a␍b"),
        ("\x7f", "␡"),
        ("\x9b31m", "\ufffd31m"),
        ("abc\u202egnp.exe", "abc\ufffdgnp.exe"),
        ("a\u2028b\u2029c", "a\u2424b\u2424c"),
        ("tag\U000e0041", "tag\ufffd"),
        ("half \ud83d", "half \ufffd"),
    ],
)
def test_what_steers_becomes_one_visible_sign(raw: str, shown: str) -> None:
    assert printable(raw) == shown


def test_joiners_of_emoji_and_scripts_stay() -> None:
    assert printable("👩\u200d👩\u200d👧 and\u200cnon") == "👩\u200d👩\u200d👧 and\u200cnon"


def test_no_control_sign_is_left() -> None:
    left = {
        sign
        for code in range(0x110000)
        if unicodedata.category(sign := printable(chr(code))) in ("Cc", "Cs", "Zl", "Zp")
    }

    assert left == {"\n", "\t"}


@given(any_text)
def test_one_sign_for_one_and_twice_is_once(text: str) -> None:
    shown = printable(text)

    assert len(shown) == len(text)
    assert printable(shown) == shown
    shown.encode()  # no lone surrogate is left


@given(any_text, st.integers(0, 40))
def test_a_cut_changes_nothing(text: str, place: int) -> None:
    assert printable(text[:place]) + printable(text[place:]) == printable(text)


def test_one_line_joins_and_cuts() -> None:
    assert one_line("  a\n\tb  c ") == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"
    assert one_line("\x1b[2J gone") == "␛[2J gone"
