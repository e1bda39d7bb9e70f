"""Where to connect: the first match of a fixed order, with its reason.

Flags; a profile that is named; the config's default profile; OPENAI_API_KEY
with OPENAI_BASE_URL; a server found on loopback; the embedded model.
"""

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from zatsudan.base.addresses import is_near, normal_url, origin, shown_url
from zatsudan.base.errors import ConfigError
from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable
from zatsudan.config.settings import EMBEDDED, Config, Price, Profile

if TYPE_CHECKING:
    from zatsudan.servers.kind import ServerKind

#: The reason for which the embedded model is in use.
BY_ITSELF = later("embedded model")
#: The reasons for which a server of the config file is in use.
_BY_PROFILE = ("--profile", "ZATSUDAN_PROFILE", later("default profile"))


class Server(NamedTuple):
    """All that a client needs to speak with one server. The key never shows in its repr."""

    name: str
    base_url: str
    api_key: str = ""
    model: str = ""
    reason: str = ""
    headers: Mapping[str, str] = NOTHING
    query: Mapping[str, str] = NOTHING
    context_length: int = 0
    parameters: Mapping[str, Json] = NOTHING
    missing_key: str = ""
    api_key_header: str = ""
    reasoning: str = ""
    dialect: str = ""
    ca_file: str = ""
    verify: bool = True
    prices: Mapping[str, Price] = NOTHING
    concurrency: int = 0
    """Requests of an experiment at a time; 0: as many as is usual."""
    found: bool = False
    """It answered at a usual port of this machine, and nobody named it."""
    kind: str | None = None
    """The name of the kind for which its answers are known; `` if of none, None if it was not asked."""
    key_variable: str = ""
    """The environment variable in which the key stood."""

    def __repr__(self) -> str:
        return f"Server({self.name!r}, {shown_url(self.base_url)!r})"


class Wishes(NamedTuple):
    """What the command line says about the connection."""

    base_url: str = ""
    model: str = ""
    profile: str = ""
    api_key_env: str = ""
    local: bool = False


def choose(wishes: Wishes, environ: Mapping[str, str], config: Config) -> Server | None:
    """Return the server that flags, environment or config name; None if they name none.

    Raises ConfigError.
    """
    base_url = wishes.base_url or environ.get("ZATSUDAN_BASE_URL", "")
    model = wishes.model or environ.get("ZATSUDAN_MODEL", "")
    named = wishes.profile or environ.get("ZATSUDAN_PROFILE", "")
    if wishes.base_url or (base_url and not named):
        flag = "--base-url" if wishes.base_url else "ZATSUDAN_BASE_URL"
        url = normal_url(base_url)
        key, missing, read = _loose_key(url, wishes, environ)
        return Server(_host(url), url, key, model, flag, missing_key=missing, key_variable=read)
    name = named or config.profile
    if wishes.local or (name == EMBEDDED and EMBEDDED not in config.profiles):
        return None
    if name:
        if name not in config.profiles:
            raise no_profile(name, config)
        flag, variable, default = _BY_PROFILE
        reason = flag if wishes.profile else variable if named else default
        return from_profile(
            name,
            config.profiles[name],
            environ,
            reason=reason,
            model=model,
            api_key_env=wishes.api_key_env,
        )
    if environ.get("OPENAI_API_KEY"):
        url = normal_url(environ.get("OPENAI_BASE_URL") or _openai().url)
        key, missing, read = _loose_key(url, wishes, environ)
        model = model or environ.get("OPENAI_MODEL", "")
        return Server(
            *(_host(url), url, key, model, "OPENAI_API_KEY"),
            missing_key=missing,
            key_variable=read,
        )
    return None


def beside(name: str, environ: Mapping[str, str], config: Config, in_use: Server | None) -> Server:
    """Return the server of a profile that is asked beside the one in use. Raises ConfigError.

    ZATSUDAN_API_KEY is meant for the server in use, and goes to no other unless its profile
    names it.
    """
    if name not in config.profiles:
        raise no_profile(name, config)
    profile = config.profiles[name]
    if in_use is not None and in_use.name == name and in_use.reason in _BY_PROFILE:
        return in_use._replace(model=profile.model)
    named = profile.api_key_env
    others = {
        key: value for key, value in environ.items() if key != "ZATSUDAN_API_KEY" or key == named
    }
    return from_profile(name, profile, others, reason="profile")


def no_profile(name: str, config: Config) -> ConfigError:
    """Return the error for a profile that is not in the config file."""
    return ConfigError(say("There is no profile {name!r}.", name=name), known_profiles(config))


