"""Which entries of a lorebook hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.sessions.characters.card import ALL, NONE_OF, NOT_ALL, Book, Entry
from zatsudan.sessions.characters.lorebook import TOKEN_BUDGET, Scene, active
from zatsudan.sessions.characters.patterns import Patterns


def holding(
    *entries: Entry, said: tuple[str, ...] = (), replies: int = 0, greeting: int | None = None,
    depth: int | None = None, budget: int | None = None, recursive: bool = False,
) -> list[str]:  # fmt: skip
    """The contents of the entries that hold; a token is a character."""
    book = Book(entries, depth, budget, recursive)
    with Patterns() as patterns:
        found = active(book, Scene(said, replies, greeting), len, patterns)
    return [entries[number].content for number in found]


OWL, FOX = Entry("the owl", keys=("owl", "bird")), Entry("the fox", keys=("fox",))


def test_keys_among_the_last_messages() -> None:
    said = ("an owl", "two", "three", "four", "five")
    assert holding(OWL, FOX, said=said) == []
    assert holding(OWL, FOX, said=said, depth=5) == ["the owl"]
    assert holding(OWL, FOX, said=("BIRDS", "foxes")) == ["the owl", "the fox"]
    assert holding(OWL._replace(scan_depth=5), said=said) == ["the owl"]
    assert holding(OWL._replace(scan_depth=0), said=("owl",)) == []
    assert holding(OWL._replace(constant=True)) == ["the owl"]
    assert holding(OWL._replace(case_sensitive=True), said=("OWL",)) == []
    assert holding(OWL._replace(whole_words=True), said=("owls, jowl",)) == []
    assert holding(OWL._replace(whole_words=True), said=("owls, an owl.",)) == ["the owl"]
    assert holding(Entry("王", keys=("竜王",)), said=("竜王は",)) == ["王"]


@pytest.mark.parametrize(
    ("logic", "said", "holds"),
    [
        (0, "owl night", True),
        (0, "owl", False),
        (ALL, "owl night", False),
        (ALL, "owl night moon", True),
        (NOT_ALL, "owl night", True),
        (NOT_ALL, "owl night moon", False),
        (NONE_OF, "owl", True),
        (NONE_OF, "owl moon", False),
    ],
)
def test_further_keys(logic: int, said: str, holds: bool) -> None:
    entry = OWL._replace(further=("night", "moon"), logic=logic)
    assert bool(holding(entry, said=(said,))) is holds


def test_excluded_keys_replies_and_greetings() -> None:
    assert holding(OWL._replace(excluded=("day",)), said=("owl by day",)) == []
    assert holding(OWL._replace(only_after=2), said=("owl",), replies=1) == []
    assert holding(OWL._replace(only_after=2), said=("owl",), replies=2)
    assert holding(OWL._replace(only_every=3), said=("owl",), replies=4) == []
    assert holding(OWL._replace(only_every=3), said=("owl",), replies=6)
    assert holding(OWL._replace(greeting=1), said=("owl",), greeting=0) == []
    assert holding(OWL._replace(greeting=1), said=("owl",), greeting=1)


def test_patterns() -> None:
    assert holding(Entry("x", keys=("/ow[lm]/",)), said=("an owm",))
    assert holding(Entry("x", keys=("ow[lm]",), regex=True), said=("an OWM",))
    assert holding(Entry("x", keys=("ow[lm]",)), said=("an owm",)) == []


def test_what_is_found_is_looked_at_only_where_the_book_says_so() -> None:
    chain = [Entry(f"then {at + 1}", keys=(f"then {at}",)) for at in range(4)]
    assert holding(*chain, said=("then 0",)) == ["then 1"]
    assert len(holding(*chain, said=("then 0",), recursive=True)) == 4
    ring = (Entry("b", keys=("a",)), Entry("a", keys=("b",)))
    assert holding(*ring, said=("a",), recursive=True) == ["b", "a"]


def test_the_budget_keeps_the_most_important() -> None:
    first = Entry("a" * 10, constant=True, order=1, priority=1)
    second = Entry("b" * 10, constant=True, order=2, priority=9)
    huge = Entry("c" * 30, constant=True, order=99)
    assert holding(first, second, huge, budget=20) == ["a" * 10, "b" * 10]
    assert holding(first, second, huge, budget=15) == ["b" * 10]
    assert holding(Entry("x" * (TOKEN_BUDGET + 1), constant=True)) == []


@given(
    st.lists(
        st.builds(
            Entry,
            st.text(min_size=1, max_size=8),
            keys=st.lists(st.text(max_size=4)).map(tuple),
            further=st.lists(st.text(max_size=2), max_size=2).map(tuple),
            constant=st.booleans(),
            priority=st.none() | st.integers(-5, 5),
        ),
        max_size=8,
    ),
    st.lists(st.text(max_size=10), max_size=5),
    st.integers(0, 20),
    st.booleans(),
)
def test_what_holds_is_within_the_budget_and_in_order(
    entries: list[Entry], said: list[str], budget: int, recursive: bool
) -> None:
    book = Book(tuple(entries), None, budget, recursive)
    with Patterns() as patterns:
        found = active(book, Scene(said), len, patterns)
    assert list(found) == sorted(set(found))
    assert sum(len(entries[number].content) for number in found) <= budget
