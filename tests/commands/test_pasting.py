"""A picture of the clipboard goes with the next message, by whatever tool is here."""

import base64
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.emulator import sitting
from tests.support.png import png
from tests.support.server import says
from zatsudan.commands import desktop
from zatsudan.talk.attaching import IMAGE_BYTES

PICTURE = png(30, 20)
URL = f"data:image/png;base64,{base64.b64encode(PICTURE).decode()}"
#: Makes a program: its name, the bytes that it prints, its exit code.
Program = Callable[..., Path]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)

    def make(name: str, output: bytes, code: int = 0) -> Path:
        (folder / f"{name}.out").write_bytes(output)
        path = folder / name
        path.write_text(
            f'#!/bin/sh\necho "$*" > {folder}/{name}.args\n/bin/cat {folder}/{name}.out\nexit {code}\n'
        )
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return folder / f"{name}.args"

    return make


@pytest.mark.posix  # a script is a program there
@pytest.mark.parametrize(
    "tool",
    [
        ("WAYLAND_DISPLAY", "wl-paste", "bytes", "--no-newline --type image/png"),
        ("DISPLAY", "xclip", "bytes", "-selection clipboard -target image/png -out"),
        ("", "powershell.exe", "base64", "-NoProfile "),
    ],
)
async def test_the_picture_is_sent_with_the_next_message(
    program: Program, monkeypatch: pytest.MonkeyPatch, tool: tuple[str, str, str, str]
) -> None:
    display, name, written, arguments = tool
    if display:
        monkeypatch.setenv(display, ":7")
    output = PICTURE if written == "bytes" else base64.b64encode(PICTURE) + b"\r\n"
    asked = program(name, output)
    async with sitting(says("A red one."), says("Yes."), environ={"TERM": "xterm-kitty"}) as person:
        shown = await person.say("/paste")
        assert "[png, 88 B] @clipboard.png attaches it." in shown
        assert person.terminal._prompt.buffer.text == "@clipboard.png "
        assert len(person.screen.pictures) == 1
        shown = await person.say("what is it?")
        assert "[image, png, 88 B]" in shown
        assert person.server.requests[-1].body["messages"][-1]["content"] == [
            {"type": "text", "text": "@clipboard.png what is it?"},
            {"type": "image_url", "image_url": {"url": URL}},
        ]
        await person.say("/paste")
        assert person.terminal._prompt.buffer.text == "@clipboard-2.png "
    assert asked.read_text().startswith(arguments)


@pytest.mark.posix  # a script is a program there
async def test_one_tool_that_has_none_is_no_reason_not_to_ask_the_next(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    monkeypatch.setenv("DISPLAY", ":0")
    program("wl-paste", b"", 1)
    program("xclip", PICTURE)
    async with sitting() as person:
        assert "@clipboard.png attaches it" in await person.say("/paste")


@pytest.mark.posix  # a script is a program there
@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        (None, "There is no program here that reads pictures from the clipboard."),
        (b"", "The clipboard holds no picture."),
        (b"only words", "The clipboard holds no picture."),
        (PICTURE + bytes(IMAGE_BYTES), "The picture is too large: at most 5.0 MB"),
    ],
)
async def test_what_cannot_be_attached_is_said(
    program: Program, monkeypatch: pytest.MonkeyPatch, output: bytes | None, sentence: str
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    if output is not None:
        program("wl-paste", output)
    async with sitting(columns=120) as person:
        assert sentence in await person.say("/paste")
        assert person.terminal._prompt.buffer.text == ""


@pytest.mark.posix  # a script is a program there
async def test_a_picture_is_attached_once_and_its_name_ends_where_japanese_goes_on(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WAYLAND_DISPLAY", "w")
    program("wl-paste", PICTURE)
    async with sitting(says("猫です。")) as person:
        await person.say("/paste")
        person.type("\x15")  # Ctrl-U
        await person.say("@clipboard.pngと@clipboard.pngは何？")
        content = person.server.requests[-1].body["messages"][-1]["content"]
        assert [part["type"] for part in content] == ["text", "image_url"]


@pytest.mark.posix  # a script is a program there
async def test_every_way_of_writing_bytes_is_read(program: Program) -> None:
    program("hex", "«data PNGf".encode() + PICTURE.hex().upper().encode() + "»\n".encode())
    program("junk", b"\xc2\xab no picture")
    folder = os.environ["PATH"]
    for name, written, found in (
        ("hex", "hex", PICTURE),
        ("junk", "hex", b""),
        ("junk", "base64", b""),
        ("missing", "bytes", b""),
    ):
        tool = desktop.PictureTool([f"{folder}/{name}"], written)
        assert await desktop.printed(tool, IMAGE_BYTES) == found


@pytest.mark.posix  # a script is a program there
async def test_a_tool_that_does_not_end_is_ended(
    program: Program, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program("slow", b"")
    (tmp_path / "bin" / "slow").write_text("#!/bin/sh\nexec /bin/sleep 600\n")
    monkeypatch.setattr(desktop, "PICTURE_SECONDS", 0.1)
    tool = desktop.PictureTool([str(tmp_path / "bin" / "slow")])
    assert await desktop.printed(tool, 100) == b""


@pytest.mark.parametrize(
    ("environ", "there", "platform", "tools"),
    [
        ({}, {"osascript", "pngpaste"}, "darwin", ["pngpaste", "osascript"]),
        (
            {"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"},
            {"wl-paste", "xclip"},
            "linux",
            ["wl-paste", "xclip"],
        ),
        ({}, {"wl-paste", "xclip"}, "linux", []),
        ({}, {"powershell.exe"}, "linux", ["powershell.exe"]),
    ],
)
def test_which_tools(
    environ: dict[str, str], there: set[str], platform: str, tools: list[str]
) -> None:
    found = desktop.picture_tools(environ, lambda name: name if name in there else None, platform)
    assert [tool.command[0] for tool in found] == tools
