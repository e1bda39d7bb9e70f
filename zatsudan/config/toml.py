"""TOML as it is read here: within a bound that the parser has not."""

import re
import tomllib
from typing import Any

from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable

#: What to do about a text that a `\` makes another one.
SINGLE_QUOTES = later("Write what holds a \\ in single quotes, as 'C:\\models'.")

#: The most parts of a dotted key; the time of `tomllib` is quadratic in them.
PARTS = 100
_DOTTED = rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{PARTS}}}"


def read(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; raises ValueError, and RecursionError for one nested too deep."""
    if re.search(_DOTTED, text):
        raise ValueError(f"a key has more than {PARTS} parts")
    return tomllib.loads(text)


def advice(text: str, error: Exception) -> Printable:
    """Return what to do about an `error` of `read`, by the line that it names."""
    found = re.search(r"at line (\d+)", str(error))
    line = text.split("\n")[int(found[1]) - 1] if found is not None else ""
    if re.search(r'"[^"\n]*\\', line):
        return say(SINGLE_QUOTES)
    if re.search(r"=\s*(?:True|False)\b", line):
        return say("Write true or false in small letters.")
    if re.search("[“”‘’]", line) or (
        "Invalid value" in str(error) and re.search(r"=\s*[^\W\d]", line)
    ):
        return say('Write a text in straight quotes: "text".')
    return say("Mend that line.")
