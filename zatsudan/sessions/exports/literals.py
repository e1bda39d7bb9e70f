"""Values written as source: JSON, Python and JavaScript, with nothing in them that steers a terminal.

All three have the same shape; they differ in three words and in how a string
names a character beyond U+FFFF.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass

from zatsudan.base.jsonvalues import Json
from zatsudan.base.printable import printable

#: A list or object that fits in so many columns stands on one line.
WIDTH = 92


def units(character: str) -> str:
    """Return a character as UTF-16 escapes, the form of JSON and JavaScript."""
    return json.dumps(character)[1:-1]


def code_point(character: str) -> str:
    r"""Return a character as \uXXXX, beyond U+FFFF as \UXXXXXXXX."""
    return f"\\U{ord(character):08x}" if ord(character) > 0xFFFF else f"\\u{ord(character):04x}"


def _plain(quoted: str, escape: Callable[[str], str]) -> str:
    """Return source in which characters that could steer a terminal are escaped: they stand in strings only."""
    shown = printable(quoted)
    if shown == quoted:
        return quoted
    return "".join(
        character if character == seen else escape(character)
        for character, seen in zip(quoted, shown, strict=True)
    )


@dataclass(frozen=True, slots=True)
class Style:
    """How one language writes what the others write otherwise."""

    true: str
    false: str
    null: str
    escape: Callable[[str], str]
    #: Keys that need brackets: in JavaScript `"__proto__": …` would set the prototype.
    bracketed: frozenset[str] = frozenset()

    def text(self, text: str) -> str:
        """Return a string in double quotes."""
        return _plain(json.dumps(text, ensure_ascii=False), self.escape)

    def key(self, name: str) -> str:
        """Return an object's key."""
        return f"[{self.text(name)}]" if name in self.bracketed else self.text(name)

    def scalar(self, value: Json) -> str:
        """Return what is neither a list nor an object."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, bool):
            return self.true if value else self.false
        return self.null if value is None else json.dumps(value)


JSON = Style("true", "false", "null", units)
PYTHON = Style("True", "False", "None", code_point)
JAVASCRIPT = Style("true", "false", "null", units, frozenset({"__proto__"}))


def compact(value: Json) -> str:
    """Return a value as JSON on one line, as a journal holds it. Raises RecursionError."""
    return _plain(json.dumps(value, ensure_ascii=False, separators=(",", ":")), units)


def literal(value: Json, style: Style = JSON, indent: str = "") -> str:
    """Return a value as source, on several lines where it is long.

    Raises RecursionError for what is nested too deep.
    """
    if isinstance(value, dict):
        items = [
            f"{style.key(key)}: {literal(item, style, indent + '  ')}"
            for key, item in value.items()
        ]
        brackets = "{}"
    elif isinstance(value, list):
        items = [literal(item, style, indent + "  ") for item in value]
        brackets = "[]"
    else:
        return style.scalar(value)
    width = len(indent) + 2 + sum(len(item) + 2 for item in items)
    if width <= WIDTH and not any("\n" in item for item in items):
        return f"{brackets[0]}{', '.join(items)}{brackets[1]}"
    inner = ",\n".join(f"{indent}  {item}" for item in items)
    return f"{brackets[0]}\n{inner}\n{indent}{brackets[1]}"
