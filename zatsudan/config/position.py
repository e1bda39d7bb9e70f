"""Where in the config file a mistake is: its line, and the name that was meant."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from zatsudan.base.errors import ConfigError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable


class Place(NamedTuple):
    """Where in the file we are, for the error's line number."""

    name: str
    text: str
    keys: tuple[str, ...]

    def below(self, key: str) -> "Place":
        """Return the place of a key in this table."""
        return self._replace(keys=(*self.keys, key))

    def error(self, what: Printable, advice: Printable = EMPTY) -> ConfigError:
        """Return the error that names this place and says `what`."""
        return ConfigError(
            say("{name}, line {line}: {what}.", name=self.name, line=self._line(), what=what),
            advice,
        )

    def takes(self, range_: str, value: object) -> ConfigError:
        """Return the error for a value that the key does not take; a secret is not shown."""
        from zatsudan.base.secrets import HIDDEN, is_secret

        if is_secret(self.keys[-1]):
            value = HIDDEN  # a key without its quotes
        return self.error(
            say(
                "{name} takes {range}, not {value!r}", name=self.keys[-1], range=range_, value=value
            )
        )

    def is_table(self) -> ConfigError:
        """Return the error for a value where a table is to be."""
        return self.error(
            say("{name} is a table", name=self.keys[-1]),
            say("Write [{name}].", name=".".join(self.keys)),
        )

    def _line(self) -> int:
        """Return the line of the key, or of the last table on the way to it."""
        tables = [re.escape(key) for key in self.keys[:-1]]
        lines = self.text.split("\n")
        start = 0
        while tables:
            header = re.compile(
                r"\s*\[+\s*[\"']?" + r"[\"']?\s*\.\s*[\"']?".join(tables) + r"[\"']?\s*\]"
            )
            found = [number for number, line in enumerate(lines) if header.match(line)]
            if found:
                start = found[0]
                break
            tables.pop()
        key = (
            re.compile(
                rf"\s*(\[.*|[\w\s\"'.-]{{,200}}\.\s*)?[\"']?{re.escape(self.keys[-1])}[\"']?\s*[=.\]]"
            )
            if self.keys
            else None
        )
        for number in range(start, len(lines)):
            if key is not None and key.match(lines[number]):
                return number + 1
        return start + 1


def nearest(name: str, names: Mapping[str, Any] | list[str]) -> Printable:
    """Return advice for an unknown name: the one that was meant, or else all that are known."""
    from zatsudan.base.matching import meant

    near = meant(name, names, 1, cutoff=0.5)
    if near:
        return say("Did you mean {name}?", name=near[0])
    return say("Known here: {names}.", names=", ".join(names)) if names else EMPTY
