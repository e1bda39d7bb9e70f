"""The chain of samplers: which steps a server runs in which order, and which of them do nothing.

The steps have llama.cpp's names (common/sampling.cpp); each row says to which it belongs.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable
from zatsudan.base.words import Word
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.table import BY_NAME, PARAMETERS, named
from zatsudan.parameters.values import A_LIST, Kind, names


class Step(NamedTuple):
    """One step of a chain: its name, its rows, and whether it does anything with the present values."""

    name: str
    rows: tuple[Parameter, ...]
    on: bool


def chain(order: Iterable[str], values: Mapping[str, Json]) -> tuple[Step, ...]:
    """Return the steps in this order with the values that hold (set, or else the server's own)."""
    rows = {name: tuple(row for row in PARAMETERS if row.sampler == name) for name in order}
    return tuple(
        Step(name, rows[name], any(_acts(row, values) for row in rows[name])) for name in rows
    )


def _acts(row: Parameter, values: Mapping[str, Json]) -> bool:
    value = values.get(row.name)
    if value is None or is_neutral(row, value) or row.under:
        return False
    return not row.reach and not why_idle(row.name, values)


def is_neutral(row: Parameter, value: Json) -> bool:
    """Tell whether a parameter does nothing with a value."""
    if row.off is not None:
        return isinstance(value, int | float) and row.off(value)
    return row.neutral is not None and value == row.neutral


def why_idle(name: str, values: Mapping[str, Json], own: Mapping[str, Json] = NOTHING) -> Printable:
    """Return why a parameter that is set does nothing beside the others; empty if it does something.

    `values` are those that are set, `own` those that the server takes where nothing is set.
    """
    row = BY_NAME.get(name)
    if row is None or not row.sampler:
        return EMPTY
    holding = {**own, **values}
    reasons = (
        _without(row, holding),
        _beside_another(row, holding),
        _out_of_reach(row, holding),
        _not_listed(row, holding),
    )
    return next((reason for reason in reasons if reason), EMPTY)


def _without(row: Parameter, holding: Mapping[str, Json]) -> Printable:
    if not row.under:
        return EMPTY
    above = BY_NAME[row.under]
    value = holding.get(above.name)
    if value is not None and not is_neutral(above, value):
        return EMPTY
    return say("does nothing while {other} is off", other=above.name)


def _beside_another(row: Parameter, holding: Mapping[str, Json]) -> Printable:
    ruling = (
        other.name
        for other in PARAMETERS
        if other.takes_over
        and other.sampler != row.sampler
        and holding.get(other.name) is not None
        and not is_neutral(other, holding[other.name])
    )
    ruler = next(ruling, "")
    if not ruler or row.sampler == "temperature":
        return EMPTY
    return say("does nothing while {other} is on", other=ruler)


def _out_of_reach(row: Parameter, holding: Mapping[str, Json]) -> Printable:
    if row.sampler not in ("temperature", "penalties", "dry") and holding.get("temperature") == 0:
        return say("does nothing at temperature 0")
    if row.name == "xtc_probability" and _above(holding.get("xtc_threshold"), 0.5):
        return say("does nothing while xtc_threshold is above 0.5")
    for other in PARAMETERS:
        of_it = other.reach and other.sampler == row.sampler and other.name != row.name
        if of_it and holding.get(other.name) == 0:
            return say("does nothing while {other} is 0", other=other.name)
    return EMPTY


def _not_listed(row: Parameter, holding: Mapping[str, Json]) -> Printable:
    order = holding.get("samplers")
    if not isinstance(order, list) or row.sampler in order or row.sampler not in _NAMED:
        return EMPTY
    return say("does nothing: {step} is not among the samplers", step=row.sampler)


def _above(value: Json, bound: float) -> bool:
    return isinstance(value, int | float) and value > bound


#: Steps that stand in a list of samplers; mirostat takes the list's place.
_NAMED = frozenset(
    (
        "penalties",
        "dry",
        "top_n_sigma",
        "top_k",
        "typ_p",
        "top_p",
        "min_p",
        "xtc",
        "temperature",
        "adaptive_p",
    )
)

#: The values with which every sampler is off. How far back the penalties look is none by itself.
NEUTRAL: Mapping[str, Json] = {
    row.name: row.neutral
    for row in PARAMETERS
    if row.sampler and not row.under and row.neutral is not None and not row.reach
}


def step_names(steps: Sequence[str]) -> Kind:
    """Some of the steps that a server has, each once; any texts where its steps are not known.

    A parameter's name stands for the step to which it belongs.
    """
    known = tuple(dict.fromkeys(steps))
    kind = names(A_LIST)
    if not known:
        return kind

    def read(words: Sequence[Word], current: Json) -> Json:
        value = kind.read(words, current)
        return [_step_of(name, known) for name in value] if isinstance(value, list) else value

    def verify(value: Json) -> None:
        given = [str(name) for name in value] if isinstance(value, list) else []
        for at, name in enumerate(given):
            if name not in known:
                raise CommandError(
                    say("This server has no sampler {name!r}.", name=name[:40]),
                    _nearest(name, known),
                )
            if name in given[:at]:
                raise CommandError(
                    say("The sampler {name} is named twice.", name=name),
                    say("Each runs once, in the order in which they are named."),
                )

    return kind._replace(read=read, verify=verify, values=known)


def _step_of(name: Json, known: Sequence[str]) -> Json:
    row = named(name) if isinstance(name, str) and name not in known else None
    return row.sampler if row is not None and row.sampler in known else name


def _nearest(name: str, known: Sequence[str]) -> Printable:
    from zatsudan.base.matching import meant

    steps = {other: step for step in known for other in (step, *_names_of(step))}
    near = meant(name, steps, 1, cutoff=0.5)
    listed = say("Its samplers: {names}.", names=", ".join(known))
    return say("Did you mean {name}? {more}", name=steps[near[0]], more=listed) if near else listed


def _names_of(step: str) -> Iterable[str]:
    rows = (row for row in PARAMETERS if row.sampler == step and not row.under)
    return (name for row in rows for name in (row.name, *row.aliases))
