"""The clipboard: by the system's tool, and by the terminal itself."""

import asyncio
from collections.abc import Callable, Mapping

from zatsudan import desktop


async def fill_clipboard(
    text: str, environ: Mapping[str, str], write: Callable[[str], None] | None
) -> str:
    """Put a text into the clipboard; return by what, empty where nothing takes it.

    `write` sends a sequence to the terminal; None where there is none that would understand it.
    """
    ways = []
    tool = desktop.clipboard_tool(environ)
    if tool:
        took = await asyncio.to_thread(desktop.fill, tool, text)
        ways += [f"by {tool[0]}"] if took else []
    sequence = desktop.osc52(text, environ) if write is not None else ""
    if sequence and write is not None:
        write(sequence)
        # No terminal says whether it took it.
        ways.append("and to the terminal" if ways else "to the terminal (OSC 52, if it takes that)")
    return " ".join(ways)
