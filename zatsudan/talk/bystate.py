"""Parameters that hold while a model is told to think: a preset may bring a second set of them."""

from collections.abc import Mapping

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.config.presetfiles import Preset
from zatsudan.servers.thinkforms import wished
from zatsudan.sessions.records import apply
from zatsudan.sessions.session import ByState, Session, Setting
from zatsudan.talk.talk import Talk

#: The origin of a setting that holds while the model thinks, and of one that a preset has otherwise.
THINKING, PRESET = "thinking", "preset"


def thinks(settings: Mapping[str, Setting]) -> bool:
    """Tell whether settings have the model think: only what says so counts as on."""
    wish = wished({name: setting.value for name, setting in settings.items()})
    return wish is not None and wish is not False


def of_preset(preset: Preset) -> ByState | None:
    """Return what of a preset depends on whether the model thinks; None if nothing does."""
    if not preset.thinking:
        return None
    names = preset.thinking.keys() & preset.parameters.keys()
    return ByState({name: preset.parameters[name] for name in names}, preset.thinking)


def combined(settings: Mapping[str, Setting], by_state: ByState | None) -> dict[str, Setting]:
    """Return a preset's settings with those for thinking over them, where they have the model think."""
    if by_state is None or not thinks(settings):
        return dict(settings)
    over = {name: Setting(value, THINKING) for name, value in by_state.thinking.items()}
    return {**settings, **over}


def in_state(talk: Talk, settings: Mapping[str, Setting]) -> dict[str, Setting]:
    """Return settings as they are in the state that they say themselves; what the person set stays."""
    by_state = talk.session.by_state
    if by_state is None:
        return dict(settings)
    found = dict(settings)
    if thinks(settings):
        for name, value in by_state.thinking.items():
            if name not in found or found[name].origin != "session":
                found[name] = Setting(value, THINKING)
        return found
    beneath = _beneath(talk).settings
    for name, setting in settings.items():
        if setting.origin != THINKING:
            continue
        if name in by_state.plain:
            found[name] = Setting(by_state.plain[name], PRESET)
        elif name in beneath:
            found[name] = beneath[name]
        else:
            del found[name]
    return found


def _beneath(talk: Talk) -> Session:
    """Return a session as each begins, with what the model has of its own."""
    fresh = Session()
    for record in talk.start():
        apply(fresh, record)
    for record in talk.of_model(fresh, talk.session.model):
        apply(fresh, record)
    return fresh


def record_of(by_state: ByState | None) -> JsonObject:
    """Return the record that brings these sets into a session, or with None takes them away."""
    return by_state.to_json() if by_state is not None else {"type": "by_state"}
