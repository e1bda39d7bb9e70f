"""Presets: named sets of parameters, one small readable TOML file each."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from zatsudan.base import files, texts
from zatsudan.base.errors import CommandError, ConfigError
from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.base.language import say
from zatsudan.base.printable import Printable, one_line
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import BY_NAME

SUFFIX = ".toml"
#: The table within that of the parameters for those that hold while the model thinks.
THINKING = "thinking"
# A text, which `re` compiles when it is first used: there may be no preset.
_NAME = r"\w[\w.-]{0,59}"


class Preset(NamedTuple):
    """A set of parameters; `model` and `system` are None where it says nothing of them.

    `thinking`: parameters that hold over the others while the model is told to think.
    `messages`: with what a talk begins, each its role (user, assistant) and its words.
    """

    parameters: Mapping[str, Json] = NOTHING
    model: str | None = None
    system: str | None = None
    messages: tuple[tuple[str, str], ...] = ()
    thinking: Mapping[str, Json] = NOTHING


class Presets:
    """The presets in a directory; None for a program that has none."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def names(self) -> list[str]:
        """Return the names, sorted."""
        if self._directory is None or not self._directory.is_dir():
            return []
        stems = (path.stem for path in self._directory.glob(f"*{SUFFIX}"))
        return sorted(stem for stem in stems if re.fullmatch(_NAME, stem))

    def read(self, name: str) -> Preset:
        """Return a preset, checked against the table of parameters; raises ConfigError."""
        path = self.path(name)
        try:
            text = texts.decoded(files.read(path, files.TEXT_BYTES))
        except FileNotFoundError:
            raise self._missing(name) from None
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(
                say("{path} cannot be read: {error}.", path=path, error=files.reason(error)),
                say("Mend or delete it."),
            ) from error
        return parse(text, str(path))

    def write(self, name: str, preset: Preset) -> Path:
        """Save a preset; raises ConfigError."""
        path = self.path(name)
        text = dumps(preset)
        try:
            files.replace(path, text.encode())
        except (OSError, UnicodeEncodeError) as error:
            raise ConfigError(
                say(
                    "The preset cannot be written to {path} ({error}).",
                    path=path,
                    error=files.reason(error),
                ),
                say("Is the directory yours?"),
            ) from error
        return path

    def delete(self, name: str) -> None:
        """Delete a preset; raises ConfigError."""
        try:
            self.path(name).unlink()
        except FileNotFoundError:
            raise self._missing(name) from None
        except OSError as error:
            raise ConfigError(
                say(
                    "The preset {name!r} cannot be deleted ({reason}).",
                    name=name,
                    reason=files.reason(error),
                ),
                say("Is it yours?"),
            ) from error

    def _missing(self, name: str) -> ConfigError:
        from zatsudan.base.matching import meant

        known = ", ".join(self.names()) or say("none is saved yet")
        advice = say("Presets: {known}. /preset save NAME makes one.", known=known)
        near = meant(name, self.names(), 1)
        if near:
            advice = say("Did you mean {name}? {more}", name=one_line(near[0], 40), more=advice)
        return ConfigError(say("There is no preset {name!r}.", name=name), advice)

    def path(self, name: str) -> Path:
        """Return the file of a preset; raises CommandError for a name that is none."""
        if self._directory is None:
            raise ConfigError(
                say("There is no directory for presets."), say("Set HOME or XDG_CONFIG_HOME.")
            )
        if not re.fullmatch(_NAME, name):
            raise CommandError(
                say("A preset cannot be called {name!r}.", name=name[:40]),
                say("Use letters, digits, - and _."),
            )
        return self._directory / f"{name}{SUFFIX}"


