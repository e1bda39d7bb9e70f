"""The counts of one request with many choices."""

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.talk.counting import Counting, estimated
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk, Delta


def counted(deltas: dict[int, int], *chunks: Chunk) -> dict[int, Usage] | None:
    counting = Counting()
    for chunk in chunks:
        counting.add(chunk)
    return counting.by_choice(deltas)


def ends(index: int) -> Chunk:
    return Chunk((Delta(index, finish_reason="stop"),))


def test_each_choice_is_counted_when_it_ends() -> None:
    chunks = [
        part
        for index, tokens in ((2, 24), (0, 40), (1, 40))
        for part in (ends(index), Chunk(usage=Usage(30, tokens)))
    ]
    assert counted({0: 40, 1: 40, 2: 23}, *chunks) == {
        2: Usage(0, 24),
        0: Usage(30, 40),
        1: Usage(0, 40),
    }


def test_all_choices_are_counted_together_once() -> None:
    chunks = [ends(0), ends(1), Chunk(usage=Usage(30, 64))]
    assert counted({0: 40, 1: 23}, *chunks) == {0: Usage(30, 64, together=2)}


def test_a_count_of_all_so_far_at_each_end_is_no_count_of_each() -> None:
    chunks = [ends(0), Chunk(usage=Usage(30, 24)), ends(1), Chunk(usage=Usage(30, 64))]
    assert counted({0: 24, 1: 39}, *chunks) == {0: Usage(30, 64, together=2)}


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_of_one_choice_the_last_word_holds(counts: list[int]) -> None:
    chunks = [Chunk((Delta(0, "a"),), Usage(3, count)) for count in counts]
    assert counted({0: len(counts)}, *chunks, ends(0)) == {0: Usage(3, counts[-1])}


def test_nothing_is_told() -> None:
    assert counted({0: 3}, ends(0)) is None


def test_without_a_count_a_delta_is_a_token_where_the_characters_do_not_contradict() -> None:
    assert estimated({0: 10}, 7, 12.0, 2.0) == {0: Usage(7, 10, estimated=True)}
    assert estimated({0: 10}, 7, 100.0, 2.0) == {0: Usage(7, 200, estimated=True)}
    assert estimated({0: 1}, 7, 0.0, 2.0) == {0: Usage(7, 1, estimated=True)}


def test_an_estimate_is_of_all_choices_and_stands_at_the_first() -> None:
    assert estimated({1: 3, 2: 4}, 7, 7.0, 1.0) == {1: Usage(7, 7, estimated=True, together=2)}
