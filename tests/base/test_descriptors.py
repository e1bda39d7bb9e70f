"""What a descriptor gives: the same whether the loop watches it or a thread reads it."""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator

import pytest

from zatsudan.base.descriptors import Incoming


@pytest.fixture(params=["by the loop", "by a thread"])
def unwatched(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "by a thread":

        def refuse(*_args: object) -> None:
            raise NotImplementedError

        loop = asyncio.SelectorEventLoop
        monkeypatch.setattr(loop, "add_reader", refuse)


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    ends = os.pipe()
    yield ends
    # The other end stays open: a thread that has yet to read it would read the next pipe of its number.
    with contextlib.suppress(OSError):
        os.close(ends[1])


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110  the thread tells nobody but the loop
            await asyncio.sleep(0.001)


@pytest.mark.usefixtures("unwatched")
async def test_pieces_come_in_order_and_the_end_is_empty(pipe: tuple[int, int]) -> None:
    got: list[bytes] = []
    incoming = Incoming(pipe[0], got.append)
    incoming.listen()
    os.write(pipe[1], b"one")
    await until(lambda: b"".join(got) == b"one")
    os.write(pipe[1], b"two")
    await until(lambda: b"".join(got) == b"onetwo")
    os.close(pipe[1])
    await until(lambda: got[-1] == b"")
    incoming.close()


@pytest.mark.usefixtures("unwatched")
async def test_nothing_is_lost_while_nobody_listens(pipe: tuple[int, int]) -> None:
    got: list[bytes] = []
    incoming = Incoming(pipe[0], got.append)
    incoming.listen()
    os.write(pipe[1], b"a")
    await until(lambda: got == [b"a"])
    incoming.close()
    os.write(pipe[1], b"b")
    await asyncio.sleep(0.05)
    assert got == [b"a"]

    incoming.listen()
    await until(lambda: got == [b"a", b"b"])
    incoming.close()


@pytest.mark.usefixtures("unwatched")
async def test_it_may_be_closed_by_what_it_gives(pipe: tuple[int, int]) -> None:
    got: list[bytes] = []

    def once(data: bytes) -> None:
        got.append(data)
        incoming.close()

    incoming = Incoming(pipe[0], once)
    incoming.listen()
    os.write(pipe[1], b"x")
    await until(lambda: got == [b"x"])
    os.write(pipe[1], b"y")
    await asyncio.sleep(0.05)
    assert got == [b"x"]
