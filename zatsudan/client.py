"""HTTP: the one module that knows httpx and its errors.

A request goes to the server's own origin and nowhere else: redirects are not
followed, so the key cannot be carried to another.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from datetime import UTC, datetime
from urllib.request import getproxies

import httpx

from zatsudan.config import Network
from zatsudan.connect import Server
from zatsudan.core.addresses import is_loopback, shown_url
from zatsudan.core.errors import (
    ApiError,
    ConnectionFailed,
    StatusError,
    StreamError,
    describe_seconds,
)
from zatsudan.core.language import later, say
from zatsudan.core.messages import Json, JsonObject, whole_number
from zatsudan.core.models import Model, read_models
from zatsudan.core.printable import one_line
from zatsudan.core.protocol import Chunk, loads, read_error
from zatsudan.core.reader import Reader
from zatsudan.core.retries import read_retry_after
from zatsudan.failures import NOT_SENDABLE, explained
from zatsudan.trust import secrets_of, tls_context

#: How long to wait for the rest of a stream whose end was already said, in seconds.
AFTERMATH_SECONDS = 3.0
#: How long to wait for an answer that is good to know, in seconds.
NATIVE_SECONDS = 5.0
#: The most bytes of an error's body that are read, and of a list of models.
ERROR_BYTES = 65_536
MODELS_BYTES = 2**25

_NAME_ONE = later("Name one with /model NAME.")
_CUT = (
    later("The stream ended in the middle: the server did not say that the reply was done."),
    later("What came is kept: /continue goes on, /retry asks again."),
)
_EMPTY = (later("The server's reply was empty."), later("/retry asks again."))


class Client:
    """A connection to one server, for the length of a session."""

    def __init__(
        self,
        server: Server,
        network: Network,
        transport: httpx.AsyncBaseTransport | None = None,
        log: Callable[[JsonObject], None] = lambda _: None,
    ) -> None:
        self.server = server
        self._log = log
        self._network = network
        secure = server.base_url.startswith("https")
        try:
            headers = httpx.Headers(
                {"Content-Type": "application/json", "Accept": "application/json"}
            )
            headers.update(server.headers)
            if server.api_key and server.api_key_header:
                headers[server.api_key_header] = server.api_key
            elif server.api_key and "Authorization" not in headers:
                headers["Authorization"] = f"Bearer {server.api_key}"
            url = httpx.URL(server.base_url)
            self._base = str(url.copy_with(query=None))
            self._where = shown_url(server.base_url)
            self._secrets = secrets_of(server)
            self._http = httpx.AsyncClient(
                headers=headers,
                params={**url.params, **server.query} or None,
                timeout=httpx.Timeout(
                    network.idle_seconds, connect=network.connect_seconds, pool=None
                ),
                # The environment names proxies: none stands between us and this machine.
                trust_env=not is_loopback(url.host),
                # Building a TLS context takes 20 ms, which http does not need.
                verify=tls_context(server) if secure else False,
                transport=transport,
            )
        except UnicodeEncodeError:
            raise ConnectionFailed(
                *map(say, NOT_SENDABLE)
            ) from None  # its text shows a sign of the key
        except (httpx.InvalidURL, ValueError, TypeError, OSError, ImportError) as error:
            raise ConnectionFailed(
                say(
                    "The connection cannot be set up: {error}.",
                    error=one_line(str(error)).rstrip("."),
                ),
                say("Check the proxy variables, the certificates and the headers of this profile."),
            ) from error

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def stream(self, body: JsonObject) -> AsyncGenerator[Chunk, None]:
        """Send a request and yield its chunks as they come; raises ApiError.

        A cut stream raises after its last chunk: what was yielded stands.
        Closing the generator closes the connection, which the server sees.
        """
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode(
            "utf-8", "replace"
        )
        self._log({"request": f"{self._where}/chat/completions", "body": body})
        try:
            async with self._http.stream(
                "POST", f"{self._base}/chat/completions", content=content
            ) as response:
                self._log({"status": response.status_code})
                if response.status_code != httpx.codes.OK:
                    raise self._status_error(response, await _beginning(response))
                asked = whole_number(body.get("n")) or 1
                async with aclosing(_chunks(response, asked)) as chunks:
                    async for chunk in chunks:
                        yield chunk
        except StreamError as error:
            raise StreamError(self._hidden(str(error)), error.advice) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError, OSError) as error:
            failure = self._translated(error)
            self._log({"failure": str(failure)})
            raise failure from error

    async def ask(self, body: JsonObject) -> JsonObject:
        """Send a request that is not streamed and return the whole answer as it came; raises ApiError."""
        self._log({"request": f"{self._base}/chat/completions", "body": body})
        try:
            try:
                response = await self._http.post(f"{self._base}/chat/completions", json=body)
            except httpx.RemoteProtocolError:  # closed by the server while it was kept open
                response = await self._http.post(f"{self._base}/chat/completions", json=body)
            if response.status_code != httpx.codes.OK:
                message, code, param = read_error(response.content[:ERROR_BYTES])
                raise StatusError(response.status_code, message, code=code, param=param)
            value = loads(response.content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise self._translated(error) from error
        except ValueError as error:
            raise StreamError(
                say("The server's answer is no JSON."), say("Is the base URL right?")
            ) from error
        if not isinstance(value, dict):
            raise StreamError(
                say("The server's answer is no reply."), say("Is the base URL right?")
            )
        return value

    async def models(self, seconds: float = 10.0) -> list[Model]:
        """Return the models that the server offers; raises ApiError."""
        try:
            async with asyncio.timeout(seconds):
                try:
                    body = await self._listed(seconds)
                except httpx.RemoteProtocolError:  # a kept connection that the server has closed
                    body = await self._listed(seconds)
            return read_models(loads(body.decode("utf-8-sig", "replace")))
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise self._translated(error) from error
        except TimeoutError:
            raise ConnectionFailed(
                say("The list of models took longer than {time}.", time=describe_seconds(seconds)),
                say(_NAME_ONE),
            ) from None
        except ValueError as error:
            raise StreamError(
                say("The server's list of models is no JSON."), say(_NAME_ONE)
            ) from error

    async def _listed(self, seconds: float) -> bytes:
        async with self._http.stream("GET", f"{self._base}/models", timeout=seconds) as response:
            if response.status_code != httpx.codes.OK:
                raise self._status_error(response, await _beginning(response))
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > MODELS_BYTES:
                    raise ValueError("a list without end")
            return bytes(body)

    async def native(self, path: str, body: Mapping[str, Json] | None = None) -> Json:
        """Ask for something beside /v1, as in `/props`; None where the server does not know it.

        Never raises: what is told there is good to know, and no more.
        """
        url = f"{self._base.rstrip('/').removesuffix('/v1')}{path}"
        method, content = ("GET", None) if body is None else ("POST", json.dumps(body).encode())
        for _ in range(2):
            try:
                response = await self._http.request(
                    method, url, content=content, timeout=NATIVE_SECONDS
                )
                return loads(response.content) if response.status_code == httpx.codes.OK else None
            except httpx.RemoteProtocolError:
                continue  # the server has closed a connection that was kept open
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError):
                break
        return None

    def _translated(self, error: Exception) -> ApiError:
        failure = explained(error, self._where, self._network)
        unreached = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        if unreached and self._http.trust_env and getproxies():
            failure.advice = say(
                "Does the proxy answer that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY name?"
            )
        return failure

    def _status_error(self, response: httpx.Response, body: bytes) -> StatusError:
        # Before it is read: what is cut short afterwards could end in half a key.
        message, code, param = read_error(self._hidden(body.decode("utf-8", "replace")).encode())
        return StatusError(
            response.status_code,
            message,
            code=code,
            param=param,
            retry_after=read_retry_after(
                response.headers.get("Retry-After", ""), datetime.now(UTC)
            ),
        )

    def _hidden(self, text: str) -> str:
        """Return what a server said without the key, which some servers repeat."""
        for secret in self._secrets:
            text = text.replace(secret, "[key]")
        return text


async def _chunks(response: httpx.Response, choices: int) -> AsyncGenerator[Chunk, None]:
    """Yield the chunks of a response's body; raises ConnectionFailed if it was cut.

    A connection that breaks once the reply is complete cuts nothing. The end
    is waited for only a little once all `choices` that were asked for are
    there: a server may begin the second when the first has finished.
    """
    reader = Reader()
    pieces = response.aiter_bytes()
    piece: bytes | None = b""
    while piece is not None:
        try:
            if reader.complete and (reader.done or reader.choices >= choices):
                async with asyncio.timeout(AFTERMATH_SECONDS):
                    piece = await anext(pieces, None)
            else:
                piece = await anext(pieces, None)
            for chunk in reader.close() if piece is None else reader.feed(piece):
                yield chunk
        except (httpx.HTTPError, TimeoutError):
            for chunk in reader.rest():
                yield chunk
            if not reader.complete:
                raise
            break
        except StreamError:
            for chunk in reader.rest():
                yield chunk
            raise
    if not reader.complete:
        raise ConnectionFailed(*map(say, _CUT if reader.began else _EMPTY))


async def _beginning(response: httpx.Response) -> bytes:
    """Return the beginning of an error's body, or what came of it before the connection broke."""
    body = bytearray()
    try:
        async with asyncio.timeout(10):
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > ERROR_BYTES:
                    break
    except (httpx.HTTPError, TimeoutError):
        pass  # the status alone says enough
    return bytes(body[:ERROR_BYTES])
