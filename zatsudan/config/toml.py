"""TOML as it is read here: within a bound that the parser has not."""

import re
import tomllib
from typing import Any

#: The most parts of a dotted key; the time of `tomllib` is quadratic in them.
PARTS = 100
_DOTTED = rf"(?<![\w\"'-])(?:[\w\"'-]+[ \t]*\.[ \t]*){{{PARTS}}}"


def read(text: str) -> dict[str, Any]:
    """Return the tables of a TOML text; raises ValueError, and RecursionError for one nested too deep."""
    if re.search(_DOTTED, text):
        raise ValueError(f"a key has more than {PARTS} parts")
    return tomllib.loads(text)
