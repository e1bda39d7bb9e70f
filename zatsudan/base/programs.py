"""Programs that are run by name: found in the whole folders of PATH alone.

An empty or relative entry of PATH means the current directory, which may be anybody's:
its ./xclip is not ours to run. What a person types behind `!` is their shell's affair.
"""

import ntpath
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePath

if sys.platform == "win32":
    import subprocess

    #: For `creationflags`: no window of its own, and the console's Ctrl-C is not for it.
    APART = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
    #: Editors that systems have, where neither variable names one.
    _EDITORS = ("notepad",)
else:
    APART = 0  # start_new_session does it
    _EDITORS = ("/usr/bin/editor", "nano", "vi", "emacs")


def find(name: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the whole path of a program; empty if there is none, or its name is a relative path."""
    if os.path.dirname(name) and not os.path.isabs(name):  # noqa: PTH117, PTH120  not to be normed
        return ""
    if sys.platform == "win32":  # where shutil looks into the current directory first
        endings = environ.get("PATHEXT", ".COM;.EXE;.BAT;.CMD").split(";")
        return found_in(name, whole_path(environ).split(os.pathsep), endings)
    import shutil  # with all the packers that it knows: no part of the start

    return shutil.which(name, path=whole_path(environ)) or ""


def found_in(name: str, folders: Sequence[str], endings: Sequence[str]) -> str:
    """Return the first program of that name in some folders, with one of the endings of programs."""
    ending = os.path.splitext(name)[1].lower()  # noqa: PTH122
    bare = ending in [known.lower() for known in endings]
    for folder in folders if name else ():
        for place in [name] if bare else [f"{name}{known}" for known in endings]:
            path = os.path.join(folder, place)  # noqa: PTH118
            if os.path.isfile(path):  # noqa: PTH113
                return path
    return ""


def whole_path(environ: Mapping[str, str] = os.environ) -> str:
    """Return PATH without its empty and relative entries."""
    entries = environ.get("PATH", os.defpath).split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if os.path.isabs(entry))  # noqa: PTH117


def is_relative(name: str) -> bool:
    """Tell whether a program is named by a path from the current directory on, which may be anybody's."""
    if sys.platform == "win32":
        whole = os.path.isabs(name) or name.startswith(("~", "$"))  # noqa: PTH117
        return bool(ntpath.dirname(name)) and not whole
    return "/" in name and not name.startswith(("/", "~", "$"))


def shell(environ: Mapping[str, str] = os.environ) -> str:
    """Return the person's shell, else the system's."""
    return find(environ.get("SHELL", "")) or system_shell(environ)


def system_shell(environ: Mapping[str, str] = os.environ) -> str:
    """Return the shell that every user of this system has: PowerShell on Windows."""
    if sys.platform == "win32":
        found = (find(name, environ) for name in ("pwsh", "powershell"))
        return next(filter(None, found), "") or environ.get("COMSPEC", "cmd.exe")
    return "/bin/sh"


#: What PowerShell is told before a command: UTF-8 through its pipes, and nothing drawn over.
_PIPED = (
    "[Console]::OutputEncoding=[Text.Encoding]::UTF8;$OutputEncoding=[Text.Encoding]::UTF8;"
    "$ProgressPreference='SilentlyContinue';"
)
#: And behind it: the status of the last program is the shell's.
_STATUS = "\nif ($null -ne $LASTEXITCODE) { exit $LASTEXITCODE }"


def by_shell(command: str, shell: str) -> list[str]:
    """Return the words that have a shell run a command: a shell of POSIX, PowerShell, or cmd."""
    name = PurePath(shell).stem.lower()
    if name in ("pwsh", "powershell"):
        import base64

        # Encoded, no quoting of Windows' command lines comes between.
        script = base64.b64encode(f"{_PIPED}{command}{_STATUS}".encode("utf-16-le")).decode()
        return [shell, "-NoLogo", "-NoProfile", "-NonInteractive", "-EncodedCommand", script]
    if name == "cmd":
        return [shell, "/d", "/c", command]
    return [shell, "-c", command]


def words(command: str) -> list[str]:
    """Return the words of a command; raises ValueError for a quote that is not closed."""
    import shlex

    if sys.platform == "win32":  # where a backslash stands between folders
        found = [word.strip("\"'") for word in shlex.split(command, posix=False)]
        # So PowerShell is told to run what stands in quotes.
        return found[1:] if found[:1] == ["&"] else found
    return shlex.split(command)


def split(command: str, environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the words of a command, the first one a whole path; raises OSError, ValueError."""
    name, *rest = words(command) or [""]
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
