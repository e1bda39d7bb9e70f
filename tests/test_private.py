"""What others keep private is used in three modules alone, which name it and can do without.

A name with a leading underscore may be gone with the next release of whoever wrote it.
"""

import ast
import inspect
import re
import textwrap
from collections.abc import Iterator
from functools import cache

import pytest

from tests.support.floors import MODULES
from tests.support.imported import modules, own
from zatsudan.terminal.live.ptk import PRIVATE

#: What is used nevertheless, by module. All look first whether it is there, and have
#: another way if not (tests/terminal/live/test_program.py and test_widths.py,
#: tests/terminal/markdown/test_highlight.py, tests/cli/test_start.py).
USED = {
    "terminal.live.ptk": {name for _, name in PRIVATE},
    "terminal.typed": {"_CHAR_CACHE"},
    "terminal.markdown.highlight": {"_tokens"},
    "terminal.live.warmup": {"httpcore._backends.anyio", "anyio._backends._asyncio"},
}

#: Documented for everybody, in spite of their underscore.
PUBLIC = {"_replace", "_asdict", "_fields", "_make", "_exit"}

#: A module that is imported by its name.
MODULE = re.compile(r"[a-z_]+(\.[a-z_]+)*\._[a-z]\w*(\.\w+)*")

READERS = {"getattr", "hasattr", "setattr", "delattr"}


def private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__") and name not in PUBLIC | {"_"}


def defined(tree: ast.AST) -> set[str]:
    """The private names that a module gives its own classes and their objects."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and on_self(node):
            found.add(node.attr)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return {name for name in found if private(name)}


def on_self(node: ast.Attribute) -> bool:
    return isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")


def foreign(tree: ast.AST) -> Iterator[str]:
    """Yield the private names of others that a module imports, reads, writes or asks for."""
    known = defined(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield from imported(node)
        elif isinstance(node, ast.Attribute) and private(node.attr) and not on_self(node):
            inherited = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "super"
            if inherited or node.attr not in known:
                yield node.attr
        elif isinstance(node, ast.Call | ast.Subscript):
            asked = asked_for(node)
            if isinstance(asked, ast.Constant) and private(str(asked.value)):
                yield str(asked.value)
        elif isinstance(node, ast.Constant) and MODULE.fullmatch(str(node.value)):
            yield str(node.value)


def asked_for(node: ast.Call | ast.Subscript) -> ast.expr | None:
    """Return the name by which something is asked for as a text: of an object, or in its `vars`."""
    if isinstance(node, ast.Subscript):
        return node.slice if ast.unparse(node.value).startswith("vars(") else None
    called = ast.unparse(node.func)
    if called.startswith("vars(") and node.args:
        return node.args[0]
    return node.args[1] if called in READERS and len(node.args) > 1 else None


def imported(node: ast.ImportFrom | ast.Import) -> Iterator[str]:
    names = [part for alias in node.names for part in alias.name.split(".")]
    module = (node.module or "").split(".") if isinstance(node, ast.ImportFrom) else []
    if module[:1] not in (["zatsudan"], ["__future__"]):
        yield from filter(private, [*module, *names])


def written(kind: type) -> frozenset[str]:
    """The private names that a class's source defines, or uses on its own objects."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
    except (OSError, TypeError):  # it is written in C, or made
        return frozenset()
    used = {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and on_self(node)
    }
    return frozenset(filter(private, used | defined(tree)))


@cache
def theirs(kind: type) -> frozenset[str]:
    return written(kind) | frozenset(filter(private, vars(kind)))


@pytest.mark.parametrize("name", sorted(MODULES))
def test_nothing_private_of_others_is_used(name: str) -> None:
    tree = MODULES[name]
    assert set(foreign(tree)) <= USED.get(name, set())
    if name == "terminal.live.ptk":
        assert set(foreign(tree)) | defined(tree) >= USED[name]  # those that are overridden
    elif name in USED:
        assert set(foreign(tree)) == USED[name]


def test_no_class_shares_a_private_name_with_one_of_others_that_it_derives_from() -> None:
    derived = 0
    for module in modules():
        name = module.__name__.removeprefix("zatsudan.")
        for kind in [value for value in vars(module).values() if own(module, value)]:
            bases = getattr(kind, "__mro__", ())[1:-1]
            others = [base for base in bases if not base.__module__.startswith("zatsudan")]
            if others:
                derived += 1
                shared = written(kind) & frozenset[str]().union(*map(theirs, others))
                assert shared <= USED.get(name, set()), (kind, shared)
    assert derived > 20


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("from yaml._yaml import Mark", ["_yaml"]),
        ("from pygments.token import Text, _TokenType", ["_TokenType"]),
        ("import httpcore._backends.anyio", ["_backends"]),
        ("import_module('httpcore._backends.anyio')", ["httpcore._backends.anyio"]),
        ("parser._actions", ["_actions"]),
        ("hasattr(lexer, '_tokens')", ["_tokens"]),
        ("vars(screen).get('_CACHE')", ["_CACHE"]),
        ("vars(screen)['_cache'] = {}", ["_cache"]),
        ("class A(B):\n    def _redraw(self): super()._redraw()", ["_redraw"]),
        ("class A:\n    def fork(self):\n        self._at = 1\n        return other._at", []),
        ("from zatsudan.a import b\nb._replace(x=1)", []),
    ],
)
def test_it_would_be_found(source: str, found: list[str]) -> None:
    assert list(foreign(ast.parse(source))) == found
