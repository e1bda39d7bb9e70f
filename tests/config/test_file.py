"""The config file: each field, and a sentence for each mistake."""

import re
from pathlib import Path
from typing import Any

import pytest

from zatsudan.base.errors import ConfigError
from zatsudan.base.styles import PARTS
from zatsudan.config import file, settings
from zatsudan.config.settings import Config, Local, Network, Persona, Places, Price, Profile, Screen


def parse(text: str) -> Config:
    return file.parse(text, "config.toml")


def failure(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(text)
    return caught.value


def test_an_empty_file_gives_the_defaults() -> None:
    assert parse("") == Config()


def test_the_example_loads_and_holds_the_defaults() -> None:
    loaded = parse(file.example())

    assert loaded.profiles.keys() == {"work"}
    assert loaded._replace(profiles={}) == Config()


def fields(kind: type[Any]) -> set[str]:
    return set(kind._fields)


def test_the_example_names_every_field_and_nothing_else() -> None:
    sections: dict[str, set[str]] = {"": set()}
    section = ""
    for line in file.example().splitlines():
        if match := re.fullmatch(r"\[([\w.]+)\]", line):
            section = match[1]
            sections[section] = set()
        elif match := re.match(r"(\w+) = ", line):
            sections[section].add(match[1])

    tables = {
        "parameters",
        "models",
        "network",
        "local",
        "screen",
        "persona",
        "metrics",
        "profiles",
    }
    assert sections.keys() == {
        "",
        "parameters",
        "models",
        "network",
        "local",
        "screen",
        "screen.styles",
        "persona",
        "metrics",
        "profiles.work",
        "profiles.work.prices",
    }
    assert sections[""] | tables == fields(Config)
    assert sections["network"] == fields(Network)
    assert sections["local"] == fields(Local)
    assert sections["screen"] | {"styles"} == fields(Screen)
    assert sections["persona"] == fields(Persona)
    named = set(
        re.findall(r'^# (\w+) = "', file.example().partition("[screen.styles]")[2], re.MULTILINE)
    )
    assert named == PARTS.keys()
    assert sections["profiles.work"] | {"prices"} == fields(Profile)
    assert set(file.parse(file.example(), "example").profiles["work"].prices) == {"some-model"}


def test_every_field_says_what_it_is_for() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    for kind in (Config, Network, Local, Screen, Persona, Profile, Price):
        for name in fields(kind):
            assert re.search(rf'\n    {name}: .*\n    """.+"""\n', source), name


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


def test_a_missing_file_is_an_empty_one(tmp_path: Path) -> None:
    assert file.load(tmp_path / "none.toml") == Config()


@pytest.mark.parametrize("data", [b'\xef\xbb\xbfsystem = "x"\n', b'\r\nsystem = "x"\r\n'])
def test_files_as_windows_writes_them(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(data)

    assert file.load(path).system == "x"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'system = "\xe9"')

    for path in (latin, tmp_path):
        with pytest.raises(ConfigError, match="cannot be read") as caught:
            file.load(path)
        assert str(path) in str(caught.value)
        assert caught.value.advice


def test_a_system_message_is_itself_or_a_files_text(tmp_path: Path) -> None:
    (tmp_path / "pirate.txt").write_text("\ufeffTalk like a pirate.\n", encoding="utf-8")

    assert file.read_system("Be brief.", tmp_path) == "Be brief."
    assert file.read_system("@pirate.txt", tmp_path) == "Talk like a pirate."
    assert file.read_system(f"@{tmp_path}/pirate.txt", Path("/")) == "Talk like a pirate."


@pytest.mark.parametrize("name", ["@none.txt", "@", "@.", "@~nobody-of-that-name/x", "@a\0b"])
def test_a_system_message_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="The system message cannot be read") as caught:
        file.read_system(name, tmp_path)

    assert caught.value.advice


def test_a_key_in_the_file_is_not_shown() -> None:
    loaded = parse('[profiles.a]\nbase_url = "http://x"\napi_key = "sk-secret"')

    assert loaded.profiles["a"].api_key == "sk-secret"
    assert "sk-secret" not in repr(loaded)


def test_places(clean_environment: Path) -> None:
    places = settings.platform_places()

    assert places.config_file.name == "config.toml"
    assert clean_environment in places.config_file.parents
    assert Places(Path("c"), Path("d"), Path("s"), Path("x")).sessions == Path("d/sessions")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('[screen]\ntheme = "drak"', "line 2: there is no theme 'drak'"),
        ('[screen]\npictures = "yes"', "line 2: pictures takes auto or never, not 'yes'"),
        ("[screen]\nnotify_seconds = -1", "line 2: notify_seconds is 0 or more"),
        ('[screen.styles]\ntext = "none"\nheadin = "bold"', "line 3: nothing is called 'headin'"),
        ('[screen]\nstyles = { heading = "cyann" }', "line 1: no colour or weight is called"),
        ("[screen.styles]\nheading = 3", "line 2: heading takes a text in quotes"),
    ],
)
def test_mistakes_in_looks_name_their_line(text: str, words: str) -> None:
    assert words in str(failure(text))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[persona]\nname = 3", "line 2: name takes a text in quotes"),
        ('[persona]\nname = "a\\nb"', "line 2: name takes a name of one line"),
        ('[persona]\nname = "{{char}}"', "line 2: name takes a name of one line"),
        ('[persona]\ndescription = "\\u001b[2J"', "line 2: description holds characters"),
        ('[persona]\nnick = "x"', "line 2: there is no key 'nick'"),
    ],
)
def test_mistakes_in_the_persona_name_their_line(text: str, words: str) -> None:
    assert words in str(failure(text))


def test_a_persona() -> None:
    text = '[persona]\nname = "Ann"\ndescription = "a poet\\nof Kyoto"'
    assert file.parse(text, "c").persona == Persona("Ann", "a poet\nof Kyoto")


def test_the_styles_of_the_example_are_the_defaults() -> None:
    from zatsudan.base.styles import Styles, read
    from zatsudan.terminal.markdown.look import DEFAULT, look_of
    from zatsudan.terminal.text.rows import TONES

    paints = Styles().paints()

    example = file.example().replace("# heading =", "# # heading =")
    styles = parse(
        re.sub(r'^# (\w+ = "[^"]*" +# )', r"\1", example, flags=re.MULTILINE)
    ).screen.styles

    look = look_of(Styles("terminal", styles))
    assert look.headings == DEFAULT.headings
    for name in ("text", "code", "quote_bar", "marker", "link", "address", "table_head"):
        assert getattr(look, name) == getattr(DEFAULT, name), name
    for tone in ("dim", "good", "warn", "you", "mark"):
        assert read(styles[tone]) == paints.get(tone, read(TONES[tone]))


@pytest.mark.parametrize("line", ["{} = 1", "[{}]", "x = {{{} = 1}}"])
def test_a_key_of_very_many_parts_is_refused_before_it_is_parsed(line: str) -> None:
    with pytest.raises(ConfigError, match="more than 100 parts"):
        file.parse(line.format(".".join("a" * 100_000)), "config.toml")


def test_dots_in_a_text_are_no_parts_of_a_key() -> None:
    assert file.parse(f'system = "{"... " * 200}{"1. 2" * 40}"', "config.toml").system.startswith(
        "..."
    )
