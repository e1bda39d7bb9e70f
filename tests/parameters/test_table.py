"""Parameters: each row reads what one types, and refuses the rest with its range."""

import json

import pytest
from hypothesis import given

from tests.support.strategies import telling_text
from zatsudan.base import language
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.words import split
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME, GROUPS, LIMITS, PARAMETERS, find
from zatsudan.parameters.values import show_value


def read(name: str, typed: str, current: Json = None) -> Json:
    return find(name).read(split(typed), current)


GOOD: list[tuple[str, str, Json]] = [
    ("temperature", "0.7", 0.7),
    ("temperature", "2", 2.0),
    ("top_p", "1", 1.0),
    ("presence_penalty", "-2", -2.0),
    ("frequency_penalty", "0.5", 0.5),
    ("seed", "-1", -1),
    ("seed", "1_000", 1000),
    ("logit_bias", '{"50256": -100}', {"50256": -100}),
    ("stop", "END", ["END"]),
    ("stop", r'"\n\n" "User:"', ["\n\n", "User:"]),
    ("stop", r'" " "\t" "\"" 日本', [" ", "\t", '"', "日本"]),
    ("stop", r"\n", ["\n"]),
    ("stop", '["a","b"]', ["a", "b"]),
    ("stop", '"["', ["["]),
    ("max_tokens", "100", 100),
    ("max_completion_tokens", "1", 1),
    ("n", "128", 128),
    ("stream", "off", False),
    ("logprobs", "YES", True),
    ("top_logprobs", "0", 0),
    ("response_format", "json_object", {"type": "json_object"}),
    (
        "response_format",
        '{"type": "json_schema", "json_schema": {"name": "a", "schema": {}}}',
        {"type": "json_schema", "json_schema": {"name": "a", "schema": {}}},
    ),
    ("reasoning_effort", "minimal", "minimal"),
    ("verbosity", "low", "low"),
    ("user", "a person of two words", "a person of two words"),
    ("safety_identifier", "x", "x"),
    ("prompt_cache_key", "x", "x"),
    ("service_tier", "flex", "flex"),
    ("store", "on", True),
    ("metadata", '{"a": "b"}', {"a": "b"}),
    ("stream_options", "{}", {}),
    (
        "tools",
        '[{"type": "function", "function": {"name": "f"}}]',
        [{"type": "function", "function": {"name": "f"}}],
    ),
    (
        "tools",
        '[{"type": "custom", "custom": {"name": "f"}}]',
        [{"type": "custom", "custom": {"name": "f"}}],
    ),
    ("tool_choice", "auto", "auto"),
    (
        "tool_choice",
        '{"type": "function", "function": {"name": "f"}}',
        {"type": "function", "function": {"name": "f"}},
    ),
    ("parallel_tool_calls", "no", False),
    ("functions", '[{"name": "f"}]', [{"name": "f"}]),
    ("function_call", "none", "none"),
    ("modalities", '["text"]', ["text"]),
    ("modalities", "text audio", ["text", "audio"]),
    ("audio", '{"voice": "alloy", "format": "mp3"}', {"voice": "alloy", "format": "mp3"}),
    ("prediction", '{"type": "content", "content": "a"}', {"type": "content", "content": "a"}),
    ("web_search_options", "{}", {}),
    ("moderation", "{}", {}),
    ("prompt_cache_options", "{}", {}),
    ("prompt_cache_retention", "24h", "24h"),
    ("top_k", "40", 40),
    ("min_p", "0.05", 0.05),
    ("typical_p", "1", 1.0),
    ("repeat_penalty", "1.1", 1.1),
    ("repetition_penalty", "1.1", 1.1),
    ("dynatemp_range", "0.5", 0.5),
    ("dynatemp_exponent", "1", 1.0),
    ("smoothing_factor", "0.3", 0.3),
    ("smoothing_curve", "2", 2.0),
    ("top_n_sigma", "-1", -1.0),
    ("top_n_sigma", "1.5", 1.5),
    ("top_a", "0.2", 0.2),
    ("tfs", "0.95", 0.95),
    ("epsilon_cutoff", "3", 3.0),
    ("eta_cutoff", "3", 3.0),
    ("xtc_probability", "0.5", 0.5),
    ("xtc_threshold", "0.1", 0.1),
    ("adaptive_target", "-1", -1.0),
    ("adaptive_decay", "0.9", 0.9),
    ("mirostat", "2", 2),
    ("mirostat_tau", "5", 5.0),
    ("mirostat_eta", "0.1", 0.1),
    ("min_keep", "2", 2),
    ("samplers", "top_k temperature", ["top_k", "temperature"]),
    ("seed", "auto", "auto"),
    ("banned_strings", '"a testament to"', ["a testament to"]),
    ("repeat_last_n", "-1", -1),
    ("dry_multiplier", "0.8", 0.8),
    ("dry_base", "1.75", 1.75),
    ("dry_allowed_length", "2", 2),
    ("dry_penalty_last_n", "-1", -1),
    ("dry_sequence_breakers", r'"\n" ":"', ["\n", ":"]),
    ("no_repeat_ngram_size", "3", 3),
    ("encoder_repetition_penalty", "1.1", 1.1),
    ("min_tokens", "5", 5),
    ("ignore_eos", "on", True),
    ("stop_token_ids", "[2]", [2]),
    ("t_max_predict_ms", "1000", 1000),
    ("json_schema", '{"type": "object"}', {"type": "object"}),
    ("structured_outputs", '{"choice": ["a"]}', {"choice": ["a"]}),
    ("grammar", "root ::= [0-9]+", "root ::= [0-9]+"),
    ("thinking_token_budget", "0", 0),
    ("chat_template_kwargs", '{"enable_thinking": false}', {"enable_thinking": False}),
    ("num_ctx", "8192", 8192),
    ("keep_alive", "10m", "10m"),
    ("reasoning", '{"effort": "low"}', {"effort": "low"}),
]


