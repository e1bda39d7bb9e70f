"""A chat for a subcommand: at the server that a talk would have, and with nothing saved."""

from pathlib import Path

import pytest

from zatsudan.base.errors import ConfigError, ConnectionFailed
from zatsudan.cli.visiting import server_arguments, with_chat
from zatsudan.config.settings import Places, platform_places
from zatsudan.servers import nearby
from zatsudan.servers.choice import Wishes
from zatsudan.talk.chat import Chat


async def address(chat: Chat, _places: Places) -> str:
    return (await chat.link.client()).server.base_url


def configured(text: str) -> None:
    file = platform_places().config_file
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")


def test_the_flags_name_a_server() -> None:
    flags = {name: argument for argument in server_arguments() for name in argument.flags}

    assert set(flags) == {"--base-url", "-p", "--profile"}
    assert all(argument.help for argument in flags.values())


def test_the_job_gets_the_places_and_its_answer_is_returned(clean_environment: Path) -> None:
    async def job(_chat: Chat, places: Places) -> Path:
        return places.config_file

    found = with_chat(job)

    assert found == platform_places().config_file
    assert clean_environment in found.parents


def test_the_wishes_go_before_the_config() -> None:
    configured('profile = "a"\n[profiles.a]\nbase_url = "http://127.0.0.1:7/v1"\n')

    assert with_chat(address) == "http://127.0.0.1:7/v1"
    wishes = Wishes(base_url="http://127.0.0.1:8/v1")
    assert with_chat(address, wishes) == "http://127.0.0.1:8/v1"
    with pytest.raises(ConfigError, match="no profile"):
        with_chat(address, Wishes(profile="b"))


def test_nothing_is_saved(clean_environment: Path) -> None:
    async def job(chat: Chat, _places: Places) -> str:
        chat.talk.new()
        chat.talk.say("hello")
        return chat.talk.session.path()[-1].message.text

    assert with_chat(job) == "hello"
    assert list(clean_environment.rglob("*.jsonl")) == []


def test_the_chat_is_closed_also_where_the_job_fails() -> None:
    closed: list[str] = []

    async def job(chat: Chat, _places: Places) -> None:
        client = await chat.link.client()
        close = client.aclose

        async def noted() -> None:
            closed.append(client.server.base_url)
            await close()

        client.aclose = noted  # type: ignore[method-assign]
        raise LookupError("of the job")

    with pytest.raises(LookupError, match="of the job"):
        with_chat(job, Wishes(base_url="http://127.0.0.1:8/v1"))
    assert closed == ["http://127.0.0.1:8/v1"]


@pytest.mark.parametrize("lasting", [True, False])
def test_a_server_that_ends_with_the_program_is_none_that_lasts(
    lasting: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing(*_: object) -> list[object]:
        return []

    monkeypatch.setattr(nearby, "found", nothing)
    monkeypatch.setattr("zatsudan.servers.engine.embedded.has_engine", lambda: False)

    kind, said = (
        (ConfigError, "ends with the program")
        if lasting
        else (ConnectionFailed, "No server was found")
    )
    with pytest.raises(kind, match=said):
        with_chat(address, lasting=lasting)
