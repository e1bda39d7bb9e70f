"""The text of a config file: each key of its type, and a sentence for each mistake."""

import pytest

from zatsudan.base.errors import ConfigError
from zatsudan.config import configtext
from zatsudan.config.settings import Config, Network, Persona, Profile, Screen


def parse(text: str) -> Config:
    return configtext.parse(text, "config.toml")


def failure(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return caught.value


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse("") == Config()


def test_a_whole_file() -> None:
    loaded = parse(
        """
        profile = "home"
        system = "Be brief."
        parameters = { temperature = 1, stop = ["\\n\\n"], "+mirostat" = 2 }
        network.idle_seconds = 5
        [screen]
        keys = "vi"
        [profiles.home]
        base_url = "http://box:8080/v1"
        headers = { "X-Team" = "chat" }
        context_length = 4096
        parameters.top_p = 0.9
        [profiles."my work"]
        base_url = "https://office/v1"
        """
    )

    assert loaded.system == "Be brief."
    assert loaded.parameters == {"temperature": 1, "stop": ["\n\n"], "+mirostat": 2}
    assert loaded.network == Network(connect_seconds=10.0, idle_seconds=5.0)
    assert loaded.screen == Screen(keys="vi")
    assert loaded.profiles == {
        "home": Profile(
            base_url="http://box:8080/v1",
            headers={"X-Team": "chat"},
            context_length=4096,
            parameters={"top_p": 0.9},
        ),
        "my work": Profile(base_url="https://office/v1"),
    }


@pytest.mark.parametrize(
    ("text", "sentence", "advice"),
    [
        ('\nsistem = "x"', "config.toml, line 2: there is no key 'sistem'.", "system"),
        ("[network]\n\nidle = 5", "line 3: there is no key 'idle'.", "idle_seconds"),
        (
            '[profiles.a]\nbase_url = "http://x"\n[profiles.b]\nbase_ulr = "http://x"',
            "line 4: there is no key 'base_ulr'.",
            "Did you mean base_url?",
        ),
        ("[networks]\nx = 1", "line 1: there is no key 'networks'.", "network"),
        ("[zzz]", "line 1: there is no key 'zzz'.", "Known here: profile, system"),
        ("[profiles.a]\n[profiles.a.heads]\nX = 1", "there is no key 'heads'", "headers"),
        ("[parameters]\ntemprature = 1", "line 2: there is no parameter", "mean temperature?"),
        ('[models."q*"]\ntemprature = 1', "line 2: there is no parameter", "mean temperature?"),
        ("[parameters]\nfoo_bar = 1", "there is no parameter 'foo_bar'", '"+foo_bar" sends'),
        ('profile = "home"\n[profiles.hom]', "line 1: there is no profile 'home'.", "mean hom?"),
    ],
)
def test_an_unknown_key_is_told_with_its_line_and_the_nearest(
    text: str, sentence: str, advice: str
) -> None:
    error = failure(text)

    assert sentence in str(error)
    assert advice in error.advice


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("system = 5", "line 1: system takes a text in quotes, not 5."),
        ("system = true", "system takes a text in quotes, not True."),
        ("[network]\nidle_seconds = '5'", "line 2: idle_seconds takes a number, not '5'."),
        ("[network]\nidle_seconds = true", "idle_seconds takes a number, not True."),
        ("[local]\ncontext_length = 5.5", "context_length takes a whole number, not 5.5."),
        ("[local]\ncontext_length = false", "context_length takes a whole number, not False."),
        ("[screen]\nhistory = 1", "history takes true or false, not 1."),
        ("network = 5", "line 1: network is a table."),
        ("parameters = 5", "line 1: parameters is a table."),
        ("profiles = 5", "line 1: profiles is a table."),
        ("models = 5", "line 1: models is a table."),
        ('[models]\n"q*" = 5', "line 2: q* is a table."),
        (
            '[models]\n\n[models."q*"]\ntop_p = 3',
            "line 4: top_p takes a number from 0 to 1, not 3.",
        ),
        ("[profiles]\nwork = 5", "line 2: work is a table."),
        ("[profiles.a]\nconcurrency = 101", "line 2: concurrency takes 0 – 100, not 101."),
        ("[profiles.a]\nconcurrency = -1", "line 2: concurrency takes 0 – 100, not -1."),
        ("[profiles.a]\nheaders = { X = 5 }", "X takes a text in quotes, not 5."),
        ("[parameters]\ntop_p = 3", "line 2: top_p takes a number from 0 to 1, not 3."),
        ("[parameters]\nstop = []", "line 2: stop takes one to four texts"),
        ("[parameters]\ntemperature = nan", "line 2: temperature holds a value that JSON has not"),
        ('[parameters]\n"+x" = 2026-01-01', "line 2: +x holds a value that JSON has not"),
        ("[profiles.a]\n[profiles.a.parameters]\nn = 0", "line 3: n takes a whole number from 1"),
        ("[profiles.a.parameters]\ntop_p = 2", "line 2: top_p takes a number from 0 to 1, not 2."),
        ("[metrics]\nx = 5", "line 2: x takes a text in quotes, not 5."),
        ('[metrics]\nx = "regex:("', "line 2: x is no pattern (missing ), unterminated"),
        ('[metrics]\nx = "regex:"', "line 2: x is empty."),
        ('[metrics]\n"a b" = "wc"', "line 2: 'a b' is no name of a metric."),
        ("a = ", "config.toml is not valid TOML"),
        ("a = 1\na = 2", "config.toml is not valid TOML"),
        ("a = " + "[" * 10_000, "config.toml is not valid TOML"),
        ("a = " + "9" * 5_000, "config.toml is not valid TOML"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_its_line(text: str, sentence: str) -> None:
    assert sentence in str(failure(text))


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        # VladimirMarkelov/ttdl 45, UfoMiao/zcf 114, manufosela/karajan-code 1426: Windows paths.
        ('system = "@C:\\Users\\me"', "Write what holds a \\ in single quotes, as 'C:\\models'."),
        (
            'a = 1\nsystem = "@C:\\models"',
            "Write what holds a \\ in single quotes, as 'C:\\models'.",
        ),
        (
            'local.model_file = "\\\\nas\\x"',
            "Write what holds a \\ in single quotes, as 'C:\\models'.",
        ),
        ("[screen]\nbell = True", "Write true or false in small letters."),
        ("profile = home", 'Write a text in straight quotes: "text".'),
        ("system = “Be brief.”", 'Write a text in straight quotes: "text".'),
        ("a = 1\na = 2", "Mend that line."),
        ("a = [", "Mend that line."),
    ],
)
def test_what_other_programs_take_is_no_toml(text: str, advice: str) -> None:
    assert failure(text).advice == advice


def test_a_key_in_the_file_is_not_shown() -> None:
    loaded = parse('[profiles.a]\nbase_url = "http://x"\napi_key = "sk-secret"')

    assert loaded.profiles["a"].api_key == "sk-secret"
    assert "sk-secret" not in repr(loaded)


def test_a_persona() -> None:
    text = '[persona]\nname = "Ann"\ndescription = "a poet\\nof Kyoto"'
    assert configtext.parse(text, "c").persona == Persona("Ann", "a poet\nof Kyoto")


@pytest.mark.parametrize("line", ["{} = 1", "[{}]", "x = {{{} = 1}}"])
def test_a_key_of_very_many_parts_is_refused_before_it_is_parsed(line: str) -> None:
    with pytest.raises(ConfigError, match="more than 100 parts"):
        configtext.parse(line.format(".".join("a" * 100_000)), "config.toml")


def test_dots_in_a_text_are_no_parts_of_a_key() -> None:
    assert configtext.parse(
        f'system = "{"... " * 200}{"1. 2" * 40}"', "config.toml"
    ).system.startswith("...")
