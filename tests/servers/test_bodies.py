"""Bodies: decompressed piece by piece, whatever a server packs into one read."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable, Iterable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.doubles import ScriptedBody, ScriptedServer
from tests.support.strategies import cuts, pieces
from zatsudan.base.errors import StreamError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.servers import bodies
from zatsudan.servers.choice import Server
from zatsudan.wire import bounds

SERVER = Server("test", "https://host.example/v1", api_key="sk-secret")
BODY: JsonObject = {"model": "m", "messages": []}


def _bare(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


CODINGS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "none": ("", lambda data: data),
    "identity": ("identity", lambda data: data),
    "gzip": ("gzip", gzip.compress),
    "x-gzip": ("X-GZip", gzip.compress),
    "deflate": ("deflate", zlib.compress),
    "bare": ("deflate", _bare),
    "twice": ("deflate, gzip", lambda data: gzip.compress(zlib.compress(data))),
}


def response(coding: str, *parts: bytes, status: int = 200) -> httpx.Response:
    headers = {"Content-Encoding": coding} if coding else {}
    return httpx.Response(status, headers=headers, stream=ScriptedBody(*parts))


@pytest.mark.parametrize("name", CODINGS)
def test_the_same_bytes_however_they_were_packed_and_cut(name: str) -> None:
    coding, pack = CODINGS[name]

    @given(st.binary(max_size=50) | st.binary(max_size=9).map(lambda data: data * 5000), st.data())
    def check(data: bytes, more: st.DataObject) -> None:
        packed = pack(data)
        places = more.draw(cuts(len(packed)))

        async def read() -> list[bytes]:
            return [
                piece async for piece in bodies.pieces(response(coding, *pieces(packed, places)))
            ]

        came = asyncio.run(read())
        assert b"".join(came) == data
        assert all(0 < len(piece) <= bounds.PIECE for piece in came if piece)

    check()


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size))


async def test_a_bomb_is_never_whole_in_memory() -> None:
    packed = bomb(2**26)
    tracemalloc.start()
    try:
        size = 0
        async for piece in bodies.pieces(response("gzip", packed)):
            size += len(piece)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert size == 2**26
    assert peak < 2**20


async def test_a_whole_body_has_a_bound() -> None:
    assert await bodies.whole(response("gzip", bomb(1000)), 1000) == bytes(1000)
    body = ScriptedBody(*[b"x" * 1000] * 100)
    with pytest.raises(StreamError, match="has no end: more than 0 MB"):
        await bodies.whole(httpx.Response(200, stream=body), 10_000)
    assert body.sent == 11


async def test_the_beginning_of_an_error_has_a_bound() -> None:
    assert await bodies.beginning(response("gzip", bomb(2**26))) == bytes(bounds.ERROR)
    assert await bodies.beginning(response("br", b"x")) == b""
    assert await bodies.beginning(response("gzip", b"no gzip")) == b""


async def test_what_was_not_asked_for_is_said() -> None:
    with pytest.raises(StreamError, match=r"not asked for \(br\)"):
        await bodies.whole(response("br", b"x"))
    with pytest.raises(httpx.DecodingError):
        await bodies.whole(response("gzip", b"no gzip"))


async def test_other_tasks_have_their_turn_while_data_is_always_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bounds, "TURN", 0.0)
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.ensure_future(other())
    count = 0
    async for _ in bodies.pieces(response("gzip", bomb(2**20))):
        count += 1
    task.cancel()
    assert turns >= count - 2


def flooding(coding: str, parts: Iterable[bytes], status: int = 200) -> ScriptedServer:
    return ScriptedServer(response(coding, *parts, status=status))


@pytest.mark.parametrize(("coding", "part"), [("", b"x" * 65_536), ("gzip", b"")])
async def test_every_answer_has_a_bound(coding: str, part: bytes) -> None:
    """A reply, a list of models, and what is asked beside /v1."""
    parts = [b'{"a":"', *[part] * 1000] if part else [bomb(2**26)]
    client = flooding(coding, parts).client(SERVER)
    with pytest.raises(StreamError, match="has no end"):
        await client.ask(BODY)
    client = flooding(coding, parts).client(SERVER)
    with pytest.raises(StreamError, match="has no end"):
        await client.models()
    assert await flooding(coding, parts).client(SERVER).native("/props") is None


async def test_an_answer_of_too_many_values_is_not_parsed() -> None:
    parts = [b"[" + b"[]," * bounds.VALUES + b"[]]"]
    with pytest.raises(StreamError, match="values"):
        await flooding("", parts).client(SERVER).ask(BODY)
    with pytest.raises(StreamError, match="values"):
        await flooding("", parts).client(SERVER).models()
    assert await flooding("", parts).client(SERVER).native("/props") is None
