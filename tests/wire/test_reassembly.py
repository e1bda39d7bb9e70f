"""What a server cut is put together, choice by choice."""

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.wire.protocol import Delta
from zatsudan.wire.reassembly import Reassembly, SurrogateJoiner

if TYPE_CHECKING:
    from zatsudan.wire.contents import Beside


@given(st.lists(st.sampled_from(["a", "\ud83d", "\ude00", "😀", "\ufeff", "あ"]), max_size=8))
def test_joined_text_has_no_halves_and_no_character_too_many(parts: list[str]) -> None:
    joiner = SurrogateJoiner()
    joined = "".join(joiner.feed(part) for part in parts) + joiner.feed("|")

    assert joined == "".join(parts).encode("utf-16", "surrogatepass").decode(
        "utf-16", "replace"
    ) + ("|")


@given(st.lists(st.sampled_from(["a", "あ", "</think>", "<thi", "nk>", "\n"]), max_size=8))
def test_no_text_is_lost_however_it_is_cut(parts: list[str]) -> None:
    text, whole, cut = "<think>" + "".join(parts), Reassembly(), Reassembly()
    one = [whole.whole(Delta(content=text)), *whole.rest()]
    many = [*(cut.whole(Delta(content=character)) for character in text), *cut.rest()]
    for field in ("content", "reasoning"):
        assert "".join(getattr(delta, field) for delta in many) == "".join(
            getattr(delta, field) for delta in one
        )


def test_reasoning_with_a_field_of_its_own_is_not_told_again_by_tags() -> None:
    deltas = Reassembly()
    assert deltas.whole(Delta(reasoning="hm")).reasoning == "hm"
    said = deltas.whole(Delta(content="<think>hm</think>so", finish_reason="stop"))
    assert (said.content, said.reasoning) == ("so", "")


def test_sources_that_are_told_with_each_delta_are_kept_once() -> None:
    deltas = Reassembly()
    first: Beside = (("citations", ["a"]),)
    second: Beside = (("citations", ["a", "b"]),)
    kept = [deltas.whole(Delta(beside=beside)).beside for beside in (first, first, second)]
    assert kept == [first, (), second]
    assert deltas.whole(Delta(1, beside=first)).beside == first


def test_it_has_ended_when_each_choice_has() -> None:
    deltas = Reassembly()
    assert not deltas.ended
    for delta, ended in (
        (Delta(0, "a"), False),
        (Delta(0, finish_reason="stop"), True),
        (Delta(1, "b"), False),
        (Delta(1, finish_reason="stop"), True),
        (Delta(0, "late"), True),
    ):
        deltas.whole(delta)
        assert deltas.ended == ended
