"""Fields of a preset from elsewhere as they are read: what becomes of each, and why.

A field without a rule is no parameter of a request: it is left out, and named.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.config.foreign.fieldrules import MAKES, NO_PARAMETER, Rules
from zatsudan.config.foreign.fieldvalues import Unfit, number
from zatsudan.parameters.chain import chain, is_neutral
from zatsudan.parameters.row import Parameter
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import BY_NAME, PARAMETERS

#: What becomes of a field, in a word.
TAKEN, RENAMED, DROPPED = later("taken"), later("renamed"), later("dropped")

#: With how many messages a preset begins a talk at most.
MESSAGES = 200
#: Servers have values of their own for these, which are not the neutral ones: what a preset says of them counts.
STANDING = frozenset(("temperature", "top_k", "top_p", "min_p", "repeat_penalty"))


class Fate(NamedTuple):
    """What became of one field: the word, and what it sets or else why it is left out."""

    field: str
    word: str
    name: str = ""
    value: Json = None
    why: Printable = EMPTY


@dataclass(slots=True)
class Reading:
    """What was read of a preset. `neutral`: how many fields were left out because they do nothing."""

    parameters: dict[str, Json] = field(default_factory=dict)
    fates: list[Fate] = field(default_factory=list)
    system: str | None = None
    messages: list[tuple[str, str]] = field(default_factory=list)
    neutral: int = 0
    notes: list[Printable] = field(default_factory=list)

    def apply(self, rules: Rules, fields: JsonObject) -> None:
        """Read the fields by the rules."""
        for name, value in fields.items():
            rule = rules.get(name)
            if rule is None:
                self.drop(name, say(MAKES if makes_request(name, value) else NO_PARAMETER))
            elif not rule.to:
                self.drop(name, say(rule.why))
            else:
                try:
                    self.take(name, rule.to, rule.read(value))
                except Unfit as error:
                    self.drop(name, error.why)

    def take(self, name: str, to: str, value: Json) -> None:
        """Set a parameter by a field; the first field that says a thing counts."""
        reason = unfit(to, value)
        if not reason and to in self.parameters:
            reason = say("{name} is set by another field", name=to)
        if reason:
            self.drop(name, reason)
            return
        self.parameters[to] = value
        self.fates.append(Fate(name, TAKEN if name == to else RENAMED, to, value))

    def say_system(self, name: str, text: Json) -> None:
        """Take a system message."""
        if not isinstance(text, str) or not text.strip():
            self.neutral += 1
        elif reason := unfit("system", text):
            self.drop(name, reason)
        elif self.system is not None:
            self.drop(name, say("{name} is set by another field", name="system"))
        else:
            self.system = text.strip()
            self.fates.append(Fate(name, RENAMED, "system", self.system))

    def say_message(self, name: str, role: str, text: str) -> None:
        """Take a message with which a talk begins."""
        if role == "system" and self.system is None:
            self.say_system(name, text)
        elif role not in ("user", "assistant"):
            self.drop(
                name, say("a talk does not begin with the role {role!r}", role=one_line(role, 20))
            )
        elif reason := unfit("", text):
            self.drop(name, reason)
        elif len(self.messages) == MESSAGES:
            self.drop(name, say("a talk begins with {n} messages at most", n=MESSAGES))
        else:
            self.messages.append((role, text))
            self.fates.append(Fate(name, TAKEN, role, text))

    def drop(self, name: str, why: Printable) -> None:
        """Leave a field out."""
        self.fates.append(Fate(name, DROPPED, why=why))

    def leave_out_neutral(self, usual: Iterable[str]) -> None:
        """Leave out what does nothing: for formats that write every field they know.

        `usual` is llama.cpp's order of samplers; one that differs only in what is off is it too.
        """
        idle = {name for name, value in self.parameters.items() if self._is_idle(name, value)}
        order = self.parameters.get("samplers")
        if isinstance(order, list) and self._running(map(str, order)) == self._running(usual):
            idle.add("samplers")
        self.parameters = {
            name: value for name, value in self.parameters.items() if name not in idle
        }
        kept = [fate for fate in self.fates if fate.word == DROPPED or fate.name not in idle]
        self.neutral += len(self.fates) - len(kept)
        self.fates = kept

    def _running(self, order: Iterable[str]) -> list[str]:
        return [step.name for step in chain(order, self.parameters) if step.on]

    def _is_idle(self, name: str, value: Json) -> bool:
        row = BY_NAME.get(name)
        if name in STANDING:
            return False
        if row is not None and row.under:
            return not self._acts(row.under)
        if row is not None and row.reach:  # without one of its penalties it looks back for nothing
            others = (other.name for other in PARAMETERS if other.sampler == row.sampler)
            return not any(self._acts(other) for other in others if other != name)
        return _is_neutral(name, value)

    def _acts(self, name: str) -> bool:
        return name in self.parameters and not _is_neutral(name, self.parameters[name])


def _is_neutral(name: str, value: Json) -> bool:
    row = BY_NAME.get(name)
    return value in ("", [], {}) or (row is not None and is_neutral(row, value))


def unfit(name: str, value: Json) -> Printable:
    """Return why a value cannot stand in a preset as a parameter; empty if it can."""
    if value is None:
        return say("it holds nothing")
    reason = _unwritable(value)
    row = BY_NAME.get(name)
    if not reason and row is not None and not _in_range(row, value):
        return say("{name} takes {range}", name=name, range=row.kind.range)
    return reason


def _in_range(row: Parameter, value: Json) -> bool:
    return row.kind.check(value) or (row.wide is not None and row.wide.check(value))


def _unwritable(value: Json) -> Printable:
    try:
        text = json.dumps(value, allow_nan=False, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        return say("it holds half a character")
    except (TypeError, ValueError, RecursionError):
        return say("it holds a number that JSON has not")
    return say("it holds null, which a preset has not") if _holds_null(value) else EMPTY


def _holds_null(value: Json) -> bool:
    if isinstance(value, dict | list):
        return any(map(_holds_null, value.values() if isinstance(value, dict) else value))
    return value is None


def spread(reading: Reading, fields: JsonObject, on: str, low: str, high: str) -> JsonObject:
    """Read a dynamic temperature, said as its two ends, and return the fields that are left."""
    rest = {name: value for name, value in fields.items() if name not in (on, low, high)}
    if fields.get(on) is not True:
        reading.neutral += len(fields) - len(rest)
        return rest
    try:
        ends = [number(fields.get(name)) for name in (low, high)]
    except Unfit as error:
        for name in (on, low, high):
            reading.drop(name, error.why)
        return rest
    least, most = (float(end) for end in ends if isinstance(end, int | float))
    reading.take(low, "temperature", round((least + most) / 2, 6))
    reading.take(high, "dynatemp_range", round((most - least) / 2, 6))
    reading.fates.append(
        Fate(on, RENAMED, "dynatemp_range", reading.parameters.get("dynatemp_range"))
    )
    return rest


def greedy(reading: Reading, fields: JsonObject) -> JsonObject:
    """Read whether there is any choice at all, and return the fields that are left.

    With `do_sample` off the transformers library takes the likeliest token, whatever else is set.
    """
    if fields.get("do_sample") is False:
        reading.take("do_sample", "temperature", 0)
    elif "do_sample" in fields:
        reading.neutral += 1
    return {name: value for name, value in fields.items() if name != "do_sample"}


def refused(sentence: Printable) -> ImportRefused:
    """Return the error for a file that is no preset."""
    return ImportRefused(sentence, say("What can be imported: {kinds}.", kinds=say(KINDS)))


#: Formats that are read, for a person.
KINDS = later(
    "presets of SillyTavern, TextGen, KoboldCpp and LM Studio, a Modelfile of Ollama,"
    " and generation_config.json"
)


def shown(name: str) -> Printable:
    """Return the name of a field as it is shown."""
    return one_line(name, 40)
