"""The secrets in the config file: whether others can read them, and its text without them."""

import re
import sys
from pathlib import Path

from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.config.settings import Config


def secrets_in(config: Config) -> list[str]:
    """Return all that stands in the file and nobody else should see."""
    from zatsudan.base.secrets import secret_values  # there may be no file

    found = secret_values(config.local.model_url, "", {}, {})
    for profile in config.profiles.values():
        found += secret_values(profile.base_url, profile.api_key, profile.headers, profile.query)
    return found


def warnings(path: Path, config: Config) -> list[Printable]:
    """Return what to know of the file itself: a secret in it that others can read."""
    if sys.platform == "win32":  # modes say nothing there: the folder's rights count
        return []
    try:
        open_to_others = path.stat().st_mode & 0o077
    except OSError:
        return []
    if open_to_others and secrets_in(config):
        return [
            say(
                "{path} holds a key or password and others can read it: chmod 600 {path}", path=path
            )
        ]
    return []


#: A value of the file that is a text, with its name before it; also where it is commented out.
_TEXT = (
    r"""(?s)(?:(?P<name>(?<![\w-])[\w-]+|"[^"\n]*"|'[^'\n]*')\s*=\s*)?"""
    r"""(?P<text>\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
)
#: Our own keys that tell where a key stands, and are none.
_NO_SECRETS = ("api_key_env", "api_key_command", "api_key_keyring", "api_key_header")


def shown(text: str) -> str:
    """Return the text of the file without the secrets in it, also of a file that is broken."""
    import tomllib

    from zatsudan.base.secrets import HIDDEN, Secrets, is_secret, shown_address
    from zatsudan.config.configtext import parse

    try:
        values = secrets_in(parse(text, ""))
    except ConfigError:
        values = []

    def without(match: re.Match[str]) -> str:
        try:
            value = tomllib.loads(f"text = {match['text']}")["text"]
        except ValueError:
            value = match["text"]
        name = (match["name"] or "").strip("\"'")
        before = match[0][: match.start("text") - match.start()]
        quote = match["text"][0]
        if value and (value in values or (name not in _NO_SECRETS and is_secret(name, value))):
            return f"{before}{quote}{HIDDEN}{quote}"
        safe = shown_address(value) if "://" in value else value
        return match[0] if safe == value else f"{before}{quote}{safe}{quote}"

    return Secrets(values).hidden(re.sub(_TEXT, without, text))
