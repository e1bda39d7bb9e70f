"""HTTP: every way in which a request can end."""

import socket
import ssl
from contextlib import aclosing

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
from tests.support.requests import BODY, SERVER, ask, content, failure
from zatsudan.base.errors import ApiError, ConnectionFailed, StatusError
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.wire.messages import Usage
from zatsudan.wire.models import Model
from zatsudan.wire.protocol import Chunk

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


async def test_halves_of_characters_can_be_sent() -> None:
    server = ScriptedServer(stream(DONE))
    client = server.client(SERVER)
    assert [chunk async for chunk in client.stream({"model": "m\ud83d", "messages": []})] == []

    assert server.body["model"] == "m?"
    await client.aclose()


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


async def test_closing_the_generator_closes_the_stream() -> None:
    body = ScriptedBody(text_event("Hi"), Pause())
    client = ScriptedServer(httpx.Response(200, stream=body)).client(SERVER)

    async with aclosing(client.stream(BODY)) as chunks:
        assert content([await anext(chunks)]) == "Hi"
        closed = [body.closed]

    assert [*closed, body.closed] == [False, True]
    await client.aclose()


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
