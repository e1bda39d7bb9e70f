"""Keys of profiles that stand elsewhere: what a command prints, what the system's keyring has."""

import errno
import importlib
import os
import subprocess

from zatsudan.base import files, programs
from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.base.quantities import describe_seconds


def printed_key(name: str, command: str) -> str:
    """Return what a command of the config prints; it is run by the shell, as it would be if it were typed.

    Raises ConfigError.
    """
    try:
        first = next(iter(programs.words(command)), "")
        if programs.is_relative(first):  # anybody's folder may be the current one
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        done = subprocess.run(  # noqa: S603  the user's own config names the command
            programs.by_shell(command, programs.system_shell()),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=60,
            check=True,
            env={**os.environ, "PATH": programs.whole_path()},
        )
        key = done.stdout.strip().split("\n")[0].strip()
        why = say("it printed nothing") if not key else ""
    except subprocess.CalledProcessError as error:
        key, why = "", say("it ended with status {code}", code=error.returncode)
    except subprocess.TimeoutExpired:
        key, why = "", say("it took longer than {time}", time=describe_seconds(60))
    except (OSError, ValueError) as error:
        key, why = "", files.reason(error)
    if why:
        raise ConfigError(
            say(
                "The api_key_command of the profile {name!r} failed ({error}).",
                name=name,
                error=why,
            ),
            say("Run it in a shell to see why."),
        ) from None
    return key


def key_of_keyring(name: str, place: str) -> str:
    """Return the key that the system's keyring has at `SERVICE` or `SERVICE:USER`; raises ConfigError."""
    service, _, user = place.partition(":")
    try:
        keyring = importlib.import_module("keyring")
    except ImportError:
        raise ConfigError(
            say(
                "The profile {name!r} takes its key from the keyring, and the package keyring is not installed.",
                name=name,
            ),
            say("pip install keyring, or name api_key_env or api_key_command."),
        ) from None
    try:
        key = keyring.get_password(service, user or "zatsudan")
    except Exception as error:  # noqa: BLE001  every backend has errors of its own
        raise ConfigError(
            say(
                "The keyring did not give the key of the profile {name!r} ({error}).",
                name=name,
                error=type(error).__name__,
            ),
            say("Is it unlocked?"),
        ) from None
    if not key:
        raise ConfigError(
            say("The keyring has no key for {service}.", service=service),
            say(
                "keyring set {service} {user} stores one.", service=service, user=user or "zatsudan"
            ),
        )
    return str(key)
