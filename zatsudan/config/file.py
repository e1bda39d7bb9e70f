"""The config file: TOML in the platform's config directory, read once; profiles.py alone writes to it.

An unknown key is an error that names file, line and the nearest key.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from zatsudan.base import files, styles, texts
from zatsudan.base.errors import CommandError, ConfigError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.languages import LANGUAGES
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.config import metricspecs
from zatsudan.config.settings import EMBEDDED, MOST_AT_ONCE, Config, Profile


def load(path: Path) -> Config:
    """Read the config file; a missing file is an empty one. Raises ConfigError.

    Files that it names are sought beside it, whatever directory one stands in.
    """
    config = parse(source(path), str(path))
    local = config.local._replace(model_file=_beside(config.local.model_file, path.parent))
    profiles = {
        name: profile._replace(ca_file=_beside(profile.ca_file, path.parent))
        for name, profile in config.profiles.items()
    }
    return config._replace(local=local, profiles=profiles)


def _beside(name: str, folder: Path) -> str:
    """Return a file's whole name; one of another user's home that is not there stays as it is."""
    try:
        return str(folder.absolute() / Path(name).expanduser()) if name else ""
    except (RuntimeError, OSError):
        return name


def source(path: Path) -> str:
    """Return the text of the config file, empty where there is none; raises ConfigError."""
    try:
        # Windows' editors write the mark.
        return texts.decoded(files.read(path, files.TEXT_BYTES))
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            say("{path} cannot be read: {error}.", path=path, error=error),
            say("Mend it, or name another with --config."),
        ) from error


def parse(text: str, name: str) -> Config:
    """Read the text of a config file called `name`; raises ConfigError."""
    if not text:
        return Config()
    from zatsudan.config import bounded  # there may be no file

    try:
        table = bounded.read(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            say("{name} is not valid TOML: {error}.", name=name, error=error),
            say("Mend that line."),
        ) from error
    config: Config = _build(Config, table, _Place(name, text, ()))
    for keys, values in (
        (("parameters",), config.parameters),
        *((("models", key), values) for key, values in config.models.items()),
        *(
            (("profiles", key, "parameters"), profile.parameters)
            for key, profile in config.profiles.items()
        ),
    ):
        _check_parameters(values, _Place(name, text, keys))
    _check_values(config, _Place(name, text, ()))
    if config.profile not in ("", EMBEDDED, *config.profiles):
        raise _Place(name, text, ("profile",)).error(
            say("there is no profile {name!r}", name=config.profile),
            _nearest(config.profile, config.profiles),
        )
    return config


class _Place(NamedTuple):
    """Where in the file we are, for the error's line number."""

    name: str
    text: str
    keys: tuple[str, ...]

    def below(self, key: str) -> "_Place":
        return self._replace(keys=(*self.keys, key))

    def error(self, what: Printable, advice: Printable = EMPTY) -> ConfigError:
        return ConfigError(
            say("{name}, line {line}: {what}.", name=self.name, line=self._line(), what=what),
            advice,
        )

    def takes(self, range_: str, value: object) -> ConfigError:
        from zatsudan.base.secrets import HIDDEN, is_secret

        if is_secret(self.keys[-1]):
            value = HIDDEN  # a key without its quotes
        return self.error(
            say(
                "{name} takes {range}, not {value!r}", name=self.keys[-1], range=range_, value=value
            )
        )

    def is_table(self) -> ConfigError:
        return self.error(
            say("{name} is a table", name=self.keys[-1]),
            say("Write [{name}].", name=".".join(self.keys)),
        )

    def _line(self) -> int:
        """Return the line of the key, or of the last table on the way to it."""
        tables = [re.escape(key) for key in self.keys[:-1]]
        lines = self.text.splitlines()
        start = 0
        while tables:
            header = re.compile(
                r"\s*\[+\s*[\"']?" + r"[\"']?\s*\.\s*[\"']?".join(tables) + r"[\"']?\s*\]"
            )
            found = [number for number, line in enumerate(lines) if header.match(line)]
            if found:
                start = found[0]
                break
            tables.pop()
        key = (
            re.compile(rf"\s*(\[.*)?[\"']?{re.escape(self.keys[-1])}[\"']?\s*[=.\]]")
            if self.keys
            else None
        )
        for number in range(start, len(lines)):
            if key is not None and key.match(lines[number]):
                return number + 1
        return start + 1


def _nearest(name: str, names: Mapping[str, Any] | list[str]) -> Printable:
    import difflib

    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    if near:
        return say("Did you mean {name}?", name=near[0])
    return say("Known here: {names}.", names=", ".join(names)) if names else EMPTY


def _build(kind: type[Any], table: Mapping[str, Any], place: _Place) -> Any:
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise place.below(key).error(
                say("there is no key {name!r}", name=key), _nearest(key, list(hints))
            )
    return kind(
        **{key: _value(hints[key], value, place.below(key)) for key, value in table.items()}
    )


def _is_table(kind: Any) -> bool:
    return hasattr(kind, "_fields")