@pytest.mark.parametrize(("name", "typed", "value"), GOOD)
def test_a_row_reads(name: str, typed: str, value: Json) -> None:
    got = read(name, typed)

    assert got == value
    assert type(got) is type(value)
    assert find(name).check(got, "the config") == got


def test_each_row_is_among_those_that_read() -> None:
    assert {name for name, _, _ in GOOD} == set(BY_NAME)


@pytest.mark.parametrize("row", PARAMETERS, ids=lambda row: row.name)
def test_a_row_agrees_with_itself_and_with_those_it_names(row: Parameter) -> None:
    assert row.group in GROUPS
    assert row.neutral is None or row.kind.check(row.neutral)
    told = row.probe.told
    assert told is None or row.kind.check(told)
    assert told is None or told != row.neutral, "nobody could tell it from one that is ignored"
    others = [row.same_as, *(remark.other for remark in row.clashes)]
    others += [row.needs.other] if row.needs is not None else []
    assert {name for name in others if name} <= set(BY_NAME) - {row.name}


def test_the_limit_has_two_names_and_the_later_one_holds() -> None:
    assert LIMITS == ("max_completion_tokens", "max_tokens")


def test_a_row_under_another_names_one_that_can_be_off() -> None:
    under = [row for row in PARAMETERS if row.under]
    assert under
    for row in under:
        assert BY_NAME[row.under].neutral is not None
        assert not BY_NAME[row.under].under
        assert BY_NAME[row.under].sampler == row.sampler


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("temp", "temperature"),
        ("rep_pen", "repeat_penalty"),
        ("n_predict", "max_tokens"),
        ("nsigma", "top_n_sigma"),
        ("mirostat_mode", "mirostat"),
        ("freq", "frequency_penalty"),
        ("top_n", "top_n_sigma"),
    ],
)
def test_a_row_is_found_by_names_of_others_and_by_its_beginning(typed: str, name: str) -> None:
    assert find(typed).name == name


def test_no_alias_is_a_row_or_two_rows() -> None:
    named = [alias for row in PARAMETERS for alias in row.aliases]
    assert len(named) == len(set(named))
    assert not set(named) & set(BY_NAME)


