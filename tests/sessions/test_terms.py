"""Terms of texts: no text that the search finds goes without them."""

import sys

from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.stored import chars
from zatsudan.sessions.search import Words
from zatsudan.sessions.terms import LONGEST, folded, pieces, terms

anything = st.text(st.one_of(chars, st.characters(), st.sampled_from("+-#_. \t\u3000ｶﾞＡ０")))


def may_hold(text: str, word: str) -> bool:
    said = terms([text])
    return any(
        all(
            any(term in run for run in said.runs) if within else term in said.dense
            for term, within in pieces(form)
        )
        for form in Words([word]).forms[0]
    )


@given(anything, anything, anything.filter(bool), st.sampled_from([str, str.upper, str.lower]))
@example("C++", "", "c++", str)
@example("x" * 40, "y" * 90, "x" * 35, str)
@example("が", "", "か\u3099", str)
def test_where_a_word_stands_its_pieces_are_among_the_terms(
    before: str, behind: str, word: str, cased: object
) -> None:
    assert callable(cased)
    text = before + cased(word) + behind
    if Words([word]).spans(text):
        assert may_hold(text, word)


@given(anything, st.data())
def test_so_it_is_of_every_part_of_a_text(text: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(text)))
    word = text[begin : data.draw(st.integers(begin, len(text)))]
    if word:
        assert may_hold(text, word)


def test_the_cases_of_every_letter_fold_alike() -> None:
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        for case in (char.lower(), char.upper()):
            if len(case) == 1:
                assert folded(case) == folded(char)


def test_what_is_said_is_found_by_few_terms() -> None:
    assert terms(["The cat, the CAT"]).all == {"the", "cat", "\uf72c"}
    assert terms(["東京の東京"]).all == {*"東京の", "東京", "京の", "の東"}
    assert terms([" \n\ud800\x00"]).all == set()


def test_of_a_long_run_pieces_are_kept() -> None:
    run = "".join(chr(97 + at % 23) + str(at) for at in range(300))
    kept = terms([run]).runs
    assert max(map(len, kept)) == 2 * LONGEST
    assert sum(map(len, kept)) < 2 * len(run) + 2 * LONGEST
    assert all(may_hold(run, run[at : at + 50]) for at in range(len(run) - 50))


def test_other_words_are_ruled_out() -> None:
    text = "The model answers with a calm voice. 雑談の温度"
    assert [word for word in ("calm", "ALM", "雑談", "温", "c++", "calmer", "度温", "京") if may_hold(text, word)] == [
        "calm", "ALM", "雑談", "温",
    ]  # fmt: skip


@given(st.text(st.characters(max_codepoint=127)))
def test_a_text_of_ascii_alone_has_the_terms_that_it_has_beside_others(text: str) -> None:
    assert terms([text]).runs == terms([text, "猫"]).runs
    assert terms([text]).dense == set()
