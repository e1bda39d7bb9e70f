"""The clipboard and the opener of the system."""

import base64
from pathlib import Path

import pytest

from zatsudan.commands import desktop


@pytest.mark.parametrize(
    ("environ", "there", "platform", "tool"),
    [
        ({}, {"pbcopy"}, "darwin", "pbcopy"),
        ({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}, {"wl-copy", "xclip"}, "linux", "wl-copy"),
        ({"DISPLAY": ":0"}, {"wl-copy", "xsel"}, "linux", "xsel"),
        ({}, {"xclip", "wl-copy"}, "linux", ""),  # no display: they would fail
        ({}, {"clip.exe"}, "linux", "clip.exe"),
    ],
)
def test_which_tool(environ: dict[str, str], there: set[str], platform: str, tool: str) -> None:
    found = desktop.clipboard_tool(environ, lambda name: name if name in there else None, platform)
    assert (found[0] if found else "") == tool


def test_a_tool_gets_the_text(tmp_path: Path) -> None:
    file = tmp_path / "clipboard"
    assert desktop.fill(["tee", str(file)], "日本\n")
    assert file.read_text(encoding="utf-8") == "日本\n"
    assert not desktop.fill(["false"], "x")
    assert not desktop.fill([str(tmp_path / "missing")], "x")


def test_osc52_is_bounded_and_wrapped_for_tmux() -> None:
    data = base64.b64encode("日本".encode()).decode()
    bare = f"\x1b]52;c;{data}\x07"
    assert desktop.osc52("日本", {}) == bare
    assert desktop.osc52("日本", {"TMUX": "x"}) == f"{bare}\x1bPtmux;\x1b{bare}\x1b\\"
    assert desktop.osc52("x" * desktop.OSC_BYTES, {}) == ""


def test_no_opener() -> None:
    assert desktop.opener(lambda _: None) == ""
