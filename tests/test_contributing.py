"""What CONTRIBUTING.md names is there, and the map is that of the floors."""

import re
from pathlib import Path

from tests.generate import GENERATORS
from tests.test_floors import FLOORS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
#: Inside the row of a room, paths begin in that room.
ROWS = dict(re.findall(r"^\| `(\w+)/` \| (.+) \|$", TEXT, re.MULTILINE))
COMMANDS = re.findall(r"^(?:uv run|bash) .*", TEXT, re.MULTILINE)


def there(path: str, *homes: Path) -> bool:
    """Tell whether a path leads from one of the homes to a file, a module or a folder."""
    return any((home / f"{path}{ending}").exists() for home in homes for ending in ("", ".py"))


def test_the_map_names_every_room_in_the_order_of_the_floors() -> None:
    assert list(ROWS) == [*reversed(FLOORS)]


def test_every_path_is_there() -> None:
    package = ROOT / "zatsudan"
    for room, words in ROWS.items():
        for path in re.findall(r"`([\w/.]+)`", words):
            assert there(path, package / room), path
    outside = TEXT
    for words in ROWS.values():
        outside = outside.replace(words, "")
    paths = [
        span
        for span in re.findall(r"`([^`\n]+)`", outside)
        if re.fullmatch(r"[\w./]*/[\w./]*", span)
    ]
    assert len(paths) > 30
    for path in paths:
        assert there(path, ROOT, package), path


def test_every_module_that_is_run_is_there() -> None:
    modules = re.findall(r"python -m ([\w.]+)", TEXT)
    assert {"tests.generate", "tests.benchmarks.compare"} <= {*modules}
    for module in (*modules, *GENERATORS):
        source = (ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
        assert 'if __name__ == "__main__":' in source


def test_every_command_names_what_is_there() -> None:
    assert len(COMMANDS) > 4
    for command in COMMANDS:
        for path in re.findall(r"[\w.]+/[\w./]+", command.partition(" # ")[0]):
            assert (ROOT / path).exists(), path
