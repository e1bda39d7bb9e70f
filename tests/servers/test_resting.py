"""Reads that rest: no oftener than a reply can be seen, and not where there is nothing to wait for."""

import httpcore
import httpx
from hypothesis import given
from hypothesis import strategies as st

from tests.support.doubles import Time
from tests.support.server import says, serve
from zatsudan.servers.resting import BEAT_SECONDS, MUCH, SHARE, Rest, rest_at, rested


class _Stream(httpcore.AsyncNetworkStream):
    """A stream that gives so many bytes with each read."""

    def __init__(self, *sizes: int) -> None:
        self._sizes = iter(sizes)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        return bytes(next(self._sizes))


@given(st.floats(0, 1e6), st.floats(0, 1e4))
def test_a_rest_ends_at_a_beat_and_is_a_small_part_of_what_a_reply_takes(
    now: float, age: float
) -> None:
    rest = rest_at(now, age)

    assert 0 <= rest <= min(BEAT_SECONDS, age * SHARE)
    if rest < age * SHARE:
        beats = (now + rest) / BEAT_SECONDS
        assert abs(beats - round(beats)) < 1e-6


async def test_reads_rest_between_the_beginning_of_the_text_and_its_end() -> None:
    time, slept = Time(), list[float]()

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        await time.sleep(seconds)

    speaks = False
    rest = Rest(lambda: speaks, time.clock, sleep)
    stream = _Stream(10, 10, 10, MUCH, 10, 10)

    with rested(stream, rest):
        await stream.read(9)
        assert not slept  # nothing has come that could be seen
        speaks = True
        await stream.read(9)
        time.now += (10 / SHARE + 0.5) * BEAT_SECONDS
        await stream.read(9)
        assert [round(seconds, 6) for seconds in slept] == [0, BEAT_SECONDS / 2]
        await stream.read(9)
        await stream.read(9)  # behind a read of so much there is more at hand
        assert len(slept) == 3
        speaks = False
        await stream.read(9)
        assert len(slept) == 3

    assert "read" not in vars(stream)  # the connection is kept for another request


class _Fixed:
    __slots__ = ()

    async def read(self, _most: int) -> bytes:
        return b"x"


async def test_where_no_read_can_rest_none_does() -> None:
    for stream in (None, _Fixed()):
        with rested(stream, Rest(lambda: True)):
            assert stream is None or await stream.read(9) == b"x"


async def test_the_reads_of_a_real_reply_rest() -> None:
    """As long as httpcore reads by the stream that it gives away."""
    sizes: list[int] = []

    class Counting(Rest):
        async def before(self, size: int) -> None:
            sizes.append(size)

    async with serve(says("one", "two", pause=0.01)) as server, httpx.AsyncClient() as http:
        url = f"{server.base_url}/chat/completions"
        async with http.stream("POST", url, json={}) as response:
            with rested(response.extensions["network_stream"], Counting(lambda: True)):
                body = await response.aread()

    assert b"two" in body
    assert sizes
