"""Kinds of servers: the rows, and how a server is told."""

import ast
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

import zatsudan
from tests.support.doubles import ScriptedClient
from zatsudan.config.settings import EMBEDDED
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers import native
from zatsudan.servers.choice import Server
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import (
    KINDS,
    LOCAL_ADDRESSES,
    OFFERED,
    UNKNOWN,
    kind_of,
    own_first,
    renames,
)
from zatsudan.servers.prefill import FORMS, NONE
from zatsudan.servers.wirenames import own_names, wire_name
from zatsudan.wire.refusals import mended

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zatsudan.base.jsonvalues import Json
    from zatsudan.servers.client import Client


@pytest.mark.parametrize(
    ("name", "url", "kind"),
    [
        ("x", "https://api.openai.com/v1", "openai"),
        ("x", "https://api.mistral.ai/v1", "mistral"),
        ("x", "https://codestral.mistral.ai/v1", "mistral"),
        ("x", "https://openrouter.ai/api/v1", "openrouter"),
        ("x", "https://api.deepseek.com/v1", "deepseek"),
        ("x", "https://notmistral.ai/v1", ""),
        ("x", "https://mistral.ai.example/v1", ""),
        ("x", "http://127.0.0.1:8080/v1", "llama.cpp"),
        ("x", "http://[::1]:8080/v1", "llama.cpp"),
        ("x", "http://127.0.0.2:11434/v1", "ollama"),
        ("x", "http://localhost:1234/v1", "lmstudio"),
        ("x", "http://localhost:8000/v1", "vllm"),
        ("x", "http://far.example:8080/v1", ""),
        ("x", "http://localhost/v1", ""),
        ("local", "http://127.0.0.1:40000/v1", "llama.cpp"),
        ("ollama", "http://box:11434/v1", "ollama"),
        ("ollama", "http://127.0.0.1:8080/v1", "ollama"),
        ("mistral", "https://gateway.example/v1", "mistral"),
        ("mistral", "http://127.0.0.1:8080/v1", "llama.cpp"),
        ("deepseek", "http://localhost:11434/v1", "ollama"),
        ("mistral", "http://127.0.0.1:4000/v1", "mistral"),  # a gateway
        ("", "", ""),
    ],
)
def test_the_kind_of_a_server(name: str, url: str, kind: str) -> None:
    assert kind_of(name, url).name == kind


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_row_is_sound(kind: ServerKind) -> None:
    assert kind.name
    assert kind.label
    assert kind_of("", kind.url, known=kind.name) is kind or not kind.url
    assert kind_of(kind.name, "https://gateway.example/v1", dialect=kind.dialect) is kind
    assert kind.prefill in (*FORMS, NONE, "")
    assert set(kind.names) <= set(BY_NAME), "a name of ours that is no parameter"
    named = {*(kind.takes or ()), *kind.ignores, *kind.unsent}
    assert named <= set(BY_NAME), "a name of ours that is no parameter"
    assert not (kind.takes or frozenset()) & set(kind.ignores)
    assert all(BY_NAME[name].local for name in kind.takes or ())
    extras = kind.echo.extras if kind.echo is not None else {}
    assert not set(extras) & set(BY_NAME), "it has a row, which says how it is probed"


def test_no_two_rows_share_a_name() -> None:
    names = [name for kind in KINDS for name in (kind.name, *kind.also)]
    assert len(names) == len(set(names))


def test_no_other_module_knows_a_server_by_its_name_or_address() -> None:
    """What is true of one kind of server is a field of its row, and nobody asks for its name."""
    names = {name for kind in KINDS for name in (kind.name, kind.label)}
    hosts = {host for kind in KINDS for host in (*kind.hosts, kind.host) if kind.hosted and host}
    strangers = [
        (path.name, node.value)
        for path in Path(zatsudan.__file__).parent.rglob("*.py")
        # Words that manuals write where any key will do are no knowledge of a server.
        if path.name
        not in (
            "hosted.py",
            "athome.py",
            "secrets.py",
            "dialects.py",
            "foreign.py",
            "foreigntrees.py",
        )
        and "foreign" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and (node.value in names or any(host in node.value for host in hosts))
    ]

    assert strangers == []


