"""HTTP: every way in which a request can end."""

import socket
import ssl
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.support.doubles import (
    DONE,
    Answer,
    Pause,
    ScriptedBody,
    ScriptedServer,
    event,
    stream,
    text_event,
)
from zatsudan.base.errors import ApiError, ConnectionFailed, StatusError, StreamError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.wire.messages import Usage
from zatsudan.wire.models import Model
from zatsudan.wire.protocol import Chunk, Delta

SERVER = Server("test", "https://host.example/v1", api_key="sk-secret")
BODY: JsonObject = {"model": "m", "messages": [], "stream": True}


async def ask(server: ScriptedServer, to: Server = SERVER) -> list[Chunk]:
    client = server.client(to)
    try:
        return [chunk async for chunk in client.stream(BODY)]
    finally:
        await client.aclose()


async def failure(answer: Answer) -> tuple[ApiError, list[Chunk]]:
    """Return the error that a request ends with, and the chunks that came before it."""
    client = ScriptedServer(answer).client(SERVER)
    chunks: list[Chunk] = []

    async def collect() -> None:
        async for chunk in client.stream(BODY):
            chunks.append(chunk)  # noqa: PERF401  what came before the error counts

    with pytest.raises(ApiError) as caught:
        await collect()
    await client.aclose()
    assert caught.value.advice
    assert "sk-secret" not in f"{caught.value} {caught.value.advice}"
    return caught.value, chunks


def content(chunks: list[Chunk]) -> str:
    return "".join(delta.content for chunk in chunks for delta in chunk.deltas)


# --- what is sent ---------------------------------------------------------


