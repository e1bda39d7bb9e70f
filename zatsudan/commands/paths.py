"""Files named in arguments: their completion."""

import sys
from collections.abc import Iterable
from pathlib import Path

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY
from zatsudan.commands.registry import Choice


def paths(typed: str) -> Iterable[Choice]:
    """Yield the files and folders that go on from what was typed."""
    if sys.platform == "win32":  # which takes both, and here a backslash may begin an escape
        typed = typed.replace("\\", "/")
    folder, slash, begin = typed.rpartition("/")
    where = Path(f"{folder}{slash}" or ".").expanduser()
    try:
        entries = sorted(where.iterdir())
    except (OSError, RuntimeError, ValueError):
        return
    for entry in entries[:2000]:
        if not entry.name.startswith(".") or begin.startswith("."):
            try:
                directory = entry.is_dir()
            except OSError:  # a folder whose entries may be named and not looked at
                directory = False
            name = f"{folder}{slash}{entry.name}{'/' if directory else ''}"
            yield Choice.quoted(name, say("folder") if directory else EMPTY)
