"""Parameters: request fields that steer the reply, one row each, in the file of its subject.

`/set`, `/params`, completion, help, the config file, presets, the request body,
the record of a reply, /probe and the exports all read `PARAMETERS`. A parameter that is unset is
not sent: every default belongs to the server (a default of ours would override
llama.cpp's 0.8 and is refused by models that take no temperature).

Ranges and names are those of OpenAI's openapi.json 2.3.0 (2026-08-21); the
rows that are `local` are what llama.cpp, vLLM and their kin take besides.
"""

from collections.abc import Callable
from typing import TypeAlias

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable
from zatsudan.parameters.choosing import CHOOSING
from zatsudan.parameters.format import FORMAT
from zatsudan.parameters.further import FURTHER
from zatsudan.parameters.length import LENGTH
from zatsudan.parameters.reasoning import REASONING
from zatsudan.parameters.repetition import REPETITION
from zatsudan.parameters.row import Parameter

PARAMETERS: tuple[Parameter, ...] = (
    *CHOOSING,
    *REPETITION,
    *LENGTH,
    *FORMAT,
    *REASONING,
    *FURTHER,
)

BY_NAME = {parameter.name: parameter for parameter in PARAMETERS}

#: Other names of rows, as programs and files of others have them.
ALIASES = {alias: parameter.name for parameter in PARAMETERS for alias in parameter.aliases}


def names_of(name: str) -> tuple[str, ...]:
    """Return the names under which servers take one parameter, the latest first."""
    return (*(row.name for row in reversed(PARAMETERS) if row.same_as == name), name)


#: Names of the limit on a reply's tokens; the first that is set holds.
LIMITS = names_of("max_tokens")


def _plain(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


#: Names as they are written elsewhere: `top-p`, `topP`, `TOP_P`.
_OTHERWISE = {
    _plain(name): meant for name, meant in (*ALIASES.items(), *((row, row) for row in BY_NAME))
}

GROUPS = {
    "sampling": later("How tokens are chosen"),
    "repetition": later("What keeps a reply from repeating itself"),
    "length": later("Where a reply ends"),
    "format": later("In what form it comes"),
    "reasoning": later("How long a model thinks"),
    "more": later("Further fields of the server"),
}


class UnknownParameter(CommandError):
    """No row has this `name`."""

    def __init__(self, name: str, sentence: Printable, advice: Printable) -> None:
        super().__init__(sentence, advice)
        self.name = name


#: How a parameter is found by its name; raises CommandError for one that cannot be set.
Find: TypeAlias = Callable[[str], Parameter]

#: Fewer characters than this are too few to mean a name by its beginning.
BEGINNING = 3


def named(name: str) -> Parameter | None:
    """Return the row of a name, of an alias, or of what begins one name alone."""
    if name in BY_NAME:
        return BY_NAME[name]
    if name in ALIASES:
        return BY_NAME[ALIASES[name]]
    if name[-1:] not in "_-" and (meant := _OTHERWISE.get(_plain(name))) is not None:
        return BY_NAME[meant]
    begun = [row for row in PARAMETERS if row.name.startswith(name)]
    return begun[0] if len(begun) == 1 and len(name) >= BEGINNING else None


def find(name: str) -> Parameter:
    """Return the row that is meant by a name; raises UnknownParameter with the nearest names."""
    row = named(name)
    if row is not None:
        return row
    from zatsudan.base.matching import meant

    near = meant(name, BY_NAME)
    advice = (
        later(
            "Did you mean {names}? /params all lists them; /set +{name} VALUE sends any field as JSON."
        )
        if near
        else later("/params all lists them; /set +{name} VALUE sends any field as JSON.")
    )
    raise UnknownParameter(
        name,
        say("There is no parameter {name!r}.", name=name[:40]),
        say(advice, name=name[:40], names=say(" or ").join(near)),
    )
