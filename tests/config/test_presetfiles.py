"""Presets: what is written is read back, what is wrong is named."""

import asyncio
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.server import Server, says, serve
from zatsudan.base.errors import CommandError, ConfigError
from zatsudan.base.jsonvalues import Json
from zatsudan.config.presetfiles import Preset, Presets, dumps, parse
from zatsudan.config.settings import platform_places

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
VALUE: st.SearchStrategy[Json] = st.recursive(
    st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(TEXT.filter(lambda name: not name.startswith("+")), VALUE, max_size=4),
    st.none() | TEXT,
    st.none() | TEXT,
    st.dictionaries(TEXT.filter(lambda name: not name.startswith("+")), VALUE, max_size=2),
)
def test_what_is_written_is_read_back(
    parameters: dict[str, Json], model: str | None, system: str | None, thinking: dict[str, Json]
) -> None:
    preset = Preset(parameters, model, system, thinking=thinking)

    assert parse(dumps(preset), "here") == preset


def test_it_reads_well() -> None:
    preset = Preset(
        {"temperature": 0.7, "stop": ["\n\n", "User:"], "top_k": 40, "wobble": 2},
        "m",
        "Be brief.",
    )

    assert dumps(preset) == (
        'model = "m"\nsystem = "Be brief."\n\n[parameters]\ntemperature = 0.7\n'
        'stop = ["\\n\\n", "User:"]\ntop_k = 40\n"+wobble" = 2\n'
    )


def test_what_holds_while_it_thinks_is_a_table_of_its_own() -> None:
    text = dumps(Preset({"top_k": 20, "thinking": {"type": "enabled"}}, thinking={"top_p": 0.9}))

    assert text == (
        '[parameters]\ntop_k = 20\n\n[parameters."+thinking"]\ntype = "enabled"\n\n'
        "[parameters.thinking]\ntop_p = 0.9\n"
    )
    assert parse(text, "here").thinking == {"top_p": 0.9}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("[parameters]\nthinking = 5", "parameters.thinking is no table"),
        ("[parameters.thinking]\ntop_p = 5", "top_p takes a number from 0 to 1, not 5"),
        ("[parameters.thinking]\nwobble = 5", "there is no parameter 'wobble'"),
        ("[parameters.thinking]\nmessages = 5", "messages makes the request"),
    ],
)
def test_what_holds_while_it_thinks_is_checked_as_well(text: str, what: str) -> None:
    with pytest.raises(ConfigError, match=what):
        parse(text, "here")


def test_a_forced_value_and_null() -> None:
    assert '"+temperature" = 9' in dumps(Preset({"temperature": 9}))
    assert parse(dumps(Preset({"temperature": 9})), "here").parameters == {"temperature": 9}
    with pytest.raises(CommandError, match="no null"):
        dumps(Preset({"metadata": {"a": None}}))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("temperature = ", "no TOML"),
        ("temperature = 1", "no key 'temperature'"),
        ("[parameters]\ntemprature = 1", "no parameter 'temprature'"),
        ("[parameters]\ntemperature = 3", "0 to 2"),
        ("[parameters]\ntop_p = nan", "JSON has not"),
        ("[parameters]\nuser = 1979-05-27", "JSON has not"),
        ("model = 1", "no text"),
        ("parameters = 1", "no table"),
    ],
)
def test_what_is_wrong_is_named_with_its_file(text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        parse(text, "warm.toml")
    assert str(caught.value).startswith("warm.toml: ")


def test_the_files(tmp_path: Path) -> None:
    presets = Presets(tmp_path / "presets")
    assert presets.names() == []
    path = presets.write("warm", Preset({"temperature": 1.2}))
    presets.write("cold", Preset({"temperature": 0}))

    assert path == tmp_path / "presets" / "warm.toml"
    assert presets.names() == ["cold", "warm"]
    assert presets.read("warm") == Preset({"temperature": 1.2})
    presets.delete("warm")
    assert presets.names() == ["cold"]
    for act in (presets.read, presets.delete):
        with pytest.raises(ConfigError, match="no preset 'warm'") as caught:
            act("warm")
        assert "cold" in caught.value.advice


@pytest.mark.parametrize("name", ["", "../x", "a/b", ".hidden", "x" * 70, "a b"])
def test_no_name_leaves_the_directory(name: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be called"):
        Presets(tmp_path).path(name)
    with pytest.raises(ConfigError):
        Presets(None).path("warm")


async def start(server: Server, *arguments: str) -> tuple[int, str]:
    """Run the program with a message on its standard input."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "zatsudan", "--base-url", server.base_url, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate(b"hi")
    return process.returncode or 0, output.decode()


async def test_the_command_line_begins_with_one() -> None:
    preset = Preset({"temperature": 1.2, "top_p": 0.5}, "chosen", "Be brief.")
    Presets(platform_places().presets).write("warm", preset)
    async with serve(says("fine")) as server:
        code, output = await start(server, "--preset", "warm", "-o", "top_p=0.9")
        assert (code, output) == (0, "fine\n")
        body = server.requests[-1].body
        assert (body["temperature"], body["top_p"], body["model"]) == (1.2, 0.9, "chosen")
        assert body["messages"][0] == {"role": "system", "content": "Be brief."}
        # What the command line names goes before what the preset names.
        await start(server, "--preset", "warm", "--model", "other", "--system", "Be long.")
        body = server.requests[-1].body
        assert body["model"] == "other"
        assert body["messages"][0]["content"] == "Be long."
        code, output = await start(server, "--preset", "cold")
        assert code == 2
        assert "no preset 'cold'" in output
        assert "warm" in output
