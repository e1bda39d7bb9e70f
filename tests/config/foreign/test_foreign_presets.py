"""Presets of other programs: what each field becomes, and what comes back when they are written."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.places import DATA
from zatsudan.base.errors import CommandError, ImportRefused, ZatsudanError
from zatsudan.config import foreign
from zatsudan.config.foreign import presetfields, samplerorder
from zatsudan.config.foreign.presetfields import DROPPED
from zatsudan.config.presetfiles import Preset, dumps, parse
from zatsudan.servers.athome import LLAMA_CPP

PRESETS = DATA / "presets"


def read(name: str) -> foreign.Imported:
    return foreign.read_file(PRESETS / name)


def of(text: str) -> foreign.Imported:
    return foreign.read(text, "it")


def fates(found: foreign.Imported) -> dict[str, str]:
    """What became of each field, in a word."""
    return {
        fate.field: f"{fate.word} {fate.name}".strip() if fate.word != DROPPED else fate.word
        for fate in found.reading.fates
    }


def why(found: foreign.Imported, name: str) -> str:
    return next(fate.why for fate in found.reading.fates if fate.field == name)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("sillytavern-text.json", "sillytavern-text"),
        ("sillytavern-chat.json", "sillytavern-chat"),
        ("textgen.yaml", "textgen"),
        ("koboldcpp.json", "koboldcpp"),
        ("Modelfile", "modelfile"),
        ("lmstudio.preset.json", "lmstudio"),
        ("generation_config.json", "generation_config"),
    ],
)
def test_each_format_is_told_from_its_content_and_can_be_kept(name: str, kind: str) -> None:
    found = read(name)

    assert found.format.name == kind
    assert parse(dumps(found.preset), "here") == found.preset
    assert {row.name for row in foreign.ROWS} >= {kind}


def test_every_format_has_a_file_here() -> None:
    assert {read(path.name).format for path in PRESETS.iterdir()} == {*foreign.ROWS}


def test_sillytavern_of_text_completion() -> None:
    found = read("sillytavern-text.json")

    assert found.preset == Preset(
        {
            "temperature": 1.0,
            "dynatemp_range": 0.5,
            "dynatemp_exponent": 1.2,
            "top_p": 1,
            "top_k": 0,
            "min_p": 0.05,
            "repeat_penalty": 1.05,
            "repeat_last_n": -1,
            "presence_penalty": 0.2,
            "dry_multiplier": 0.8,
            "dry_base": 1.75,
            "dry_allowed_length": 2,
            "dry_penalty_last_n": -1,
            "dry_sequence_breakers": ["\n", ":"],
            "banned_strings": ["shivers down"],
            "samplers": [
                *("penalties", "dry", "top_n_sigma", "temperature"),
                *("top_k", "typ_p", "top_p", "min_p", "xtc", "adaptive_p"),
            ],
            "max_tokens": 400,
        }
    )
    said = fates(found)
    assert said["rep_pen"] == "renamed repeat_penalty"
    assert said["top_p"] == "taken top_p"
    assert said["rep_pen_slope"] == said["num_beams"] == said["of_a_later_version"] == DROPPED
    assert "transformers" in why(found, "num_beams")
    assert "makes the request" in why(found, "model")
    # Neither what does nothing nor the orders of other servers is spoken of.
    assert not {"tfs", "xtc_threshold", "mirostat_tau", "sampler_order", "seed"} & said.keys()
    assert found.reading.neutral == 20


def test_sillytavern_of_chat_completion() -> None:
    found = read("sillytavern-chat.json")

    assert found.preset.parameters == {
        "temperature": 0.9,
        "presence_penalty": 0.1,
        "top_p": 0.95,
        "top_k": 0,
        "max_tokens": 350,
    }
    assert found.preset.system == "Write plainly.\n\nYou are {{char}}."
    assert "behind the talk" in why(found, "prompts: Afterwards")
    assert "the system does not say it" in why(found, "prompts: Asked")
    assert ["{{char}}" in note for note in found.reading.notes] == [True]
    assert "makes the request" in why(found, "proxy_password")
    assert "secret" not in repr(found)
    assert not {"assistant_prefill", "verbosity", "stream_openai"} & fates(found).keys()


def test_textgen() -> None:
    found = read("textgen.yaml")

    assert found.preset.parameters == {
        "temperature": 1.1,
        "min_p": 0.04,
        "top_n_sigma": -1,
        "repetition_penalty": 1.08,
        "repeat_last_n": -1,
        "dry_multiplier": 0.5,
        "dry_sequence_breakers": ["\n", ":"],
        "samplers": [
            *("penalties", "dry", "top_n_sigma", "temperature"),
            *("top_k", "typ_p", "top_p", "min_p", "xtc", "adaptive_p"),
        ],
    }
    assert fates(found)["penalty_alpha"] == DROPPED


def test_no_sampling_is_the_likeliest_token() -> None:
    assert of("do_sample: false\ntop_k: 1\n").preset.parameters == {"temperature": 0, "top_k": 1}


def test_koboldai_lite() -> None:
    found = read("koboldcpp.json")

    assert found.preset.system == "Be kind."
    assert found.preset.parameters == {
        "temperature": 0.8,
        "top_p": 0.92,
        "top_k": 100,
        "typical_p": 0.9,
        "repeat_penalty": 1.05,
        "repeat_last_n": 360,
        "samplers": [
            *("temperature", "penalties", "dry", "top_n_sigma"),
            *("top_k", "typ_p", "top_p", "min_p", "xtc", "adaptive_p"),
        ],
        "max_tokens": 240,
        "stop": ["User:", "\n\n"],
    }
    assert fates(found)["my_api_key"] == DROPPED
    assert "story" in why(found, "memory")


def test_ollama() -> None:
    found = read("Modelfile")

    assert found.preset == Preset(
        {
            "temperature": 0.6,
            "num_ctx": 8192,
            "max_tokens": 200,
            "repeat_last_n": 64,
            "stop": ["<|end|>", "User:"],
        },
        None,
        "You are a lighthouse keeper.\nSay little.",
        (("user", "Is it stormy?"), ("assistant", "Yes.\nVery.")),
    )
    assert fates(found)["FROM"] == fates(found)["TEMPLATE"] == DROPPED


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("SYSTEM Be brief.", "Be brief."),
        ('SYSTEM "Be brief."', "Be brief."),
        ('system """Be brief."""', "Be brief."),
        ('SYSTEM """\nBe\n\n  brief."""', "Be\n\n  brief."),
    ],
)
def test_ways_to_write_a_text_of_ollama(line: str, value: str) -> None:
    assert of(f"FROM m\n{line}\n").preset.system == value


def test_many_stop_texts_are_taken() -> None:
    lines = "".join(f"PARAMETER stop <{at}>\n" for at in range(7))
    assert len(str(of(f"FROM m\n{lines}").preset.parameters["stop"]).split()) == 7


def test_lm_studio() -> None:
    found = read("lmstudio.preset.json")

    assert found.preset == Preset(
        {
            "temperature": 0.7,
            "top_k": 40,
            "top_p": 0.9,
            "mirostat": 2,
            "mirostat_tau": 6,
            "mirostat_eta": 0.2,
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "preset", "schema": {"type": "object"}},
            },
        },
        None,
        "Be calm.",
    )
    assert "switched off" in why(found, "llm.prediction.minPSampling")
    assert "loaded" in why(found, "llm.load.contextLength")


def test_what_a_models_makers_advise() -> None:
    found = read("generation_config.json")

    assert found.preset.parameters == {
        "temperature": 0.6,
        "top_k": 20,
        "top_p": 0.95,
        "epsilon_cutoff": 3.0,
    }
    assert fates(found)["eos_token_id"] == DROPPED


@pytest.mark.parametrize("name", ["sillytavern-text", "sillytavern-chat", "textgen", "modelfile"])
def test_what_is_written_is_read_back(name: str) -> None:
    row = foreign.WRITERS[name]
    source = read({"modelfile": "Modelfile", "textgen": "textgen.yaml"}.get(name, f"{name}.json"))
    preset = source.preset._replace(model="m" if name == "modelfile" else None)

    back = of(foreign.write(preset, row))

    assert back.format is row
    assert back.preset == preset._replace(model=None, parameters=back.preset.parameters)
    extra = {
        name: value
        for name, value in back.preset.parameters.items()
        if name not in preset.parameters
    }
    assert {**back.preset.parameters} == {**preset.parameters, **extra}
    # SillyTavern's table says these in any case.
    assert extra.keys() <= {"min_p"}
    assert row.lacking(preset) == []


def test_what_a_format_cannot_say_is_named() -> None:
    preset = Preset({"temperature": 1, "stop": ["x"], "tfs": 0.9}, "m", "Be brief.")

    lacking = {name: row.lacking(preset) for name, row in foreign.WRITERS.items()}

    assert lacking == {
        "modelfile": [],
        "sillytavern-text": ["stop", "system"],
        "sillytavern-chat": ["stop", "tfs"],
        "textgen": ["stop", "system"],
    }


def test_a_modelfile_wants_a_model_and_texts_that_end() -> None:
    row = foreign.find("modelfile")
    with pytest.raises(CommandError, match="names a model"):
        foreign.write(Preset({"temperature": 1}), row)
    with pytest.raises(CommandError, match="three quotes"):
        foreign.write(Preset({}, "m", 'Say """.'), row)
    with pytest.raises(CommandError, match="several lines"):
        foreign.write(Preset({"stop": ["\n\n"]}, "m"), row)
    with pytest.raises(CommandError, match="no format 'lmstudio'"):
        foreign.find("lmstudio")


