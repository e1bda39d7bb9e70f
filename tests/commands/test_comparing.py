"""The commands of the lab: what they ask for, what they show, what they write."""

import os
from pathlib import Path

import pytest

from tests.support.chats import chat_with
from tests.support.commands import lines, refusal, run, table
from tests.support.doubles import turn_in
from tests.support.experiments import experiment, talk
from tests.support.server import Request, Script, fails, says, serve
from zatsudan.commands.outcomes import Work
from zatsudan.config.presetfiles import Preset, Presets
from zatsudan.lab.probe import recipe_of, requests, usual
from zatsudan.lab.trials import TESTS
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import PARAMETERS
from zatsudan.servers.choice import Server
from zatsudan.servers.findings import REPEAT, Finding, Findings
from zatsudan.sessions.planned import Lab
from zatsudan.talk.chat import Chat

# --- compare and sweep ----------------------------------------------------------


async def test_a_comparison_of_settings_on_the_last_message() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "one")
        chat.talk.record({"type": "set", "name": "seed", "value": 3})
        chat.talk.record({"type": "set", "name": "n", "value": 3})
        outcome = await experiment(chat, "/compare now temperature=1.2,top_p=0.9 seed=unset")
        assert [(cell.label, dict(cell.parameters)) for cell in outcome.cells] == [
            ("as it is now", {"seed": 3}),
            ("temperature 1.2 · top_p 0.9", {"seed": 3, "temperature": 1.2, "top_p": 0.9}),
            ("seed unset", {}),
        ]
        assert outcome.parent.message.text == "a question"
        assert lines(outcome) == ["3 requests, 1 at a time · Esc stops"]


async def test_a_comparison_of_models_on_a_new_message() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        server.models = ("llama-small", "llama-large", "qwen")
        outcome = await experiment(chat, "/compare small qwen blind -- what -- is it?")
        assert sorted(cell.model for cell in outcome.cells) == ["llama-small", "qwen"]
        assert outcome.blind
        assert outcome.parent.message.text == "what -- is it?"
        assert "no model of this server" in str(await refusal(chat, "/compare llama gpt"))


async def test_presets_are_compared_by_name(tmp_path: Path) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        chat.presets = Presets(tmp_path)
        chat.presets.write("warm", Preset({"temperature": 1.3}, model="m-2"))
        outcome = await experiment(chat, "/compare warm now -- hi")
        assert [(cell.label, dict(cell.parameters), cell.model) for cell in outcome.cells] == [
            ("warm", {"temperature": 1.3}, "m-2"),
            ("as it is now", {}, ""),
        ]


async def test_one_side_is_compared_with_now() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        outcome = await experiment(chat, "/compare temperature=0 -- hi")
        assert [cell.label for cell in outcome.cells] == ["as it is now", "temperature 0"]


@pytest.mark.parametrize(
    "line",
    [
        "/compare",
        "/compare temperature=0 temperature=1",
        "/compare a=1 b=2 -- hi",
        "/compare temperature=0 temperature=1 --",
        "/compare seed=1 seed=2 seed=3 seed=4 seed=5 -- hi",
        "/sweep",
        "/sweep temperature 0 1",
        "/sweep temperature 0..2:0.01 -- hi",
        "/lab",
        "/lab export x.md",
        "/diff",
        "/repro",
        "/probe nonsense",
    ],
)
async def test_what_cannot_be_done_is_said_and_nothing_is_asked(line: str) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        await refusal(chat, line)
        assert [request for request in server.requests if request.method == "POST"] == []
        assert chat.talk.session.nodes == {}


async def test_a_sweep_says_how_many_requests_it_makes() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        outcome = await experiment(chat, "/sweep temperature 0 1 x top_p 0.5 1 runs=2 seed=5 -- hi")
        assert lines(outcome) == ["8 requests, 1 at a time · Esc stops"]
        assert [cell.parameters["seed"] for cell in outcome.cells] == [5] * 4 + [6] * 4
        assert outcome.cells[4].label == "temperature 0 · top_p 0.5 · seed 6"
        assert [cell.setting for cell in outcome.cells] == [0, 1, 2, 3] * 2
        many = await experiment(chat, "/sweep! temperature 0..2:0.02 -- hi")
        assert len(many.cells) == 101


# --- the table, the file, the diff --------------------------------------------------


async def test_the_table_and_the_file(tmp_path: Path) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "今日は晴れ", "今日は雨")
        chat.talk.record(Lab("1", (("cold", "2"), ("warm", "3"))).to_json())
        shown = await run(chat, "/lab")
        assert [row[1] for row in table(shown).rows] == ["cold", "warm"]
        assert table(shown).marks == {1}
        assert "pairs of characters" in lines(shown)[2]
        for ending in ("md", "csv", "json", "html"):
            path = tmp_path / f"out.{ending}"
            await run(chat, f"/lab export {path}")
            assert "今日は雨" in path.read_text(encoding="utf-8")
            before = path.read_bytes()
            refused = await refusal(chat, f"/lab export {path}")
            assert "There is a file" in str(refused)
            assert f"/lab! export {path} overwrites it." in refused.advice
            assert path.read_bytes() == before
        assert "no ending" in str(await refusal(chat, f"/lab export {tmp_path}/x.xyz"))
        for name in (f"{tmp_path}/no/x.md", "~nobody-of-that-name/x.md"):
            assert "cannot be written" in str(await refusal(chat, f"/lab export {name}"))


