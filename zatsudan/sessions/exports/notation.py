"""How programming languages write strings, what the environment holds, and an address.

A body stands in all of them as the text of its JSON: no digit is lost, and what a string of the
language cannot hold as it is JSON can escape.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from zatsudan.base.printable import printable
from zatsudan.sessions.exports.literals import JSON, literal
from zatsudan.sessions.exports.outgoing import Request, Value

_COMMON = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def braces(character: str) -> str:
    r"""Return a character as \u{X}."""
    return f"\\u{{{ord(character):x}}}"


def octets(character: str) -> str:
    r"""Return a character as its bytes in UTF-8, in octal: they end after three digits."""
    return "".join(f"\\{byte:03o}" for byte in character.encode("utf-8", "replace"))


@dataclass(frozen=True, slots=True)
class Notation:
    """How one language writes what it is told.

    `escape` writes a character that is not seen, `special` holds what means something in a
    string, `joined` makes one expression of several; `env` is a call with the name of a variable,
    `encoded` one that percent-encodes an expression.
    """

    escape: Callable[[str], str]
    encoded: str
    env: str = "env({})"
    special: Mapping[str, str] = field(default_factory=dict)
    joined: Callable[[list[str]], str] = " + ".join
    mark: str = '"'

    def text(self, text: str) -> str:
        """Return a string."""
        special = {**_COMMON, **self.special}
        shown = printable(text)
        inner = "".join(
            special.get(character) or (character if character == seen else self.escape(character))
            for character, seen in zip(text, shown, strict=True)
        )
        return f'{self.mark}{inner}"'

    def variable(self, name: str) -> str:
        """Return the call that reads a variable of the environment."""
        return self.env.format(self.text(name))

    def value(self, value: Value) -> str:
        """Return a header's value."""
        parts = [self.text(value.text)] if value.text or not value.variable else []
        parts += [self.variable(value.variable)] if value.variable else []
        return self.joined(parts)

    def address(self, request: Request) -> str:
        """Return the address with its query, the secrets of which are encoded when it runs."""
        parts: list[str] = []
        text = request.url
        for number, (name, value) in enumerate(request.query):
            text += f"{'&' if number else '?'}{quote(name, safe='')}={quote(value.text, safe='')}"
            if value.variable:
                parts += [self.text(text), self.encoded.format(self.variable(value.variable))]
                text = ""
        return self.joined([*parts, self.text(text)] if text else parts)

    def certificate(self, request: Request) -> str:
        """Return what the system is to trust, for a comment; empty where that is as it is."""
        if not request.verify:
            return "the server's certificate"
        return self.text(request.ca_file) if request.ca_file else ""

    def pairs(self, request: Request, row: str) -> str:
        """Return a row for each header, of its name and its value."""
        return "".join(
            row.format(self.text(name), self.value(value)) for name, value in request.headers
        )


def body(request: Request) -> str:
    """Return the body as JSON on some lines, for a string that takes it as it is.

    Three quotes in a row never stand in it; a mark of byte order, which compilers take for an
    error, is escaped.
    """
    return literal(request.body, JSON).replace("\ufeff", "\\ufeff")


def filled(template: str, **parts: str) -> str:
    """Return a program: `<name>` in the template is a part, one alone in its line are whole lines."""
    names = "|".join(parts)
    return re.sub(
        rf"^<({names})>\n|<({names})>",
        lambda found: parts[found[1] or found[2]],
        template,
        flags=re.MULTILINE,
    )
