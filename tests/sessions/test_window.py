"""The window: what of the path is sent."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zatsudan.base.errors import TooLong
from zatsudan.sessions.session import Node
from zatsudan.sessions.window import Frame, Window, choose, in_order, turns_of
from zatsudan.wire.messages import Message


def talk(*texts: str) -> list[Node]:
    """Messages of the person and of the model in turn."""
    return [
        Node(
            str(number),
            str(number - 1) if number else None,
            Message("user" if number % 2 == 0 else "assistant", text),
        )
        for number, text in enumerate(texts)
    ]


def window(
    path: Sequence[Node],
    budget: int | None = None,
    *,
    system: str = "",
    pinned: frozenset[str] = frozenset(),
    start: str | None = None,
) -> Window:
    return choose(path, Frame(system), pinned, budget=budget, count=len, start=start)


def sent(chosen: Window) -> list[str]:
    return [message.text for message in chosen.messages]


# Each message of ten characters costs 14 here: a token a character, and four around it.
TEN = [f"{letter}123456789" for letter in "abcdefghij"]


def test_all_is_sent_where_nobody_knows_the_limit() -> None:
    chosen = window(talk(*TEN), system="Be brief.")

    assert sent(chosen) == ["Be brief.", *TEN]
    assert chosen.messages[0].role == "system"
    assert (chosen.start, chosen.left_out, chosen.tokens) == (None, 0, 153)


def test_all_is_sent_while_it_fits() -> None:
    assert sent(window(talk(*TEN[:7]), 98)) == TEN[:7]


def test_turns_go_down_to_three_quarters_at_once() -> None:
    chosen = window(talk(*TEN[:9]), 125)  # 126 needed; 93 are three quarters

    assert sent(chosen) == TEN[4:9]
    assert (chosen.start, chosen.left_out, chosen.tokens) == ("4", 4, 70)


def test_the_start_stays_while_what_follows_fits() -> None:
    first = window(talk(*TEN[:9]), 100)
    assert first.start == "4"

    second = window(talk(*TEN, "k"), 100, start=first.start)
    assert second.start == "4"
    assert sent(second) == [*TEN[4:], "k"]

    third = window(talk(*TEN, "k", *TEN[:2]), 100, start=second.start)
    assert third.start == "8"


def test_a_start_that_is_not_on_the_path_is_forgotten() -> None:
    assert window(talk(*TEN[:5]), 80, start="nowhere").start is None


def test_the_system_message_counts_and_stays() -> None:
    chosen = window(talk(*TEN[:5]), 60, system="s" * 20)

    assert sent(chosen) == ["s" * 20, TEN[4]]
    assert chosen.tokens == 38


def test_pinned_messages_stay_in_their_order() -> None:
    chosen = window(talk(*TEN[:9]), 100, pinned=frozenset({"0", "1"}))

    assert sent(chosen)[:2] == TEN[:2]
    assert chosen.start in ("6", "8")
    assert chosen.tokens <= 75


def test_one_message_that_cannot_fit_is_an_error() -> None:
    with pytest.raises(TooLong, match="needs about 54 tokens, and the model takes 50") as caught:
        window(talk("a", "b", "c" * 50), 50)

    assert caught.value.advice


def test_a_system_message_that_cannot_fit_is_an_error() -> None:
    with pytest.raises(TooLong):
        window([], 50, system="s" * 60)


def test_an_empty_path_is_a_window_too() -> None:
    assert sent(window([], 50, system="Be brief.")) == ["Be brief."]
    assert sent(window([], 50)) == []


def test_a_turn_begins_with_the_persons_message() -> None:
    path = [
        Node(str(number), None, Message(role, role))
        for number, role in enumerate(["assistant", "user", "user", "assistant", "tool", "user"])
    ]

    assert [[node.id for node in turn] for turn in turns_of(path)] == [
        ["0"], ["1", "2", "3", "4"], ["5"],
    ]  # fmt: skip


def test_messages_of_the_person_in_a_row_become_one() -> None:
    assert in_order([Message("user", "a"), Message("assistant", ""), Message("user", "b")]) == [
        Message("user", "a\n\nb")
    ]


def test_a_call_is_sent_with_its_answer_and_not_without() -> None:
    asked, more = Message("user", "a"), Message("user", "b")
    call = Message("assistant", None, {"tool_calls": [{"id": "1"}]})
    answer = Message("tool", "4", {"tool_call_id": "1"})
    said = Message("assistant", "Let me see.", {"tool_calls": [{"id": "1"}], "name": "x"})

    assert in_order([asked, call, answer, more]) == [asked, call, answer, more]
    assert in_order([asked, call]) == [asked]
    assert in_order([asked, call, more]) == [Message("user", "a\n\nb")]
    assert in_order([asked, said, more]) == [
        asked, Message("assistant", "Let me see.", {"name": "x"}), more,
    ]  # fmt: skip


def test_a_reply_of_reasoning_alone_is_not_sent() -> None:
    thought = Message("assistant", "", {"reasoning_content": "Hm."})

    assert in_order([Message("user", "a"), thought]) == [Message("user", "a")]


_texts = st.lists(st.text("ab", max_size=30), max_size=14)
_roles = st.lists(
    st.tuples(st.sampled_from(["user", "assistant"]), st.text("ab", max_size=5)), max_size=14
)


@given(_roles)
def test_what_is_sent_never_breaks_the_servers_rules(pairs: list[tuple[str, str]]) -> None:
    messages = in_order(Message(role, text) for role, text in pairs)

    roles = [message.role for message in messages]
    assert ("user", "user") not in list(pairwise(roles))
    assert all(message.text for message in messages if message.role == "assistant")
    assert [m.text for m in messages if m.role == "assistant"] == [
        text for role, text in pairs if role == "assistant" and text
    ]


@given(
    _texts, st.integers(20, 300), st.text("s", max_size=10), st.sets(st.integers(0, 13)), st.data()
)
def test_a_window_fits_and_holds_what_it_must(
    texts: list[str], budget: int, system: str, pins: set[int], draw: st.DataObject
) -> None:
    path = talk(*texts)
    pinned = frozenset(str(number) for number in pins)
    start = draw.draw(st.none() | st.sampled_from([node.id for node in path])) if path else None
    try:
        chosen = window(path, budget, system=system, pinned=pinned, start=start)
    except TooLong:
        assume(False)
        raise

    assert chosen.tokens <= budget
    assert chosen.tokens == sum(len(node.message.text) + 4 for node in chosen.nodes) + (
        len(system) + 4 if system else 0
    )
    if system:
        assert chosen.messages[0] == Message("system", system)
    ids = [node.id for node in chosen.nodes]
    assert ids == sorted(ids, key=int)
    assert pinned & {node.id for node in path} <= set(ids)
    assert chosen.left_out == len(path) - len(ids)
    if path:
        assert ids[-1] == path[-1].id
    if chosen.start is not None:  # whole turns, from the start on
        assert path[int(chosen.start)].message.role == "user"
        assert [key for key in ids if int(key) >= int(chosen.start)] == [
            node.id for node in path[int(chosen.start) :]
        ]


@given(
    _texts,
    st.integers(10, 200),
    st.sets(st.integers(0, 13).map(str), max_size=3),
    st.none() | st.integers(0, 13).map(str),
    st.booleans(),
)
def test_a_window_is_chosen_as_if_every_turn_were_counted(
    texts: list[str], budget: int, pinned: set[str], start: str | None, ahead: bool
) -> None:
    def size(nodes: Sequence[Node]) -> int:
        return sum(len(node.message.text) + 4 for node in nodes)

    path = talk(*texts)
    turns = turns_of(path)
    sizes = [
        size([node for turn in turns[:at] for node in turn if node.id in pinned])
        + size([node for turn in turns[at:] for node in turn])
        for at in range(len(turns) + 1)
    ]
    last = len(turns) if ahead else max(len(turns) - 1, 0)
    fit = budget * 3 // 4
    first = next((at for at, turn in enumerate(turns) if turn[0].id == start), 0)
    if sizes[0] <= fit:
        first = 0
    elif sizes[first] > budget:
        first = next((at for at in range(first, last + 1) if sizes[at] <= fit), last)

    chosen = choose(
        path, Frame(), pinned, budget=budget, count=len, start=start, ahead=ahead, anyway=True
    )

    assert chosen.tokens == sizes[first]
    assert chosen.start == (turns[first][0].id if 0 < first < len(turns) else None)
    assert [*chosen.nodes] == [
        *(node for turn in turns[:first] for node in turn if node.id in pinned),
        *(node for turn in turns[first:] for node in turn),
    ]


def test_of_a_long_talk_what_may_fit_is_looked_at_and_no_more() -> None:
    path, counted = talk(*TEN * 100), list[str]()

    def count(text: str) -> int:
        counted.append(text)
        return len(text)

    chosen = choose(path, Frame(), {"3"}, budget=200, count=count)

    assert len(chosen.nodes) > 5
    assert len(counted) < 20


@given(_texts, st.integers(60, 200))
def test_the_start_moves_only_forward(texts: list[str], budget: int) -> None:
    path = talk(*texts)
    starts: list[int] = []
    start: str | None = None
    for end in range(1, len(path) + 1, 2):
        start = window(path[:end], budget, start=start).start
        starts.append(int(start or 0))

    assert starts == sorted(starts)