def parse(text: str, where: str) -> Preset:
    """Read a preset; raises ConfigError naming `where` it stands."""
    from zatsudan.config import toml  # there may be no preset

    try:
        values = toml.read(text)
    except (ValueError, RecursionError) as error:
        raise _wrong(where, say("it is no TOML ({error})", error=error)) from error
    unknown = set(values) - {"model", "system", "parameters", "messages"}
    if unknown:
        raise _wrong(
            where,
            say(
                "there is no key {name!r}; it takes model, system, messages and parameters",
                name=min(unknown),
            ),
        )
    parameters = values.get("parameters", {})
    if not isinstance(parameters, dict):
        raise _wrong(where, say("parameters is no table"))
    for name in ("model", "system"):
        if not isinstance(values.get(name, ""), str):
            raise _wrong(where, say("{name} is no text", name=name))
    thinking = parameters.pop(THINKING, {})
    if not isinstance(thinking, dict):
        raise _wrong(where, say("parameters.thinking is no table"))
    messages = tuple(_message(item, where) for item in _list(values.get("messages"), where))
    return Preset(
        _parameters(parameters, where),
        values.get("model"),
        values.get("system"),
        messages,
        _parameters(thinking, where),
    )


def _parameters(values: Mapping[str, Json], where: str) -> dict[str, Json]:
    return {name.removeprefix("+"): _checked(name, value, where) for name, value in values.items()}


def _list(value: Json, where: str) -> list[Json]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong(where, say("messages is no list"))
    return value


def _message(value: Json, where: str) -> tuple[str, str]:
    """Read a message of the beginning; raises ConfigError."""
    if isinstance(value, dict) and value.keys() == {"role", "content"}:
        role, content = value["role"], value["content"]
        if role in ("user", "assistant") and isinstance(content, str):
            return str(role), content
    raise _wrong(where, say("a message has a role (user, assistant) and a content, both texts"))


def _checked(name: str, value: Json, where: str) -> Json:
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):  # TOML has dates, nan and inf
        raise _wrong(where, say("{name} holds a value that JSON has not", name=name)) from None
    row = BY_NAME.get(name)
    if row is None and makes_request(name.removeprefix("+"), value):
        raise _wrong(where, say("{name} makes the request and cannot be set", name=name))
    if row is None and not name.startswith("+"):
        raise _wrong(
            where, say('there is no parameter {name!r}; "+{name}" sends any field', name=name)
        )
    # A field of one's own, also one that has a row: with the + nothing is checked.
    if row is not None and not row.kind.check(value):
        raise _wrong(
            where,
            say(
                "{name} takes {range}, not {value!r}", name=name, range=row.kind.range, value=value
            ),
        )
    return value


def _wrong(where: str, what: Printable) -> ConfigError:
    return ConfigError(
        say("{where}: {what}.", where=where, what=what),
        say("Mend the file, or save the preset anew."),
    )


def _written(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return parameters by their names in a file: what /set! forced, or has no row, stands unchecked, with a plus."""
    rows = {name: BY_NAME.get(name) for name in values}
    return {
        name if (row := rows[name]) is not None and row.kind.check(value) else f"+{name}": value
        for name, value in values.items()
    }


def dumps(preset: Preset) -> str:
    """Write a preset as TOML; raises CommandError for a value that TOML has not."""
    import tomlkit  # seldom is one written
    from tomlkit.exceptions import ConvertError

    document = tomlkit.document()
    parameters = tomlkit.table()
    try:
        for name, value in (("model", preset.model), ("system", preset.system)):
            if value is not None:
                document[name] = value
        parameters.update(_written(preset.parameters))
        if preset.thinking:
            parameters[THINKING] = _written(preset.thinking)
    except ConvertError:
        raise CommandError(
            say("A preset is TOML, which has no null."), say("/unset the parameter that holds it.")
        ) from None
    document["parameters"] = parameters
    if preset.messages:
        messages = tomlkit.aot()
        for role, content in preset.messages:
            message = tomlkit.table()
            message["role"], message["content"] = role, content
            messages.append(message)
        document["messages"] = messages
    return document.as_string()
