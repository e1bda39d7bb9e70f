"""The server that has a model file: asked over HTTP, redirects followed, what breaks as a sentence."""

import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx

from zatsudan.base.addresses import origin, shown_url
from zatsudan.base.errors import ConnectionFailed, StatusError, StreamError
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.config.settings import Network
from zatsudan.servers.engine.sources import checked_url, redirected
from zatsudan.servers.proxies import proxy_of

REDIRECTS = 5

AGAIN = later("What came is kept: the same command goes on from there.")


class FileHost:
    """Who has the file at `url`; `sha256` is the file's checksum, or empty.

    `headers` may hold a key: they go to the host of `url` alone, not where it points to.
    """

    def __init__(
        self,
        url: str,
        sha256: str,
        network: Network,
        headers: Mapping[str, str],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.url = checked_url(url, sha256)
        self._sha256 = sha256.lower()
        self._network = network
        self._headers = headers
        self._transport = transport

    @asynccontextmanager
    async def open(self, method: str, headers: dict[str, str]) -> AsyncIterator[httpx.Response]:
        """Send a request, following redirects; raises ConnectionFailed, also for what breaks inside."""
        url = self.url
        where = shown_url(url)
        try:
            for _ in range(REDIRECTS + 1):
                private = self._headers if origin(url) == origin(self.url) else {}
                async with (
                    httpx.AsyncClient(
                        headers={"Accept-Encoding": "identity"},
                        timeout=httpx.Timeout(
                            self._network.idle_seconds, connect=self._network.connect_seconds
                        ),
                        trust_env=False,
                        proxy=proxy_of(url) or None,
                        transport=self._transport,
                    ) as client,
                    client.stream(method, url, headers={**headers, **private}) as response,
                ):
                    if not response.is_redirect:
                        yield response
                        return
                    url = redirected(url, header(response, "Location"), self._sha256)
            raise StreamError(
                say("{where} points from one address to the next.", where=where),
                say("Set the file's own address as model_url."),
            )
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise ConnectionFailed(
                say(
                    "{host} is not reached ({why}).",
                    host=one_line(httpx.URL(url).host, 60),
                    why=one_line(str(error)) or type(error).__name__,
                ),
                say("Is this machine online? --gguf FILE serves a model file that is here."),
            ) from error
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ConnectionFailed(
                say(
                    "The connection to {where} broke ({why}).",
                    where=one_line(where, 120),
                    why=one_line(str(error)) or type(error).__name__,
                ),
                say(AGAIN),
            ) from error


async def pieces(response: httpx.Response) -> AsyncIterator[bytes]:
    """Yield the bytes of a body as they come; where it is cut they end."""
    with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError, httpx.ReadTimeout):
        async for piece in response.aiter_raw():
            yield piece


def header(response: httpx.Response, name: str) -> str:
    """Return a header of an answer; `` where it is not there."""
    return str(response.headers.get(name, "")).strip()


def length(response: httpx.Response) -> int:
    """Return the length in bytes that an answer tells of itself; 0 where it does not."""
    told = header(response, "Content-Length")
    return int(told) if told.isascii() and told.isdigit() else 0


def refused(status: int) -> StatusError:
    """Return the error for a status with which no file comes."""
    error = StatusError(status)
    advice = {
        401: say("It wants a key: fetch the file by other means, and name it with --gguf FILE."),
        403: say("It wants a key: fetch the file by other means, and name it with --gguf FILE."),
        404: say("See whether model_url under [local] is right."),
        410: say("See whether model_url under [local] is right."),
    }
    error.sentence = say("The server does not give the file ({status}).", status=status)
    error.args = (error.sentence,)
    error.advice = advice.get(status, say("Try again later."))
    return error