async def test_a_request_and_its_stream() -> None:
    usage = event({"choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 2}})
    server = ScriptedServer(stream(text_event("Hel"), text_event("lo", "stop"), usage, DONE))

    chunks = await ask(server)

    assert content(chunks) == "Hello"
    assert chunks[-1] == Chunk(usage=Usage(3, 2))
    (request,) = server.requests
    assert (request.method, str(request.url)) == (
        "POST",
        "https://host.example/v1/chat/completions",
    )
    assert request.headers["Authorization"] == "Bearer sk-secret"
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Accept"] == "application/json"
    assert server.body == BODY


async def test_without_a_key_none_is_sent() -> None:
    server = ScriptedServer(stream(DONE))
    await ask(server, Server("test", "http://box:8080/v1"))

    assert "Authorization" not in server.requests[0].headers


async def test_headers_of_a_profile_take_the_place_of_ours() -> None:
    server = ScriptedServer(stream(DONE))
    headers = {"authorization": "Basic x", "ACCEPT": "text/event-stream", "X-Team": "chat"}
    await ask(server, Server("test", "https://host.example/v1", "sk-secret", headers=headers))

    sent = server.requests[0].headers
    assert sent.get_list("Authorization") == ["Basic x"]
    assert sent.get_list("Accept") == ["text/event-stream"]
    assert sent["X-Team"] == "chat"


@pytest.mark.parametrize(
    ("base_url", "query", "url"),
    [
        ("https://h/v1", {"v": "1"}, "https://h/v1/chat/completions?v=1"),
        ("https://h/gpt?v=1", {}, "https://h/gpt/chat/completions?v=1"),
        ("https://h/gpt?v=1", {"w": "2"}, "https://h/gpt/chat/completions?v=1&w=2"),
    ],
)
async def test_a_query_stands_behind_the_path(
    base_url: str, query: dict[str, str], url: str
) -> None:
    server = ScriptedServer(stream(DONE))
    await ask(server, Server("test", base_url, query=query))

    assert str(server.requests[0].url) == url


async def test_halves_of_signs_can_be_sent() -> None:
    server = ScriptedServer(stream(DONE))
    client = server.client(SERVER)
    assert [chunk async for chunk in client.stream({"model": "m\ud83d", "messages": []})] == []

    assert server.body["model"] == "m?"
    await client.aclose()


@pytest.mark.parametrize(
    ("location", "told", "advice"),
    [
        ("https://new.example/v1/chat/completions", "https://new.example/v1/chat/completions",
         "write https://new.example/v1 as the base URL"),
        ("/openai/v1/chat/completions?token=x", "https://host.example/openai/v1/chat/completions",
         "write https://host.example/openai/v1 as the base URL"),
        ("https://me:pw@sso.example/login?next=%2Fv1&state=sk-secret", "https://sso.example/login",
         "Is the base URL right?"),
        ("https://sk-secret.example/sk-secret", "https://[key].example/[key]", "Is the base URL right?"),
        ("/v1/chat/completions/", "https://host.example/v1/chat/completions/", "Is the base URL right?"),
        ("http://[broken", "", "Is the base URL right?"),
        ("\x1b[2Jx", "which is none", "Is the base URL right?"),
    ],
)  # fmt: skip
async def test_a_redirect_says_where_to(location: str, told: str, advice: str) -> None:
    error, _ = await failure(httpx.Response(307, headers={b"Location": location.encode()}))

    assert str(error).startswith("The server points to another address")
    assert told in str(error)
    assert advice in error.advice
    assert "\x1b" not in str(error) + error.advice
    assert "pw" not in str(error)


async def test_a_redirect_is_not_followed() -> None:
    server = ScriptedServer(httpx.Response(307, headers={"Location": "https://evil.example/v1"}))
    with pytest.raises(StatusError, match=r"points to another address \(307\)"):
        await ask(server)

    assert [request.url.host for request in server.requests] == ["host.example"]


@pytest.mark.parametrize("base_url", ["http://host\x00/v1", "http://" + "a" * 70_000])
def test_an_address_that_httpx_refuses(base_url: str) -> None:
    with pytest.raises(ConnectionFailed, match="cannot be set up"):
        ScriptedServer().client(Server("test", base_url))


def test_a_header_that_cannot_be_sent() -> None:
    with pytest.raises(ConnectionFailed, match="a character that HTTP does not allow") as caught:
        ScriptedServer().client(Server("test", "http://h/v1", headers={"X": "日本"}))

    assert "日" not in str(caught.value)


# --- how it ends ----------------------------------------------------------


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


UNTRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed")
UNTRUSTED.verify_message = "self-signed certificate"


@pytest.mark.parametrize(
    ("error", "sentence", "advice"),
    [
        (
            caused(httpx.ConnectError("x"), ConnectionRefusedError(111, "Connection refused")),
            "Nothing answers at https://host.example/v1.",
            "--base-url",
        ),
        (
            caused(httpx.ConnectError("x"), socket.gaierror(-2, "Name or service not known")),
            "The host of https://host.example/v1 is not known.",
            "Check its name",
        ),
        (
            caused(httpx.ConnectError("x"), UNTRUSTED),
            "is not trusted: self-signed certificate.",
            "ca_file",
        ),
        (
            caused(httpx.ConnectError("x"), ssl.SSLError(1, "WRONG_VERSION_NUMBER")),
            "No secure connection to https://host.example/v1 could be made.",
            "http instead of https",
        ),
        (httpx.ConnectTimeout("x"), "did not answer within 10 s.", "/retry"),
        (httpx.ReadTimeout("x"), "has been silent for 2 min.", "idle_seconds"),
        (httpx.ProxyError("407"), "The proxy refused the connection: 407.", "HTTPS_PROXY"),
        (httpx.UnsupportedProtocol("x"), "is not an address.", "https://host/v1"),
        (httpx.WriteError("broken pipe"), "broke (broken pipe).", "/retry"),
        (httpx.RemoteProtocolError(""), "broke (RemoteProtocolError).", "/retry"),
        (httpx.ReadError("\x1b[2J"), "broke (␛[2J).", "/retry"),
    ],
)
async def test_a_connection_that_fails(error: Exception, sentence: str, advice: str) -> None:
    got, _ = await failure(error)

    assert isinstance(got, ConnectionFailed)
    assert sentence in str(got)
    assert advice in got.advice


async def test_a_server_of_https_that_is_asked_over_http() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("")

    client = Client(Server("x", "http://host.example/v1"), Network(), httpx.MockTransport(answer))
    with pytest.raises(ConnectionFailed) as caught:
        await client.ask({})
    await client.aclose()
    assert "broke (ReadError)" in str(caught.value)
    assert "Does the server speak https?" in caught.value.advice
    assert "/continue" not in caught.value.advice
    assert caught.value.passing


@pytest.mark.parametrize(
    ("status", "body", "sentence"),
    [
        (400, {"error": {"message": "bad temperature"}}, "refused the request (400): bad temp"),
        (401, {"error": {"message": "Incorrect key"}}, "not accept the API key (401): Incorrect"),
        (403, {"error": "forbidden"}, "not allowed to do this (403): forbidden"),
        (404, {"detail": "no such model"}, "this model or address (404): no such model"),
        (422, {"detail": [{"msg": "field required"}]}, "field of the request (422): field req"),
        (429, [{"error": {"message": "quota"}}], "no quota left (429): quota"),
        (500, {}, "The server has a fault (500)."),
        (503, {"error": {"message": "Loading model"}}, "loading the model (503): Loading model"),
    ],
)
async def test_a_status_that_refuses(status: int, body: Json, sentence: str) -> None:
    got, _ = await failure(httpx.Response(status, json=body))

    assert isinstance(got, StatusError)
    assert got.status == status
    assert sentence in str(got)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"", "The server has a fault (502)."),
        (b"<html><title>Bad Gateway</title></html>", "(502): Bad Gateway (a web page, not an"),
        (b"upstream\n\x1b[31mdown", "(502): upstream ␛[31mdown"),
        (b"\xff\xff", "(502): \ufffd\ufffd"),
    ],
)
async def test_a_refusal_that_is_no_json(body: bytes, sentence: str) -> None:
    got, _ = await failure(httpx.Response(502, content=body))

    assert sentence in str(got)


