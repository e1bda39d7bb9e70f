"""Our own text as rows: where it is broken, blanks or none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from zatsudan.base.printable import printable
from zatsudan.terminal.text.clusters import cells, clusters
from zatsudan.terminal.text.rows import NO_END, NO_START, cut, wrap


def test_a_stop_does_not_stand_alone_on_a_row() -> None:
    assert list(wrap(printable("値の範囲を書きます。"), 18)) == ["値の範囲を書きま", "す。"]
    assert list(wrap(printable("使える値（0〜2 の数）"), 10)) == ["使える値", "（0〜2 の", "数）"]


@pytest.mark.parametrize(
    "text",
    [
        "यह एक लंबा वाक्य है जिसमें कई संयुक्ताक्षर हैं और यह देखना है कि पंक्ति कहाँ टूटती है",
        "👨‍👩‍👧‍👦👩‍💻🤷🏽‍♀️❤️1️⃣🇯🇵" * 5,
        "ภาษาไทยเขียนโดยไม่มีช่องว่างระหว่างคำจึงต้องตัดบรรทัดระหว่างพยางค์",
        "မြန်မာဘာသာစကားသည် တရုတ်-တိဘက်မိသားစုဝင် ဘာသာစကားတစ်ခု ဖြစ်သည်။",
        "e\u0301" * 50,
    ],
)
@given(width=st.integers(9, 30))
def test_no_cluster_is_parted(text: str, width: int) -> None:
    rows = list(wrap(printable(text), width))

    assert all(cells(row) <= width for row in rows)
    assert [cluster for row in rows for cluster, _ in clusters(row) if cluster != " "] == [
        cluster for cluster, _ in clusters(text) if cluster != " "
    ]


def test_what_is_cut_ends_behind_a_cluster() -> None:
    assert cut(printable("👩‍💻👩‍💻👩‍💻"), 8) == "👩‍💻…"
    assert cut(printable("कि पंक्ति"), 4) == "कि…"


def test_no_row_is_blank_where_a_line_ends_in_blanks() -> None:
    assert list(wrap(printable("abc    "), 3)) == ["abc"]
    assert list(wrap(printable("日本    \nx"), 4)) == ["日本", "x"]


def test_japanese_is_broken_beside_its_characters_and_words_at_blanks() -> None:
    text = printable("一覧は /params all で見られます。")

    assert list(wrap(text, 12)) == ["一覧は", "/params all", "で見られま", "す。"]
    assert list(wrap(printable("plain words go on"), 8)) == ["plain", "words go", "on"]


@given(st.text("ab 12猫を、。「」（）…", max_size=60), st.integers(2, 30))
def test_rows_fit_and_hold_all_of_the_text(text: str, width: int) -> None:
    rows = list(wrap(printable(text), width))

    assert all(get_cwidth(row) <= width for row in rows)
    assert "".join("".join(rows).split()) == "".join(text.split())


@given(st.lists(st.sampled_from(("猫犬", "鳥、猫", "犬。鳥", "「猫」鳥"))), st.integers(6, 30))
def test_no_row_begins_or_ends_with_a_sign_that_must_not(parts: list[str], width: int) -> None:
    rows = list(wrap(printable("".join(parts)), width))

    assert all(row[0] not in NO_START for row in rows[1:])
    assert all(row[-1] not in NO_END for row in rows[:-1])
