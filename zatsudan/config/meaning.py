"""What has the right type in the config file and yet no meaning: ranges, choices, names of parts."""

import json
import re
from collections.abc import Mapping

from zatsudan.base import styles
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.languages import LANGUAGES
from zatsudan.base.printable import one_line, printable
from zatsudan.config import metricspecs, toml
from zatsudan.config.position import Place, nearest
from zatsudan.config.settings import MOST_AT_ONCE, Config, Profile

#: What a backslash and a letter are in double quotes: no path and no address holds it. In names,
#: commands and patterns a drive goes before it; and \b means something to patterns.
_ESCAPED = re.compile(r"[\x08-\x0a\x0c\x0d]")
_BEHIND_DRIVE = re.compile(r"(?<![^\W\d_])[A-Za-z]:[\x08-\x0a\x0c\x0d]")
_OF_PATTERN = re.compile(rf"{_BEHIND_DRIVE.pattern}|\x08")


def check_values(config: Config, place: Place) -> None:
    """Refuse what has the right type and yet no meaning; raises ConfigError."""
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
            nearest(config.screen.theme, styles.THEMES),
        )
    for part, style in config.screen.styles.items():
        where = screen.below("styles").below(part)
        if part not in styles.PARTS:
            raise where.error(
                say("nothing is called {name!r}", name=part), nearest(part, styles.PARTS)
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
    _check_texts(config, place)
    _check_profiles(config.profiles, place.below("profiles"))
    _check_persona(config, place.below("persona"))
    _check_metrics(config.metrics, place.below("metrics"))


def _check_texts(config: Config, place: Place) -> None:
    r"""Refuse what is another text than was meant: in double quotes, `C:\new` is TOML and holds a line end."""
    local, names = place.below("local"), ("base_url", "ca_file")
    texts = [
        (place.below("system"), config.system if config.system.startswith("@") else "", _ESCAPED),
        (local.below("model_file"), config.local.model_file, _ESCAPED),
        (local.below("model_url"), config.local.model_url, _ESCAPED),
    ]
    for name, profile in config.profiles.items():
        below = place.below("profiles").below(name).below
        texts += [(below(key), getattr(profile, key), _ESCAPED) for key in names]
        texts += [
            (below(key), getattr(profile, key), _BEHIND_DRIVE)
            for key in ("model", "api_key_command")
        ]
    metrics = place.below("metrics")
    texts += [(metrics.below(name), spec, _OF_PATTERN) for name, spec in config.metrics.items()]
    for where, text, unfit in texts:
        if found := unfit.search(text.strip()):
            escape = json.dumps(found[0][-1])[1:-1]
            read = "".join(chr(0x2400 + ord(char)) if char < " " else char for char in text)
            raise where.error(
                say(
                    "{name} was read as {value!r}: in double quotes {escape} is one character",
                    name=where.keys[-1],
                    value=one_line(read, 60),
                    escape=escape,
                ),
                say(toml.SINGLE_QUOTES),
            )


def _check_profiles(profiles: Mapping[str, Profile], place: Place) -> None:
    for name, profile in profiles.items():
        if not 0 <= profile.concurrency <= MOST_AT_ONCE:
            where = place.below(name).below("concurrency")
            raise where.takes(f"0 – {MOST_AT_ONCE}", profile.concurrency)


def _check_metrics(metrics: Mapping[str, str], place: Place) -> None:
    for name, spec in metrics.items():
        if unfit := metricspecs.unfit(name, spec):
            raise place.below(name).error(*unfit)


def _check_persona(config: Config, persona: Place) -> None:
    """Refuse a name or description that would not stand in a prompt as it is written."""
    if config.persona.name != one_line(config.persona.name, 100) or "{" in config.persona.name:
        raise persona.below("name").takes(
            say("a name of one line, without braces"), config.persona.name
        )
    if config.persona.description != printable(config.persona.description):
        raise persona.below("description").error(
            say("description holds characters that cannot be printed")
        )


def check_parameters(values: Mapping[str, Json], place: Place) -> None:
    """Refuse parameters that are unknown, out of their range, or make the request; raises ConfigError."""
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
                    f"{nearest(name, BY_NAME)} "
                    + say('"+{name}" sends any field as it is.', name=name)
                ),
            )
        try:
            parameter.check(value, "")
        except CommandError:
            raise place.below(name).takes(parameter.kind.range, value) from None
