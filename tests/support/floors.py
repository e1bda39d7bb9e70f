"""The rooms of the package from the ground up, and what their modules import."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import zatsudan

ROOT = Path(zatsudan.__file__).parent
#: A module of ours, by its name.
OURS = re.compile(r"zatsudan(\.[a-z_]+)+")

#: From the ground up.
FLOORS = (
    "base",
    "parameters",
    "markdown",
    "wire",
    "config",
    "sessions",
    "servers",
    "talk",
    "lab",
    "commands",
    "terminal",
    "cli",
)


def modules() -> dict[str, ast.Module]:
    """The package's modules by dotted name, without `zatsudan.`."""
    found: dict[str, ast.Module] = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def imports(tree: ast.AST) -> Iterator[str]:
    """The names that a module imports, wherever in it; those of ours also by their names as texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and OURS.fullmatch(str(node.value)):
            yield str(node.value)  # for importlib
