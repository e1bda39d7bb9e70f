"""The server that has a file: redirects, and what it refuses."""

import hashlib

import httpx
import pytest

from tests.support.fileserver import FILE, FileServer
from tests.support.listening import serving
from zatsudan.base.errors import ConnectionFailed, StatusError, StreamError
from zatsudan.config.settings import Network
from zatsudan.servers.engine import filehost
from zatsudan.servers.engine.filehost import FileHost, pieces, refused

SHA = hashlib.sha256(FILE).hexdigest()


async def asked(url: str, transport: httpx.AsyncBaseTransport | None = None) -> bytes:
    """All bytes of the file; raises what the host refuses."""
    host = FileHost(url, SHA, Network(), {}, transport)
    async with host.open("GET", {}) as response:
        if response.status_code != httpx.codes.OK:
            raise refused(response.status_code)
        return b"".join([piece async for piece in pieces(response)])


@pytest.mark.parametrize(
    ("status", "advice"), [(404, "model_url"), (403, "--gguf"), (503, "later")]
)
async def test_a_refusal_is_a_sentence(status: int, advice: str) -> None:
    async with serving(FileServer(status=status)) as server:
        with pytest.raises(StatusError, match=f"does not give the file \\({status}\\)") as caught:
            await asked(server.url)

    assert advice in caught.value.advice


async def test_a_redirect_is_followed() -> None:
    async with serving(FileServer()) as server, serving(FileServer(location=server.url)) as first:
        assert await asked(first.url) == FILE


async def test_redirects_end() -> None:
    async with serving(FileServer()) as server:
        server.location = server.url
        with pytest.raises(StreamError, match="from one address to the next"):
            await asked(server.url)

        assert len(server.requests) == filehost.REDIRECTS + 1


async def test_a_redirect_never_leaves_tls() -> None:
    seen: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url)
        return httpx.Response(302, headers={"Location": "http://host/tiny.gguf"})

    with pytest.raises(ConnectionFailed, match="without TLS"):
        await asked("https://host/tiny.gguf", httpx.MockTransport(answer))

    assert len(seen) == 1
