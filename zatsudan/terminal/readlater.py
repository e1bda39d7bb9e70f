"""Importing packages without running the packages' own code: a trick for the start.

What prompt_toolkit's package itself says is used by nobody here, and it imports dialogs and
progress bars; of wcwidth one function is used, and its package reads the sequences of terminals,
wraps texts and more. Without this the start takes 601.6 million instructions, with the first
585.5, with both 554.8 (counted by callgrind). Everything works without it too, which a test tries.
"""

import importlib
import importlib.util
import sys
from collections.abc import Callable
from threading import RLock
from types import ModuleType

#: Stretches of characters, in order, that are all so many cells wide in every release of wcwidth:
#: what nearly all text is made of. Controls, marks, emoji and rare scripts stand between them.
_KNOWN = (
    (" ", "~", 1),
    ("\xa1", "\xac", 1),
    ("\xae", "\u02ff", 1),
    ("\u0370", "\u0482", 1),  # Greek, Cyrillic
    ("\u048a", "\u052f", 1),
    ("\u2010", "\u2027", 1),  # dashes, quotation marks, bullets
    ("\u2030", "\u205e", 1),
    ("\u20a0", "\u20bf", 1),  # currencies
    ("\u2100", "\u2319", 1),  # letters of formulas, arrows
    ("\u2500", "\u25fc", 1),  # lines, blocks, shapes
    ("\u2610", "\u2612", 1),  # boxes of tasks
    ("\u2713", "\u2718", 1),
    ("\u2800", "\u28ff", 1),  # Braille: the spinner
    ("\u3000", "\u3029", 2),
    ("\u3041", "\u3096", 2),  # kana
    ("\u309b", "\u30ff", 2),
    ("\u3400", "\u4dbf", 2),  # ideographs
    ("\u4e00", "\u9fff", 2),
    ("\uac00", "\ud7a3", 2),  # Hangul
    ("\uff01", "\uff60", 2),
)


def read_later(name: str, first: str) -> None:
    """Import a package such that its own code is run when one of its names is looked up.

    Its modules are imported as always; `first` is the one that its own code would import
    first, on which the others may rely. Where that does not work, or the package has been
    imported already, all is as if this had not been called.
    """
    if _unread(name) is None:
        return
    try:
        importlib.import_module(first)
    except ImportError:
        for module in [module for module in sys.modules if module.split(".")[0] == name]:
            del sys.modules[module]


def read_wcwidth_later() -> None:
    """Import wcwidth such that its own code is run for the first character that is none of the usual.

    Where it has been imported already, all is as if this had not been called.
    """
    unread = _unread("wcwidth")
    if unread is None:
        return
    package, read = unread

    def wcwidth(wc: str, *args: object, **options: object) -> int:
        if not args and not options:
            for first, last, cells in _KNOWN:
                if wc <= last:
                    if wc < first:
                        break
                    return cells
        read()
        width: int = package.wcwidth(wc, *args, **options)
        return width

    package.wcwidth = wcwidth  # type: ignore[attr-defined]


def _unread(name: str) -> tuple[ModuleType, Callable[[], None]] | None:
    """Put a package into its place and return it, with what runs its own code; None: it is read."""
    spec = importlib.util.find_spec(name) if name not in sys.modules else None
    if spec is None or spec.loader is None:
        return None
    package, loader = importlib.util.module_from_spec(spec), spec.loader

    unread, one_at_a_time = [loader], RLock()

    def read() -> None:
        with one_at_a_time:  # who comes meanwhile needs what is being read
            if unread:
                del package.__getattr__
                unread.pop().exec_module(package)

    def look_up(attribute: str) -> object:  # PEP 562: called for what is not there
        if importlib.util.find_spec(f"{name}.{attribute}") is not None:
            raise AttributeError(attribute)  # a module, which the import statement then finds
        read()
        return getattr(package, attribute)

    package.__getattr__ = look_up  # type: ignore[method-assign]
    sys.modules[name] = package
    return package, read
