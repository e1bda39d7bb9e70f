"""Keys of profiles that stand elsewhere: printed by a command, or in the keyring."""

import sys
from pathlib import Path
from types import ModuleType

import pytest

from zatsudan.base.errors import ConfigError
from zatsudan.config.settings import Config, Profile
from zatsudan.servers.apikeys import key_of_keyring, printed_key
from zatsudan.servers.choice import Wishes, choose


@pytest.mark.parametrize(
    "command",
    [
        "cat ~/.key",
        "printf 'other\\nsk-piped' | tail -1",
        "echo $KEY_OF_MINE",
        'x=sk-piped; echo "$x"',
    ],
)
def test_a_key_command_is_a_shell_s(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KEY_OF_MINE", "sk-piped")
    (tmp_path / ".key").write_text("sk-piped\n")
    assert printed_key("x", command) == "sk-piped"


@pytest.mark.parametrize(
    "command",
    ["true", "false", "no-such-program-anywhere", "'open quote", " ", "sh -c 'echo sk-x; exit 3'"],
)
def test_a_key_command_that_fails_is_a_sentence(command: str) -> None:
    with pytest.raises(ConfigError, match="api_key_command of the profile 'x' failed") as caught:
        printed_key("x", command)

    assert "sk-x" not in str(caught.value)
    assert caught.value.advice


KEYS = {("work", "zatsudan"): "sk-default", ("work", "me"): "sk-mine"}


def keyring(monkeypatch: pytest.MonkeyPatch, *, locked: bool = False) -> None:
    """Put a keyring with `KEYS` in the place of the package."""
    module = ModuleType("keyring")

    def get_password(service: str, user: str) -> str | None:
        if locked:
            raise RuntimeError("sk-secret stands in the text of some backends")
        return KEYS.get((service, user))

    vars(module)["get_password"] = get_password
    monkeypatch.setitem(sys.modules, "keyring", module)


@pytest.mark.parametrize(
    ("place", "key"), [("work", "sk-default"), ("work:", "sk-default"), ("work:me", "sk-mine")]
)
def test_a_key_stands_in_the_keyring_by_service_and_user(
    place: str, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring(monkeypatch)
    profile = Profile(base_url="https://x.example/v1", api_key_keyring=place)

    assert key_of_keyring("x", place) == key
    server = choose(Wishes(profile="x"), {}, Config(profiles={"x": profile}))
    assert server is not None
    assert server.api_key == key


def test_a_keyring_that_has_no_key_says_how_one_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    keyring(monkeypatch)

    with pytest.raises(ConfigError, match="no key for home") as caught:
        key_of_keyring("x", "home:me")

    assert caught.value.advice == "keyring set home me stores one."


def test_a_locked_keyring_is_a_sentence_without_its_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    keyring(monkeypatch, locked=True)

    with pytest.raises(ConfigError, match=r"profile 'x' \(RuntimeError\)") as caught:
        key_of_keyring("x", "work")

    assert "sk-" not in f"{caught.value} {caught.value.advice}"


def test_where_the_package_is_not_there_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)

    with pytest.raises(ConfigError, match="keyring is not installed") as caught:
        key_of_keyring("x", "work")

    assert "pip install keyring" in caught.value.advice
