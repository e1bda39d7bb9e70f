"""The entries of a growing reply: written when they come, and read as what they were."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.talks import json_values
from zatsudan.base.jsonvalues import Json, dumps
from zatsudan.wire import logprobs
from zatsudan.wire.logprobs import Entries
from zatsudan.wire.protocol import Delta
from zatsudan.wire.reply import Reply

ENTRY: Json = {"token": "あ\ud83d", "logprob": -0.1, "bytes": [227], "top_logprobs": []}


@given(st.lists(json_values))
def test_entries_are_what_was_put_in(values: list[Json]) -> None:
    entries = Entries(values)

    assert list(entries) == values
    assert entries == values
    assert entries == tuple(values)
    assert entries[1:] == tuple(values[1:])
    assert [entries[at] for at in range(len(entries))] == values
    assert json.loads(entries.json) == values


def test_entries_differ_from_others_and_from_what_is_no_sequence() -> None:
    assert Entries([ENTRY]) != Entries([ENTRY, ENTRY])
    assert Entries([ENTRY]) != [{}]
    assert Entries() != 0


def test_each_entry_is_written_once_when_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[Json] = []

    def counted(value: Json) -> bytes:
        written.append(value)
        return dumps(value)

    monkeypatch.setattr(logprobs, "dumps", counted)
    reply = Reply()
    for count in range(1, 50):
        reply.add(Delta(content="a", logprobs=(ENTRY,)))
        assert len(written) == count
    assert json.loads(reply.logprobs.json) == [ENTRY] * 49
    assert len(written) == 49
