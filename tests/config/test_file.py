"""The config file: what it names, and the example that holds every field."""

import re
from pathlib import Path
from typing import Any

import pytest

from zatsudan.base.errors import ConfigError
from zatsudan.base.styles import PARTS
from zatsudan.config import configtext, file, settings
from zatsudan.config.settings import Config, Local, Network, Persona, Places, Price, Profile, Screen


def parse(text: str) -> Config:
    return configtext.parse(text, "config.toml")


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
    assert set(configtext.parse(file.example(), "example").profiles["work"].prices) == {
        "some-model"
    }


def test_every_field_says_what_it_is_for() -> None:
    source = Path(settings.__file__).read_text(encoding="utf-8")
    for kind in (Config, Network, Local, Screen, Persona, Profile, Price):
        for name in fields(kind):
            assert re.search(rf'\n    {name}: .*\n    """.+"""\n', source), name


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


def test_byte_order_marks_between_the_lines(tmp_path: Path) -> None:
    # herdrdev/herdr 3678: PowerShell appended a part of a file.
    path = tmp_path / "config.toml"
    path.write_text('\ufeffsystem = "a\ufeffb"\n\ufeff[screen]\nkeys = "vi"\n', encoding="utf-8")
    loaded = file.load(path)
    assert (loaded.system, loaded.screen.keys) == ("a\ufeffb", "vi")


@pytest.mark.parametrize("name", ["@none.txt", "@", "@.", "@~nobody-of-that-name/x", "@a\0b"])
def test_a_system_message_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="The system message cannot be read") as caught:
        file.read_system(name, tmp_path)

    assert caught.value.advice


def test_places(clean_environment: Path) -> None:
    places = settings.platform_places()

    assert places.config_file.name == "config.toml"
    assert clean_environment in places.config_file.parents
    assert Places(Path("c"), Path("d"), Path("s"), Path("x")).sessions == Path("d/sessions")


def test_the_styles_of_the_example_are_the_defaults() -> None:
    from tests.support.looks import DEFAULT
    from zatsudan.base.styles import Styles, read
    from zatsudan.terminal.markdown.look import look_of
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
