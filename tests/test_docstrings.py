"""Every public name of the package says what it is for, itself or in the protocol that it fills."""

import inspect
from collections.abc import Iterator
from types import ModuleType

from tests.support.imported import modules, own


def silent(module: ModuleType) -> Iterator[str]:
    """Yield the public names of a module that say nothing; methods may leave it to a base class."""
    if not module.__doc__:
        yield module.__name__
    for name, value in vars(module).items():
        if name.startswith("_") or not own(module, value):
            continue
        # A class's own, for that of a base class tells of something else; and none that Python makes.
        if not value.__doc__ or value.__doc__.startswith(f"{name}("):
            yield f"{module.__name__}.{name}"
        for method, member in vars(value).items() if inspect.isclass(value) else ():
            found = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if method.startswith("_") or not inspect.isfunction(found):
                continue
            if found.__module__ == module.__name__ and not inspect.getdoc(getattr(value, method)):
                yield f"{module.__name__}.{name}.{method}"


def test_every_public_name_has_a_docstring() -> None:
    found = list(modules())
    assert len(found) > 100
    assert [name for module in found for name in silent(module)] == []


def test_a_name_without_one_is_found() -> None:
    module = ModuleType("zatsudan.example", "A module.")
    source = 'import typing\nclass Kept:\n    "."\n    def said(self): pass\n    @property\n    def bare(self): pass\ndef loose(): pass\nclass Pair(typing.NamedTuple):\n    x: int\n'
    exec(compile(source, "example", "exec"), vars(module))
    assert list(silent(module)) == [
        "zatsudan.example.Kept.said",
        "zatsudan.example.Kept.bare",
        "zatsudan.example.loose",
        "zatsudan.example.Pair",
    ]