def test_a_server_without_bounds_takes_more() -> None:
    row = find("temperature").at(wide=True)
    assert row.read(split("3.5")) == 3.5
    assert "min_p" in row.advice
    assert find("temperature").check(3.5, "config.toml") == 3.5, "the config is for any server"
    assert find("top_p").at(wide=True) is find("top_p")


BAD: list[tuple[str, str, str]] = [
    ("temperature", "2.1", "a number from 0 to 2"),
    ("temperature", "hot", "a number from 0 to 2"),
    ("temperature", "nan", "a number from 0 to 2"),
    ("temperature", "1e999", "a number from 0 to 2"),
    ("temperature", "0.1 0.2", "a number from 0 to 2"),
    ("top_p", "1.01", "a number from 0 to 1"),
    ("presence_penalty", "-2.5", "a number from -2 to 2"),
    ("seed", "1.5", "a whole number, -1 or more"),
    ("seed", "9" * 5000, "a whole number, -1 or more"),
    ("logit_bias", '{"1": 101}', "-100..100"),
    ("logit_bias", '{"1": true}', "-100..100"),
    ("logit_bias", '{"1": NaN}', "-100..100"),
    ("stop", "a b c d e", "one to four texts"),
    ("stop", '""', "one to four texts"),
    ("stop", "[1]", "one to four texts"),
    ("max_tokens", "0", "a whole number, 1 or more"),
    ("n", "129", "a whole number from 1 to 128"),
    ("stream", "perhaps", "on or off"),
    ("top_logprobs", "21", "a whole number from 0 to 20"),
    ("response_format", "xml", "text, json_object or a JSON object"),
    ("response_format", "[]", "text, json_object or a JSON object"),
    ("reasoning_effort", "huge", "one of none, minimal, low"),
    ("verbosity", "", "one of low, medium, high"),
    ("metadata", "[]", "a JSON object of texts"),
    ("metadata", '{"a": Infinity}', "a JSON object of texts"),
    ("metadata", '{"a": 1}', "a JSON object of texts"),
    ("metadata", '{"a": null}', "a JSON object of texts"),
    ("metadata", '{"a": "' + "x" * 513 + '"}', "a JSON object of texts"),
    ("modalities", "text image", "text, audio or both"),
    ("modalities", "[]", "text, audio or both"),
    ("response_format", '{"type": "json_schema"}', "a json_schema of name and schema"),
    (
        "response_format",
        '{"type": "json_schema", "json_schema": {"name": "a"}}',
        "a json_schema of name and schema",
    ),
    (
        "response_format",
        '{"type": "json_schema", "json_schema": {"name": "a b", "schema": {}}}',
        "a json_schema of name and schema",
    ),
    ("response_format", '{"type": "yaml"}', "a json_schema of name and schema"),
    ("tools", "[]", "a JSON list of tools"),
    ("tools", "[1]", "a JSON list of tools"),
    ("tools", '[{"type": "function"}]', "a JSON list of tools"),
    ("tools", '[{"type": "function", "function": {}}]', "a JSON list of tools"),
    ("tools", '[{"name": "f"}]', "a JSON list of tools"),
    ("functions", "[{}]", "a JSON list of functions"),
    ("tool_choice", "{}", "none, auto, required or a JSON object"),
    ("tool_choice", '{"type": "function"}', "none, auto, required or a JSON object"),
    ("function_call", "{}", "none, auto or a JSON object"),
    ("stream_options", '{"include_usage": "yes"}', "a JSON object"),
    ("audio", '{"voice": "alloy"}', "voice and format"),
    ("prediction", "{}", "type and content"),
    ("web_search_options", '{"search_context_size": "huge"}', "a JSON object"),
    ("tools", "[" * 100_000, "a JSON list of tools"),
    ("tool_choice", "perhaps", "none, auto, required or a JSON object"),
    ("min_p", "1.5", "a number from 0 to 1"),
]


