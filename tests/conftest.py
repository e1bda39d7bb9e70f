"""What every test has: a clean environment, and asyncio."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("zatsudan", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("zatsudan")

_LEAKS = (
    "OPENAI_",
    "ZATSUDAN_",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "NO_COLOR",
    "COLORTERM",
    "TMUX",
)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of its own, and none of the person's keys, proxies and colours."""
    for name in list(os.environ):
        if name.upper().startswith(_LEAKS):
            monkeypatch.delenv(name)
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("TERM", "xterm-256color")
    return home


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
