"""The README agrees with the code. `python -m tests.test_readme` writes its table anew."""

import re
from pathlib import Path

from zatsudan.commands import COMMANDS
from zatsudan.core.parameters import BY_NAME
from zatsudan.exits import MEANINGS
from zatsudan.shells import SCRIPTS

README = Path(__file__).parent.parent / "README.md"
BEGIN, END = "<!-- commands -->\n", "<!-- end of commands -->\n"


def table() -> str:
    """Return the table of commands; a parameter's own command is not among them."""
    lines = ["| command | what it does |", "|---|---|"]
    groups: dict[str, list[str]] = {}
    for entry in COMMANDS.values():
        if entry.name not in BY_NAME or entry.everyday:
            usage = f"/{entry.name} {entry.usage}".rstrip().replace("|", "\\|")
            groups.setdefault(entry.group, []).append(f"| `{usage}` | {entry.help} |")
    for group, rows in groups.items():
        lines += [f"| **{group}** | |", *rows]
    return "\n".join(lines) + "\n"


def written() -> str:
    """Return the table that stands in the README."""
    text = README.read_text(encoding="utf-8")
    return text[text.index(BEGIN) + len(BEGIN) : text.index(END)]


def test_the_table_of_commands_is_that_of_the_code() -> None:
    assert written() == table(), "python -m tests.test_readme writes it anew"


def test_it_opens_with_the_two_commands() -> None:
    commands = re.findall(r"```console\n(.*?)\n```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert commands[:2] == ["pip install uv && uv run zatsudan", "pip install uv && uv run pytest"]


def test_it_tells_what_scripts_and_shells_need() -> None:
    text = README.read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"\n| {code} | {meaning} |\n" in text
    for script in SCRIPTS.values():
        switch = next(line for line in script.splitlines() if line.startswith("# In")).split(": ")[
            1
        ]
        assert switch.replace("|", "\\|") in text


if __name__ == "__main__":
    text = README.read_text(encoding="utf-8")
    before, after = text[: text.index(BEGIN) + len(BEGIN)], text[text.index(END) :]
    README.write_text(before + table() + after, encoding="utf-8")
