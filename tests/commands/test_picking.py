"""The list to choose from, without a screen."""

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.matching import fold, rank
from zatsudan.base.printable import printable
from zatsudan.commands.picking import Picking, Row

TITLES = ["雑談と温度", "Temperature and top_p", "ABCの話", "俳句 haiku", "ガイドブック"]


def picking(*titles: str) -> Picking:
    return Picking([Row(str(at), (printable(title),)) for at, title in enumerate(titles)])


def shown(query: str) -> list[str]:
    state = picking(*TITLES)
    state.filter(query)
    return [row.cells[0] for row in state.shown]


def test_what_the_filter_finds() -> None:
    assert shown("") == TITLES
    assert shown("温度") == ["雑談と温度"]
    assert shown("TOP temp") == ["Temperature and top_p"]  # every word, in any order
    assert shown("abc") == ["ABCの話"]  # full and half width alike
    assert shown("ガイド") == ["ガイドブック"]
    assert shown("ガック") == ["ガイドブック"]  # loosely, within one run
    assert shown("tmprtr") == ["Temperature and top_p"]
    assert shown("温度 haiku") == []
    assert shown("teand") == []  # not strewn over a sentence


def test_what_stands_as_it_is_comes_before_what_fits_loosely() -> None:
    state = picking("c-a-t", "a cat")
    state.filter("cat")
    assert [row.cells[0] for row in state.shown] == ["a cat", "c-a-t"]


def test_the_mark_goes_to_the_first_row_when_the_filter_changes() -> None:
    state = picking("a", "ab", "abc")
    state.move(2)
    state.filter("")
    assert state.at == 2  # the same filter changes nothing
    state.filter("b")
    assert state.marked is not None
    assert state.marked.cells[0] == "ab"


def test_remove_and_replace_keep_the_place() -> None:
    state = picking("a", "b", "c")
    state.move(1)
    state.remove("1")
    assert state.marked == Row("2", (printable("c"),))
    state.replace(Row("2", (printable("renamed"),)))
    assert state.marked == Row("2", (printable("renamed"),))
    state.filter("renamed")
    state.replace(Row("2", (printable("z"),)))
    assert state.shown == []  # it fits no longer
    state.remove("2")
    state.filter("")
    assert [row.key for row in state.shown] == ["0"]


words = st.text(st.sampled_from("abAガ雑か゛ "), max_size=4)


@given(st.lists(words, max_size=8), words)
def test_every_row_that_is_shown_fits_and_no_other_does(titles: list[str], query: str) -> None:
    state = picking(*titles)
    state.filter(query)
    wanted = fold(query).split()
    assert sorted(row.key for row in state.shown) == [
        str(at) for at, title in enumerate(titles) if rank(wanted, fold(title)) is not None
    ]
    assert all(
        rank(wanted, fold(row.cells[0])) == 0
        for row in state.shown
        if all(word in fold(row.cells[0]) for word in wanted)
    )


_steps = st.one_of(
    st.tuples(st.just("move"), st.integers(-30, 30)),
    st.tuples(st.just("filter"), st.sampled_from(["", "1", "2", "x"])),
    st.tuples(st.just("remove"), st.integers(0, 25)),
    st.tuples(st.just("height"), st.integers(1, 12)),
)


@given(st.integers(0, 25), st.lists(_steps, max_size=20))
def test_the_marked_row_is_always_visible(rows: int, steps: list[tuple[str, int | str]]) -> None:
    state = picking(*map(str, range(rows)))
    height = 5
    for name, value in steps:
        if name == "move":
            state.move(int(value))
        elif name == "filter":
            state.filter(str(value))
        elif name == "remove":
            state.remove(str(value))
        else:
            height = int(value)
        visible = state.visible(height)
        assert len(visible) == min(height, len(state.shown))
        assert (state.marked in visible) if state.shown else state.marked is None


@given(st.lists(words, max_size=8), st.lists(words, max_size=6))
def test_key_by_key_it_finds_what_it_finds_at_once(titles: list[str], queries: list[str]) -> None:
    state = picking(*titles)
    typed = "".join(queries)
    for query in (typed[: end + 1] for end in range(len(typed))):
        state.filter(query)
        assert state.shown == at_once(titles, query)
    for query in queries:
        state.filter(query)
        assert state.shown == at_once(titles, query)
        if state.marked is not None and query[:1] == "a":
            # What did not fit may fit under another name.
            state.replace(Row("0", (printable(query),)))
            titles = [query, *titles[1:]]
            assert state.shown == at_once(titles, query)


def at_once(titles: list[str], query: str) -> list[Row]:
    state = picking(*titles)
    state.filter(query)
    return state.shown


def test_of_rows_that_did_not_fit_none_is_looked_at_again() -> None:
    asked: list[str] = []

    class Counted(str):
        __slots__ = ()

        def __contains__(self, part: object) -> bool:
            asked.append(self)
            return str.__contains__(self, str(part))

    texts = ["cat", "cap", "dog"]
    state = Picking([Row(text, (), folded=Counted(text)) for text in texts])
    state.filter("c")
    assert asked == texts
    asked.clear()
    state.filter("cat")
    assert asked == ["cat", "cap"]
    asked.clear()
    state.filter("ca")
    assert asked == texts
