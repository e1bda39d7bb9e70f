"""The order of samplers, as programs write it: theirs in llama.cpp's names, and back."""

from collections.abc import Iterable, Mapping

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.config.foreign.fieldvalues import Unfit

#: llama.cpp's own order (common/common.h); what is not in a list that it gets does not run.
STEPS = (
    *("penalties", "dry", "top_n_sigma", "top_k", "typ_p", "top_p", "min_p", "xtc"),
    *("temperature", "adaptive_p"),
)

#: The numbers of KoboldAI; 1 and 3 are top_a and tfs, which llama.cpp has not.
NUMBERS = ("top_k", "", "top_p", "", "typ_p", "temperature", "penalties")

#: Names of TextGen and SillyTavern, where they differ.
_NAMES: Mapping[str, str] = {
    "typical_p": "typ_p",
    "repetition_penalty": "penalties",
    "presence_penalty": "penalties",
    "frequency_penalty": "penalties",
    "rep_pen": "penalties",
    "nsigma": "top_n_sigma",
}


def by_name(value: Json) -> Json:
    """Read names, a list or one a line, as a whole order; raises Unfit."""
    names = value.splitlines() if isinstance(value, str) else value
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise Unfit(say("it is no list of texts"))
    return _whole(str(name).strip() for name in names)


def by_number(value: Json) -> Json:
    """Read KoboldAI's numbers as a whole order; raises Unfit."""
    if not isinstance(value, list) or not all(
        isinstance(item, int) and 0 <= item < len(NUMBERS) for item in value
    ):
        raise Unfit(say("it is no list of the numbers 0 to 6"))
    found: list[str] = []
    for item in value:
        name = NUMBERS[item] if isinstance(item, int) else ""
        # KoboldCpp runs min_p with top_p.
        found += [name, "min_p"] if name == "top_p" else [name]
    return _whole(found)


def _whole(names: Iterable[str]) -> Json:
    """Return an order with every step of llama.cpp: one that is not named follows the one it does there."""
    steps = dict.fromkeys(_NAMES.get(name, name) for name in names)
    order = [step for step in steps if step in STEPS]
    if not order:
        raise Unfit(say("it names no sampler of llama.cpp"))
    *steps_before_last, last = STEPS
    for before, step in zip(("", *steps_before_last), steps_before_last, strict=False):
        if step not in order:
            order.insert(order.index(before) + 1 if before else 0, step)
    # adaptive_p chooses the token: it runs at the end, wherever it stands.
    return [*order] if last in order else [*order, last]


def to_names(value: Json) -> Json:
    """Return an order in the names of TextGen."""
    back = {"typ_p": "typical_p", "penalties": "repetition_penalty"}
    steps = value if isinstance(value, list) else []
    return "\n".join(back.get(str(step), str(step)) for step in steps)
