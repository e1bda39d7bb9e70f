"""A talk by another API than /v1: one profile says so, and all else is as ever."""

import json

import httpx
import pytest

from zatsudan.base.errors import ApiError, StreamError
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.config.settings import Network, Profile
from zatsudan.parameters.table import find
from zatsudan.servers.choice import Server, from_profile
from zatsudan.servers.client import Client
from zatsudan.servers.exported import request_to
from zatsudan.servers.kinds import kind_of
from zatsudan.servers.taking import takes

LINES = [
    {"model": "m", "message": {"role": "assistant", "content": "", "thinking": "hm"}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": "Kyō"}, "done": False},
    {"model": "m", "message": {"role": "assistant", "content": "to"}, "done": False},
    {
        "model": "m", "message": {"role": "assistant", "content": ""}, "done": True,
        "done_reason": "stop", "prompt_eval_count": 11, "eval_count": 3,
    },
]  # fmt: skip
ASKED: JsonObject = {
    "model": "m",
    "messages": [{"role": "user", "content": "hi"}],
    "stream": True,
    "top_k": 20,
}


class Pieces(httpx.AsyncByteStream):
    def __init__(self, body: bytes, size: int) -> None:
        self._body, self._size = body, size

    async def __aiter__(self):  # type: ignore[no-untyped-def]
        for at in range(0, len(self._body), self._size):
            yield self._body[at : at + self._size]


def client(body: bytes, seen: list[httpx.Request], size: int = 7) -> Client:
    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, stream=Pieces(body, size))

    server = from_profile(
        "home", Profile("http://127.0.0.1:11434/v1", dialect="ollama"), {}, reason=""
    )
    return Client(server, Network(), httpx.MockTransport(answer))


@pytest.mark.parametrize("size", [1, 7, 100_000])
async def test_a_stream_of_lines_is_a_reply(size: int) -> None:
    seen: list[httpx.Request] = []
    home = client(b"".join(json.dumps(line).encode() + b"\n" for line in LINES), seen, size)
    chunks = [chunk async for chunk in home.stream(ASKED)]
    await home.aclose()

    deltas = [delta for chunk in chunks for delta in chunk.deltas]
    assert "".join(delta.content for delta in deltas) == "Kyōto"
    assert "".join(delta.reasoning for delta in deltas) == "hm"
    assert deltas[-1].finish_reason == "stop"
    assert [chunk.usage.completion for chunk in chunks if chunk.usage] == [3]
    assert str(seen[0].url) == "http://127.0.0.1:11434/api/chat"
    assert json.loads(seen[0].content)["options"] == {"top_k": 20}


async def test_a_whole_answer_and_its_message() -> None:
    seen: list[httpx.Request] = []
    line = {**LINES[1], "done": True, "prompt_eval_count": 11, "eval_count": 3}
    home = client(json.dumps(line).encode(), seen)
    answer = await home.ask({**ASKED, "stream": False})
    await home.aclose()
    assert answer["choices"][0]["message"]["content"] == "Kyō"  # type: ignore[index, call-overload]
    assert json.loads(seen[0].content)["stream"] is False


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"error": "model \'m\' not found"}\n', "not found"),
        (json.dumps(LINES[1]).encode() + b'\n{"error": "an error was encountered"}\n', "an error"),
        (json.dumps(LINES[1]).encode() + b"\n", "ended in the middle"),
        (b"<html>no</html>", "."),
    ],
)
async def test_what_goes_wrong_is_an_error(body: bytes, said: str) -> None:
    home = client(body, [])
    with pytest.raises((StreamError, ApiError), match=said):
        [chunk async for chunk in home.stream(ASKED)]
    await home.aclose()


def test_an_export_asks_as_the_client_does() -> None:
    server = Server("home", "http://127.0.0.1:11434/v1", dialect="ollama")
    request = request_to(server, dict(ASKED), "KEY")
    assert request.url == "http://127.0.0.1:11434/api/chat"
    assert request.body["options"] == {"top_k": 20}


def test_the_kind_is_that_of_the_api_that_is_spoken() -> None:
    url = "http://127.0.0.1:11434/v1"
    native, compatible = kind_of("", url, dialect="ollama"), kind_of("", url)
    assert native.name != compatible.name
    assert takes(native, find("top_k"))
    assert takes(native, find("num_ctx"))
    assert takes(compatible, find("top_k")) is False
