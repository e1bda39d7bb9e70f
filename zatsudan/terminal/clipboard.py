"""The clipboard: by the system's tool, and by the terminal itself."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from zatsudan.base.language import say
from zatsudan.commands import desktop


async def fill_clipboard(
    text: str, environ: Mapping[str, str], write: Callable[[str], None] | None
) -> str:
    """Put a text into the clipboard; return by what, in words, empty where nothing takes it.

    `write` sends a sequence to the terminal; None where there is none that would understand it.
    """
    tool = desktop.clipboard_tool(environ)
    took = bool(tool) and await asyncio.to_thread(desktop.fill, tool, text)
    sequence = desktop.osc52(text, environ) if write is not None else ""
    if sequence and write is not None:
        write(sequence)
        if not took:  # no terminal says whether it did
            return say("to the terminal (OSC 52, if it takes that)")
        return say("by {tool} and to the terminal", tool=Path(tool[0]).name)
    return say("by {tool}", tool=Path(tool[0]).name) if took else ""
