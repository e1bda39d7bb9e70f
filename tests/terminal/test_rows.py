"""Our own text as rows: it fits, loses nothing, and breaks where a reader would."""

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from zatsudan.terminal.rows import wrap


def test_english_breaks_at_blanks() -> None:
    assert list(wrap("a lighthouse keeps turning", 12)) == ["a lighthouse", "keeps", "turning"]
    assert list(wrap("/a/very/long/path", 6)) == ["/a/ver", "y/long", "/path"]


def test_japanese_breaks_anywhere_but_before_a_stop_and_after_a_bracket() -> None:
    assert list(wrap("灯台の灯り", 6)) == ["灯台の", "灯り"]
    assert list(wrap("灯台の。灯り", 6)) == ["灯台", "の。灯", "り"]
    assert list(wrap("灯台「灯り」", 6)) == ["灯台", "「灯", "り」"]


def test_a_word_among_japanese_is_kept_whole_and_nothing_before_it_moves() -> None:
    assert list(wrap("値は 0 から始まり temperature で", 24)) == [
        "値は 0 から始まり",
        "temperature で",
    ]
    assert list(wrap("値は 0 の数。事実には低め（0.25）が向く", 30)) == [
        "値は 0 の数。事実には低め",
        "（0.25）が向く",
    ]


@given(st.text("ab c、。「」灯り（0", max_size=60), st.integers(4, 30))
def test_rows_fit_and_lose_nothing_but_blanks(text: str, width: int) -> None:
    rows = list(wrap(text, width))

    assert "".join(rows).replace(" ", "") == text.replace(" ", "")
    assert all(get_cwidth(row) <= width for row in rows)
