"""What every test has: a clean environment, and asyncio."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.support import engine
from zatsudan.base import language
from zatsudan.servers.choice import Server as Address

settings.register_profile("zatsudan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zatsudan")

_LEAKS = (
    "OPENAI_",
    "ZATSUDAN_",
    "HF_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "NO_COLOR",
    "COLORTERM",
    "TMUX",
    "DISPLAY",
    "WAYLAND_DISPLAY",
)


#: Whether this is Windows, or its double (tests/support/windows.py).
WINDOWS = sys.platform == "win32" or "tests.support.windows" in sys.modules
_POSIX = re.compile(
    r"(?m)^\s*(import|from) (fcntl|termios|tty|pty|pwd|resource|tests\.support\.program)\b"
)


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Leave out the files that import what Windows has not."""
    if WINDOWS and collection_path.suffix == ".py":
        return _POSIX.search(collection_path.read_text(encoding="utf-8")) is not None or None
    return None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need what Windows has not."""
    for item in items:
        if WINDOWS and item.get_closest_marker("posix"):
            item.add_marker(pytest.mark.skip("needs what Windows lacks"))


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A home of its own, English, and none of the person's keys, proxies and colours."""
    for name in list(os.environ):
        if name.upper().startswith(_LEAKS):
            monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))  # Windows
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # the tests read English
    before = language.speak(language.English())
    yield home
    language.speak(before)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def model() -> Iterator[Address]:
    """The embedded engine with its small model, once for all tests that talk with it."""
    with engine.running() as server:
        yield server
