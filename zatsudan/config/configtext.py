"""The text of a config file as a value: TOML, each key of the type that the settings give it.

An unknown key is an error that names file, line and the nearest key.
"""

from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.config import toml
from zatsudan.config.meaning import check_parameters, check_values
from zatsudan.config.position import Place, nearest
from zatsudan.config.settings import EMBEDDED, Config


def parse(text: str, name: str) -> Config:
    """Read the text of a config file called `name`; raises ConfigError."""
    if not text:
        return Config()
    try:
        table = toml.read(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(
            say("{name} is not valid TOML: {error}.", name=name, error=error),
            toml.advice(text, error),
        ) from error
    config: Config = _build(Config, table, Place(name, text, ()))
    for keys, values in (
        (("parameters",), config.parameters),
        *((("models", key), values) for key, values in config.models.items()),
        *(
            (("profiles", key, "parameters"), profile.parameters)
            for key, profile in config.profiles.items()
        ),
    ):
        check_parameters(values, Place(name, text, keys))
    check_values(config, Place(name, text, ()))
    if config.profile not in ("", EMBEDDED, *config.profiles):
        raise Place(name, text, ("profile",)).error(
            say("there is no profile {name!r}", name=config.profile),
            nearest(config.profile, config.profiles),
        )
    return config


def _build(kind: type[Any], table: Mapping[str, Any], place: Place) -> Any:
    hints = get_type_hints(kind)
    for key in table:
        if key not in hints:
            raise place.below(key).error(
                say("there is no key {name!r}", name=key), nearest(key, list(hints))
            )
    return kind(
        **{key: _value(hints[key], value, place.below(key)) for key, value in table.items()}
    )


def _is_table(kind: Any) -> bool:
    return hasattr(kind, "_fields")


def _value(kind: Any, value: Any, place: Place) -> Any:
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
