"""The embedded engine: which file it serves, what that is called, and what is said without one."""

from pathlib import Path

import pytest

from tests.support.gguf import gguf
from tests.support.oneshot import run
from zatsudan.base.errors import ConfigError, ConnectionFailed
from zatsudan.config.configtext import parse
from zatsudan.config.settings import SUGGESTED, Config, Local
from zatsudan.servers import nearby
from zatsudan.servers.choice import Server, Wishes, choose
from zatsudan.servers.discovery import Finder
from zatsudan.servers.engine import embedded
from zatsudan.terminal.greeting import answering, greeting


def test_the_file_that_is_named_comes_before_one_that_was_fetched(tmp_path: Path) -> None:
    fetched = tmp_path / "models" / "fetched.gguf"
    packaged = embedded.model_file(Local(), fetched)
    assert packaged is not None
    assert packaged.name.startswith("SmolLM2")

    gguf(fetched)
    assert embedded.model_file(Local(), fetched) == fetched
    assert embedded.model_file(Local("~/a.gguf"), fetched) == Path.home() / "a.gguf"


def test_a_model_is_called_as_its_file_says_and_else_as_the_file(tmp_path: Path) -> None:
    assert embedded.own_name(gguf(tmp_path / "x.Q4_1.gguf", "雑談\x1b[31m 1B")) == "雑談␛[31m 1B"
    assert embedded.own_name(gguf(tmp_path / "tiny-1B.Q4_1.gguf")) == "tiny-1B"
    assert embedded.own_name(tmp_path / "gone.gguf") == "gone"


def test_what_is_no_gguf_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.gguf").write_bytes(b"<html>")

    for name, sentence in (
        (str(tmp_path / "x.gguf"), "does not begin with GGUF"),
        (str(tmp_path / "none"), "cannot be read"),
        (str(tmp_path), "cannot be read"),
        ("~nobody-here/x", "cannot be read"),
        ("\0", "cannot be read"),
    ):
        with pytest.raises(ConfigError, match=sentence) as caught:
            embedded.serving(Config(), name)
        assert "--gguf" in caught.value.advice


@pytest.mark.posix  # links
@pytest.mark.model
async def test_any_file_is_served_under_its_own_name(clean_environment: Path) -> None:
    packaged = embedded.packaged_file()
    assert packaged is not None
    (clean_environment / "model").symlink_to(packaged)

    code, out, err = await run(
        ("--gguf", "model", "-o", "max_tokens=4", "Hi"), clean_environment, {}, b""
    )
    assert (code, bool(out.strip())) == (5, True), err  # four tokens are no whole reply

    engine = await embedded.start(Local(str(packaged), context_length=512))
    try:
        assert engine.server.model == "Smollm2 135M 8k Lc100K Mix1 Ep2"
    finally:
        await engine.stop()


async def test_a_file_that_is_none_is_a_sentence_before_anything_starts(
    clean_environment: Path,
) -> None:
    (clean_environment / "x.gguf").write_text("no model")

    code, out, err = await run(("--gguf", "x.gguf", "Hi"), clean_environment, {}, b"")

    assert (code, out) == (2, "")
    assert err.startswith("zatsudan: x.gguf is no GGUF file")


def test_the_embedded_model_can_be_the_default(tmp_path: Path) -> None:
    config = parse('profile = "local"\n', "config.toml")

    assert choose(Wishes(), {"OPENAI_API_KEY": "sk-x"}, config) is None
    assert Finder(Wishes(), {}, config, models=tmp_path).wants_embedded
    named = parse('profile = "local"\n[profiles.local]\nbase_url = "http://box/v1"\n', "x")
    assert not Finder(Wishes(), {}, named, models=tmp_path).wants_embedded


@pytest.mark.parametrize(
    "case",
    [
        (False, "", False, "No server was found.", "/connect connects one; pip install"),
        (False, "", True, "No embedded engine is installed.", "pip install 'zatsudan[local]'"),
        (True, "", False, "no model file", f"{SUGGESTED.name} (1.1 GB, Apache-2.0)"),
        (True, "https://host/x.gguf", False, "no model file", "/connect local fetches"),
        (True, "https://host/x.gguf", True, "The embedded engine has no model", "/connect local"),
    ],
)
async def test_with_nothing_that_answers_it_is_said_what_to_do(
    case: tuple[bool, str, bool, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    engine, url, wanted, sentence, advice = case
    monkeypatch.setattr(embedded, "has_engine", lambda: engine)
    monkeypatch.setattr(embedded, "packaged_file", lambda: None)

    monkeypatch.setattr(nearby, "found", _nothing)
    finder = Finder(Wishes(local=wanted), {}, Config(local=Local("", url)), models=tmp_path)

    with pytest.raises(ConnectionFailed, match=sentence) as caught:
        await finder.connect()

    assert advice in caught.value.advice
    assert len(str(caught.value)) < 80
    assert len(caught.value.advice) < 160


async def _nothing(_config: Config, _model: str) -> list[nearby.Found]:
    return []


def test_the_first_greeting_is_four_lines_of_80_columns() -> None:
    server = Server("local", "http://127.0.0.1:1/v1", reason="embedded model")

    lines = [*greeting(private=False), *answering(server, "SmolLM2-135M-Instruct", wanted=False)]

    texts = [str(line[0]) for line in lines]
    assert len(texts) == 4
    assert max(len(line) for line in texts) < 80
    for said in ("just write", "/help", "language model", "no server was found", "/connect"):
        assert said in " ".join(texts)


def test_who_is_asked_for_needs_no_explanation() -> None:
    local = Server("local", "http://127.0.0.1:1/v1", reason="embedded model")
    other = Server("box", "http://box/v1", reason="--profile", missing_key="KEY is not set")

    assert [line.text for line in answering(local, "m", wanted=True)] == [
        "m at local (embedded model)"
    ]
    assert [line.text for line in answering(other, "m", wanted=False)] == [
        "m at box (--profile)",
        "No key is sent: KEY is not set.",
    ]
