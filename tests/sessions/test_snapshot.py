"""A snapshot makes the same session anew."""

import json

from hypothesis import given

from tests.support.talks import KINDS, sessions
from zatsudan.sessions import records as module
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Session
from zatsudan.sessions.snapshot import records


@given(sessions())
def test_a_snapshot_makes_an_equal_session(session: Session) -> None:
    written = json.loads(json.dumps(records(session)))
    assert replay(written) == session


def test_the_sessions_drawn_know_every_kind_of_record() -> None:
    # A new kind of record has to be drawn here, or the snapshot would silently lose it.
    assert {"session", "message", *KINDS} == set(module._CHANGES)


def test_an_empty_session_is_equal_too() -> None:
    assert replay(records(Session())) == Session()
