"""The config file: TOML in the platform's config directory, read once; profiles.py alone writes to it."""

from pathlib import Path

from zatsudan.base import files, texts
from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.config.settings import Config


def load(path: Path) -> Config:
    """Read the config file; a missing file is an empty one. Raises ConfigError.

    Files that it names are sought beside it, whatever directory one stands in.
    """
    text = source(path)
    if not text:
        return Config()
    from zatsudan.config.configtext import parse  # there may be no file

    config = parse(text, str(path))
    local = config.local._replace(model_file=_beside(config.local.model_file, path.parent))
    profiles = {
        name: profile._replace(ca_file=_beside(profile.ca_file, path.parent))
        for name, profile in config.profiles.items()
    }
    return config._replace(local=local, profiles=profiles)


def _beside(name: str, folder: Path) -> str:
    """Return a file's whole name; one of another user's home that is not there stays as it is."""
    path = files.expanded(name)
    return str(folder.absolute() / path) if name and not name == str(path) == "~" else name


def source(path: Path) -> str:
    """Return the text of the config file, empty where there is none; raises ConfigError."""
    try:
        # Windows' editors write the mark; what appends to a file may write one more.
        return texts.decoded(files.read(path, files.TEXT_BYTES)).replace("\n\ufeff", "\n")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            say("{path} cannot be read: {error}.", path=path, error=files.reason(error)),
            say("Mend it, or name another with --config."),
        ) from error


def read_system(text: str, base: Path) -> str:
    """Return the system message that `text` names: itself, or with @FILE the file's text.

    A relative file is sought beside `base`. Raises ConfigError.
    """
    if not text.startswith("@"):
        return text
    try:
        path = base / files.expanded(text[1:])
        return texts.decoded(files.read(path, files.TEXT_BYTES)).strip()
    except (OSError, ValueError) as error:
        raise ConfigError(
            say(
                "The system message cannot be read from {name!r}: {error}.",
                name=text[1:],
                error=files.reason(error),
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
