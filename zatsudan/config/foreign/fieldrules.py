"""What a program's field of a preset is to us: a rule for each, which reads and writes it.

A format is a table of rules, one for each field that its program writes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later

#: Why fields are left out that have to do with other things than a reply's tokens.
NO_PARAMETER = later("it is no parameter of a request")
LOADING = later("it is said when a model is loaded")
COMPLETION = later("it belongs to text completion, where no chat template is used")
TRANSFORMERS = later("only the transformers library takes it")
ORDER = later("samplers sets the order of the samplers")
LAST = later("llama.cpp runs the temperature last; samplers sets another order")
TOKENIZER = later("the model's own tokens are known to the server")
MAKES = later("it makes the request and cannot be set")


def same(value: Json) -> Json:
    """Return a value as it is."""
    return value


class Rule(NamedTuple):
    """What becomes of a field: it sets the parameter `to`, or is dropped for the reason `why`.

    `read` makes our value of the program's (raises Unfit), `write` the other way round; None:
    the field is not written. `neutral` is the program's value with which it does nothing.
    """

    to: str = ""
    why: str = ""
    read: Callable[[Json], Json] = same
    write: Callable[[Json], Json] | None = same
    neutral: Json = None


Rules = Mapping[str, Rule]


def ends(parameters: Mapping[str, Json]) -> tuple[float, float] | None:
    """Return the two ends of a dynamic temperature; None if it is off."""
    width, middle = parameters.get("dynatemp_range"), parameters.get("temperature", 1)
    if not isinstance(width, int | float) or not width or not isinstance(middle, int | float):
        return None
    return round(middle - width, 6), round(middle + width, 6)


def written(rules: Rules, parameters: Mapping[str, Json], *, whole_table: bool) -> JsonObject:
    """Return the fields that say these parameters; with `whole_table` the neutral ones too.

    Of several fields that set one parameter the first counts, the others stay neutral.
    """
    found: JsonObject = {}
    said: set[str] = set()
    for name, rule in rules.items():
        known = rule.to in parameters and rule.to not in said and rule.write is not None
        if known and rule.write is not None:
            said.add(rule.to)
            found[name] = rule.write(parameters[rule.to])
        elif whole_table and rule.neutral is not None:
            found[name] = rule.neutral
    return found


def renamed(parameters: Mapping[str, Json], name: str, to: str) -> JsonObject:
    """Return parameters of which one stands under the other name that servers have for it."""
    if name not in parameters or to in parameters:
        return dict(parameters)
    return {to if key == name else key: value for key, value in parameters.items()}


def without_field(
    rules: Rules, parameters: Mapping[str, Json], also: Iterable[str] = ()
) -> list[str]:
    """Return the parameters that a format has no field for."""
    known = {rule.to for rule in rules.values() if rule.write is not None} | {*also}
    return [name for name in parameters if name not in known]
