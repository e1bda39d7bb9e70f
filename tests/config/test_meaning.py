"""Values of the config file that have the right type and yet no meaning."""

import pytest

from zatsudan.base.errors import ConfigError
from zatsudan.config import configtext


def failure(text: str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        configtext.parse(text, "config.toml")
    return caught.value


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
        (
            '[local]\nmodel_file = "C:\\new.gguf"',
            r"line 2: model_file was read as 'C:␊ew.gguf': in",
        ),
        (
            'system = "@C:\\tone.txt"',
            r"system was read as '@C:␉one.txt': in double quotes \t is one",
        ),
        ('[profiles.a]\nca_file = "D:\\root.pem"', r"line 2: ca_file was read as 'D:␍oot"),
        ('profiles.a.api_key_command = "type C:\\new"', "api_key_command was read as 'type C:␊ew'"),
        ('profiles.a.model = "C:\\ten.gguf"', "model was read as 'C:␉en.gguf'"),
        (
            '[metrics]\nwords = "regex:\\bso\\b"',
            r"words was read as 'regex:␈so␈': in double quotes \b is",
        ),
    ],
)
def test_an_escape_that_was_to_be_a_path_is_told(text: str, words: str) -> None:
    error = failure(text)
    assert words in str(error)
    assert error.advice == r"Write what holds a \ in single quotes, as 'C:\models'."


@pytest.mark.parametrize(
    "text",
    [
        r"local.model_file = 'C:\new.gguf'",
        r'local.model_file = "C:\\new.gguf"',
        'system = "Q:\\nA:\\tso"',
        'profiles.a.base_url = """\nhttp://x/v1\n"""',
        'profiles.a.api_key_command = """a |\n\tb"""',
        r'metrics.words = "tr ab\nc"',
        r'profiles.a.model = "so\u001b]0;named"',
    ],
)
def test_what_was_meant_so_is_taken(text: str) -> None:
    configtext.parse(text, "config.toml")


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
