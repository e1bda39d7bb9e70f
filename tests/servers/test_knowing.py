"""A server is known by what it answers: each kind by its list of models, or by a path that only it knows.

The answers are short forms of what servers answer, by their sources (beside the rows in
`servers.athome`) and by recordings of other projects that look for them.
"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.support.chats import chat_with
from tests.support.server import Request, Script, Server, fails, says, serve, whole
from zatsudan.config.settings import Config
from zatsudan.servers import nearby
from zatsudan.servers.choice import Server as Address
from zatsudan.servers.kinds import KINDS, kind_of
from zatsudan.servers.knowing import by_answers, by_list, left_at, may_be_asked
from zatsudan.wire.models import read_models

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json


def owned(owner: str | None) -> "Json":
    entry: dict[str, Json] = {"id": "m", "object": "model", "created": 1}
    return {"object": "list", "data": [entry if owner is None else {**entry, "owned_by": owner}]}


#: Kind, what it says at /v1/models of the owner, and what at paths beside it.
ANSWERS: list[tuple[str, str | None, dict[str, "Json"]]] = [
    ("ollama", "library", {"/api/version": {"version": "0.12.6"}}),
    ("ollama", "huihui_ai", {"/api/version": {"version": "0.12.6"}}),
    ("lmstudio", "organization_owner", {"/api/v0/models": {"object": "list", "data": []}}),
    ("llama.cpp", "llamacpp", {"/props": {"build_info": "b6700-1", "default_generation_settings": {}}}),
    ("vllm", "vllm", {"/version": {"version": "0.11.0"}}),
    ("sglang", "sglang", {"/get_model_info": {"model_path": "m"}, "/version": {"version": "1"}}),
    (
        "koboldcpp",
        "koboldcpp",
        {
            "/api/extra/version": {"result": "KoboldCpp", "version": "1.99"},
            "/api/version": {"version": "0.7.0"},
            "/props": {"chat_template": "…", "build_info": "x"},
        },
    ),
    ("textgen", "user", {"/v1/internal/model/info": {"model_name": "m", "lora_names": [], "loader": "llama.cpp"}}),
    ("tabbyapi", "tabbyAPI", {"/v1/model": {"id": "m"}}),
    ("jan", "user", {"/openapi.json": {"info": {"title": "Jan API Server Endpoints"}}}),
    ("localai", None, {"/system": {"backends": ["llama-cpp"]}, "/version": {"version": "v3 (a1)"}}),
    ("gpt4all", "humanity", {}),
    ("", "llama-swap", {"/openapi.json": {"info": {"title": "FastAPI"}}}),
]  # fmt: skip


def answering(owner: str | None, beside: "dict[str, Json]") -> Server:
    def script(request: Request) -> Script:
        if request.path in beside:
            return whole(beside[request.path])
        if "chat" in request.path:
            return says("yes")
        return fails(404, {"detail": "Not Found"})

    return Server([script], listing=whole(owned(owner)))


@pytest.mark.parametrize(("kind", "owner", "beside"), ANSWERS)
def test_an_answer_tells_the_kind(kind: str, owner: str | None, beside: "dict[str, Json]") -> None:
    told = by_list(read_models(owned(owner)))
    assert told.name in ("", kind)
    assert told.name == kind or by_answers(beside).name == kind


def test_every_kind_of_this_machine_is_told_by_an_answer_but_one() -> None:
    told = {kind for kind, _, _ in ANSWERS}
    assert {kind.name for kind in KINDS if kind.addresses} - told == {"mlx"}


def test_no_two_kinds_have_an_owner_or_a_sign_in_common() -> None:
    owners = [owner for kind in KINDS for owner in kind.owners]
    signs = [sign.path for kind in KINDS for sign in kind.signs]
    assert len(set(owners)) == len(owners)
    assert len(set(signs)) == len(signs)


def test_what_tells_nothing_is_known_by_its_port() -> None:
    assert left_at("http://127.0.0.1:10240/v1").name == "mlx"
    assert left_at("http://127.0.0.1:8080/v1").name == "mlx"
    assert left_at("http://127.0.0.1:5000/v1").name == ""


@pytest.mark.parametrize(
    ("name", "url", "known", "kind"),
    [
        ("x", "http://127.0.0.1:8080/v1", "koboldcpp", "koboldcpp"),
        ("ollama", "http://127.0.0.1:11434/v1", "koboldcpp", "koboldcpp"),
        ("x", "http://127.0.0.1:8080/v1", "", ""),  # asked, and nothing that we know
        ("vllm", "http://127.0.0.1:8080/v1", "", "vllm"),
        ("x", "https://api.openai.com/v1", "vllm", "openai"),
        ("x", "http://127.0.0.1:8080/v1", "no such kind", ""),
    ],
)
def test_what_was_answered_goes_before_name_and_port(
    name: str, url: str, known: str, kind: str
) -> None:
    assert kind_of(name, url, known=known).name == kind


@pytest.mark.parametrize(("kind", "owner", "beside"), ANSWERS)
async def test_a_server_at_any_port_is_known_behind_the_prompt_and_remembered(
    kind: str, owner: str | None, beside: "dict[str, Json]", tmp_path: Path
) -> None:
    there, kept = answering(owner, beside), tmp_path / "models.json"
    async with serve(there.scripts[0], tells=True) as server:
        server.listing = there.listing
        async with chat_with(server.base_url, catalogue=kept) as chat:
            await chat.link.fetch_models()
            assert (await chat.link.ask_kind()).name == kind
            assert chat.link.kind.name == kind
        async with chat_with(server.base_url, catalogue=kept) as chat:
            await chat.link.client()
            assert chat.link.kind.name == kind
            assert [model.id for model in chat.link.catalogue.of(server.base_url)] == ["m"]


async def test_what_was_remembered_is_asked_for_with_one_question() -> None:
    there = answering("user", ANSWERS[7][2])
    async with serve(there.scripts[0], tells=True) as server, chat_with(server.base_url) as chat:
        server.listing = there.listing
        await chat.link.fetch_models()
        await chat.link.ask_kind()
        asked = len(server.requests)
        await chat.link.fetch_models()
        assert (await chat.link.ask_kind()).name == "textgen"
        assert [request.path for request in server.requests[asked:]] == [
            "/v1/models", "/v1/internal/model/info",
        ]  # fmt: skip


async def test_another_server_in_its_place_is_noticed() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        server.listing = whole(owned("vllm"))
        await chat.link.fetch_models()
        assert chat.link.kind.name == "vllm"
        server.listing = whole(owned("sglang"))
        await chat.link.fetch_models()
        assert chat.link.kind.name == "sglang"


async def test_what_runs_is_found_by_its_answers_in_the_order_of_the_rows() -> None:
    kobold, swapped = answering("koboldcpp", {}), answering("llama-swap", {})
    async with (
        serve(swapped.scripts[0], tells=True) as one,
        serve(kobold.scripts[0], tells=True) as two,
        serve(says("x")) as three,
    ):
        one.listing, two.listing = swapped.listing, kobold.listing
        three.listing = whole(owned("library"))
        addresses = [one.base_url, two.base_url, three.base_url]
        found = await nearby.found(Config(), "", addresses, lambda _port, _name: True)

    names = [entry.server.name for entry in found]
    assert names[:2] == ["ollama", "koboldcpp"]
    assert names[2].startswith("127.0.0.1:")
    assert [entry.server.kind for entry in found] == ["ollama", "koboldcpp", ""]


def test_only_near_servers_are_asked_for_paths_that_they_may_not_know() -> None:
    assert may_be_asked(Address("x", "http://192.168.0.2:9/v1"))
    assert not may_be_asked(Address("x", "https://gateway.example/v1"))
    assert not may_be_asked(Address("x", "http://127.0.0.1:9/v1", dialect="ollama"))


def test_a_list_with_a_kind_is_read_as_one_without() -> None:
    listed = cast("Json", json.loads('{"models": [{"id": "m"}], "kind": "vllm"}'))
    assert [model.id for model in read_models(listed)] == ["m"]