@pytest.mark.posix
async def test_a_pipe_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.md")
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "one", "two")
        chat.talk.record(Lab("1", (("cold", "2"), ("warm", "3"))).to_json())
        refused = await refusal(chat, f"/lab! export {tmp_path}/x.md")
        assert "cannot be written" in str(refused)


async def test_a_blind_table_hides_the_settings_and_is_not_exported(tmp_path: Path) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "one", "two")
        chat.talk.record(Lab("1", (("cold", "2"), ("warm", "3")), blind=True).to_json())
        for line in ("/lab", "/variants", "/diff"):
            assert not {"cold", "warm", "temperature"} & set(
                " ".join(lines(await run(chat, line))).split()
            )
        assert "still blind" in str(await refusal(chat, f"/lab export {tmp_path}/x.md"))


async def test_the_same_text_is_said_to_be_the_same() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "one", "two", "one")
        chat.talk.record(Lab("1", (("a", "2"), ("b", "3"), ("c", "4"))).to_json())
        assert [row[-1] for row in table(await run(chat, "/lab")).rows] == [
            "one",
            "two",
            "the same text as 1",
        ]


async def test_messages_are_named_alike_wherever_one_is_named() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "one", "two", "three")
        assert lines(await run(chat, "/diff #2 #3")) == lines(await run(chat, "/diff 1 2"))
        await run(chat, "/pick #3")
        assert chat.talk.session.head == "3"
        shown = lines(await run(chat, "/use"))
        assert shown[0] == "The settings of reply #3: two"
        assert chat.talk.session.parameters["temperature"] == 1
        await run(chat, "/use #2")
        assert chat.talk.session.parameters["temperature"] == 0


async def test_an_experiment_is_written_over_a_file_by_its_own_command(tmp_path: Path) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        talk(chat, "one", "two")
        chat.talk.record(Lab("1", (("a", "2"), ("b", "3"))).to_json())
        path = tmp_path / "x.md"
        path.write_text("old")
        error = await refusal(chat, f"/lab export {path}")
        assert f"/lab! export {path}" in error.advice
        await run(chat, f"/lab! export {path}")
        assert "one" in path.read_text()


# --- what is remarked on parameters ---------------------------------------------------


@pytest.mark.parametrize("near", [True, False])
async def test_what_two_parameters_do_together_is_said_once_and_of_hosted_servers(
    near: bool,
) -> None:
    async with serve(says("x")) as server:
        url = server.base_url if near else "https://api.example/v1"
        async with chat_with(url) as chat:
            await chat.link.client()
            said = [
                line
                for command in (
                    "/set stop END",
                    "/set temperature 0.5 top_p 0.9",
                    "/set top_p 0.8",
                    "/stop OFF",
                )
                for line in lines(await run(chat, command))
                if "both set" in line
            ]
            assert len(said) == (0 if near else 1)


async def test_what_needs_another_parameter_is_taken_back_with_it() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 4")
        shown = lines(await run(chat, "/unset logprobs"))
        assert [line.split()[0] for line in shown] == ["logprobs", "top_logprobs"]
        assert chat.talk.session.parameters == {}


# --- probe ------------------------------------------------------------------------


async def work(chat: Chat, line: str) -> list[str]:
    outcome = await run(chat, line)
    assert isinstance(outcome, Work)
    said: list[str] = []
    return lines(await outcome.run(lambda far: said.append(str(far))))


def whole(text: str, finish: str = "stop", tokens: int = 4, **more: object) -> Script:
    """An answer that is not streamed."""
    choice = {"index": 0, "message": {"content": text}, "finish_reason": finish}
    usage = {"prompt_tokens": 5, "completion_tokens": tokens}
    return fails(200, {"choices": [choice], "usage": usage, **more})


def honest(request: Request) -> Script:
    """A server that does as it is told."""
    body = request.body
    if "verbose" in body:
        return whole("1")
    if body["max_tokens"] == 3:
        return whole("1, 2", "length", 3)
    if body.get("temperature") is None:
        return whole("1, 2, 3", "length", 8)
    if body.get("temperature") == 1.8 and body.get("top_k") != 1:
        return whole(f"story {body['seed']}")
    text = "1, 2, 3, 4"
    for stop in body.get("stop", []):
        text = text.split(stop, maxsplit=1)[0]
    return whole(text)


def deaf(request: Request) -> Script:
    """A server that ignores all parameters, and throws dice."""
    deaf.count = getattr(deaf, "count", 0) + 1  # type: ignore[attr-defined]
    return whole(f"reply {deaf.count}, and on", tokens=8)  # type: ignore[attr-defined]


