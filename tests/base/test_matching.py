"""What was typed, and what fits it."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.matching import fold, loosely, meant, rank


@given(st.text())
def test_text_is_folded_alike_with_and_without_the_short_way(text: str) -> None:
    folded = unicodedata.normalize("NFKC", text).casefold()
    assert fold(text) == unicodedata.normalize("NFKC", folded)


def test_case_and_width_are_no_difference() -> None:
    assert fold("Ｔｍｐ") == fold("TMP") == "tmp"


@given(st.text(), st.data())
def test_what_is_left_of_a_text_fits_it_loosely(text: str, data: st.DataObject) -> None:
    kept = data.draw(st.lists(st.booleans(), min_size=len(text), max_size=len(text)))
    typed = "".join(char for char, keep in zip(text, kept, strict=True) if keep)
    assert loosely(typed, text)
    assert not loosely(f"{text}x", text)


few = st.text(st.sampled_from("ab .\n\u3000["), max_size=12)


@given(st.lists(few.filter(str.strip).map(lambda text: text.split()[0]), max_size=2), few)
def test_a_word_fits_loosely_within_one_run_without_blanks(words: list[str], text: str) -> None:
    within = [any(loosely(word, run) for run in text.split()) for word in words]
    expected = 0 if all(word in text for word in words) else 1 if all(within) else None
    assert rank(words, text) == expected


def test_ranks() -> None:
    assert rank(["temp"], "temperature") == 0
    assert rank(["tmp"], "temperature") == 1
    assert rank(["tmp"], "the map") is None


def test_a_name_with_the_same_letters_is_the_one_that_was_meant() -> None:
    names = ("top_p", "top_k", "stop", "typical_p")
    assert meant("Top-P", names) == ["top_p"]
    assert meant("topp:", names) == ["top_p"]
    assert meant("tpo_k", names)[0] == "top_k"
    assert meant("--", names) == []
    assert meant("banana", names) == []
