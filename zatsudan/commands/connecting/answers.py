"""What a person answers about a server: which one, its key, its model."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_number, normal_url, origin
from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.config.settings import Profile
from zatsudan.servers.choice import Server, clean_key, from_profile
from zatsudan.servers.kind import ServerKind
from zatsudan.servers.kinds import UNKNOWN

#: The answer for a server that wants no key.
NO_KEY = "-"

#: A variable's name, as keys are not written: in capitals, of several words.
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


@dataclass(frozen=True, slots=True)
class Answers:
    """What has been answered so far. The key never shows in its repr."""

    known: ServerKind = UNKNOWN
    url: str = ""
    key: str = field(default="", repr=False)
    key_env: str = ""
    model: str = ""

    @property
    def label(self) -> str:
        """The server as it is called in a sentence."""
        return self.known.label or urlsplit(self.url).hostname or ""

    @property
    def name(self) -> str:
        """What its profile is called where the person does not say."""
        if self.known.name:
            return self.known.name
        parts = urlsplit(self.url)
        host = parts.hostname or "server"
        words = [word for word in host.split(".") if word not in ("api", "www")]
        if host == "localhost" or is_number(host):
            return f"server-{parts.port or 80}"
        return re.sub(r"[^\w-]+", "-", words[0] if words else host)

    def fields(self) -> dict[str, str]:
        """Return what is written of them into the profile's table."""
        return {
            "base_url": self.url,
            "model": self.model,
            "api_key_env": self.key_env,
            "api_key": self.key,
        }

    def server(self, name: str, written: Profile | None, environ: Mapping[str, str]) -> Server:
        """Return the server that they mean; of a profile of that name its further keys are taken over.

        ZATSUDAN_API_KEY is meant for the server it came with, and goes to no other unless it
        is named. Raises ConfigError.
        """
        profile = written if written is not None and same(written, self.url) else Profile()
        profile = profile._replace(
            base_url=self.url,
            model=self.model,
            api_key=self.key,
            api_key_env=self.key_env,
            api_key_command="",
            api_key_keyring="",
        )
        others = {
            key: value
            for key, value in environ.items()
            if key != "ZATSUDAN_API_KEY" or key == self.key_env
        }
        return from_profile(name, profile, others, reason="/connect")


def same(profile: Profile, url: str) -> bool:
    """Tell whether a profile is of the server at that URL."""
    try:
        return origin(normal_url(profile.base_url)) == origin(normal_url(url))
    except ConfigError:
        return False


def read_key(text: str) -> tuple[str, str]:
    """Return the key that an answer is, and the variable that holds it: one of them, or none.

    Raises ConfigError, which never shows the key.
    """
    text = text.strip()
    if text in ("", NO_KEY):
        return "", ""
    name = text.removeprefix("$")
    if name != text or _VARIABLE.fullmatch(name):
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ConfigError(
                say("This is no name of a variable."), say("Write it as in OPENAI_API_KEY.")
            )
        return "", name
    return clean_key(text), ""
