"""What the system around us offers: its clipboard, and what opens a link."""

import asyncio
import base64
import contextlib
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from zatsudan.base import programs

#: Bytes of base64 that terminals take by OSC 52 (xterm and kitty cut there or a little above).
OSC_BYTES = 100_000
TOOL_SECONDS = 3.0
#: So long a picture may take: PowerShell takes a second to begin.
PICTURE_SECONDS = 10.0

#: What returns the path of a program, or nothing if it is not there.
Which = Callable[[str], str | None]


def clipboard_tool(
    environ: Mapping[str, str], which: Which = programs.find, platform: str = sys.platform
) -> list[str]:
    """Return the program that fills this system's clipboard from its input; empty if there is none."""
    tools = [["pbcopy"]] if platform == "darwin" else []
    if environ.get("WAYLAND_DISPLAY"):
        tools.append(["wl-copy"])
    if environ.get("DISPLAY"):
        tools += [["xclip", "-selection", "clipboard"], ["xsel", "--clipboard", "--input"]]
    tools.append(["clip.exe"])
    return next(([path, *rest] for name, *rest in tools if (path := which(name))), [])


def fill(tool: list[str], text: str) -> bool:
    """Give a text to a clipboard tool; return whether it took it. Waits: call it in a thread."""
    # clip.exe reads the codepage of the day unless a byte order mark says otherwise.
    data = text.encode("utf-16" if Path(tool[0]).name == "clip.exe" else "utf-8", "replace")
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        done = subprocess.run(  # noqa: S603  one of the tools above, the text on its input
            tool,
            input=data,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=TOOL_SECONDS,
            check=False,
            start_new_session=True,
            creationflags=programs.APART,
        )
        return done.returncode == 0
    return False


class PictureTool(NamedTuple):
    """A program that prints the clipboard's picture: as it is, as base64, or as AppleScript writes bytes."""

    command: list[str]
    written: str = "bytes"


#: What PowerShell is told: it prints nothing where the clipboard holds no picture.
_POWERSHELL = (
    "Add-Type -AssemblyName System.Windows.Forms, System.Drawing; "
    "$picture = Get-Clipboard -Format Image; if ($picture) { "
    "$bytes = New-Object System.IO.MemoryStream; "
    "$picture.Save($bytes, [System.Drawing.Imaging.ImageFormat]::Png); "
    "[Convert]::ToBase64String($bytes.ToArray()) }"
)


def picture_tools(
    environ: Mapping[str, str], which: Which = programs.find, platform: str = sys.platform
) -> list[PictureTool]:
    """Return the programs here that print the clipboard's picture, the best first."""
    tools: list[PictureTool] = []
    if platform == "darwin":
        script = "get the clipboard as \N{LEFT-POINTING DOUBLE ANGLE QUOTATION MARK}class PNGf\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
        tools += [PictureTool(["pngpaste", "-"]), PictureTool(["osascript", "-e", script], "hex")]
    if environ.get("WAYLAND_DISPLAY"):
        tools.append(PictureTool(["wl-paste", "--no-newline", "--type", "image/png"]))
    if environ.get("DISPLAY"):
        tools.append(
            PictureTool(["xclip", "-selection", "clipboard", "-target", "image/png", "-out"])
        )
    # On Windows, and in the Linux that runs within it. -STA: the clipboard wants it.
    shell = ["powershell.exe", "-NoProfile", "-NonInteractive", "-STA", "-Command", _POWERSHELL]
    tools.append(PictureTool(shell, "base64"))
    found: list[PictureTool] = []
    for (name, *rest), written in tools:
        if path := which(name):
            found.append(PictureTool([path, *rest], written))
    return found


async def printed(tool: PictureTool, limit: int) -> bytes:
    """Return what a tool prints of the clipboard, of so many bytes at most and one more; empty for nothing."""
    most = 1 + limit * (1 if tool.written == "bytes" else 2) + 100
    try:
        process = await asyncio.create_subprocess_exec(
            *tool.command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return b""
    data = bytearray()
    try:
        # Whoever holds the clipboard may be slow, or not answer at all.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(PICTURE_SECONDS):
                while process.stdout is not None and len(data) < most:
                    piece = await process.stdout.read(65_536)
                    if not piece:
                        break
                    data += piece
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            process.kill()
        await process.wait()
    return _unwritten(bytes(data), tool.written)


def _unwritten(data: bytes, written: str) -> bytes:
    """Return the bytes that a tool has written in its way; empty for none."""
    if written == "bytes":
        return data
    try:
        if written == "base64":
            return base64.b64decode(data.strip(), validate=True)
        # «data PNGf89504E47…»
        return bytes.fromhex(data.rpartition(b"PNGf")[2].decode("ascii", "ignore").strip())
    except ValueError:
        return b""


def osc52(text: str, environ: Mapping[str, str]) -> str:
    """Return the sequence that asks the terminal to keep `text`; empty if it is too long for that.

    tmux takes the bare one where `set-clipboard` is on, and hands the wrapped one
    on where `allow-passthrough` is: both are sent.
    """
    data = base64.b64encode(text.encode("utf-8", "replace")).decode()
    if len(data) > OSC_BYTES:
        return ""
    bare = f"\x1b]52;c;{data}\x07"
    return f"{bare}\x1bPtmux;\x1b{bare}\x1b\\" if environ.get("TMUX") else bare


def opener(which: Which = programs.find, platform: str = sys.platform) -> str:
    """Return the program that opens a link in the browser; empty if there is none."""
    by_system = {"darwin": ["open"], "win32": ["explorer"]}
    tools = by_system.get(platform, ["xdg-open", "wslview"])
    return next((path for tool in tools if (path := which(tool))), "")


def open_link(program: str, address: str) -> None:
    """Start that program on an address, past any shell. It may last as long as the browser does."""

    def run() -> None:
        with contextlib.suppress(OSError, ValueError):
            subprocess.run(  # noqa: S603  an address of http or https as its one argument
                [program, address],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                start_new_session=True,
                creationflags=programs.APART,
            )

    threading.Thread(target=run, daemon=True).start()
