"""Where to connect, and which key goes where."""

import sys

import pytest

from zatsudan.base.addresses import normal_url, origin
from zatsudan.base.errors import ConfigError
from zatsudan.config.settings import Config, Profile
from zatsudan.servers import choice
from zatsudan.servers.choice import Server, Wishes, beside, choose, clean_key

HOME = Profile(base_url="http://box:8080/v1", model="llama")
WORK = Profile(base_url="https://work.example/v1", api_key_env="WORK_KEY")
CONFIG = Config(profile="work", profiles={"home": HOME, "work": WORK})
OPENAI_KEY = {"OPENAI_API_KEY": "sk-openai"}


def chosen(
    wishes: Wishes = Wishes(),  # noqa: B008  a frozen value
    environ: dict[str, str] | None = None,
    config: Config = Config(),  # noqa: B008
) -> Server:
    server = choose(wishes, environ or {}, config)
    assert server is not None
    return server


# --- the order ------------------------------------------------------------


def test_the_order() -> None:
    wishes = Wishes(base_url="https://flag.example/v1", profile="home")
    environ = {
        **OPENAI_KEY,
        "ZATSUDAN_BASE_URL": "https://env.example/v1",
        "OPENAI_BASE_URL": "https://openai.example/v1",
    }
    plain = Config(profiles=CONFIG.profiles)
    order = [
        chosen(wishes, environ, CONFIG),
        chosen(Wishes(profile="home"), environ, CONFIG),
        chosen(Wishes(), environ, CONFIG),
        chosen(Wishes(), {**OPENAI_KEY, "WORK_KEY": "k"}, CONFIG),
        chosen(Wishes(), {**OPENAI_KEY, "OPENAI_BASE_URL": "https://openai.example/v1"}, plain),
        chosen(Wishes(), OPENAI_KEY, plain),
    ]

    assert [(server.base_url, server.reason) for server in order] == [
        ("https://flag.example/v1", "--base-url"),
        ("http://box:8080/v1", "--profile"),
        ("https://env.example/v1", "ZATSUDAN_BASE_URL"),
        ("https://work.example/v1", "default profile"),
        ("https://openai.example/v1", "OPENAI_API_KEY"),
        ("https://api.openai.com/v1", "OPENAI_API_KEY"),
    ]
    assert choose(Wishes(), {}, plain) is None


def test_a_profile_of_the_environment_comes_before_the_default() -> None:
    server = chosen(Wishes(), {"ZATSUDAN_PROFILE": "home"}, CONFIG)

    assert (server.name, server.reason, server.model) == ("home", "ZATSUDAN_PROFILE", "llama")


def test_local_is_no_server_to_be_named() -> None:
    assert choose(Wishes(local=True), OPENAI_KEY, CONFIG) is None
    assert choose(Wishes(profile="local"), OPENAI_KEY, CONFIG) is None


def test_a_profile_called_local_is_a_profile() -> None:
    config = Config(profiles={"local": HOME})

    assert chosen(Wishes(profile="local"), {}, config).base_url == "http://box:8080/v1"


def test_the_model_of_the_flag_beats_that_of_the_environment_and_the_profile() -> None:
    environ = {"ZATSUDAN_MODEL": "env"}

    assert chosen(Wishes(profile="home", model="flag"), environ, CONFIG).model == "flag"
    assert chosen(Wishes(profile="home"), environ, CONFIG).model == "env"
    assert chosen(Wishes(profile="home"), {}, CONFIG).model == "llama"
    assert chosen(Wishes(), {**OPENAI_KEY, "OPENAI_MODEL": "gpt"}).model == "gpt"


def test_a_profile_brings_all_it_says() -> None:
    profile = Profile(
        base_url="https://x.example/v1",
        headers={"X-Team": "chat"},
        query={"api-version": "1"},
        context_length=4096,
        concurrency=8,
        parameters={"temperature": 0.3},
    )

    server = chosen(Wishes(profile="x"), {}, Config(profiles={"x": profile}))

    assert (server.headers, server.query) == ({"X-Team": "chat"}, {"api-version": "1"})
    assert (server.context_length, server.concurrency) == (4096, 8)
    assert server.parameters == {"temperature": 0.3}


