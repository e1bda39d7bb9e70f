"""The index of commands, made of what their modules declare."""

import importlib

from zatsudan.commands import INDEX, MODULES
from zatsudan.commands.registry import Command, Entry, collect


def declared() -> dict[str, tuple[str, Command]]:
    """Every command as its module declares it, with the module's name."""
    found: dict[str, tuple[str, Command]] = {}
    for name in MODULES:
        commands = collect(importlib.import_module(f"zatsudan.commands.{name}"))
        assert not found.keys() & commands.keys(), "a name is used twice"
        found |= {key: (name, command) for key, command in commands.items()}
    return found


def written() -> str:
    """The text of the index."""
    return "".join(
        "\t".join(Entry.of(module, command)) + "\n" for module, command in declared().values()
    )


if __name__ == "__main__":
    INDEX.write_text(written(), encoding="utf-8")
