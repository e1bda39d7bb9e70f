"""Programs that are run by name: found in the whole folders of PATH alone.

An empty or relative entry of PATH means the current directory, which may be anybody's:
its ./xclip is not ours to run. What a person types behind `!` is their shell's affair.
"""

import os
from collections.abc import Mapping

#: Editors that systems have, where neither variable names one.
_EDITORS = ("/usr/bin/editor", "nano", "vi", "emacs")


def find(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the whole path of a program; empty if there is none, or its name is a relative path."""
    if os.path.dirname(name) and not os.path.isabs(name):  # noqa: PTH117, PTH120  not to be normed
        return ""
    import shutil  # with all the packers that it knows: no part of the start

    return shutil.which(name, path=whole_path(environ)) or ""


def whole_path(environ: Mapping[str, str] = os.environ) -> str:
    """Return PATH without its empty and relative entries."""
    entries = environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if os.path.isabs(entry))  # noqa: PTH117


def shell(environ: Mapping[str, str] = os.environ) -> str:
    """Return the person's shell, else the system's."""
    return find(environ.get("SHELL", "")) or "/bin/sh"


def split(command: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the words of a command, the first one a whole path; raises OSError, ValueError."""
    import shlex

    name, *rest = shlex.split(command) or [""]
    path = find(name, environ)
    if not path:
        raise FileNotFoundError(name)
    return [path, *rest]


def editor(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return what runs the person's editor: $VISUAL, $EDITOR, or one that is there; empty for none."""
    for command in (environ.get("VISUAL", ""), environ.get("EDITOR", ""), *_EDITORS):
        try:
            return split(command, environ)
        except (OSError, ValueError):
            continue
    return []
