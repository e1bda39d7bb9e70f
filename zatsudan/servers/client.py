"""HTTP: requests to one server, and what comes of them.

A request goes to the server's own origin and nowhere else: redirects are not
followed, so the key cannot be carried to another. All requests go one way, where
what is logged, what goes wrong and what a server tells of itself loses the keys
that a server may have repeated. The text of a reply stays as it came.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from urllib.request import getproxies

import httpx

from zatsudan.base.addresses import shown_url
from zatsudan.base.errors import ApiError, ConnectionFailed, StatusError, StreamError
from zatsudan.base.jsonvalues import Json, JsonObject, loads, whole_number
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line, printable
from zatsudan.base.quantities import describe_seconds
from zatsudan.config.settings import Network
from zatsudan.servers import bodies, dialects
from zatsudan.servers.choice import Server
from zatsudan.servers.chunks import chunks_of
from zatsudan.servers.failures import NOT_SENDABLE, explained
from zatsudan.servers.hiding import chunk_without, facts_of, refusal_without
from zatsudan.servers.proxies import proxy_of
from zatsudan.servers.statuses import BASE_URL, refused
from zatsudan.servers.trust import secrets_of, tls_context
from zatsudan.wire import bounds
from zatsudan.wire.models import Model, read_models
from zatsudan.wire.protocol import Chunk

#: How long to wait for an answer that is good to know, in seconds.
NATIVE_SECONDS = 5.0

_NAME_ONE = later("Name one with /model NAME.")


class Client:
    """A connection to one server, for the length of a session."""

    def __init__(
        self,
        server: Server,
        network: Network,
        transport: httpx.AsyncBaseTransport | None = None,
        log: Callable[[JsonObject], None] | None = None,
    ) -> None:
        self.server = server
        self._logged = log
        self._listless = False
        self._network = network
        secure = server.base_url.startswith("https")
        try:
            headers = httpx.Headers(
                {
                    "Content-Type": "application/json",
                    "Accept": "application/json",
                    "Accept-Encoding": bodies.ENCODINGS,
                }
            )
            headers.update(server.headers)
            if server.api_key and server.api_key_header:
                headers[server.api_key_header] = server.api_key
            elif server.api_key and "Authorization" not in headers:
                headers["Authorization"] = f"Bearer {server.api_key}"
            url = httpx.URL(server.base_url)
            self._base = str(url.copy_with(query=None))
            self._talk_url = dialects.address(server.dialect, self._base)
            # One server is all that is spoken to, so one proxy is all that is asked for.
            proxy = self._proxy = proxy_of(server.base_url)
            self._secrets = secrets_of(server, getproxies().values() if proxy else ())
            self._where = self._shown(server.base_url)
            self._http = httpx.AsyncClient(
                headers=headers,
                params={**url.params, **server.query} or None,
                timeout=httpx.Timeout(
                    network.idle_seconds, connect=network.connect_seconds, pool=None
                ),
                trust_env=False,
                proxy=proxy or None,
                # Building a TLS context takes 20 ms, which http does not need.
                verify=tls_context(server) if secure else False,
                transport=transport,
            )
        except UnicodeEncodeError:
            raise ConnectionFailed(
                *map(say, NOT_SENDABLE)
            ) from None  # its text shows a character of the key
        except (httpx.InvalidURL, ValueError, TypeError, OSError, ImportError) as error:
            proxies = getproxies().values()
            told = secrets_of(server, proxies).hidden(str(error))
            # The text about an address, ours or a proxy's, may quote a piece of the password in it.
            if isinstance(error, httpx.InvalidURL) and "@" in "".join((server.base_url, *proxies)):
                told = ""
            raise ConnectionFailed(
                say(
                    "The connection cannot be set up: {error}.",
                    error=one_line(told).rstrip(".") or say("an address is not valid"),
                ),
                say("Check the proxy variables, the certificates and the headers of this profile."),
            ) from None

    async def aclose(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def stream(
        self, body: JsonObject, *, thinks: bool = False
    ) -> AsyncGenerator[Chunk, None]:
        """Send a request and yield its chunks as they come; raises ApiError.

        `thinks`: the reply is expected to begin with a thought that no tag begins.

        A cut stream raises after its last chunk: what was yielded stands.
        Closing the generator closes the connection, which the server sees.
        """
        dialect = self.server.dialect
        async with self._exchange(self._talk_url, dialects.written(dialect, body)) as response:
            asked = whole_number(body.get("n")) or 1
            clean: tuple[str, ...] = ()  # facts that are known to hold no secret
            async with aclosing(chunks_of(response, asked, dialect, thinks=thinks)) as chunks:
                async for chunk in chunks:
                    facts = facts_of(chunk)
                    if facts == clean and chunk.usage is None:
                        yield chunk
                        continue
                    shown = chunk_without(chunk, facts, self._secrets)
                    clean = facts if shown is chunk else clean
                    yield shown

    async def ask(self, body: JsonObject) -> JsonObject:
        """Send a request that is not streamed and return the whole answer; raises ApiError."""
        dialect = self.server.dialect
        sent = dialects.written(dialect, body)
        async with self._exchange(self._talk_url, sent, again=True) as response:
            answer = await bodies.whole(response)
        try:
            value = dialects.read(dialect, self._secrets.hidden_json(_parsed(answer)))
        except ValueError:
            raise StreamError(
                say("The server's answer is no JSON."), say("Is the base URL right?")
            ) from None
        if not isinstance(value, dict):
            raise StreamError(
                say("The server's answer is no reply."), say("Is the base URL right?")
            )
        return value

    async def models(self, seconds: float = 10.0) -> list[Model]:
        """Return the models that the server offers; raises ApiError."""
        url = f"{self._base}/models"
        try:
            async with (
                asyncio.timeout(seconds),
                self._exchange(url, seconds=seconds, again=True) as response,
            ):
                body = await bodies.whole(response)
            value = _parsed(body)
        except TimeoutError:
            raise ConnectionFailed(
                say("The list of models took longer than {time}.", time=describe_seconds(seconds)),
                say(_NAME_ONE),
            ) from None
        except ValueError:
            raise StreamError(
                say("The server's list of models is no JSON."), say(_NAME_ONE)
            ) from None
        except StatusError:
            self._listless = True
            raise
        self._listless = False
        return read_models(self._secrets.hidden_json(value))

    async def native(self, path: str, body: Mapping[str, Json] | None = None) -> Json:
        """Ask for something beside /v1, as in `/props`; None where the server does not know it.

        Never raises: what is told there is good to know, and no more.
        """
        url = f"{dialects.root_of(self._base)}{path}"
        try:
            async with self._exchange(url, body, seconds=NATIVE_SECONDS, again=True) as response:
                answer = await bodies.whole(response)
            return self._secrets.hidden_json(_parsed(answer))
        except (ApiError, ValueError):
            return None

    @asynccontextmanager
    async def _exchange(
        self,
        url: str,
        body: Mapping[str, Json] | None = None,
        *,
        seconds: float | None = None,
        again: bool = False,
    ) -> AsyncIterator[httpx.Response]:
        """Send a request and give its response, for as long as it is read; raises ApiError.

        Every request goes this way: what is logged, and whatever goes wrong until the
        response has been read, holds no secret. Where the server has closed a connection
        that was kept open, the request is sent `again`.
        """
        began = False
        self._log({"request": self._shown(url), **({} if body is None else {"body": dict(body)})})
        try:
            request = self._http.build_request(
                "GET" if body is None else "POST",
                url,
                content=None if body is None else _written(body),
                timeout=self._http.timeout if seconds is None else seconds,
            )
            response = await self._send(request, again=again)
            began = True
            try:
                self._log({"status": response.status_code})
                if response.status_code != httpx.codes.OK:
                    told = await bodies.beginning(response)
                    raise self._told_key(
                        refused(response, told, self._where, self._secrets, listless=self._listless)
                    )
                yield response
            finally:
                await response.aclose()
        except StreamError as error:
            failure = StreamError(printable(self._secrets.hidden(error.sentence)), error.advice)
            if error.refused is not None:
                failure.refused = refusal_without(error.refused, self._secrets)
            self._log({"failure": str(failure)})
            raise failure from None
        except ApiError as error:  # whose words were hidden before they were put together
            self._log({"failure": str(error)})
            raise
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, ValueError, OSError) as error:
            translated = self._translated(error, began=began)
            self._log({"failure": str(translated)})
            raise translated from None  # its own text may show a header

    def _told_key(self, error: StatusError) -> StatusError:
        """Return a refusal; that of a key says which variable it was read from."""
        if error.status == httpx.codes.UNAUTHORIZED and self.server.key_variable:
            from zatsudan.base.secrets import shown_variable

            error.advice = say(
                "The key was read from {variable} when zatsudan started; is it that of this server?",
                variable=shown_variable(self.server.key_variable),
            )
        return error

    async def _send(self, request: httpx.Request, *, again: bool) -> httpx.Response:
        try:
            return await self._http.send(request, stream=True)
        except (httpx.RemoteProtocolError, httpx.InvalidURL) as error:
            # httpx reads where a redirect leads to, also if it is not followed.
            if isinstance(error.__context__ or error, httpx.InvalidURL):
                raise StreamError(
                    say("The server points to another address, which is none."), say(BASE_URL)
                ) from None
            if not again:
                raise
            return await self._http.send(request, stream=True)

    def _log(self, record: JsonObject) -> None:
        if self._logged is not None:
            shown = self._secrets.hidden_json(record)
            self._logged(shown if isinstance(shown, dict) else {})

    def _shown(self, url: str) -> str:
        """Return an address as it may be shown."""
        return self._secrets.hidden(shown_url(url))

    def _translated(self, error: Exception, *, began: bool) -> ApiError:
        failure = explained(error, self._where, self._network, self._secrets.hidden, began=began)
        unreached = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
        if unreached and self._proxy:
            failure.advice = say(
                "Does the proxy answer that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY name?"
            )
        return failure


def _written(body: Mapping[str, Json]) -> bytes:
    """Return a body as it is sent; half of a character, which UTF-8 cannot hold, becomes a `?`."""
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return text.encode("utf-8", "replace")


def _parsed(body: bytes) -> Json:
    """Parse the JSON of an answer; raises ValueError, or StreamError for too much of it."""
    text = body.decode("utf-8-sig", "replace")
    bounds.refuse_many(text)
    return loads(text)
