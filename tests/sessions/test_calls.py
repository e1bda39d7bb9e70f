"""Calls and their answers: what is left to answer, and what of them is sent."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.calls import ASKED, OLD, TWO, answer, tool_call
from zatsudan.sessions.calls import calls_of, paired, summary, to_answer, waiting
from zatsudan.sessions.made import FAILED, Made
from zatsudan.sessions.records import message_record, replay
from zatsudan.sessions.session import Session
from zatsudan.sessions.window import in_order
from zatsudan.wire.messages import Message


def talk(*messages: Message, made: Made | None = None) -> Session:
    """A session of messages in a row; `made` is how its replies were made."""
    return replay(
        message_record(
            str(at), str(at - 1) if at > 1 else None, message, "",
            made if message.role == "assistant" else None,
        )
        for at, message in enumerate(messages, 1)
    )  # fmt: skip


def test_parallel_calls_are_answered_in_their_order_and_by_their_ids() -> None:
    waits = waiting(talk(ASKED, TWO))
    assert waits is not None
    assert (waits.call.name, waits.open) == ("f", (0, 1))
    waits = waiting(talk(ASKED, TWO, answer("b")))
    assert waits is not None
    assert (waits.call.name, waits.open) == ("f", (0,))
    assert waits.call.answered_by("4") == answer("a")
    assert waiting(talk(ASKED, TWO, answer("b"), answer("a"))) is None


def test_the_older_form_is_answered_by_name() -> None:
    waits = waiting(talk(ASKED, OLD))
    assert waits is not None
    given = waits.call.answered_by("4")
    assert given == Message("function", "4", {"name": "f"})
    assert waiting(talk(ASKED, OLD, given)) is None


def test_calls_without_ids_or_with_the_same_one_are_answered_one_after_another() -> None:
    for key in ("", "same"):
        calls = Message(
            "assistant", None, {"tool_calls": [tool_call("f", key), tool_call("g", key)]}
        )
        messages, names = [ASKED, calls], []
        while (waits := waiting(talk(*messages))) is not None:
            names.append(waits.call.name)
            messages.append(waits.call.answered_by("4"))
        assert names == ["f", "g"]
        assert list(paired(messages)) == messages


def test_a_reply_that_was_broken_off_waits_for_nothing() -> None:
    assert waiting(talk(ASKED, TWO, made=Made(FAILED))) is None
    assert waiting(talk(ASKED, TWO, made=Made(finish_reason="length"))) is None
    assert waiting(talk(ASKED, TWO, made=Made(finish_reason="tool_calls"))) is not None


def test_what_is_asked_again_is_never_half_answered() -> None:
    half, whole = (ASKED, TWO, answer("a")), (ASKED, TWO, answer("a"), answer("b"))
    for messages, number in (
        (half, "1"),
        (whole, "4"),
        ((*whole, Message("assistant", "so")), "4"),
    ):
        node = to_answer(talk(*messages))
        assert node is not None
        assert node.id == number
    assert to_answer(Session()) is None


def test_of_calls_half_answered_the_rest_is_left_out() -> None:
    sent = list(paired([ASKED, TWO, answer("b"), Message("user", "so?")]))
    assert [call.name for call in calls_of(sent[1])] == ["g"]
    assert [message.role for message in sent] == ["user", "assistant", "tool", "user"]


def test_an_answer_to_no_call_is_left_out_but_for_one_that_names_none() -> None:
    own = Message("tool", "by hand")
    assert list(paired([ASKED, answer("x"), own])) == [ASKED, own]
    old = Message("function", "4", {"name": "f"})
    assert list(paired([ASKED, old])) == [ASKED, old]


def test_what_a_call_is_in_one_line() -> None:
    said = TWO._replace(content="Let me see.")
    assert summary(said) == "Let me see. f({}) g({})"
    assert summary(answer("a")) == "4"


MESSAGES = st.one_of(
    st.just(ASKED),
    st.just(Message("assistant", "so")),
    st.just(OLD),
    st.just(Message("function", "4", {"name": "f"})),
    st.builds(answer, st.sampled_from("abc")),
    st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(
        lambda ids: Message("assistant", None, {"tool_calls": [tool_call("f", one) for one in ids]})
    ),
)


@given(st.lists(MESSAGES, max_size=12))
def test_whatever_stands_in_a_talk_each_call_sent_has_its_answer(messages: list[Message]) -> None:
    sent = in_order(messages)
    for at, message in enumerate(sent):
        calls = [call for call in calls_of(message) if not call.older]
        ids: list[str] = []
        for behind in sent[at + 1 :]:
            if behind.role not in ("tool", "function"):
                break
            ids += [str(behind.extra["tool_call_id"])] if behind.role == "tool" else []
        if calls:
            assert sorted(call.id for call in calls) == sorted(ids)
        elif message.role == "user":
            assert not ids