@pytest.mark.parametrize(
    ("wishes", "config", "sentence"),
    [
        (Wishes(profile="hom"), CONFIG, "no profile 'hom'"),
        (Wishes(profile="x"), Config(), "no profile 'x'"),
        (Wishes(profile="x"), Config(profiles={"x": Profile()}), "has no base_url"),
        (Wishes(base_url="not a url"), CONFIG, "is not a base URL"),
    ],
)
def test_wishes_that_cannot_be_met(wishes: Wishes, config: Config, sentence: str) -> None:
    with pytest.raises(ConfigError, match=sentence) as caught:
        choose(wishes, {}, config)

    assert caught.value.advice


# --- keys -----------------------------------------------------------------

ALL_KEYS = {**OPENAI_KEY, "WORK_KEY": "sk-work", "MINE": "sk-mine"}


@pytest.mark.parametrize(
    ("base_url", "key"),
    [
        ("https://api.openai.com/v1", "sk-openai"),
        ("https://API.openai.com:443/v1", "sk-openai"),
        ("http://api.openai.com/v1", ""),
        ("https://api.openai.com:8443/v1", ""),
        ("https://api.openai.com.evil.example/v1", ""),
        ("https://api.openai.com@evil.example/v1", ""),
        ("https://openrouter.ai/api/v1", ""),
        ("http://127.0.0.1:8080/v1", ""),
    ],
)
def test_the_openai_key_goes_to_openai_alone(base_url: str, key: str) -> None:
    server = chosen(Wishes(base_url=base_url), ALL_KEYS)

    assert server.api_key == key
    near = base_url.startswith("http://127.")  # a server of this machine seldom wants one
    assert bool(server.missing_key) is not (bool(key) or near)


def test_the_openai_key_goes_to_the_origin_of_openai_base_url() -> None:
    environ = {**OPENAI_KEY, "OPENAI_BASE_URL": "https://gateway.example/llm/v1"}

    assert chosen(Wishes(), environ).api_key == "sk-openai"
    assert chosen(Wishes(base_url="https://gateway.example/v2"), environ).api_key == "sk-openai"
    assert chosen(Wishes(base_url="https://other.example/v1"), environ).api_key == ""


def test_a_key_of_ones_own_goes_where_one_says() -> None:
    wishes = Wishes(base_url="https://other.example/v1", api_key_env="MINE")

    assert chosen(wishes, ALL_KEYS).api_key == "sk-mine"
    assert chosen(wishes, {}).missing_key == "MINE is not set"
    assert chosen(
        Wishes(base_url="https://other.example/v1"), {**ALL_KEYS, "ZATSUDAN_API_KEY": "sk-z"}
    ).api_key == ("sk-z")


def test_the_keys_of_a_profile() -> None:
    def key(profile: Profile, wishes: Wishes = Wishes(profile="x")) -> str:  # noqa: B008
        return chosen(wishes, ALL_KEYS, Config(profiles={"x": profile})).api_key

    url = "https://work.example/v1"
    print_key = f'{sys.executable} -c \'print("sk-printed"); print("more")\''
    assert key(Profile(base_url=url)) == ""
    assert key(Profile(base_url="https://api.openai.com/v1")) == "sk-openai"
    assert key(Profile(base_url=url, api_key=" sk-file\n")) == "sk-file"
    assert key(Profile(base_url=url, api_key="sk-file", api_key_command=print_key)) == "sk-printed"
    assert (
        key(Profile(base_url=url, api_key_command=print_key, api_key_env="WORK_KEY")) == "sk-work"
    )
    assert (
        key(Profile(base_url=url, api_key="sk-file"), Wishes(profile="x", api_key_env="MINE"))
        == "sk-mine"
    )


def test_a_variable_that_is_not_set_is_told() -> None:
    server = chosen(Wishes(profile="work"), OPENAI_KEY, CONFIG)

    assert (server.api_key, server.missing_key) == ("", "WORK_KEY is not set")


@pytest.mark.parametrize(
    "key", ["sk-se cret", "sk-se\ncret", "sk-secrét", "sk-se\x7fcret", "sk-\0"]
)
def test_a_key_that_no_header_can_hold_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(ConfigError, match="API key holds a blank") as caught:
        clean_key(key)

    assert "sk-" not in f"{caught.value} {caught.value.advice}"


