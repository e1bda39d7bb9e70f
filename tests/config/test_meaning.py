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
        ("[persona]\nname = 3", "line 2: name takes a text in quotes"),
        ('[persona]\nname = "a\\nb"', "line 2: name takes a name of one line"),
        ('[persona]\nname = "{{char}}"', "line 2: name takes a name of one line"),
        ('[persona]\ndescription = "\\u001b[2J"', "line 2: description holds characters"),
        ('[persona]\nnick = "x"', "line 2: there is no key 'nick'"),
    ],
)
def test_mistakes_in_the_persona_name_their_line(text: str, words: str) -> None:
    assert words in str(failure(text))
