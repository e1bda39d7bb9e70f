"""Statuses: every way in which a server, or what stands between, says no."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest

from tests.support.doubles import (
    ScriptedBody,
)
from tests.support.requests import failure
from zatsudan.base.errors import StatusError
from zatsudan.base.jsonvalues import Json


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


async def test_the_time_to_wait_in_the_body() -> None:
    """googleapis/python-genai 1875: Google sends no header."""
    body = {"error": {"code": 429, "message": "x" * 400, "details": [{"retryDelay": "53s"}]}}
    error, _ = await failure(httpx.Response(429, json=body))
    assert isinstance(error, StatusError)
    assert error.retry_after == 53.0
    header, _ = await failure(httpx.Response(429, json=body, headers={"Retry-After": "7"}))
    assert isinstance(header, StatusError)
    assert header.retry_after == 7.0
    fault, _ = await failure(httpx.Response(400, json=body))
    assert isinstance(fault, StatusError)
    assert fault.retry_after is None


async def test_the_time_to_wait_as_a_date() -> None:
    when = datetime.now(UTC) + timedelta(hours=5)
    got, _ = await failure(httpx.Response(429, headers={"Retry-After": format_datetime(when)}))

    assert got.advice == "The server asks to wait 5 h; then /retry."


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
