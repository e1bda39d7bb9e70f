"""A session: what records make of it, live and on reload."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import records
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.parameters.steering import makes_request
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import apply, message_record, recovery, replay
from zatsudan.sessions.session import Session, Setting
from zatsudan.wire.messages import Message, Usage


def said(node_id: str, parent: str | None, role: str = "user", text: str = "") -> JsonObject:
    made = Made() if role == "assistant" else None
    return message_record(node_id, parent, Message(role, text or f"{role} {node_id}"), "", made)


def delta(node_id: str, content: str, **fields: Json) -> JsonObject:
    return {"type": "delta", "id": node_id, "content": content, **fields}


def path(session: Session) -> list[str]:
    return [node.id for node in session.path()]


@given(st.lists(records, max_size=30))
def test_a_reloaded_session_is_the_live_one(ops: list[JsonObject]) -> None:
    live = Session()
    written: list[str] = []
    for record in ops:
        apply(live, record)
        written.append(json.dumps(record))

    assert replay(json.loads(line) for line in written) == live


@given(st.lists(records, max_size=30))
def test_any_records_leave_a_tree(ops: list[JsonObject]) -> None:
    session = replay(ops)

    assert session.head is None or session.head in session.nodes
    assert sorted(key for keys in session.children.values() for key in keys) == sorted(
        session.nodes
    )
    for node in session.nodes.values():
        assert session.path(node.id)[-1] is node
        assert node in session.variants(node)
    assert session.pinned <= set(session.nodes)
    assert not set(session.partials) & set(session.nodes)
    assert session.next_id() not in {*session.nodes, *session.partials}


@given(st.lists(records, max_size=30))
def test_recovery_makes_every_partial_whole(ops: list[JsonObject]) -> None:
    session = replay(ops)
    partials = dict(session.partials)
    for record in recovery(session):
        apply(session, record)

    assert session.partials == {}
    assert recovery(session) == []
    for key, partial in partials.items():
        assert session.nodes[key].message.content == "".join(partial.content)


@given(st.lists(records, max_size=20))
def test_records_are_not_changed(ops: list[JsonObject]) -> None:
    before = copy.deepcopy(ops)
    replay(ops)

    assert ops == before


def test_a_talk() -> None:
    session = replay(
        [
            {"type": "session", "version": 1, "id": "s", "created": "2026-01-01T00:00:00Z"},
            {"type": "system", "content": "Be brief."},
            {"type": "model", "model": "m", "server": "openai"},
            {"type": "title", "title": "A talk"},
            {"type": "set", "name": "temperature", "value": 0.5, "origin": "config"},
            {"type": "set", "name": "top_p", "value": 0.9},
            {"type": "unset", "name": "top_p"},
            {"type": "unset", "name": "never set"},
            said("1", None),
            said("2", "1", "assistant"),
            {"type": "pin", "id": "1"},
        ]
    )

    assert (session.id, session.created) == ("s", "2026-01-01T00:00:00Z")
    assert (session.system, session.model, session.server) == ("Be brief.", "m", "openai")
    assert session.title == "A talk"
    assert session.settings == {"temperature": Setting(0.5, "config")}
    assert session.parameters == {"temperature": 0.5}
    assert path(session) == ["1", "2"]
    assert session.pinned == {"1"}
    assert session.next_id() == "3"
    assert session.first_words() == "user 1"
    assert [node.id for node in session.replies()] == ["2"]
    assert session.unknown == 0


def test_variants_are_siblings_of_the_same_role() -> None:
    session = replay([said("1", None), said("2", "1", "assistant"), said("3", "1", "assistant")])

    assert [node.id for node in session.variants(session.nodes["2"])] == ["2", "3"]
    assert path(session) == ["1", "3"]


def test_moving_the_head_deletes_nothing() -> None:
    session = replay([said("1", None), said("2", "1", "assistant"), {"type": "head", "id": None}])
    assert path(session) == []

    apply(session, {"type": "head", "id": "2"})
    assert path(session) == ["1", "2"]


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"type": "from the future"},
        {"type": ["message"]},
        {"type": "message", "id": "1"},
        {"type": "message", "message": {"role": "user"}},
        {"type": "head", "id": "nobody"},
        {"type": "head", "id": ["1"]},
        {"type": "pin", "id": "nobody"},
        {"type": "set", "value": 1},
        {"type": "delta", "content": "x"},
    ],
)
def test_what_is_not_understood_is_counted_and_changes_nothing(record: JsonObject) -> None:
    session = Session()
    apply(session, record)

    assert session.unknown == 1
    session.unknown = 0
    assert session == Session()


def test_a_message_is_never_overwritten() -> None:
    session = replay([said("1", None, text="first"), said("1", None, text="second")])

    assert session.nodes["1"].message.content == "first"
    assert session.unknown == 1


@pytest.mark.parametrize("parent", ["9", 9, ["1"], {"id": "1"}])
def test_a_message_whose_parent_is_lost_hangs_on_what_stood_last(parent: Json) -> None:
    orphan = {**said("3", None), "parent": parent}

    assert path(replay([said("1", None), said("2", "1", "assistant"), orphan])) == ["1", "2", "3"]


def test_deltas_grow_until_the_message_comes() -> None:
    session = replay([said("1", None), delta("2", "a", parent="1"), delta("2", "b")])
    assert session.partials["2"].content == ["a", "b"]
    assert session.head == "1"
    assert session.next_id() == "3"

    apply(session, said("2", "1", "assistant", "abc"))
    assert session.partials == {}
    assert path(session) == ["1", "2"]


def recovered(*ops: JsonObject) -> Session:
    session = replay(ops)
    for record in recovery(session):
        apply(session, record)
    return session


def test_a_reply_that_a_crash_cut_is_kept_as_interrupted() -> None:
    session = recovered(
        said("1", None),
        delta("2", "Once ", parent="1", at="T", made={"ended": "interrupted", "model": "m"}),
        delta("2", "upon", reasoning="hm"),
    )

    assert path(session) == ["1", "2"]
    reply = session.nodes["2"]
    assert (reply.message, reply.at) == (Message("assistant", "Once upon"), "T")
    assert reply.made is not None
    assert (reply.made.ended, reply.made.model, reply.made.reasoning) == ("interrupted", "m", "hm")
    assert reply.made.error


def test_of_several_cut_replies_the_first_is_the_head() -> None:
    session = recovered(said("1", None), delta("2", "a", parent="1"), delta("3", "b", parent="1"))

    assert path(session) == ["1", "2"]
    assert sorted(session.children["1"]) == ["2", "3"]


def test_a_reply_whose_end_is_damaged_stays_in_its_place() -> None:
    session = recovered(
        said("1", None),
        delta("2", "part", parent="1"),
        # the record that ended reply 2 is lost
        said("3", "2"),
        said("4", "3", "assistant"),
    )

    assert path(session) == ["1", "2", "3", "4"]
    assert session.nodes["2"].message.content == "part"


def test_a_message_that_names_itself_as_parent_is_there_once() -> None:
    session = replay([delta("1", "part"), said("1", "1")])

    assert session.children == {None: ["1"]}
    assert session.nodes["1"].message.content == "part"


def test_a_cut_variant_does_not_take_the_head_from_a_talk_that_went_on() -> None:
    session = recovered(
        said("1", None),
        said("2", "1", "assistant"),
        delta("3", "cut", parent="1"),
        said("4", "2"),
    )

    assert path(session) == ["1", "2", "4"]
    assert session.nodes["3"].message.content == "cut"


_floats = st.floats(0, 1e6).map(lambda value: round(value, 4))
#: A field that makes the request is no parameter, and is left out when a record is read.
_names = st.text(max_size=5).filter(lambda name: not makes_request(name))
_made = st.builds(
    Made,
    ended=st.sampled_from(["finished", "interrupted", "failed"]),
    finish_reason=st.none() | st.just("length"),
    error=st.text(max_size=5),
    model=st.text(max_size=5),
    server=st.text(max_size=5),
    parameters=st.dictionaries(_names, st.integers(0, 9), max_size=3),
    usage=st.none()
    | st.builds(
        Usage,
        *[st.integers(0, 99)] * 4,
        st.booleans(),
        written=st.integers(0, 99),
        cost=st.none(),
        told=st.just({}),
        together=st.integers(1, 9),
    ),
    first=st.none() | _floats,
    seconds=_floats,
    fingerprint=st.text(max_size=5),
    reasoning=st.text(max_size=5),
    left_out=st.integers(0, 9),
    logprobs=st.lists(st.integers(), max_size=3).map(tuple),
    given=st.integers(0, 9),
    request=st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3),
    tier=st.text(max_size=5),
    beside=st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3),
    last=st.none() | _floats,
    pace=st.none() | _floats,
    timings=st.dictionaries(st.text(max_size=5), st.integers(0, 9), max_size=3),
    stopped=st.text(max_size=5),
)


@given(_made)
def test_how_a_reply_was_made_survives_the_journal(made: Made) -> None:
    assert Made.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_odd_facts_get_their_empty_value() -> None:
    odd: JsonObject = {
        "ended": 5, "finish_reason": [], "parameters": None, "usage": "x", "first": "x",
        "seconds": None, "left_out": "x", "logprobs": {},
    }  # fmt: skip

    assert Made.from_json(odd) == Made()
