"""Finds what the first word of the command line asks for: a subcommand, or what a shell may complete."""

import sys
from typing import TYPE_CHECKING

from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of

if TYPE_CHECKING:
    from collections.abc import Sequence


def carry_out(words: "Sequence[str]") -> int | None:
    """Carry out the subcommand that stands first; None if there is none."""
    name, *rest = words
    if name == "completion" and rest[:1] == ["--candidates"]:  # a shell asks: no flag for people
        from zatsudan.cli.shells import answer

        sys.stdout.write(answer(rest[1], rest[2:]))
        return 0
    if name not in SUBCOMMANDS:
        return None
    args = parser_of(name).parse_args(rest)
    _speak_as_configured()
    return SUBCOMMANDS[name].run(args)


def _speak_as_configured() -> None:
    """Speak the language that the config names; a file that is broken is told of where it is needed."""
    import os

    from zatsudan.base import languages
    from zatsudan.base.errors import ConfigError
    from zatsudan.config.file import load
    from zatsudan.config.settings import platform_places

    try:
        wish = load(platform_places().config_file).screen.language
    except ConfigError:
        return
    if wish != "auto":
        languages.speak(languages.choose(wish, os.environ))
