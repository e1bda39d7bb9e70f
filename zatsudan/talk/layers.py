"""Parameters by what sets them: those that belong to a model come and go with it.

The order, from beneath: the server's own, the config's, the model's, the profile's, then a preset,
the command line and what is set in the talk.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from zatsudan.base.jsonvalues import Json
from zatsudan.config.settings import Config
from zatsudan.sessions.session import Setting

#: The origins of settings that the config file makes.
CONFIG, MODEL, PROFILE = "config", "model", "profile"


def fits(pattern: str, model: str) -> bool:
    """Tell whether a pattern means a model: by its whole name, or by what stands behind its last slash.

    Capitals do not count: servers call one model Qwen/Qwen3-8B and qwen3-8b.gguf.
    """
    name = model.lower()
    return any(fnmatchcase(each, pattern.lower()) for each in (name, name.rpartition("/")[2]))


def of_model(config: Config, model: str) -> dict[str, Json]:
    """Return the parameters that the config sets for a model."""
    return {
        name: value
        for pattern, values in config.models.items()
        if model and fits(pattern, model)
        for name, value in by_name(values).items()
    }


def by_name(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return parameters of the config by the names under which they are sent."""
    return {name.removeprefix("+"): value for name, value in values.items()}


def changes(
    settings: Mapping[str, Setting], config: Config, model: str
) -> dict[str, Setting | None]:
    """Return which settings change when this model is asked from now on; None: it is not set then.

    What stands over the model's own layer stays, and what the last model set gives way to the config's.
    """
    own, everywhere = of_model(config, model), by_name(config.parameters)
    found: dict[str, Setting | None] = {}
    for name, setting in settings.items():
        if setting.origin == MODEL and name not in own:
            found[name] = Setting(everywhere[name], CONFIG) if name in everywhere else None
    for name, value in own.items():
        present, wanted = settings.get(name), Setting(value, MODEL)
        if present is None or (present.origin in (CONFIG, MODEL) and present != wanted):
            found[name] = wanted
    return found
