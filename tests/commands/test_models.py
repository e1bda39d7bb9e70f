"""Settings that belong to a model: they come and go with it."""

from pathlib import Path

import pytest

from tests.support.commands import MODELS, lines, run
from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.config import configtext
from zatsudan.config.settings import Config
from zatsudan.sessions.session import Setting
from zatsudan.talk.chat import Chat
from zatsudan.talk.elsewhere import parameters_at
from zatsudan.talk.layers import changes, fits, of_model

CONFIG = configtext.parse(
    """
    parameters = { temperature = 0.9, seed = 1 }
    [models]
    "llama*" = { temperature = 0.6, top_p = 0.9 }
    "*-large" = { temperature = 0.4, "+beams" = 2 }
    [profiles.home]
    base_url = "http://box/v1"
    model = "llama-large"
    parameters = { top_p = 0.5 }
    """,
    "config.toml",
)
START: list[JsonObject] = [
    {"type": "set", "name": "temperature", "value": 0.9, "origin": "config"},
    {"type": "set", "name": "seed", "value": 1, "origin": "config"},
]


def chat_of(config: Config = CONFIG, presets: Path | None = None) -> Chat:
    client = ScriptedClient(models=MODELS)
    chat = chat_over(client.connect, config=config, start=lambda: list(START), presets=presets)
    chat.talk.new()
    return chat


@pytest.mark.parametrize(
    ("pattern", "model", "does"),
    [
        ("qwen3*", "qwen3-8b", True),
        ("qwen3*", "Qwen/Qwen3-8B", True),
        ("qwen/*", "Qwen/Qwen3-8B", True),
        ("qwen3*", "my-qwen3", False),
        ("qwen3-?b", "Qwen3-8B", True),
        ("qwen3", "qwen3-8b", False),
    ],
)
def test_a_pattern_means_a_model(pattern: str, model: str, *, does: bool) -> None:
    assert fits(pattern, model) is does


def test_a_later_pattern_stands_over_an_earlier() -> None:
    assert of_model(CONFIG, "llama-large") == {"temperature": 0.4, "top_p": 0.9, "beams": 2}
    assert of_model(CONFIG, "") == {}


async def test_the_settings_change_with_the_model() -> None:
    chat = chat_of()

    told = lines(await run(chat, "/model llama-small"))
    assert "temperature  0.9 → 0.6" in told
    assert chat.talk.session.settings == {
        "temperature": Setting(0.6, "model"),
        "seed": Setting(1, "config"),
        "top_p": Setting(0.9, "model"),
    }
    await run(chat, "/model llama-large")
    assert chat.talk.session.parameters == {
        "temperature": 0.4, "seed": 1, "top_p": 0.9, "beams": 2,
    }  # fmt: skip

    told = lines(await run(chat, "/model qwen"))
    assert "temperature  0.4 → 0.9" in told
    assert chat.talk.session.settings == {
        "temperature": Setting(0.9, "config"),
        "seed": Setting(1, "config"),
    }


async def test_what_stands_over_the_model_stays() -> None:
    chat = chat_of()
    await run(chat, "/set temperature 1.1")
    chat.talk.record({"type": "set", "name": "top_p", "value": 0.2, "origin": "profile"})
    await run(chat, "/model llama-small")
    assert chat.talk.session.settings["temperature"] == Setting(1.1, "session")
    assert chat.talk.session.settings["top_p"] == Setting(0.2, "profile")
    await run(chat, "/model qwen")
    assert chat.talk.session.settings["temperature"] == Setting(1.1, "session")


async def test_the_table_says_that_it_is_of_the_model() -> None:
    chat = chat_of()
    await run(chat, "/model llama-small")
    row = next(row for row in lines(await run(chat, "/params")) if row.startswith("temperature"))
    assert row.split(" | ")[1:3] == ["0.6", "model"]


async def test_a_new_session_and_a_reset_have_them_too() -> None:
    chat = chat_of()
    await run(chat, "/model llama-small")
    await run(chat, "/new")
    assert chat.talk.session.parameters["temperature"] == 0.6
    await run(chat, "/set temperature 1.5")
    await run(chat, "/reset")
    assert chat.talk.session.settings["temperature"] == Setting(0.6, "model")


def test_another_model_and_another_server_have_their_own() -> None:
    session = chat_of().talk.session
    session.model = "llama-small"
    for name, setting in changes(session.settings, CONFIG, "llama-small").items():
        assert setting is not None
        session.settings[name] = setting

    assert parameters_at(session, CONFIG, "", "qwen") == {"temperature": 0.9, "seed": 1}
    assert parameters_at(session, CONFIG, "home") == {
        "temperature": 0.4, "seed": 1, "top_p": 0.5, "beams": 2,
    }  # fmt: skip
    assert parameters_at(session, CONFIG, "home", "qwen") == {
        "temperature": 0.9, "seed": 1, "top_p": 0.5,
    }  # fmt: skip


async def test_a_preset_of_a_model_is_named_when_that_is_chosen(tmp_path: Path) -> None:
    chat = chat_of(presets=tmp_path)
    await run(chat, "/model qwen")
    await run(chat, "/preset save calm model")
    assert not [line for line in lines(await run(chat, "/model llama-small")) if "calm" in line]
    (tmp_path / "broken.toml").write_text("model = ")
    assert "Saved for this model: calm. /preset calm takes it." in lines(
        await run(chat, "/model qwen")
    )