def test_the_usual_order_is_that_of_llama_cpp() -> None:
    assert LLAMA_CPP.order == samplerorder.STEPS
    usual = ["top_k", "tfs_z", "typical_p", "top_p", "min_p", "temperature"]
    assert samplerorder.by_name([*usual]) == [*samplerorder.STEPS]
    assert samplerorder.by_number([6, 0, 1, 3, 4, 2, 5]) == [*samplerorder.STEPS]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no preset of a kind"),
        ("hello there", "no preset of a kind"),
        ("[1, 2]", "no preset of a kind"),
        ('{"name": "ChatML", "input_sequence": "<|im_start|>user"}', "no preset of a kind"),
        ('{"temp": 1, ', "no JSON"),
        ("a: &x 1\nb: *x\n", "anchors"),
        ('FROM m\nSYSTEM """never ends', "does not end"),
        ('{"transformers_version": "4.46.1"}', "holds nothing"),
        ("FROM m\n", "holds nothing"),
        ("[" * 5000, "no JSON"),
    ],
)
def test_what_is_no_preset_is_refused(text: str, said: str) -> None:
    with pytest.raises(ImportRefused, match=said) as caught:
        of(text)
    assert caught.value.advice


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("NaN", "a number that JSON has not"),
        ("1e999", "a number that JSON has not"),
        ("-3", "takes a number from 0"),
        ('"warm"', "no number"),
        ("null", "no number"),
        ("true", "no number"),
    ],
)
def test_a_value_that_cannot_be_is_left_out_with_its_reason(value: str, said: str) -> None:
    found = of(f'{{"do_sample": true, "temperature": {value}, "top_k": 3}}')

    assert found.preset.parameters == {"top_k": 3}
    assert said in why(found, "temperature")


