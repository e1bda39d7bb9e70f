"""What to compare and to sweep, as it is typed: ranges, lists, two parameters crossed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.words import Word
from zatsudan.config.settings import MOST_AT_ONCE
from zatsudan.lab import slips
from zatsudan.lab.variation import BEGIN, SYSTEM, UNSET, Variation
from zatsudan.parameters.assignments import free_value, read_assignments
from zatsudan.parameters.fromfile import inserted
from zatsudan.parameters.table import Find, find
from zatsudan.parameters.values import show_value

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(?::({_NUMBER}))?")
_LIST = re.compile(rf"{_NUMBER}(?:,{_NUMBER})+")
#: A comma between settings, and none inside a value: a name and `=` follow it.
_BETWEEN = re.compile(r",(?=\+?[A-Za-z_][\w.]*=)")

#: A value that says: as it is set.
NOW = "now"
#: What is said of the whole sweep, and is no setting.
SPECIAL = frozenset({"runs", "prompts", "budget", "by", "pool", "concurrency"})
#: What stands between two parameters that are crossed.
CROSSES = frozenset({"x", "X", "×", "*"})
#: The most values of one range.
MOST = 1_000


class Budget(NamedTuple):
    """What a sweep may spend: tokens, sent and come, or what they cost in the money of the profile's prices."""

    limit: float
    money: bool = False


@dataclass(frozen=True, slots=True)
class Sweep:
    """The variations of a sweep in their order, how often each runs, and what all have otherwise.

    `axes`: what each has on each axis, where two are crossed. `prompts`: the messages that each answers,
    none for the last one of the talk; without anything that is `swept`, they are what differs. `budget`: what may be spent, `by` the number that ranks
    settings; with a `-` before it the lowest is best. `pool`: the profiles whose servers share the work, as they
    were typed; `concurrency`: how many requests each server gets at a time, 0 for as many as is usual.
    """

    variations: tuple[Variation, ...]
    runs: int = 1
    common: Variation = field(default_factory=Variation)
    axes: tuple[tuple[str, ...], ...] = ()
    prompts: tuple[str, ...] = ()
    budget: Budget | None = None
    by: str = ""
    swept: bool = True
    pool: str = ""
    concurrency: int = 0


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
    if word.name in (BEGIN, SYSTEM):
        return _words(word.name, word.value, quoted=word.quoted)
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
    common = Variation()
    special: dict[str, Word] = {}
    name = ""
    for at, word in enumerate(words):
        try:
            if word.name in SPECIAL:
                special[word.name] = word
            elif word.name is not None:
                common += read_setting(word, current, force=force, find=find)
            elif not word.quoted and word.text in CROSSES:
                name = ""
            elif not name:
                is_row = word.text not in (BEGIN, SYSTEM) and not word.text.startswith("+")
                name = find(word.text).name if is_row else word.text
                axes.append([])
            else:
                axes[-1] += [
                    _value(name, text, word, current, force=force, find=find)
                    for text in _texts(words, at, name)
                ]
        except CommandError as error:
            advice = slips.advice(words, at, name, special=SPECIAL, others=(BEGIN, SYSTEM))
            if not advice:
                raise
            raise CommandError(error.sentence, advice) from error
    prompts = _prompts(special["prompts"]) if "prompts" in special else ()
    if not all(axes) or not (axes or prompts):
        raise CommandError(
            say("{name} needs values.", name=name) if name else say("A sweep needs values."),
            say("Write /sweep temperature 0 0.4 0.8, or /sweep temperature 0..1.5:0.25."),
        )
    if len(axes) > 2:
        raise CommandError(
            say("Two parameters can be crossed, not more."),
            say("Fix the others with name=value."),
        )
    crossed = list(product(*axes))
    return Sweep(
        tuple(sum(cells, Variation()) for cells in crossed),
        _runs(special["runs"].value) if "runs" in special else 1,
        common,
        tuple(tuple(cell.label for cell in cells) for cells in crossed) if len(axes) > 1 else (),
        prompts,
        read_budget(special["budget"].value) if "budget" in special else None,
        special["by"].value if "by" in special else "",
        bool(axes),
        special["pool"].value if "pool" in special else "",
        read_concurrency(special["concurrency"].value) if "concurrency" in special else 0,
    )


def read_budget(text: str) -> Budget:
    """Read `5000` (tokens) or `0.50` (money: it has a point); raises CommandError."""
    plain = text.replace("_", "").lstrip("$")
    if re.fullmatch(r"\d{1,12}(\.\d{1,6})?|\.\d{1,6}", plain) and float(plain) > 0:
        return Budget(float(plain), "." in plain or text.startswith("$"))
    raise CommandError(
        say("budget takes tokens or money, not {text}.", text=one_line(text, 40)),
        say("budget=5000 ends after 5,000 tokens, budget=0.50 after what costs as much."),
    )


def read_concurrency(text: str) -> int:
    """Read how many requests a server is to get at a time; raises CommandError."""
    if text.isascii() and text.isdigit() and 1 <= int(text[:6]) <= MOST_AT_ONCE:
        return int(text)
    raise CommandError(
        say("concurrency takes a whole number from 1 to {most}.", most=MOST_AT_ONCE),
        say("concurrency=8 gives each server eight requests at a time."),
    )


def _prompts(word: Word) -> tuple[str, ...]:
    """Return the messages of `prompts=@FILE`, a line each; raises CommandError."""
    text = inserted([Word(word.value, quoted=word.quoted)])[0].text
    prompts = tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    if not prompts or not word.value.startswith("@"):
        raise CommandError(
            say("prompts takes a file with a message a line."), say("Write prompts=@FILE.")
        )
    return prompts


def _runs(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:6]) <= MOST:
        raise CommandError(
            say("runs takes a whole number from 1 on."), say("runs=3 runs each cell thrice.")
        )
    return int(text)


def _texts(words: Sequence[Word], at: int, axis: str) -> list[str]:
    """Return the values of an axis that word `at` stands for; raises CommandError."""
    word = words[at]
    if axis not in (BEGIN, SYSTEM):
        return [word.text] if word.quoted else read_values(word.text)
    if slips.names_axis(words, at, (BEGIN, SYSTEM)):
        called = word.text[:40]
        raise CommandError(say("{name} is a name; as a text it stands in quotes.", name=called))
    return [word.text]


def _value(
    name: str, text: str, word: Word, current: dict[str, Json], *, force: bool, find: Find
) -> Variation:
    if text == NOW and not word.quoted:
        return Variation()
    if name in (BEGIN, SYSTEM):
        return _words(name, text, quoted=word.quoted)
    if text == UNSET and not word.quoted:
        return Variation(unset=frozenset({name.removeprefix("+")}))
    typed = [Word(text, quoted=word.quoted)]
    if name.startswith("+"):
        return Variation({name[1:]: free_value(name[1:], typed)})
    return Variation({name: find(name).read(typed, current.get(name), force=force)})


def _words(name: str, text: str, *, quoted: bool) -> Variation:
    """Return what has another beginning or another system message, which `@FILE` reads from a file."""
    unset = text == UNSET and not quoted
    if name == BEGIN:
        return Variation(begin="" if unset else text)
    said = one_line(text, 30) if unset or text.startswith("@") else show_value(one_line(text, 30))
    system = "" if unset else inserted([Word(text, quoted=quoted)])[0].text
    return Variation(system=system, said=said)
