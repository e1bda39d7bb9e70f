"""Locks: one program at a time, until it ends, however it ends."""

import ast
import errno
import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from tests.support.floors import MODULES
from zatsudan.base import locks
from zatsudan.base.locks import lock

#: Another program that has the file, tells so, and would keep it.
HOLDER = """
import os, sys, time
from zatsudan.base.locks import lock
assert lock(os.open(sys.argv[1], os.O_RDWR))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"journal")
    return path


def test_another_program_has_it_until_it_is_killed(file: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    fd = os.open(file, os.O_RDWR)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert not lock(fd)
        holder.kill()
        holder.wait()
        assert lock(fd)
    finally:
        holder.kill()
        holder.communicate()
        os.close(fd)
    assert list(file.parent.glob("*")) == sorted([file, file.parent / "home"])


@pytest.mark.parametrize(
    ("number", "ours"),
    [(errno.EWOULDBLOCK, False), (errno.EACCES, False), (errno.ENOLCK, True), (errno.EOPNOTSUPP, True)],
)  # fmt: skip
def test_where_there_are_no_locks_everybody_gets_the_file(
    number: int, ours: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_fd: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(locks, "_take", refuse)

    assert lock(0) is ours


def windows(held: list[int], monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The module as Windows has it, with the place of each byte that is locked put into `held`."""

    def locking(fd: int, mode: int, size: int) -> None:
        assert (mode, size) == (2, 1)
        place = os.lseek(fd, 0, os.SEEK_CUR)
        if place in held:
            raise PermissionError(errno.EACCES, "Permission denied")
        held.append(place)

    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setitem(sys.modules, "msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2))
    spec = importlib.util.spec_from_file_location("windows_locks", locks.__file__)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_on_windows_the_bytes_of_the_file_stay_readable(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    module = windows(held, monkeypatch)
    fd = os.open(file, os.O_RDWR)
    os.lseek(fd, 3, os.SEEK_SET)

    assert module.lock(fd)
    assert not module.lock(fd)
    assert held[0] > 2**30
    assert os.lseek(fd, 0, os.SEEK_CUR) == 3
    os.close(fd)


def test_no_other_module_locks_by_itself() -> None:
    users = {
        module
        for module, tree in MODULES.items()
        if {"flock", "lockf", "locking"}
        & {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    }

    assert users == {"base.locks"}