def test_texts_that_no_file_can_hold_are_left_out() -> None:
    found = of('{"do_sample": true, "stop_strings": ["\\ud800"], "top_k": 3}')

    assert found.preset.parameters == {"top_k": 3}
    assert "half a character" in why(found, "stop_strings")


def test_one_field_sets_a_parameter_once() -> None:
    found = of('{"rep_pen": 1.2, "temp": 1, "tfs": 0.9, "tfs_s": 0.8, "rep_pen_range": 5}')

    assert found.preset.parameters["tfs"] == 0.9
    assert "another field" in why(found, "tfs_s")


def test_no_rule_makes_a_request() -> None:
    from zatsudan.config.foreign import (
        generationconfig,
        koboldcpp,
        lmstudio,
        ollamafile,
        sillytavernchat,
        sillytaverntext,
        textgen,
    )
    from zatsudan.parameters.table import BY_NAME

    tables = [generationconfig.RULES, koboldcpp.RULES, lmstudio.RULES, ollamafile.RULES]
    for rules in (*tables, sillytaverntext.RULES, sillytavernchat.RULES, textgen.RULES):
        assert {rule.to for rule in rules.values() if rule.to} <= BY_NAME.keys()
        assert all(rule.to or rule.why for rule in rules.values() if rule.neutral is None)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    st.sampled_from([path.name for path in PRESETS.iterdir() if path.suffix == ".json"]),
    st.data(),
)
def test_hostile_values_do_no_more_than_be_left_out(name: str, data: st.DataObject) -> None:
    fields = json.loads((PRESETS / name).read_text(encoding="utf-8"))
    inner = fields.get("savedsettings", fields)
    for key in data.draw(st.lists(st.sampled_from(sorted(inner)), max_size=6)):
        inner[key] = data.draw(JSON)

    try:
        found = of(json.dumps(fields))
        text = dumps(found.preset)
    except ImportRefused:
        return
    assert parse(text, "here") == found.preset
    text.encode()
    for row in foreign.WRITERS.values():
        try:
            written = foreign.write(found.preset._replace(model="m"), row)
            back = of(written)
        except CommandError:
            continue
        except ImportRefused as error:
            assert "holds nothing" in str(error)  # noqa: PT017  it has no field for any of it
            continue
        assert back.format is row


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_system_message_of_a_modelfile_comes_back(system: str, user: str) -> None:
    preset = Preset({}, "m", system.strip(), (("user", user),))
    try:
        written = foreign.write(preset, foreign.find("modelfile"))
        back = of(written).preset
    except ZatsudanError:
        return
    assert back.system in (preset.system, None if not preset.system else preset.system)
    assert back.messages == preset.messages or not user.strip()


