"""Parameters as they are at one server: what it takes, what does nothing, short ways to samplers."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.commands import lines, make, refusal, run, table
from tests.support.doubles import ScriptedClient, reply, turn_in
from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.commands import COMMANDS
from zatsudan.servers.choice import Server
from zatsudan.servers.findings import IGNORED, REFUSED, Finding
from zatsudan.servers.kinds import KINDS
from zatsudan.talk.chat import Chat
from zatsudan.talk.rebuilding import rebuilt

#: What a llama.cpp server tells of itself (/props), as far as it matters here.
TOLD: dict[str, Json] = {
    "temperature": 0.8, "top_k": 40, "top_p": 0.95, "min_p": 0.05, "repeat_penalty": 1.0,
    "dry_multiplier": 0.0, "dry_base": 1.75, "mirostat": 0, "n_keep": 0, "n_probs": 0,
    "samplers": ["penalties", "dry", "top_k", "typ_p", "top_p", "min_p", "xtc", "temperature"],
}  # fmt: skip


class Telling(ScriptedClient):
    """A client of a server of some kind, which tells its own values."""

    def __init__(self, name: str, told: Mapping[str, Json]) -> None:
        super().__init__(*[reply("Yes.") for _ in range(4)])
        url = next((kind.url for kind in KINDS if kind.name == name), "")
        self.server = Server(name, url or "http://127.0.0.1:5999/v1", model="m")
        self.told = told
        self.asked = 0

    async def native(self, path: str, body: Mapping[str, Json] | None = None) -> Json:
        del body
        if path != "/props" or not self.told:
            return None
        self.asked += 1
        return {"default_generation_settings": {"params": dict(self.told)}}


@asynccontextmanager
async def at(name: str, told: Mapping[str, Json] = NOTHING) -> AsyncIterator[Chat]:
    chat = make(None, Telling(name, told))
    await chat.link.client()
    try:
        yield chat
    finally:
        await chat.aclose()


# --- what a server takes ----------------------------------------------------------------


@pytest.mark.parametrize(
    "line", ["/set top_k 40", "/top_k 40", "/with top_k=40 Hello.", "/sweep top_k 1 2"]
)
async def test_what_a_server_is_known_not_to_take_is_refused_with_the_way_round(line: str) -> None:
    async with at("ollama") as chat:
        chat.talk.say("Hello.")
        error = await refusal(chat, line)

        assert error.sentence == "Ollama does not take top_k."
        assert "/set! sends it all the same" in error.advice
        assert chat.talk.session.settings == {}


async def test_set_anyway_sends_it_and_says_what_it_is_worth() -> None:
    async with at("ollama") as chat:
        said = lines(await run(chat, "/set! top_k 40"))

        assert said == ["top_k  unset → 40", "top_k: Ollama does not take top_k."]
        assert chat.talk.session.parameters == {"top_k": 40}
        shown = table(await run(chat, "/params"))
        (row,) = [row for row in shown.rows if row[0] == "top_k"]
        assert row[1:3] == ("!", "40")
        assert row[-1] == "Ollama does not take top_k"


async def test_a_preset_that_holds_it_is_taken_and_it_is_said() -> None:
    from zatsudan.commands.knobs import settle
    from zatsudan.sessions.session import Setting

    async with at("ollama") as chat:
        said = [line.text for line in settle(chat, {"min_p": Setting(0.1, "preset")})]
        assert said == ["min_p  unset → 0.1", "min_p: Ollama does not take min_p."]


async def test_the_range_is_that_of_the_server() -> None:
    async with at("openai") as chat:
        assert "from 0 to 2" in (await refusal(chat, "/set temperature 3")).sentence
    async with at("llama.cpp") as chat:
        await run(chat, "/set temp=3")
        assert chat.talk.session.parameters == {"temperature": 3.0}
        assert "no upper bound" in " ".join(lines(await run(chat, "/help temp")))
        assert "0 or more" in (await refusal(chat, "/temp hot")).sentence


async def test_the_table_holds_what_the_server_takes_under_titles() -> None:
    async with at("llama.cpp", TOLD) as chat:
        usual, every = table(await run(chat, "/params")), table(await run(chat, "/params all"))

        names = [row[0] for row in usual.rows]
        assert {"dry_multiplier", "xtc_probability", "samplers", "min_p"} <= set(names)
        assert not {"top_a", "tfs", "repetition_penalty", "grammar", "n_keep"} & set(names)
        assert list(usual.titles.values()) == [
            "How tokens are chosen", "What keeps a reply from repeating itself", "Where a reply ends",
        ]  # fmt: skip
        assert usual.titles[0] == "How tokens are chosen"
        assert usual.rows[0] == (
            "temperature", "0.8", "server", "from 0", "How freely tokens are chosen.",
        )  # fmt: skip
        (place,) = [at for at, title in every.titles.items() if title.endswith("does not take")]
        untaken = [row[0] for row in every.rows[place:]]
        assert {"top_a", "tfs", "banned_strings"} <= set(untaken)
        assert "n_keep" in [row[0] for row in every.rows]
        assert len({row[0] for row in every.rows}) == len(every.rows)


async def test_what_is_set_stands_beside_what_the_server_would_take() -> None:
    async with at("llama.cpp", TOLD) as chat:
        await run(chat, "/params")
        await run(chat, "/set top_k 20")
        shown = table(await run(chat, "/params"))
        assert ("top_k", "40 → 20", "session") in [row[:3] for row in shown.rows]


async def test_not_sent_means_something_at_ollama() -> None:
    async with at("ollama") as chat:
        said = lines(await run(chat, "/params"))
        assert "Not sent means here: temperature 1, top_p 1." in said
        assert lines(await run(chat, "/temperature"))[0] == "temperature  not sent means 1 here"


async def test_what_a_server_tells_of_itself_can_be_set_explained_and_completed() -> None:
    async with at("llama.cpp", TOLD) as chat:
        assert "There is no parameter" in (await refusal(make(None), "/set n_keep 3")).sentence
        await run(chat, "/set n_keep 3")
        assert chat.talk.session.parameters == {"n_keep": 3}
        assert "n_keep takes a whole number" in (await refusal(chat, "/set n_keep x")).sentence
        assert lines(await run(chat, "/help n_probs"))[0] == "/set n_probs VALUE"
        offered = [choice.text for choice in COMMANDS["set"].complete(chat, "")]
        assert {"n_keep", "dry_multiplier"} <= set(offered)
        assert "top_a" not in offered


# --- what does nothing ------------------------------------------------------------------


async def test_a_value_that_does_nothing_is_said_when_it_is_set_and_marked_in_the_table() -> None:
    async with at("llama.cpp", TOLD) as chat:
        await run(chat, "/set top_p 0.9")
        said = lines(await run(chat, "/mirostat 2"))
        assert said[1] == "top_p: does nothing while mirostat is on."
        assert said[2].startswith("While mirostat is on, these do nothing: top_k, top_p, min_p")
        shown = lines(await run(chat, "/params"))
        assert "! top_p: does nothing while mirostat is on." in shown
        assert lines(await run(chat, "/set min_p 0.1"))[1] == (
            "min_p: does nothing while mirostat is on."
        )
        # What does nothing by its own value needs no word.
        assert lines(await run(chat, "/set min_p 0")) == ["min_p  0.1 → 0"]


async def test_what_probe_found_is_said() -> None:
    async with at("llama.cpp") as chat:
        chat.talk.record({"type": "model", "model": "m", "server": ""})
        chat.findings.keep("llama.cpp", "m", "top_k", Finding(IGNORED))
        chat.findings.keep("llama.cpp", "m", "min_p", Finding(REFUSED))
        assert lines(await run(chat, "/set top_k 3 min_p 0.3"))[2:] == [
            "top_k: does nothing here, as /probe found.",
            "min_p: is refused here, as /probe found.",
        ]


# --- short ways -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("/dry 0.8", {"dry_multiplier": 0.8}),
        ("/dry on", {"dry_multiplier": 0.8}),
        ("/dry off", {"dry_multiplier": 0}),
        ("/xtc 0.4", {"xtc_probability": 0.4, "xtc_threshold": 0.1}),
        ("/xtc 0.4 0.2", {"xtc_probability": 0.4, "xtc_threshold": 0.2}),
        ("/xtc on", {"xtc_probability": 0.5, "xtc_threshold": 0.1}),
        ("/xtc off", {"xtc_probability": 0}),
        ("/seed auto", {"seed": "auto"}),
        ("/samplers top_k temp", {"samplers": ["top_k", "temperature"]}),
        ("/set samplers top_k min_p seed 3", {"samplers": ["top_k", "min_p"], "seed": 3}),
    ],
)
async def test_short_ways(line: str, values: dict[str, Json]) -> None:
    async with at("llama.cpp", TOLD) as chat:
        said = lines(await run(chat, line))
        assert chat.talk.session.parameters == values
        assert all(any(row.startswith(name) for row in said) for name in values)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/dry much", "dry_multiplier takes a number, 0 or more, not much."),
        ("/dry 1 2", "/dry takes one value."),
        ("/xtc 2", "xtc_probability takes a number from 0 to 1, not 2."),
        ("/xtc 0.5 0.1 3", "/xtc takes a probability and a threshold."),
        ("/samplers top_k tmep", "This server has no sampler 'tmep'."),
        ("/samplers top_k top_k", "The sampler top_k is named twice."),
        ("/neutral all", "/neutral takes nothing."),
        ("/unban", "Nothing is banned."),
        ("/grammar root", "This is no grammar. Line 1: root is not understood."),
        (
            "/grammar @none.gbnf",
            "The value cannot be read from 'none.gbnf': No such file or directory.",
        ),
        ("/set dry_multiplyer 1", "There is no parameter 'dry_multiplyer'."),
    ],
)
async def test_bad_input_is_one_sentence_and_one_advice_and_changes_nothing(
    line: str, sentence: str
) -> None:
    async with at("llama.cpp", TOLD) as chat:
        error = await refusal(chat, line)
        assert error.sentence == sentence
        assert error.advice
        assert chat.talk.session.settings == {}


async def test_a_name_that_is_nearly_one_is_guessed() -> None:
    async with at("llama.cpp", TOLD) as chat:
        assert (await refusal(chat, "/samplers tmep")).advice.startswith(
            "Did you mean temperature?"
        )
        assert "dry_multiplier" in (await refusal(chat, "/set dry_multiplyer 1")).advice


async def test_neutral_turns_off_what_is_on_and_nothing_else() -> None:
    async with at("llama.cpp", TOLD) as chat:
        await run(chat, "/set dry_multiplier 0.8 stop x")
        said = lines(await run(chat, "/neutral"))

        assert chat.talk.session.parameters == {
            "dry_multiplier": 0, "stop": ["x"],
            "temperature": 1, "top_k": 0, "top_p": 1, "min_p": 0,
        } | {
            # What the server does not tell is set, to be sure of it.
            name: value
            for name, value in chat.talk.session.parameters.items()
            if name not in TOLD and name != "stop"
        }  # fmt: skip
        assert said[0].startswith("Every sampler is off: temperature 1")
        assert said[1] == (
            "Chain: (penalties) → (dry) → (top_k) → (typ_p) → (top_p) → (min_p) → (xtc) → (temperature)"
        )
        assert lines(await run(chat, "/neutral")) == ["Every sampler is off already."]
        assert not {"top_a", "repetition_penalty"} & set(chat.talk.session.parameters)


async def test_neutral_at_a_server_of_which_nothing_is_known() -> None:
    chat = make(None)
    await run(chat, "/neutral")
    assert chat.talk.session.parameters == {
        "temperature": 1, "top_p": 1, "presence_penalty": 0, "frequency_penalty": 0,
    }  # fmt: skip
    await chat.aclose()


async def test_the_chain_stands_below_the_table_with_what_is_on() -> None:
    async with at("llama.cpp", TOLD) as chat:
        await run(chat, "/samplers")
        await run(chat, "/samplers min_p temperature")
        await run(chat, "/set min_p 0.2 temperature 0.5")
        said = lines(await run(chat, "/samplers"))
        assert said[0] == "Chain: min_p 0.2 → temperature 0.5"
        assert said[1] == "Set here; /samplers default takes it back."
        assert "top_k" in said[2]
        assert said[0] in lines(await run(chat, "/params"))
        assert lines(await run(chat, "/set top_k 20"))[1] == (
            "top_k: does nothing: top_k is not among the samplers."
        )
        await run(chat, "/samplers default")
        assert "samplers" not in chat.talk.session.parameters


async def test_samplers_are_completed_from_the_servers_own_list() -> None:
    async with at("llama.cpp", TOLD) as chat:
        await run(chat, "/samplers")
        offered = [choice.text for choice in COMMANDS["samplers"].complete(chat, "dry ")]
        assert offered[:2] == ["penalties", "top_k"]
        assert "dry" not in offered


async def test_the_order_of_a_server_that_tells_none() -> None:
    async with at("ollama") as chat:
        assert "does not tell" in (await refusal(chat, "/samplers")).sentence
    async with at("vllm") as chat:
        assert lines(await run(chat, "/samplers"))[0] == (
            "Chain: (penalties) → (temperature) → (min_p) → (top_k) → (top_p)"
        )
        assert "vLLM does not take samplers" in (await refusal(chat, "/samplers top_k")).sentence


async def test_a_drawn_seed_is_recorded_and_is_no_change() -> None:
    async with at("llama.cpp") as chat:
        await run(chat, "/seed auto")
        for words in ("Hello.", "And you?"):
            await turn_in(chat, chat.talk.say(words)).run(lambda _: None)
        replies = list(chat.talk.session.replies())
        seeds = [node.made.parameters["seed"] for node in replies if node.made is not None]
        assert all(isinstance(seed, int) for seed in seeds)
        assert seeds[0] != seeds[1]
        assert rebuilt(chat.talk.session, replies[0]).body["seed"] == seeds[0]
        assert f"seed | {seeds[1]}" in " ".join(lines(await run(chat, "/why")))
        assert table(await run(chat, "/params")).marks == frozenset()
        assert chat.talk.session.parameters == {"seed": "auto"}


async def test_unban_takes_back_what_is_banned_and_leaves_other_biases() -> None:
    async with at("koboldcpp") as chat:
        await run(chat, '/set logit_bias {"5": -100, "7": 3, "9": -100}')
        await run(chat, '/set banned_strings "a testament to" delve')
        assert lines(await run(chat, "/unban delve")) == ['Allowed again: "delve".']
        assert chat.talk.session.parameters["banned_strings"] == ["a testament to"]
        assert "Nothing of that" in (await refusal(chat, "/unban sorry")).sentence
        assert lines(await run(chat, "/unban")) == ['Allowed again: "a testament to", 5, 9.']
        assert chat.talk.session.parameters == {"logit_bias": {"7": 3}}


# --- long values from files -------------------------------------------------------------


async def test_a_long_value_is_read_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "digits.gbnf").write_text('root ::= [0-9]+ tail\ntail ::= "!"\n')
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}
    (tmp_path / "a.json").write_text(json.dumps(schema, indent=2))
    async with at("llama.cpp") as chat:
        await run(chat, "/grammar @digits.gbnf")
        assert chat.talk.session.parameters["grammar"] == 'root ::= [0-9]+ tail\ntail ::= "!"'
        await run(chat, "/set json_schema=@a.json")
        assert chat.talk.session.parameters["json_schema"] == schema
        (tmp_path / "digits.gbnf").write_text("root ::= [0-9]+ missing")
        assert "no rule is named missing" in (await refusal(chat, "/grammar @digits.gbnf")).sentence
        assert "tail" in str(chat.talk.session.parameters["grammar"])