async def test_a_refusal_without_end_is_read_in_part() -> None:
    body = ScriptedBody(*[b"x" * 10_000] * 1000)
    got, _ = await failure(httpx.Response(500, stream=body))

    assert body.sent < 10
    assert body.closed
    assert len(str(got)) < 400


async def test_a_refusal_whose_body_breaks_is_told_by_its_status() -> None:
    got, _ = await failure(httpx.Response(401, stream=ScriptedBody(httpx.ReadError("x"))))

    assert str(got) == "The server does not accept the API key (401)."


async def test_the_code_and_the_field_are_kept() -> None:
    error = {"message": "no", "code": "unsupported_parameter", "param": "max_tokens"}
    got, _ = await failure(httpx.Response(400, json={"error": error}))

    assert isinstance(got, StatusError)
    assert (got.code, got.param) == ("unsupported_parameter", "max_tokens")


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        (" 0.5 ", 0.5),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("-5", None),
        ("soon", None),
        ("inf", None),
        ("nan", None),
        ("", None),
        ("٣", None),
    ],
)
async def test_the_time_to_wait(header: str, seconds: float | None) -> None:
    headers = [(b"Retry-After", header.encode())]
    got, _ = await failure(httpx.Response(429, headers=headers))

    assert isinstance(got, StatusError)
    assert got.retry_after == seconds
    assert got.advice.startswith("Wait a little" if seconds is None else "The server asks to wait")


async def test_the_time_to_wait_as_a_date() -> None:
    when = datetime.now(UTC) + timedelta(hours=5)
    got, _ = await failure(httpx.Response(429, headers={"Retry-After": format_datetime(when)}))

    assert got.advice == "The server asks to wait 5 h; then /retry."


@pytest.mark.parametrize(
    ("steps", "kind", "sentence"),
    [
        ([], ConnectionFailed, "ended in the middle"),
        ([httpx.ReadError("reset")], ConnectionFailed, "broke (reset)"),
        ([httpx.ReadTimeout("")], ConnectionFailed, "has been silent for 2 min"),
        ([httpx.DecodingError("gzip")], ConnectionFailed, "compressed in a broken way"),
        ([event({"error": {"message": "overloaded"}})], StreamError, "broke off: overloaded"),
        ([event({"error": "overloaded"})], StreamError, "broke off: overloaded"),
        ([b"data: {oops\n\n"], StreamError, "a line that is no JSON: {oops"),
    ],
)
async def test_a_stream_that_breaks_keeps_what_came(
    steps: list[bytes | Exception], kind: type[ApiError], sentence: str
) -> None:
    got, chunks = await failure(stream(text_event("Hel"), text_event("lo"), *steps))

    assert content(chunks) == "Hello"
    assert type(got) is kind
    assert sentence in str(got)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"<!doctype html><title>Welcome</title>", "not a reply: Welcome (a web page"),
        (b'{"error": {"message": "no memory"}}', "broke off: no memory"),
        (b'{"object": "list", "data": []}', "JSON that holds no reply"),
        (b'{"cut', "not a reply: {"),
    ],
)
async def test_another_body_instead_of_a_stream(body: bytes, sentence: str) -> None:
    got, chunks = await failure(httpx.Response(200, content=body))

    assert isinstance(got, StreamError)
    assert sentence in str(got)
    assert chunks == []