@pytest.mark.parametrize(("name", "typed", "span"), BAD)
def test_a_row_refuses_and_names_its_range(name: str, typed: str, span: str) -> None:
    with pytest.raises(CommandError) as caught:
        read(name, typed)

    sentence = str(caught.value)
    assert sentence.startswith(f"{name} takes ")
    assert span in sentence
    assert sentence.endswith(".")
    assert len(sentence) < 300
    assert f"/help {name}" in caught.value.advice


def test_a_forced_value_is_read_but_not_checked() -> None:
    assert find("temperature").read(split("3"), force=True) == 3.0
    with pytest.raises(CommandError):
        find("temperature").read(split("hot"), force=True)


@pytest.mark.parametrize(
    ("name", "typed", "current", "value"),
    [
        ("temperature", "+0.1", 0.7, 0.8),
        ("temperature", "-0.1", 0.7, 0.6),
        ("temperature", "+0.1", None, 0.1),
        ("presence_penalty", "-0.5", 1.0, -0.5),
        ("presence_penalty", "+0.5", 1.0, 1.5),
        ("max_tokens", "+50", 100, 150),
        ("max_tokens", "-50", 100, 50),
        ("seed", "-1", 7, -1),
    ],
)
def test_steps(name: str, typed: str, current: Json, value: Json) -> None:
    assert read(name, typed, current) == value


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("temperature", "０．５", 0.5),
        ("presence_penalty", "－１", -1.0),
        ("max_tokens", "５００", 500),
    ],
)
def test_digits_of_full_width(name: str, typed: str, value: Json) -> None:
    assert read(name, typed) == value


def test_a_step_out_of_the_range_is_refused() -> None:
    with pytest.raises(CommandError, match="from 0 to 2"):
        read("temperature", "+1", 1.5)


def test_a_random_seed_is_a_new_whole_number() -> None:
    seeds = {json.dumps(read("seed", "random")) for _ in range(5)}

    assert len(seeds) > 1
    assert all(seed.isdigit() for seed in seeds)


def test_the_config_names_where_a_bad_value_stands() -> None:
    with pytest.raises(CommandError, match=r"temperature takes .* not -7 \(config\.toml\)"):
        find("temperature").check(-7, "config.toml")
    assert find("stop").check("END", "config.toml") == "END"
    with pytest.raises(CommandError):
        find("temperature").check(True, "config.toml")


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(CommandError) as caught:
        find("temprature")

    assert "Did you mean temperature" in caught.value.advice


@pytest.mark.parametrize(("name", "typed", "value"), GOOD)
def test_what_is_shown_reads_back(name: str, typed: str, value: Json) -> None:
    assert read(name, typed) == read(name, show_value(value)) == value


@given(telling_text.filter(bool), telling_text.filter(bool))
def test_any_stop_sequences_read_back(one: str, two: str) -> None:
    shown = show_value([one, two])

    assert read("stop", shown) == [one, two]
    assert "\n" not in shown


def test_the_table_is_whole() -> None:
    assert len(BY_NAME) == len(PARAMETERS)
    assert {row.group for row in PARAMETERS} == set(GROUPS)
    for row in PARAMETERS:
        assert row.help.endswith((".", ")."))
        assert row.kind.range
        assert row.kind.short


@pytest.mark.parametrize(
    ("name", "value"),
    [(row.name, value) for row in PARAMETERS for value in row.kind.values],
)
def test_each_value_that_completion_offers_is_taken(name: str, value: str) -> None:
    assert read(name, value) is not None


def test_ranges_are_said_in_the_language_of_the_moment() -> None:
    class Other:
        def gettext(self, message: str, /) -> str:
            return message.replace("a number from", "eine Zahl ab")

        def ngettext(self, one: str, many: str, n: int, /) -> str:
            return self.gettext(one if n == 1 else many)

    kind = find("temperature").kind
    assert kind.range == "a number from 0 to 2"

    language.speak(Other())

    assert kind.range == "eine Zahl ab 0 to 2"
    with pytest.raises(CommandError, match="eine Zahl ab 0 to 2"):
        find("temperature").read(split("3"))
