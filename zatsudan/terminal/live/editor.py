"""The person's editor for the input line."""

import asyncio
import os
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from prompt_toolkit.application import run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from zatsudan.base import files, programs
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say


async def edit(buffer: Buffer, environ: Mapping[str, str]) -> None:
    """Let the person change the input line in their editor; raises CommandError.

    In the place of prompt_toolkit's own, which runs an editor of the current directory where
    PATH names that. An editor that ends with an error changes nothing.
    """
    command = programs.editor(environ)
    if not command:
        raise CommandError(
            say("No editor was found."), say("Name one as $VISUAL or $EDITOR, as in EDITOR=nano.")
        )
    try:
        path = await asyncio.to_thread(_written, buffer.text)
        try:
            code = await run_in_terminal(
                lambda: subprocess.call([*command, str(path)]),  # noqa: S603  the person's own
                in_executor=True,
            )
            if code == 0:
                text = files.read(path, files.TEXT_BYTES).decode().removesuffix("\n")
                buffer.document = Document(text, len(text))
        finally:
            path.unlink(missing_ok=True)
    except (OSError, UnicodeError) as error:
        raise CommandError(
            say(
                "The editor cannot be used ({why}).", why=getattr(error, "strerror", None) or error
            ),
            say("The line is as it was."),
        ) from error


def _written(text: str) -> Path:
    """Return a file with that text, which its owner alone can read."""
    fd, name = tempfile.mkstemp(".md", "zatsudan-")
    with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return Path(name)