async def test_a_json_reply_instead_of_a_stream() -> None:
    body = {"choices": [{"message": {"content": "Hello"}, "finish_reason": "stop"}]}

    assert await ask(ScriptedServer(httpx.Response(200, json=body))) == [
        Chunk((Delta(0, "Hello", "", "stop"),))
    ]


@pytest.mark.parametrize(
    "steps",
    [
        [text_event("Hi"), DONE],
        [text_event("Hi", "stop")],
        [text_event("Hi", "stop"), httpx.RemoteProtocolError("peer closed connection")],
        [text_event("Hi"), DONE, httpx.ReadError("reset")],
        [text_event("Hi"), b"data: [DONE]"],
    ],
)
async def test_a_stream_that_said_its_end_is_whole(steps: list[bytes | Exception]) -> None:
    assert content(await ask(ScriptedServer(stream(*steps)))) == "Hi"


async def test_after_done_the_end_of_the_connection_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("zatsudan.servers.client.AFTERMATH_SECONDS", 0.0)
    body = ScriptedBody(text_event("Hi"), DONE, Pause())

    assert content(await ask(ScriptedServer(httpx.Response(200, stream=body)))) == "Hi"
    assert body.closed


async def test_closing_the_generator_closes_the_stream() -> None:
    body = ScriptedBody(text_event("Hi"), Pause())
    client = ScriptedServer(httpx.Response(200, stream=body)).client(SERVER)

    async with aclosing(client.stream(BODY)) as chunks:
        assert content([await anext(chunks)]) == "Hi"
        closed = [body.closed]

    assert [*closed, body.closed] == [False, True]
    await client.aclose()


async def test_every_cut_of_the_bytes_gives_the_same_reply() -> None:
    whole = text_event("é あ 😀\u2028") + text_event("end", "stop") + DONE
    server = ScriptedServer(stream(*(whole[i : i + 1] for i in range(len(whole)))))

    assert content(await ask(server)) == "é あ 😀\u2028end"


# --- models ---------------------------------------------------------------


async def test_models() -> None:
    server = ScriptedServer(httpx.Response(200, json={"data": [{"id": "a"}]}))
    client = server.client(Server("test", "https://host.example/v1", query={"v": "1"}))

    assert await client.models() == [Model("a")]
    assert str(server.requests[0].url) == "https://host.example/v1/models?v=1"
    await client.aclose()


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (httpx.Response(404, json={"error": "none here"}), "(404): none here"),
        (httpx.Response(200, text="<html>"), "list of models is no JSON"),
        (httpx.ConnectError("x"), "Nothing answers"),
        (httpx.Response(200, content=b"\xff"), "list of models is no JSON"),
    ],
)
async def test_models_that_do_not_come(answer: Answer, sentence: str) -> None:
    client = ScriptedServer(answer).client(SERVER)
    with pytest.raises(ApiError) as caught:
        await client.models()

    assert sentence in str(caught.value)
    assert caught.value.advice
    await client.aclose()


async def test_a_server_without_a_list_of_models_is_told_what_to_do_without_one() -> None:
    missing = httpx.Response(404, json={"error": "no such model"})
    server = ScriptedServer(httpx.Response(404), missing)
    client = server.client(SERVER)

    with pytest.raises(StatusError, match=r"The server has no list of models \(404\)\.") as listed:
        await client.models()
    assert "/model NAME" in listed.value.advice
    with pytest.raises(StatusError, match="no such model") as asked:
        await client.ask(BODY)
    assert asked.value.advice == listed.value.advice
    await client.aclose()


async def test_where_there_is_a_list_it_is_named() -> None:
    server = ScriptedServer(
        httpx.Response(200, json={"data": [{"id": "a"}]}), httpx.Response(404, json={})
    )
    client = server.client(SERVER)

    await client.models()
    with pytest.raises(StatusError) as asked:
        await client.ask(BODY)
    assert asked.value.advice.startswith("/model lists what it offers")
    await client.aclose()


