"""JSON from anywhere: what Python's parser would let through or fall over is refused."""

import json
import math

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import DEPTH, Json, is_deep
from zatsudan.base.language import say


def parse(text: str) -> Json:
    """Return the value of a JSON text; raises ImportRefused.

    Numbers that JSON does not know, or no float can hold, become null.
    """
    try:
        value: Json = json.loads(
            text, parse_constant=lambda _: None, parse_float=_finite, parse_int=_integer
        )
    except RecursionError:
        raise _too_deep() from None
    except ValueError as error:
        raise ImportRefused(
            say("The file is no JSON: {reason}.", reason=error),
            say("Is it whole? Export it once more."),
        ) from None
    if is_deep(value):
        raise _too_deep()
    return value


def values(text: str) -> list[Json]:
    """Return the items of an array, or those of JSON Lines (None for a damaged line), or the one value.

    Raises ImportRefused.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) > 1 and _line(lines[0]) is not None:
        return [_line(line) for line in lines]
    value = parse(text)
    return value if isinstance(value, list) else [value]


def _line(line: str) -> Json:
    """Return the object or the array of a line; None if it holds none."""
    if line.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return parse(line)
    except ImportRefused:
        return None


def _too_deep() -> ImportRefused:
    return ImportRefused(
        say("The file is nested more than {levels} levels deep.", levels=DEPTH),
        say("No program that we know writes that."),
    )


def _finite(digits: str) -> float | None:
    value = float(digits)
    return value if math.isfinite(value) else None


def _integer(digits: str) -> int | float | None:
    return int(digits) if len(digits) < 400 else _finite(digits)
