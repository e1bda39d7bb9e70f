"""The package's modules as they are once imported, and what each of them wrote itself."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType

import zatsudan

#: Importing this one starts the program.
STARTS = "zatsudan.__main__"


def modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(zatsudan.__path__, "zatsudan."):
        if found.name != STARTS:
            yield importlib.import_module(found.name)


def own(module: ModuleType, value: object) -> bool:
    """Was it written in this module?"""
    return (inspect.isclass(value) or inspect.isfunction(value)) and (
        value.__module__ == module.__name__
    )