#: What stands between: the status and body of each as it sends them.
NGINX = """<html>\r
<head><title>{0}</title></head>\r
<body>\r
<center><h1>{0}</h1></center>\r
<hr><center>nginx/1.27.0</center>\r
</body>\r
</html>\r
"""
HAPROXY = "<html><body><h1>{0}</h1>\n{1}\n</body></html>\n"
MITMPROXY = """<html>
    <head>
        <title>{0}</title>
    </head>
    <body>
    <h1>{0}</h1>
    <p>{1}</p>
    </body>
</html>"""
PAGE = "(a web page, not an API's reply)"


@pytest.mark.parametrize(
    ("status", "body", "sentence", "advice"),
    [
        # LiteLLM: its own error objects, whose code is the status as text and whose param is "None".
        (401, {"error": {"message": "Authentication Error, Invalid proxy server token passed.", "type": "token_not_found_in_db", "param": "key", "code": "401"}},
         "The server does not accept the API key (401): Authentication Error, Invalid proxy server token passed.", "Check the key"),
        (400, {"error": {"message": "/chat/completions: Invalid model name passed in model=gpt-9. Call `/v1/models` to view available models for your key.", "type": "invalid_request_error", "param": "model", "code": "400"}},
         "The server refused the request (400): /chat/completions: Invalid model name passed in model=gpt-9.", "/params"),
        (429, {"error": {"message": "litellm.RateLimitError: No deployments available for selected model, Try again in 5 seconds.", "type": "None", "param": "None", "code": "429"}},
         "The server says: too many requests, or no quota left (429): litellm.RateLimitError", "Wait a little"),
        (500, {"error": {"message": "litellm.InternalServerError: Connection error..", "type": None, "param": None, "code": "500"}},
         "The server has a fault (500): litellm.InternalServerError: Connection error..", "/retry"),
        # nginx
        (502, NGINX.format("502 Bad Gateway"), f"The server has a fault (502): 502 Bad Gateway {PAGE}", "/retry"),
        (504, NGINX.format("504 Gateway Time-out"), f"The server's gateway waited too long for the reply (504): 504 Gateway Time-out {PAGE}", "/retry"),
        (413, NGINX.format("413 Request Entity Too Large"), "The request is too large for the server (413)", "/new"),
        (405, NGINX.format("405 Not Allowed"), "The server takes no message at this address (405)", "base URL"),
        (404, NGINX.format("404 Not Found"), "The server does not know this model or address (404)", "base URL"),
        (401, NGINX.format("401 Authorization Required"), "The server does not accept the API key (401)", "Check the key"),
        (400, NGINX.format("400 The plain HTTP request was sent to HTTPS port"), "sent to HTTPS port", "Write https in the base URL."),
        (400, "Client sent an HTTP request to an HTTPS server.\n", "to an HTTPS server.", "Write https in the base URL."),
        # Caddy: no body at all
        (502, "", "The server has a fault (502).", "/retry"),
        (503, "", "The server is busy or still loading the model (503).", "Wait a little"),
        # HAProxy: no title, and words behind the heading
        (503, HAPROXY.format("503 Service Unavailable", "No server is available to handle this request."),
         f"The server is busy or still loading the model (503): 503 Service Unavailable {PAGE}", "Wait a little"),
        (408, HAPROXY.format("408 Request Time-out", "Your browser didn't send a complete request in time."),
         "The server gave up waiting (408)", "/retry"),
        # mitmproxy, and proxies that want a password
        (502, MITMPROXY.format("502 Bad Gateway", "[Errno 111] Connect call failed"), f"The server has a fault (502): 502 Bad Gateway {PAGE}", "/retry"),
        (407, MITMPROXY.format("407 Proxy Authentication Required", ""), "The proxy wants a name and a password (407)", "HTTP_PROXY"),
    ],
)  # fmt: skip
async def test_what_stands_between_says_it_in_its_own_way(
    status: int, body: Json, sentence: str, advice: str
) -> None:
    page = {"text": body} if isinstance(body, str) else {"json": body}
    error, chunks = await failure(httpx.Response(status, **page))

    assert sentence in str(error)
    assert advice in error.advice
    assert chunks == []
