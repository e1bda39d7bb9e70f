"""Values of fields as programs write them, read as ours, and back."""

import json
import math

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import Printable


class Unfit(Exception):
    """A value cannot be taken; `why` is said of its field."""

    def __init__(self, why: Printable) -> None:
        super().__init__(why)
        self.why = why


def number(value: Json) -> Json:
    """Read a number that may stand as a text; raises Unfit."""
    if isinstance(value, str):
        try:
            found = float(value)
        except ValueError:
            raise Unfit(say("it is no number")) from None
        value = int(found) if math.isfinite(found) and found == int(found) else found
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Unfit(say("it is no number"))
    return value


def whole(value: Json) -> Json:
    """Read a whole number, also as 40.0; raises Unfit."""
    found = number(value)
    if isinstance(found, float) and math.isfinite(found) and found == int(found):
        return int(found)
    return found


def switch(value: Json) -> Json:
    """Read true or false; raises Unfit."""
    if isinstance(value, bool):
        return value
    raise Unfit(say("it is neither true nor false"))


def text(value: Json) -> Json:
    """Read a text that says something; raises Unfit."""
    if isinstance(value, str):
        return value
    raise Unfit(say("it is no text"))


def texts(value: Json) -> Json:
    """Read texts: a list, JSON of one, or what stands within its brackets; raises Unfit.

    People write Python's quotes as well (SillyTavern/SillyTavern 3972).
    """
    if isinstance(value, str):
        inner = value.strip()
        if '"' not in inner:
            inner = inner.replace("'", '"')
        try:
            value = json.loads(inner if inner.startswith("[") else f"[{inner}]")
        except (ValueError, RecursionError):
            raise Unfit(say("it is no list of texts")) from None
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return value
    raise Unfit(say("it is no list of texts"))


def breakers(value: Json) -> Json:
    """Read where DRY begins anew: llama.cpp refuses a list without any (SillyTavern/SillyTavern 3048); raises Unfit."""
    found = texts(value)
    if not found:
        raise Unfit(say("it is empty"))
    return found


def span(value: Json) -> Json:
    """Read how many tokens back is looked: 0 is all, which is -1 to llama.cpp; raises Unfit."""
    found = whole(value)
    return -1 if found == 0 else found


def from_span(value: Json) -> Json:
    """Return the number for programs to which 0 is all."""
    return 0 if value == -1 else value


def sigma(value: Json) -> Json:
    """Read a value that is off at 0, or below it to llama.cpp; raises Unfit."""
    found = number(value)
    return -1 if found == 0 else found


def from_sigma(value: Json) -> Json:
    """Return the value for programs to which 0 is off."""
    return 0 if isinstance(value, int | float) and value < 0 else value
