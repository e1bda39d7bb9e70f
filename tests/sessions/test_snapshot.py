"""A snapshot makes the same session anew."""

import json

from hypothesis import given

from tests.support.talks import KINDS, sessions
from zatsudan.sessions import records as module
from zatsudan.sessions.exports import FORMATS
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import apply, message_record, replay
from zatsudan.sessions.session import Session
from zatsudan.sessions.snapshot import records
from zatsudan.wire.logprobs import Entries
from zatsudan.wire.messages import Message


@given(sessions())
def test_a_snapshot_makes_an_equal_session(session: Session) -> None:
    written = json.loads(json.dumps(records(session)))
    assert replay(written) == session


def test_the_sessions_drawn_know_every_kind_of_record() -> None:
    # A new kind of record has to be drawn here, or the snapshot would silently lose it.
    assert {"session", "message", *KINDS} == set(module._CHANGES)


def test_log_probabilities_of_a_live_talk_can_be_written_anywhere() -> None:
    session, entries = Session(), Entries([{"token": "hi", "logprob": -0.5}])
    for record in (
        message_record("1", None, Message("user", "a"), ""),
        message_record("2", "1", Message("assistant", "hi"), "", Made(logprobs=entries)),
    ):
        apply(session, record)
    # The journal takes them as they are; an export knows lists alone.
    assert replay(json.loads(json.dumps(records(session)))) == session
    assert '"token":"hi"' in FORMATS["jsonl"].talk(session)  # type: ignore[misc]


def test_an_empty_session_is_equal_too() -> None:
    assert replay(records(Session())) == Session()
