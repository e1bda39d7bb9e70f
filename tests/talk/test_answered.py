"""What a server tells of a reply beside its text."""

import pytest

from zatsudan.base.jsonvalues import Json
from zatsudan.talk.answered import Answered
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk


def test_the_last_word_of_each_kind_holds_and_silence_takes_nothing_back() -> None:
    answered = Answered()
    answered.add(Chunk(model="m", fingerprint="f", tier="default", pace=3.0, timings={"a": 1}))
    answered.add(Chunk(model="m-1", usage=Usage(2, 3)))
    answered.add(Chunk())

    assert (answered.model, answered.fingerprint, answered.tier) == ("m-1", "f", "default")
    assert (answered.pace, answered.timings) == (3.0, {"a": 1})
    assert answered.counting.by_choice({0: 3}) == {0: Usage(2, 3)}


@pytest.mark.parametrize(
    ("stops", "said", "stopped"),
    [
        ("END", "END", "END"),
        (["\n", "END"], "\n", "\n"),
        (["END"], "eos", ""),
        (["", 3], "", ""),
        (None, "END", ""),
    ],
)
def test_only_a_text_that_was_asked_for_has_stopped_it(
    stops: Json, said: str, stopped: str
) -> None:
    answered = Answered(stops)
    answered.add(Chunk(stopped=said))

    assert answered.stopped == stopped
