"""The index of commands is what their modules declare. `python -m tests.generate` writes it anew."""

import importlib
import subprocess
import sys

from zatsudan.commands import COMMANDS, INDEX, MODULES
from zatsudan.commands.registry import Command, Entry, always, collect


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


def test_the_index_is_what_the_modules_declare() -> None:
    assert INDEX.read_text(encoding="utf-8") == written(), (
        "python -m tests.generate brings it up to date"
    )


def test_what_is_announced_is_what_is_declared() -> None:
    assert list(COMMANDS) == list(declared())
    for name, (_module, command) in declared().items():
        announced = COMMANDS[name]
        assert announced.explained() == command.explained()
        assert announced.everyday == command.everyday
        assert ("moments" in announced.marks) == (command.possible is not always)


def test_a_command_is_imported_when_it_is_used() -> None:
    code = (
        "import sys\n"
        "from zatsudan.commands import COMMANDS\n"
        "assert COMMANDS['tree'].help\n"
        "assert 'zatsudan.commands.branches' not in sys.modules\n"
        "assert COMMANDS['tree'].explained()\n"
        "assert 'zatsudan.commands.branches' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


if __name__ == "__main__":
    INDEX.write_text(written(), encoding="utf-8")