def picky(request: Request) -> Script:
    """A server that refuses two of the fields, and wants the limit under its other name."""
    if "max_tokens" in request.body:
        message = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
        return fails(400, {"error": {"message": message, "param": "max_tokens"}})
    for name in ("temperature", "top_k"):
        if name in request.body:
            message = f"Unsupported parameter: '{name}'"
            return fails(400, {"error": {"message": message, "param": name}})
    limit = request.body["max_completion_tokens"]
    return whole("1, 2, 3, 4"[: 2 * limit], "length", limit)


PROBED = "/probe max_tokens temperature seed top_k stop n"


async def states(chat: Chat, line: str) -> dict[str, str]:
    rows = [row.split(" | ") for row in await work(chat, line) if " | " in row]
    return {name: state.split()[1] for name, state, _ in rows}


async def test_a_server_that_does_as_it_is_told() -> None:
    async with serve(honest) as server, chat_with(server.base_url) as chat:
        found = await states(chat, PROBED)
        assert found == {
            "max_tokens": "honoured",
            "temperature": "honoured",
            "seed": "honoured",
            "top_k": "honoured",
            "stop": "honoured",
            "n": "ignored",
        }
        limits = [request.body["max_tokens"] for request in server.requests]
        assert max(limits) <= 8
        assert chat.talk.session.nodes == {}


async def test_a_server_that_ignores_everything() -> None:
    async with serve(deaf) as server, chat_with(server.base_url) as chat:
        assert set((await states(chat, PROBED)).values()) <= {"ignored", "unclear"}


async def test_a_server_that_refuses_some() -> None:
    async with serve(picky) as server, chat_with(server.base_url) as chat:
        found = await states(chat, "/probe max_tokens max_completion_tokens temperature seed")
        assert found == {
            "max_tokens": "refused",
            "max_completion_tokens": "honoured",
            "temperature": "refused",
            "seed": "unclear",  # the test needs temperature
        }


async def test_llama_cpp_is_asked_outright() -> None:
    settings = {"temperature": 0.699999, "top_p": 1.0}
    script = whole("1", __verbose={"generation_settings": settings})
    async with serve(script) as server, chat_with(server.base_url) as chat:
        assert await states(chat, "/probe temperature top_p") == {
            "temperature": "honoured",
            "top_p": "ignored",
        }
        assert len(server.requests) == 1
        shown = lines(await run(chat, "/params"))
        assert any(row.startswith("temperature | ✓ |") for row in shown)
        assert any(row.startswith("top_p | ! |") for row in shown)
        assert any(row.startswith("seed |  |") for row in shown)
        assert any("✗ refused" in row and "blank: not probed" in row for row in shown)


MISTRAL = Server("mistral", "", model="scripted")


def mistral(request: Request) -> Script:
    """Takes a seed under its own name only."""
    if "seed" in request.body or "verbose" in request.body:
        detail = [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]
        return fails(422, {"detail": detail})
    return whole(f"story {request.body.get('random_seed')}")


async def test_a_parameter_is_tested_under_the_name_that_the_server_has_for_it() -> None:
    async with serve(mistral) as server, chat_with(server.base_url, MISTRAL) as chat:
        assert await states(chat, "/probe seed") == {"seed": "honoured"}


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_each_row_names_a_test_and_a_value_for_it(row: Parameter) -> None:
    recipe = recipe_of(row.name)
    assert recipe.test in TESTS
    assert 1 <= requests(row.name) <= (8 if recipe.test == "penalty" else 4)
    if recipe.test in ("taken", "narrowing", "logprobs") and not row.delivery:
        assert row.kind.check(recipe.value)


def test_what_is_probed_without_a_name() -> None:
    assert usual([]) == [
        "temperature", "top_k", "top_p", "min_p", "seed", "logit_bias",
        "presence_penalty", "frequency_penalty",
        "stop", "max_tokens", "max_completion_tokens", "n", "logprobs",
    ]  # fmt: skip
    assert usual(["seed", "verbosity"])[-1] == "verbosity"


def test_findings_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "state" / "findings.json"
    Findings(path).keep("s", "m", "seed", Finding("honoured", "seen", "2026-01-01"))
    assert Findings(path).of("s", "m") == {"seed": Finding("honoured", "seen", "2026-01-01")}
    assert Findings(path).of("s", "other") == {}
    path.write_text("{broken")
    assert Findings(path).of("s", "m") == {}


# --- repro ------------------------------------------------------------------------


async def test_repro_says_how_many_are_the_same() -> None:
    texts = iter(["Salt and stars", *["Salt and stars"] * 4, "Salt and storms"])
    async with serve(lambda _: says(next(texts))) as server, chat_with(server.base_url) as chat:
        await turn_in(chat, chat.talk.say("hi"), {"seed": 4}).run(lambda _: None)
        shown = await work(chat, "/repro 5")
        assert shown[0] == "4 of 5 replies are the same."
        assert shown[1] == '5: differs from word 3 on ("stars" / "storms")'
        assert "stands in the talk is the same too" in shown[2]
        assert [request.body["seed"] for request in server.requests] == [4] * 6
        assert len(list(chat.talk.session.replies())) == 1
        found = chat.findings.of("scripted", "scripted")[REPEAT]
        assert found.detail == "4 of 5 replies the same, seed 4"
