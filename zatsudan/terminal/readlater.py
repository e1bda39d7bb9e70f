"""Importing modules of a package without running the package's own code: a trick for the start.

What prompt_toolkit's package itself says is used by nobody here, and it imports dialogs and
progress bars. Without this the start takes 603.0 million instructions, with it 585.5 (counted
by callgrind): 3.0 %. Everything works without it too, which a test tries.
"""

import importlib
import importlib.util
import sys


def read_later(name: str, first: str) -> None:
    """Import a package such that its own code is run when one of its names is looked up.

    Its modules are imported as always; `first` is the one that its own code would import
    first, on which the others may rely. Where that does not work, or the package has been
    imported already, all is as if this had not been called.
    """
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    def read(attribute: str) -> object:  # PEP 562: called for what is not there
        if importlib.util.find_spec(f"{name}.{attribute}") is not None:
            raise AttributeError(attribute)  # a module, which the import statement then finds
        del package.__getattr__
        loader.exec_module(package)
        return getattr(package, attribute)

    package.__getattr__ = read  # type: ignore[method-assign]
    sys.modules[name] = package
    try:
        importlib.import_module(first)
    except ImportError:
        for module in [module for module in sys.modules if module.split(".")[0] == name]:
            del sys.modules[module]