def known_profiles(config: Config) -> Printable:
    """Say which profiles are in the config file."""
    known = ", ".join(config.profiles) or say("none is in the config file")
    return say("Known profiles: {names}.", names=known)


def check_profile(name: str, config: Config) -> None:
    """Raise ConfigError before anything is asked if a profile is not there or has no address."""
    if name not in config.profiles:
        raise no_profile(name, config)
    _address(name, config.profiles[name])


def _address(name: str, profile: Profile) -> str:
    if not profile.base_url:
        raise ConfigError(
            say("The profile {name!r} has no base_url.", name=name),
            say("Add one under [profiles.{name}].", name=name),
        )
    return normal_url(profile.base_url)


def from_profile(
    name: str,
    profile: Profile,
    environ: Mapping[str, str],
    *,
    reason: str,
    model: str = "",
    api_key_env: str = "",
) -> Server:
    """Return the server of a profile, its key found. Raises ConfigError."""
    url = _address(name, profile)
    variable = api_key_env or profile.api_key_env
    missing = read = ""
    if variable:
        read = variable
        key = environ.get(variable, "")
        missing = "" if key else _unset(variable)
    elif profile.api_key_command:
        from zatsudan.servers.apikeys import printed_key  # few profiles have one

        key = printed_key(name, profile.api_key_command)
    elif profile.api_key_keyring:
        from zatsudan.servers.apikeys import key_of_keyring

        key = key_of_keyring(name, profile.api_key_keyring)
    elif profile.api_key:
        key = profile.api_key
    else:
        key, missing, read = _loose_key(url, Wishes(), environ)
    return Server(
        name,
        url,
        api_key=clean_key(key),
        model=model or profile.model,
        reason=reason,
        headers=profile.headers,
        query=profile.query,
        context_length=profile.context_length,
        parameters=profile.parameters,
        missing_key=missing,
        api_key_header=profile.api_key_header,
        reasoning=profile.reasoning,
        dialect=profile.dialect,
        ca_file=profile.ca_file,
        verify=profile.verify,
        prices=profile.prices,
        concurrency=profile.concurrency,
        key_variable=read if key else "",
    )


def _loose_key(url: str, wishes: Wishes, environ: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the key for a base URL without a profile, which would do if there is none, and where it stood.

    OPENAI_API_KEY goes to OpenAI, or to the origin of OPENAI_BASE_URL, and to no other server.
    """
    variable = wishes.api_key_env or "ZATSUDAN_API_KEY"
    if wishes.api_key_env or environ.get(variable):
        key = environ.get(variable, "")
        return clean_key(key), "" if key else _unset(variable), variable
    named = environ.get("OPENAI_BASE_URL")
    if (named and origin(url) == origin(normal_url(named))) or _is_openai(url):
        key = environ.get("OPENAI_API_KEY", "")
        return clean_key(key), "" if key else _unset("OPENAI_API_KEY"), "OPENAI_API_KEY"
    if is_near(urlsplit(url).hostname or ""):
        return "", "", ""  # a server of a private network seldom wants one
    return "", say("a profile, ZATSUDAN_API_KEY or --api-key-env NAME would give one"), ""


def _unset(variable: str) -> str:
    from zatsudan.base.secrets import shown_variable

    return say("{variable} is not set", variable=shown_variable(variable))


def clean_key(key: str) -> str:
    """Return a key as a header can hold it. Raises ConfigError, which never shows the key."""
    key = key.strip()
    if not key.isascii() or any(character <= " " or character == "\x7f" for character in key):
        raise ConfigError(
            say("The API key holds a blank, a line break or a character that no key has."),
            say("Copy it again; nothing but the key itself may stand there."),
        )
    return key


def _openai() -> "ServerKind":
    from zatsudan.servers.hosted import OPENAI  # not asked for where a profile or nothing is named

    return OPENAI


def _is_openai(url: str) -> bool:
    # What is near is not, and needs no rows to tell.
    return not is_near(urlsplit(url).hostname or "") and origin(url) == origin(_openai().url)


def _host(url: str) -> str:
    parts = urlsplit(url)
    if _is_openai(url):
        return _openai().name
    return (parts.hostname or url) + (f":{parts.port}" if parts.port else "")


def environment() -> Mapping[str, str]:
    """Return the process's environment; a variable that is blank counts as unset."""
    return {name: value for name, value in os.environ.items() if value.strip()}
