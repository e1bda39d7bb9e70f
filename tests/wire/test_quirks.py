"""Every quirk of the table: read whole, cut anywhere, and over the wire in every encoding."""

import gzip
import zlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import aclosing

import pytest
from hypothesis import given, settings

from tests.support.quirks import DATA, QUIRKS, Quirk
from tests.support.server import Script, serve
from tests.support.strategies import cuts, pieces
from zatsudan.base.errors import ApiError
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.client import Client
from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.reader import Reader
from zatsudan.wire.reply import Reply

NETWORK = Network(connect_seconds=5.0, idle_seconds=10.0)


class Fold:
    """What chunks amount to, up to the error if one came."""

    def __init__(self) -> None:
        self.replies: dict[int, Reply] = {}
        self.usage: Usage | None = None
        self.error = ""

    def add(self, chunks: Iterable[Chunk]) -> None:
        for chunk in chunks:
            self.usage = chunk.usage or self.usage
            for delta in chunk.deltas:
                self.replies.setdefault(delta.index, Reply()).add(delta)

    def check(self, quirk: Quirk) -> None:
        first = self.replies.get(0, Reply())
        assert first.content == quirk.content
        assert first.reasoning == quirk.reasoning
        assert first.finish_reason == quirk.finish
        assert quirk.error in self.error
        assert bool(self.error) is bool(quirk.error)
        counts = (self.usage.prompt, self.usage.completion) if self.usage is not None else None
        assert counts == quirk.usage
        others = {index: reply.content for index, reply in self.replies.items() if index != 0}
        assert others == quirk.others
        assert set(first.calls) == set(quirk.calls)
        for name, arguments in quirk.calls.items():
            assert arguments.replace('"', '\\"') in str(first.calls[name]).replace('"', '\\"')
        assert tuple(map(_token, first.logprobs)) == quirk.tokens
        assert set(first.beside) == set(quirk.beside)
        if quirk.ids:
            many = first.calls["tool_calls"]
            assert isinstance(many, list)
            assert [call["id"] for call in many if isinstance(call, dict)] == [*quirk.ids]
        if quirk.cached:
            assert self.usage is not None
            assert self.usage.cached == quirk.cached


def _token(entry: object) -> tuple[str, float, int]:
    assert isinstance(entry, dict)
    return entry["token"], round(entry["logprob"], 4), len(entry.get("top_logprobs", ()))


def read(parts: Sequence[bytes]) -> tuple[Fold, Reader]:
    fold, reader = Fold(), Reader()
    try:
        for part in parts:
            fold.add(reader.feed(part))
        fold.add(reader.close())
    except ApiError as error:
        fold.error = str(error)
    return fold, reader


STREAMS = [quirk for quirk in QUIRKS if quirk.status == 200]
#: What the client says of a body that is no error by itself.
OF_THE_CLIENT = ("was empty", "did not say that the reply was done")


def by_file(quirks: Iterable[Quirk]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "quirk", [pytest.param(quirk, id=quirk.file) for quirk in quirks]
    )


@by_file(STREAMS)
def test_whole(quirk: Quirk) -> None:
    fold, reader = read([quirk.body])
    if quirk.error in OF_THE_CLIENT:
        assert not fold.error
        fold.error = quirk.error

    fold.check(quirk)
    assert (reader.complete and not fold.error) is quirk.complete


@by_file(quirk for quirk in STREAMS if len(quirk.fill) < 100_000)
def test_cut_at_random_places(quirk: Quirk) -> None:
    body = quirk.body

    @settings(max_examples=30)
    @given(cuts(len(body)))
    def check(places: list[int]) -> None:
        fold, _ = read(pieces(body, places))
        if quirk.error in OF_THE_CLIENT:
            fold.error = quirk.error
        fold.check(quirk)

    check()


def _deflated(data: bytes) -> bytes:
    """Without zlib's head, as some servers understand "deflate"."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


ENCODINGS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "deflate without a head": _deflated,
}


def packets(data: bytes, size: int) -> list[bytes]:
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@by_file(QUIRKS)
async def test_over_the_wire(quirk: Quirk, encoding: str) -> None:
    body = ENCODINGS[encoding](quirk.body)
    headers = [("Content-Type", quirk.content_type)]
    if encoding != "identity":
        headers.append(("Content-Encoding", encoding.partition(" ")[0]))
    # 307: many events in one packet, and most events in two.
    script = Script(
        packets(body, 307 if len(body) < 50_000 else 40_000), quirk.status, tuple(headers)
    )
    fold = Fold()
    async with serve(script) as server:
        client = Client(Address("scripted", server.base_url), NETWORK)
        asked = {"n": 1 + len(quirk.others)}
        try:
            async with aclosing(client.stream({"model": "m", "messages": [], **asked})) as chunks:
                async for chunk in chunks:
                    fold.add([chunk])
        except ApiError as error:
            fold.error = str(error)
        await client.aclose()

    fold.check(quirk)
    assert len(fold.error) < 500


async def test_every_event_in_many_packets() -> None:
    body = (DATA / "usage-chunk-without-choices.sse").read_bytes()
    fold = Fold()
    async with serve(Script(packets(body, 1))) as server:
        client = Client(Address("scripted", server.base_url), NETWORK)
        async with aclosing(client.stream({"model": "m", "messages": []})) as chunks:
            async for chunk in chunks:
                fold.add([chunk])
        await client.aclose()

    assert fold.replies[0].content == "Hello"
    assert fold.usage == Usage(9, 2, cached=4, reasoning=1)


def test_every_file_has_its_row() -> None:
    assert sorted(path.name for path in DATA.iterdir()) == sorted(quirk.file for quirk in QUIRKS)
    assert all(quirk.source for quirk in QUIRKS)
