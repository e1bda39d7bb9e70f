"""Diffs: examples by hand, and that both texts can be had back."""

from difflib import SequenceMatcher

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.lab.diff import (
    ALIGN_LINES,
    NEW,
    OLD,
    Change,
    _blocks,
    _Work,
    diff,
    difference_at,
    marked,
    pieces,
)

TEXTS = st.text(st.sampled_from("ab 猫犬が。\n,-é\t") | st.characters(codec="utf-8"), max_size=60)


@pytest.mark.parametrize(
    ("old", "new", "shown"),
    [
        ("the same", "the same", "the same"),
        ("a red cat", "a blue cat", "a [-red-]{+blue+} cat"),
        ("one", "one two", "one{+ two+}"),
        ("a big red cat", "a small blue cat", "a [-big red-]{+small blue+} cat"),
        ("今日は晴れです。", "今日は雨です。", "今日は[-晴れ-]{+雨+}です。"),
        ("Tea, please.", "Tea please!", "Tea[-,-] please[-.-]{+!+}"),
        ("", "", ""),
    ],
)
def test_what_changed_is_marked(old: str, new: str, shown: str) -> None:
    assert marked(diff(old, new)) == shown


def test_pieces_are_words_blanks_and_single_japanese_characters() -> None:
    assert pieces("Go, 猫ちゃん!\n  x") == [
        "Go", ",", " ", "猫", "ち", "ゃ", "ん", "!", "\n", "  ", "x",
    ]  # fmt: skip


def test_a_common_word_is_no_junk() -> None:
    # difflib's autojunk would drop `a` from a text of more than 200 pieces.
    old = "a " * 150 + "x"
    assert diff(old, old + " y")[-1] == Change(NEW, " y")


def test_long_texts_are_aligned_by_lines_first() -> None:
    lines = [f"line {number} of a long text\n" for number in range(ALIGN_LINES // 4)]
    changed = [*lines]
    changed[200] = "line 200 of a short text\n"
    assert [
        change for change in diff("".join(lines), "".join(changed)) if change.kind != "same"
    ] == [
        Change(OLD, "long"),
        Change(NEW, "short"),
    ]


@given(TEXTS, TEXTS)
def test_both_texts_can_be_had_back(old: str, new: str) -> None:
    changes = diff(old, new)
    assert "".join(change.text for change in changes if change.kind != NEW) == old
    assert "".join(change.text for change in changes if change.kind != OLD) == new


@given(TEXTS)
def test_nothing_is_lost_in_pieces(text: str) -> None:
    assert "".join(pieces(text)) == text


@pytest.mark.parametrize("unit", ["\n", "あ", "a ", "a\n", "a b\n", "ab\nba\n"])
def test_texts_of_one_sign_are_compared_in_bounded_time(unit: str) -> None:
    old = unit * 100_000
    for new in ("x" + old[:-1] + "y", old[: len(old) // 3] + "x" + old[len(old) // 2 :], old[::-1]):
        changes = diff(old, new)
        assert "".join(change.text for change in changes if change.kind != NEW) == old
        assert "".join(change.text for change in changes if change.kind != OLD) == new


@given(TEXTS, TEXTS)
def test_what_is_the_same_is_what_difflib_finds_between_the_ends(old: str, new: str) -> None:
    left, right = pieces(old), pieces(new)
    found = _blocks(left, right, _Work())
    known = SequenceMatcher(None, left, right, autojunk=False).get_matching_blocks()
    assert sum(size for _, _, size in found) == sum(block.size for block in known)


def test_the_difference_at() -> None:
    assert difference_at("ab", "ab") is None
    assert difference_at("ab", "abc") == 2
    assert difference_at("", "x") == 0
    assert difference_at("雑談", "雑学") == 1