@pytest.mark.posix
def test_files(tmp_path: Path) -> None:
    large = tmp_path / "large.json"
    with large.open("wb") as file:
        file.truncate(foreign.LARGEST + 1)
    for path, said in (
        (large, "larger than 20 MB"),
        (tmp_path / "none.json", "cannot be read"),
        (tmp_path, "cannot be read"),
        (Path("/dev/zero"), "cannot be read"),
    ):
        with pytest.raises(ImportRefused, match=said):
            foreign.read_file(path)
    old = tmp_path / "old.yaml"
    old.write_bytes("# l’été\ntemperature: 0.5\n".encode("cp1252"))
    assert foreign.read_file(old).preset.parameters == {"temperature": 0.5}
    old.write_bytes("temperature: 0.5\n".encode("utf-16"))
    assert foreign.read_file(old).preset.parameters == {"temperature": 0.5}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Warm & dry.preset.json", "Warm-dry"),
        ("warm.yaml", "warm"),
        ("Modelfile", "Modelfile"),
        ("…", "imported"),
        ("雑談 一.json", "雑談-一"),
        ("a" * 90, "a" * 60),
        ("..", "imported"),
    ],
)
def test_the_name_of_a_preset_from_a_file(file: str, name: str) -> None:
    assert foreign.own_name(Path(file)) == name


def test_a_large_file_is_bounded() -> None:
    with pytest.raises(ImportRefused, match="too large"):
        of("temperature: 1\n" + "# \n" * 1_500_000)
    talk = of("FROM m\n" + "MESSAGE user hi\n" * 1000)
    assert len(talk.preset.messages) == presetfields.MESSAGES
    assert len(talk.reading.fates) == 1001
    many = {f"field {at}": at for at in range(20_000)}
    found = of(json.dumps({"do_sample": True, "top_k": 3, **many}))
    assert found.preset.parameters == {"top_k": 3}


@pytest.mark.parametrize(
    ("xtc", "taken"),
    [(0, None), (0.5, ["penalties", "dry", "top_n_sigma", "top_k", "typ_p", "xtc", "top_p"])],
)
def test_an_order_counts_where_it_makes_a_difference(xtc: float, taken: list[str] | None) -> None:
    fields = {
        "temp": 1.2,
        "rep_pen": 1.1,
        "freq_pen": 0,
        "top_k": 40,
        "top_p": 0.9,
        "min_p": 0.1,
        "xtc_probability": xtc,
        "xtc_threshold": 0.1,
        "json_schema": None,
        "samplers": [
            *("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "tfs_z", "typical_p"),
            *("xtc", "top_p", "min_p", "temperature"),
        ],
    }
    found = of(json.dumps(fields)).preset.parameters.get("samplers")

    assert found == (taken and [*taken, "min_p", "temperature", "adaptive_p"])


@pytest.mark.parametrize(
    ("lines", "messages", "system"),
    [
        # ollama/ollama 6103, 6212: what `ollama show --modelfile` writes without three quotes.
        (
            "MESSAGE user rhyme\nMESSAGE assistant Pete\nwas neat.\n\nHe ran.\n\nPARAMETER top_k 3",
            (("user", "rhyme"), ("assistant", "Pete\nwas neat.\n\nHe ran.")),
            None,
        ),
        ('MESSAGE assistant "a\nb"\nMESSAGE user c', (("assistant", "a\nb"), ("user", "c")), None),
        ('SYSTEM "You are\na cat.\n# Really."\n', (), "You are\na cat.\n# Really."),
        ("SYSTEM You are\r\na cat.\r\n# more\r\n", (), "You are\na cat."),
        ('SYSTEM "Hi" he said\nPARAMETER top_k 3', (), '"Hi" he said'),
    ],
)
def test_texts_of_a_modelfile_have_several_lines(
    lines: str, messages: tuple[tuple[str, str], ...], system: str | None
) -> None:
    preset = of(f"FROM m\n{lines}").preset
    assert (preset.messages, preset.system) == (messages, system)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        # SillyTavern/SillyTavern 5151, 3972, 3048: a list, JSON in a text, Python's quotes, nothing.
        (["\n", ":"], ["\n", ":"]),
        ('["\\n",":","\\"","[THINK]"]', ["\n", ":", '"', "[THINK]"]),
        ("['\\n', ':']", ["\n", ":"]),
        ("[]", None),
    ],
)
def test_where_dry_begins_anew(written: str | list[str], expected: list[str] | None) -> None:
    preset = {"temp": 1, "rep_pen": 1, "typical_p": 1, "dry_multiplier": 0.8}
    found = of(json.dumps({**preset, "dry_sequence_breakers": written})).preset
    assert found.parameters.get("dry_sequence_breakers") == expected
