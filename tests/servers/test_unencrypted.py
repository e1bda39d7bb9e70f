"""A key that goes over the network unencrypted: told, and told only where that is so."""

from pathlib import Path

import pytest

from tests.support.oneshot import run
from tests.support.server import says, serve
from zatsudan.cli import opening
from zatsudan.config.settings import Config, Profile
from zatsudan.servers.choice import Server
from zatsudan.servers.unencrypted import unencrypted, unencrypted_profiles

FAR = "The key goes to llm.example.com unencrypted"
PROXIED = "The key goes to the proxy proxy.example.com unencrypted"


@pytest.mark.parametrize(
    ("server", "environ", "warning"),
    [
        (Server("", "http://llm.example.com/v1", api_key="sk-1"), {}, FAR),
        (Server("", "http://llm.example.com:8080/v1", headers={"X-Session": "s"}), {}, FAR),
        (Server("", "http://llm.example.com/v1", query={"code": "s"}), {}, FAR),
        (Server("", "http://me:pw@llm.example.com/v1"), {}, FAR),
        (Server("", "http://8.8.8.8/v1", api_key="sk-1"), {}, "The key goes to 8.8.8.8 unencrypted"),
        # Without a key there is none to lose; over TLS nobody reads it.
        (Server("", "http://llm.example.com/v1", headers={"X-Team": "chat"}), {}, ""),
        (Server("", "https://llm.example.com/v1", api_key="sk-1"), {}, ""),
        # What is no address is told of where it is used.
        (Server("", "http://[::bad/v1", api_key="sk-1"), {}, ""),
        (Server("", "http://box/v1", api_key="sk-1"), {"HTTP_PROXY": "http://me:pw@[::bad"}, ""),
        # In the same network.
        (Server("", "http://127.0.0.1:8080/v1", api_key="sk-1"), {}, ""),
        (Server("", "http://[::1]:8080/v1", api_key="sk-1"), {}, ""),
        (Server("", "http://192.168.1.5/v1", api_key="sk-1"), {}, ""),
        (Server("", "http://[fd00::5]/v1", api_key="sk-1"), {}, ""),
        (Server("", "http://box.local/v1", api_key="sk-1"), {}, ""),
        (Server("", "http://box/v1", api_key="sk-1"), {}, ""),
        # A proxy outside of it reads what is meant for that network, too.
        (Server("", "http://box/v1", api_key="sk-1"), {"HTTP_PROXY": "http://me:pw@proxy.example.com:3128"}, PROXIED),
        (Server("", "http://box/v1", api_key="sk-1"), {"http_proxy": "proxy.example.com:3128"}, PROXIED),
        (Server("", "http://box/v1", api_key="sk-1"), {"ALL_PROXY": "socks5://proxy.example.com"}, PROXIED),
        (Server("", "http://llm.example.com/v1", api_key="sk-1"), {"HTTP_PROXY": "http://proxy.example.com"}, PROXIED),
        (Server("", "http://llm.example.com/v1", api_key="sk-1"), {"HTTP_PROXY": "http://127.0.0.1:3128"}, FAR),
        (Server("", "http://box/v1", api_key="sk-1"), {"HTTP_PROXY": "http://127.0.0.1:3128"}, ""),
        (Server("", "http://box/v1", api_key="sk-1"), {"HTTP_PROXY": "http://proxy.example.com", "NO_PROXY": "box"}, ""),
        (Server("", "http://127.0.0.1/v1", api_key="sk-1"), {"HTTP_PROXY": "http://proxy.example.com"}, ""),
        (Server("", "https://box/v1", api_key="sk-1"), {"HTTPS_PROXY": "http://proxy.example.com"}, ""),
    ],
)  # fmt: skip
def test_where_a_key_can_be_read(
    server: Server, environ: dict[str, str], warning: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    told = unencrypted(server)

    assert told.startswith(warning)
    assert bool(told) is bool(warning)
    assert "pw" not in told
    assert "sk-1" not in told


def test_profiles_are_looked_at_wherever_their_key_comes_from() -> None:
    profiles = {
        "env": Profile(base_url="http://llm.example.com/v1", api_key_env="KEY"),
        "command": Profile(base_url="http://llm.example.com/v1", api_key_command="pass"),
        "none": Profile(base_url="http://llm.example.com/v1"),
        "safe": Profile(base_url="https://llm.example.com/v1", api_key="sk-1"),
    }

    told = list(unencrypted_profiles(profiles))

    assert [line.partition(":")[0] for line in told] == ["env", "command"]


def test_the_greeting_tells_it_once(tmp_path: Path) -> None:
    server = Server("", "http://llm.example.com/v1", api_key="sk-1")

    assert len(opening.warned(tmp_path / "none", Config(), server)) == 1
    assert opening.warned(tmp_path / "none", Config(), server._replace(api_key="")) == []
    assert opening.warned(tmp_path / "none", Config(), None) == []


async def test_one_question_tells_it_on_standard_error(clean_environment: Path) -> None:
    # Any host can be named: the proxy is what answers.
    async with serve(says("fine")) as server:
        proxy = server.base_url.removesuffix("/v1")
        arguments = ("--base-url", "http://llm.example.com/v1", "-m", "scripted")
        environ = {"ZATSUDAN_API_KEY": "sk-very-secret", "HTTP_PROXY": proxy}
        code, out, err = await run(arguments, clean_environment, environ)
        assert (code, out) == (0, "fine\n")
        assert err.count(FAR) == 1
        assert "sk-very-secret" not in err

        code, out, err = await run(arguments, clean_environment, {"HTTP_PROXY": proxy})
        assert (code, out) == (0, "fine\n")
        assert "unencrypted" not in err
