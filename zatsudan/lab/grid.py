"""What to compare and to sweep, as it is typed: ranges, lists, two parameters crossed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, printable
from zatsudan.base.words import Word
from zatsudan.parameters.assignments import free_value, read_assignments
from zatsudan.parameters.table import Find, find
from zatsudan.parameters.values import show_value

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?::({_NUMBER}))?")
_LIST = re.compile(rf"{_NUMBER}(?:,{_NUMBER})+")
#: A comma between settings, and none inside a value: a name and `=` follow it.
_BETWEEN = re.compile(r",(?=\+?[A-Za-z_][\w.]*=)")

#: What is swept like a parameter and is none: with what the reply begins.
BEGIN = "begin"
#: A value that says: not sent.
UNSET = "unset"
#: The label of a cell that has nothing otherwise, and those of one request's replies.
#: Labels are kept in the journal: see `shown`.
AS_IT_IS = later("as it is now")
_CHOICE = re.compile(r"choice (\d+)")
#: The most values of one range.
MOST = 1_000


@dataclass(frozen=True, slots=True)
class Variation:
    """What one cell has otherwise: values by name, names that are not sent, another model,
    the server of a profile.

    `name`: what the whole is called, as a preset is. `system`: another system message, `begin`: with
    what the reply begins (`` for none).
    """

    values: dict[str, Json] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    model: str = ""
    profile: str = ""
    name: str = ""
    system: str | None = None
    begin: str | None = None

    def over(self, parameters: Mapping[str, Json]) -> dict[str, Json]:
        """Return the parameters of the cell."""
        kept = {name: value for name, value in parameters.items() if name not in self.unset}
        return {**kept, **self.values}

    @property
    def label(self) -> str:
        """What the cell is called: `temperature 0.4 · seed 7`."""
        if self.name:
            return self.name
        parts = [part for part in (self.profile, self.model) if part]
        parts += [f"{name} {show_value(value)}" for name, value in self.values.items()]
        parts += [f"{name} {UNSET}" for name in sorted(self.unset)]
        if self.begin is not None:
            parts.append(f"{BEGIN} {show_value(self.begin) if self.begin else UNSET}")
        return " · ".join(parts) or AS_IT_IS

    def __add__(self, other: "Variation") -> "Variation":
        return Variation(
            {**self.values, **other.values},
            self.unset | other.unset,
            other.model or self.model,
            other.profile or self.profile,
            system=self.system if other.system is None else other.system,
            begin=self.begin if other.begin is None else other.begin,
        )


def shown(label: str) -> Printable:
    """Return a cell's label as a person reads it: what was typed, or our words where nothing was."""
    head, dot, rest = label.partition(" · ")
    choice = _CHOICE.fullmatch(head)
    if choice is not None:
        head = say("choice {number}", number=choice[1])
    elif head == AS_IT_IS:
        head = say(AS_IT_IS)
    return printable(f"{head}{dot}{rest}")


@dataclass(frozen=True, slots=True)
class Sweep:
    """The variations of a sweep in their order, how often each runs, and what all have otherwise."""

    variations: tuple[Variation, ...]
    runs: int = 1
    common: Variation = field(default_factory=Variation)


def read_values(text: str) -> list[str]:
    """Read `0..1.5:0.25` or `0,0.7,1` into its values as texts; another text stands for itself.

    Raises CommandError for a range that has no end.
    """
    found = _RANGE.fullmatch(text)
    if found is None:
        return text.split(",") if _LIST.fullmatch(text) else [text]
    first, last = Decimal(found[1]), Decimal(found[2])
    whole = first == first.to_integral_value() and last == last.to_integral_value()
    if found[3] is None and not whole:
        raise CommandError(
            say("The range {range} has no step.", range=text[:40]),
            say("Write it as {range}:0.25, for example.", range=text[:40]),
        )
    step = abs(Decimal(found[3] or 1))
    if not step or abs(last - first) / step >= MOST:
        raise CommandError(
            say("The range {range} has too many values.", range=text[:40]),
            say("Take a larger step."),
        )
    count = int(abs(last - first) / step) + 1
    sign = 1 if last >= first else -1
    values = [first + sign * step * at for at in range(count)]
    return [f"{value.normalize():f}" for value in values]


def read_setting(
    word: Word, current: dict[str, Json], *, force: bool = False, find: Find = find
) -> Variation:
    """Read `name=value[,name=value]` of one cell; `unset` as value leaves a parameter out.

    `find` finds the rows as they are at the cell's server. Raises CommandError.
    """
    if word.name == BEGIN:
        return Variation(begin="" if word.value == UNSET and not word.quoted else word.value)
    values: dict[str, Json] = {}
    unset: set[str] = set()
    model = profile = ""
    for piece in _BETWEEN.split(word.text):
        name, _, value = piece.partition("=")
        if name == "model":
            model = value
        elif name == "profile":
            profile = value
        elif value == UNSET:
            unset.add(name if name.startswith("+") else find(name).name)
        else:
            one = Word(piece, quoted=word.quoted, name=name)
            values |= read_assignments([one], current, force=force, find=find)
    return Variation(values, frozenset(name.removeprefix("+") for name in unset), model, profile)


def read_sweep(
    words: Sequence[Word], current: dict[str, Json], *, force: bool = False, find: Find = find
) -> Sweep:
    """Read `temperature 0 0.4..0.8:0.2 x top_p 0.5 1 runs=3 seed=7`; raises CommandError."""
    axes: list[list[Variation]] = []
    runs = 1
    common = Variation()
    name = ""
    for word in words:
        if word.name == "runs":
            runs = _runs(word.value)
        elif word.name is not None:
            common += read_setting(word, current, force=force, find=find)
        elif not word.quoted and word.text in ("x", "×"):
            name = ""
        elif not name:
            is_row = word.text != BEGIN and not word.text.startswith("+")
            name = find(word.text).name if is_row else word.text
            axes.append([])
        else:
            whole = word.quoted or name == BEGIN
            texts = [word.text] if whole else read_values(word.text)
            axes[-1] += [
                _value(name, text, word, current, force=force, find=find) for text in texts
            ]
    if not axes or not all(axes):
        raise CommandError(
            say("{name} needs values.", name=name) if name else say("A sweep needs values."),
            say("Write /sweep temperature 0 0.4 0.8, or /sweep temperature 0..1.5:0.25."),
        )
    if len(axes) > 2:
        raise CommandError(
            say("Two parameters can be crossed, not more."),
            say("Fix the others with name=value."),
        )
    crossed = [sum(cells, Variation()) for cells in product(*axes)]
    return Sweep(tuple(crossed), runs, common)


def _runs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST:
        raise CommandError(
            say("runs takes a whole number from 1 on."), say("runs=3 runs each cell thrice.")
        )
    return int(text)


def _value(
    name: str, text: str, word: Word, current: dict[str, Json], *, force: bool, find: Find
) -> Variation:
    if name == BEGIN:
        return Variation(begin="" if text == UNSET and not word.quoted else text)
    if text == UNSET and not word.quoted:
        return Variation(unset=frozenset({name.removeprefix("+")}))
    typed = [Word(text, quoted=word.quoted)]
    if name.startswith("+"):
        return Variation({name[1:]: free_value(name[1:], typed)})
    return Variation({name: find(name).read(typed, current.get(name), force=force)})