def test_a_key_is_trimmed() -> None:
    assert clean_key(" sk-a\r\n") == "sk-a"


def test_a_key_is_never_shown() -> None:
    server = chosen(Wishes(), OPENAI_KEY)
    profile = Profile(base_url="https://x.example", headers={"Authorization": "Bearer sk-header"})
    other = chosen(Wishes(profile="x"), {}, Config(profiles={"x": profile}))

    assert server.api_key == "sk-openai"
    assert "sk-" not in repr(server)
    assert "sk-" not in repr(other)


# --- addresses ------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://host/v1", "https://host/v1"),
        (" https://host/v1/ ", "https://host/v1"),
        ("https://host", "https://host/v1"),
        ("https://host/", "https://host/v1"),
        ("https://host/v1/chat/completions", "https://host/v1"),
        ("https://host/v1/chat/completions/", "https://host/v1"),
        ("https://host/chat/completions", "https://host/v1"),
        ("https://host/api/v1", "https://host/api/v1"),
        ("HTTPS://Host/v1", "https://Host/v1"),
        ("http://[::1]:8080", "http://[::1]:8080/v1"),
        ("https://host/v1#part", "https://host/v1"),
        (
            "https://x.openai.azure.com/openai/deployments/gpt/chat/completions?api-version=1",
            "https://x.openai.azure.com/openai/deployments/gpt?api-version=1",
        ),
        ("api.example.com", "https://api.example.com/v1"),
        ("api.example.com:8443/v1", "https://api.example.com:8443/v1"),
        ("localhost:11434", "http://localhost:11434/v1"),
        ("127.0.0.1:8080/v1", "http://127.0.0.1:8080/v1"),
        ("192.168.1.5:8000", "http://192.168.1.5:8000/v1"),
        ("box:8000", "http://box:8000/v1"),
        ("box.local", "http://box.local/v1"),
        ("8.8.8.8", "https://8.8.8.8/v1"),
    ],
)
def test_what_people_write_becomes_a_base_url(text: str, url: str) -> None:
    assert normal_url(text) == url
    assert normal_url(url) == url


@pytest.mark.parametrize(
    "text",
    ["", "  ", "http://", "https:///v1", "ftp://host", "file:///etc/passwd", "http://host:0",
     "http://host:99999", "http://host:x", "http://[::1", "[::1", "two words", "http://a b/v1"],
)  # fmt: skip
def test_what_is_no_base_url_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match="is not a base URL") as caught:
        normal_url(text)

    assert caught.value.advice


def test_an_origin_is_scheme_host_and_port() -> None:
    assert origin("https://Host/v1") == ("https", "host", 443)
    assert origin("http://user:word@host:8080/x") == ("http", "host", 8080)
    assert origin("http://host") == ("http", "host", 80)


def test_a_server_is_called_by_its_host() -> None:
    assert chosen(Wishes(), OPENAI_KEY).name == "openai"
    assert chosen(Wishes(base_url="http://user:word@box:8080/v1")).name == "box:8080"


def test_a_blank_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "  ")
    monkeypatch.setenv("OPENAI_BASE_URL", "https://x.example")

    assert "OPENAI_API_KEY" not in choice.environment()
    assert choice.environment()["OPENAI_BASE_URL"] == "https://x.example"


def test_a_key_that_a_profile_names_goes_to_its_server_wherever_it_is_chosen() -> None:
    profile = Profile(base_url="https://b.example/v1", api_key_env="ZATSUDAN_API_KEY")
    config = Config(profiles={"b": profile})
    environ = {"ZATSUDAN_API_KEY": "sk-z"}
    there = beside("b", environ, config, None)
    chosen = choose(Wishes(profile="b"), environ, config)
    assert chosen is not None
    assert there.api_key == chosen.api_key == "sk-z"
    assert there.key_variable == chosen.key_variable == "ZATSUDAN_API_KEY"


def test_a_key_that_no_profile_names_goes_to_no_server_beside() -> None:
    config = Config(profiles={"b": Profile(base_url="https://b.example/v1")})
    assert beside("b", {"ZATSUDAN_API_KEY": "sk-z"}, config, None).api_key == ""