def _value(kind: Any, value: Any, place: _Place) -> Any:
    if _is_table(kind):
        if not isinstance(value, dict):
            raise place.is_table()
        return _build(kind, value, place)
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        if not isinstance(value, dict):
            raise place.is_table()
        if inner is str or _is_table(inner) or get_origin(inner) is Mapping:
            return {key: _value(inner, item, place.below(key)) for key, item in value.items()}
        return dict(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = {
            str: say("a text in quotes"),
            int: say("a whole number"),
            float: say("a number"),
            bool: say("true or false"),
        }
        raise place.takes(names[kind], value)
    return value


def _check_values(config: Config, place: _Place) -> None:
    """Refuse what has the right type and yet no meaning."""
    network, local, screen = (place.below(name) for name in ("network", "local", "screen"))
    for where, key, value in (
        (network, "connect_seconds", config.network.connect_seconds),
        (network, "idle_seconds", config.network.idle_seconds),
        (local, "context_length", config.local.context_length),
    ):
        if not 0 < value < 1e9:
            raise where.below(key).error(
                say("{name} is more than 0, not {value}", name=key, value=value)
            )
    if not 0 <= config.screen.notify_seconds < 1e9:
        raise screen.below("notify_seconds").error(
            say(
                "{name} is 0 or more, not {value}",
                name="notify_seconds",
                value=config.screen.notify_seconds,
            )
        )
    if config.screen.theme not in styles.THEMES:
        raise screen.below("theme").error(
            say("there is no theme {name!r}", name=config.screen.theme),
            _nearest(config.screen.theme, styles.THEMES),
        )
    for part, style in config.screen.styles.items():
        where = screen.below("styles").below(part)
        if part not in styles.PARTS:
            raise where.error(
                say("nothing is called {name!r}", name=part), _nearest(part, styles.PARTS)
            )
        try:
            styles.read(style)
        except ValueError as error:
            raise where.error(
                printable(str(error)), say('A style is written as in "bold cyan on black".')
            ) from error
    for key, chosen, choices, told in (
        ("language", config.screen.language, ("auto", *LANGUAGES), ""),
        ("keys", config.screen.keys, ("emacs", "vi"), say("emacs or vi")),
        ("pictures", config.screen.pictures, ("auto", "never"), say("auto or never")),
        ("notify", config.screen.notify, ("auto", "bell", "never"), say("auto, bell or never")),
        ("integration", config.screen.integration, ("auto", "never"), say("auto or never")),
        (
            "tables",
            config.screen.tables,
            ("auto", "columns", "lines"),
            say("auto, columns or lines"),
        ),
    ):
        if chosen not in choices:
            raise screen.below(key).takes(told or ", ".join(choices), chosen)
    _check_profiles(config.profiles, place.below("profiles"))
    _check_persona(config, place.below("persona"))
    _check_metrics(config.metrics, place.below("metrics"))


def _check_profiles(profiles: Mapping[str, Profile], place: _Place) -> None:
    for name, profile in profiles.items():
        if not 0 <= profile.concurrency <= MOST_AT_ONCE:
            where = place.below(name).below("concurrency")
            raise where.takes(f"0 – {MOST_AT_ONCE}", profile.concurrency)


def _check_metrics(metrics: Mapping[str, str], place: _Place) -> None:
    for name, spec in metrics.items():
        if unfit := metricspecs.unfit(name, spec):
            raise place.below(name).error(*unfit)


def _check_persona(config: Config, persona: _Place) -> None:
    """Refuse a name or description that would not stand in a prompt as it is written."""
    if config.persona.name != one_line(config.persona.name, 100) or "{" in config.persona.name:
        raise persona.below("name").takes(
            say("a name of one line, without braces"), config.persona.name
        )
    if config.persona.description != printable(config.persona.description):
        raise persona.below("description").error(
            say("description holds characters that cannot be printed")
        )


def _check_parameters(values: Mapping[str, Json], place: _Place) -> None:
    if not values:
        return
    from zatsudan.parameters.assignments import HOW_TO_STEER
    from zatsudan.parameters.steering import makes_request
    from zatsudan.parameters.table import BY_NAME

    for name, value in values.items():
        parameter = BY_NAME.get(name)
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):  # TOML has dates, nan and inf
            raise place.below(name).error(
                say("{name} holds a value that JSON has not", name=name)
            ) from None
        if parameter is None and makes_request(name.removeprefix("+"), value):
            raise place.below(name).error(
                say("{name} makes the request and cannot be set", name=name), say(HOW_TO_STEER)
            )
        if name.startswith("+"):
            continue
        if parameter is None:
            raise place.below(name).error(
                say("there is no parameter {name!r}", name=name),
                printable(
                    f"{_nearest(name, BY_NAME)} "
                    + say('"+{name}" sends any field as it is.', name=name)
                ),
            )
        try:
            parameter.check(value, "")
        except CommandError:
            raise place.below(name).takes(parameter.kind.range, value) from None


def read_system(text: str, base: Path) -> str:
    """Return the system message that `text` names: itself, or with @FILE the file's text.

    A relative file is sought beside `base`. Raises ConfigError.
    """
    if not text.startswith("@"):
        return text
    try:
        path = base / Path(text[1:]).expanduser()
        return texts.decoded(files.read(path, files.TEXT_BYTES)).strip()
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(
            say(
                "The system message cannot be read from {name!r}: {error}.",
                name=text[1:],
                error=getattr(error, "strerror", None) or type(error).__name__,
            ),
            say("Name a readable text file after the @."),
        ) from error


def example() -> str:
    """Return the text of the example file that comes with the package."""
    here = Path(__file__).parent.parent
    for path in (here / "config.example.toml", here.parent / "config.example.toml"):
        if path.exists():
            return path.read_text(encoding="utf-8")
    return ""