def test_what_is_offered_and_what_is_looked_for() -> None:
    assert [kind.name for kind in OFFERED] == [
        "openai", "openrouter", "ollama", "lmstudio", "llama.cpp", "vllm", "sglang", "koboldcpp",
        "textgen", "tabbyapi", "jan", "localai", "mlx", "gpt4all",
    ]  # fmt: skip
    ports = [int(address.split(":")[2].removesuffix("/v1")) for address in LOCAL_ADDRESSES]
    assert ports == [11434, 1234, 8080, 9931, 8000, 30000, 5001, 5000, 1337, 10240, 4891]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_what_is_sent_comes_back_under_a_name_that_can_be_set(kind: ServerKind) -> None:
    repairs = renames(kind)
    for name in kind.names:
        sent = mended({name: 7}, repairs)
        assert sent == {wire_name(name, repairs): 7}
        assert set(own_names(sent, repairs, BY_NAME)) <= set(BY_NAME)


def test_a_servers_own_kind_is_tried_first() -> None:
    first, *others = own_first(KINDS[3])
    assert first is KINDS[3]
    assert {kind.name for kind in others} == {kind.name for kind in KINDS} - {first.name}
    assert own_first(UNKNOWN)[1:] == KINDS


class Telling(ScriptedClient):
    """A client that answers one question beside /v1, and remembers all."""

    def __init__(self, server: Server, path: str, field: str, answer: "Json") -> None:
        super().__init__()
        self.server = server
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self._answers = (path, field, answer)

    async def native(self, path: str, body: "Mapping[str, Json] | None" = None) -> "Json":
        self.asked.append((path, tuple(body or ())))
        known, field, answer = self._answers
        return answer if path == known and (not field or field in (body or {})) else None

    @property
    def client(self) -> "Client":
        return cast("Client", self)


VLLM_BODY = ("model", "prompt", "add_special_tokens")
LLAMA_BODY = ("content", "add_special")


@pytest.mark.parametrize(
    ("name", "field", "asked"),
    [
        ("vllm", "prompt", [VLLM_BODY]),
        ("llama.cpp", "content", [LLAMA_BODY]),
        (EMBEDDED, "content", [LLAMA_BODY]),
        ("x", "content", [LLAMA_BODY]),
        ("x", "prompt", [LLAMA_BODY, VLLM_BODY]),
        ("vllm", "content", [VLLM_BODY, LLAMA_BODY]),  # it is not what it is called
    ],
)
async def test_a_tokenizer_is_asked_in_its_own_form_first(
    name: str, field: str, asked: list[tuple[str, ...]]
) -> None:
    there = Telling(Server(name, "http://box/v1"), "/tokenize", field, {"tokens": [4, 2]})

    assert await native.tokenize(there.client, "m", "hi") == [4, 2]
    assert there.asked == [("/tokenize", fields) for fields in asked]


@pytest.mark.parametrize("field", ["content", "prompt"])
async def test_the_text_of_a_token_is_read_in_either_form(field: str) -> None:
    there = Telling(Server("x", "http://box/v1"), "/detokenize", "", {field: " hi"})

    assert await native.texts_of(there.client, "m", [7]) == {7: " hi"}


async def test_a_servers_own_values_come_under_our_names() -> None:
    params = {
        "temperature": 0.800000011920929, "seed": 0xFFFFFFFF, "n_predict": -1, "max_tokens": 5,
        "lora": [], "stream": True, "top_k": 40,
    }  # fmt: skip
    answer: Json = {"default_generation_settings": {"params": cast("Json", params)}}
    there = Telling(Server("x", "http://box/v1"), "/props", "", answer)

    assert await native.defaults(there.client) == {
        "temperature": 0.8, "seed": -1, "max_tokens": -1, "top_k": 40,
    }  # fmt: skip


async def test_a_server_that_tells_nothing() -> None:
    there = Telling(Server("x", "http://box/v1"), "/nowhere", "", None)

    assert await native.defaults(there.client) is None
    assert await native.tokenize(there.client, "m", "hi") is None
