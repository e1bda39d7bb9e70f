"""Writing a connected server into the config file, as a profile."""

from collections.abc import Mapping
from pathlib import Path

from zatsudan.base.language import say
from zatsudan.commands.parts import Line, Part
from zatsudan.config import profiles
from zatsudan.config.file import load
from zatsudan.servers.discovery import Finder


def save(finder: Finder, name: str, fields: Mapping[str, str], *, default: bool) -> list[Part]:
    """Write a profile's fields, if there are any, and whether it is the default; return what to say of it.

    The finder goes on with the config as it then is. Raises what `profiles.save` does.
    """
    path = finder.config_file
    if path is None or not (fields or default):
        return []
    profiles.save(path, name, fields, default=default)
    where = _home(path)
    text = (
        say("Written to {path}, which only you can read.", path=where)
        if fields.get("api_key")
        else say("Written to {path}.", path=where)
    )
    # The model file may have been named on the command line.
    config = load(path)._replace(local=finder.config.local)
    finder.use(*finder.in_use, config)
    return [Line(text, "dim")]


def _home(path: Path) -> str:
    """Return a path as a person writes it."""
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
