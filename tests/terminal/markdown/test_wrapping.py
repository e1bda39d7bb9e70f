"""Rows are filled as a reader of English or Japanese expects."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.style import Style

from zatsudan.terminal.markdown import wrapping
from zatsudan.terminal.markdown.codelines import cut
from zatsudan.terminal.markdown.segments import HARD, PLAIN, Piece, Row, plain, row
from zatsudan.terminal.markdown.wrapping import Wrapper, wrap
from zatsudan.terminal.text.clusters import cells, clusters

_BOLD = Style(bold=True)


def _wrapped(text: str, width: int) -> list[str]:
    return [plain(line) for line in wrap([(text, PLAIN)], width)]


@pytest.mark.parametrize(
    ("text", "width", "rows"),
    [
        ("one two three", 8, ["one two", "three"]),
        ("a  b", 8, ["a  b"]),
        ("longword-without-end x", 8, ["longword", "-without", "-end x"]),
        ("ab longword-x", 8, ["ab", "longword", "-x"]),
        ("ab longword-日本", 8, ["ab", "longword", "-日本"]),
        ("これはペンです。", 8, ["これはペ", "ンです。"]),
        ("これはペン、です。", 10, ["これはペ", "ン、です。"]),
        ("彼は「はい」と", 6, ["彼は", "「は", "い」と"]),
        ("日本word語", 6, ["日本", "word語"]),
        ("ラーメンー", 8, ["ラーメ", "ンー"]),
        ("a" + HARD + "b", 20, ["a", "b"]),
        ("全角\u3000空白", 6, ["全角", "空白"]),
        ("ภาษาไทย\u200bไม่มี\u200bช่อง", 8, ["ภาษาไทย\u200b", "ไม่มี\u200bช่อง"]),
        ("ภาษาไทยเขียนโดยไม่มีช่องว่างระหว่างคำ", 30, ["ภาษาไทยเขียนโดยไม่มีช่องว่างระหว่าง", "คำ"]),
        ("ก ภาษาไทยไม่มี", 11, ["ก", "ภาษาไทยไม่มี"]),  # what may be a word stays whole
        ("क्षत्रिय क्षत्रिय", 5, ["क्षत्रि", "य", "क्षत्रि", "य"]),
    ],
)  # fmt: skip
def test_breaks(text: str, width: int, rows: list[str]) -> None:
    assert _wrapped(text, width) == rows


@given(
    st.lists(
        st.tuples(
            st.text("ab 日。「」e\u0301\u200d\r\n-", max_size=12), st.sampled_from([PLAIN, _BOLD])
        ),
        max_size=8,
    ),
    st.integers(6, 14),
)
def test_rows_do_not_hang_on_when_the_pieces_came(parts: list[Piece], width: int) -> None:
    wrapper = Wrapper(width)
    rows = [line for part in parts for line in wrapper.add([part])] + wrapper.end()
    assert rows == wrap(parts, width)
    assert all(cell_len(plain(line)) <= width for line in rows)


_ALL = "ab    日é\u0301「\n-%漢字かなカナ漢字かなカナっー。」\u3099\u094d\u200d🙂\ufe0f\u3000"


@given(st.text(_ALL, max_size=150), st.integers(6, 40))
@example("」。🙂longwordwithoutendaภาษา\u094dなカナが", 25)
def test_what_is_taken_at_once_fills_rows_as_one_by_one(text: str, width: int) -> None:
    rows: list[Row] = []
    wrapper = Wrapper(width)
    wrapper._add_runs(text, PLAIN, rows)
    assert wrap([(text, PLAIN)], width) == rows + wrapper.end()


@given(
    st.lists(st.tuples(st.text("abc  -\n", max_size=30), st.sampled_from([PLAIN, _BOLD]))),
    st.integers(6, 40),
)
def test_ascii_is_taken_at_once_whatever_its_styles(parts: list[Piece], width: int) -> None:
    rows: list[Row] = []
    wrapper = Wrapper(width)
    for text, style in parts:
        wrapper._add_runs(text, style, rows)
    assert wrap(parts, width) == rows + wrapper.end()


_WIDE = "漢字かなカナっー。」、「『（！\u3000ａ～ab 가é\u3099"


@given(
    st.lists(st.tuples(st.text(_WIDE, max_size=60), st.sampled_from([PLAIN, _BOLD])), max_size=5),
    st.integers(2, 40),
)
@example([("「「「「「「「「「「", PLAIN)], 8)
@example([("あ。。。。。。。。。い", PLAIN)], 8)
def test_wide_characters_are_taken_at_once_as_one_by_one(parts: list[Piece], width: int) -> None:
    at_once = wrap(parts, width)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wrapping, "WIDE", re.compile("(?!)"))
        assert wrap(parts, width) == at_once


_UNSPACED = "กขเาำ้ំកខ្\u200bမနြ်ာ  ๆ।किน्"


@given(st.lists(st.text(_UNSPACED, max_size=40), max_size=4), st.integers(6, 30))
def test_scripts_without_blanks_fit_and_lose_nothing(texts: list[str], width: int) -> None:
    parts: list[Piece] = [(text, PLAIN) for text in texts]
    wrapper = Wrapper(width)
    rows = [line for part in parts for line in wrapper.add([part])] + wrapper.end()
    assert rows == wrap(parts, width)
    assert all(cells(plain(line)) <= width for line in rows)


@given(st.text("ab 日。\r\n-", max_size=40), st.integers(6, 14))
def test_words_stay_apart(text: str, width: int) -> None:
    shown = " ".join(_wrapped(text, width))
    for word in ("ab", "ba"):
        if word not in text:
            assert word not in shown


def test_wrapping_loses_nothing_but_blanks() -> None:
    text = "Some 日本語の文 with（括弧）and averyveryverylongword, 終わり。"
    for width in range(4, 40):
        assert "".join("".join(_wrapped(text, width)).split()) == "".join(text.split())


@pytest.mark.parametrize(
    ("text", "count", "size"),
    [
        ("abc", 3, 3),
        ("日本", 2, 4),
        ("e\u0301", 1, 1),
        ("👨\u200d👩\u200d👧", 1, 6),  # terminals that join nothing show three
        ("❤\ufe0f", 1, 3),
        ("1\ufe0f\u20e3", 1, 3),
        ("👍🏽", 1, 4),
        ("🇯🇵🇫🇷", 2, 8),
        ("👩\u200d❤\ufe0f\u200d👨", 1, 6),
        ("हिन्दी", 2, 5),  # vowel signs take a cell in most terminals; न्दी is one conjunct
        ("မြန်မာ", 3, 5),
        ("ភាសាខ្មែរ", 4, 8),
        ("น้ำ", 1, 2),
        ("a\u200bb", 3, 2),
    ],
)
def test_clusters(text: str, count: int, size: int) -> None:
    assert len(clusters(text)) == count
    assert cells(text) == size
    assert "".join(cluster for cluster, _ in clusters(text)) == text


def test_code_is_cut_at_the_width_and_keeps_its_blanks() -> None:
    assert [plain(line) for line in cut([("    abcd  ef", PLAIN)], 6)] == ["    ab", "cd  ef"]
    assert [plain(line) for line in cut([("日本", PLAIN), ("語x", _BOLD)], 5)] == ["日本", "語x"]


@given(st.lists(st.text("ab 日👩é", max_size=30), max_size=4), st.integers(4, 20))
def test_further_rows_of_a_line_have_a_mark_and_nothing_is_lost(
    texts: list[str], width: int
) -> None:
    pieces = [(text, style) for text, style in zip(texts, [PLAIN, _BOLD] * 2, strict=False)]
    first, *others = [plain(line) for line in cut(pieces, width, ("↪ ", PLAIN))]
    assert all(cells(text) <= width for text in [first, *others])
    assert all(text.startswith("↪") for text in others)
    shown = first + "".join(text.removeprefix("↪").removeprefix(" ") for text in others)
    assert shown.replace(" ", "") == "".join(texts).replace(" ", "")


def test_row_joins_equal_styles_and_drops_blanks_at_the_end() -> None:
    assert [
        part.text for part in row([("a", PLAIN), ("b", PLAIN), (" c ", _BOLD), (" ", PLAIN)])
    ] == [
        "ab",
        " c",
    ]
