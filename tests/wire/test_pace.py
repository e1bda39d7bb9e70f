"""How fast a server says that it was."""

import pytest

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.wire.pace import read_pace


@pytest.mark.parametrize(
    ("value", "pace"),
    [
        ({"timings": {"predicted_per_second": 61.7}}, 61.7),
        ({"usage": {"completion_tokens": 50, "completion_time": 0.25}}, 200.0),
        ({"x_groq": {"usage": {"completion_tokens": 50, "completion_time": 0.25}}}, 200.0),
        ({"usage": {"completion_tokens": 50}, "time_info": {"completion_time": 0.5}}, 100.0),
        ({"usage": {"completion_tokens": 50}}, None),
        ({"timings": {"predicted_per_second": 0}}, None),
        ({"timings": {"predicted_per_second": "fast"}}, None),
        ({"timings": None, "usage": None, "x_groq": 4}, None),
    ],
)
def test_the_pace_that_a_chunk_tells(value: JsonObject, pace: float | None) -> None:
    assert read_pace(value) == (None if pace is None else pytest.approx(pace))
