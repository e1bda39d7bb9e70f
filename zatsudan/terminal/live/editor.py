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

from zatsudan.base import files, programs, texts
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say


async def edit(buffer: Buffer, environ: Mapping[str, str]) -> None:
    """Let the person change the input line in their editor; raises CommandError.

    In the place of prompt_toolkit's own, which runs an editor of the current directory where
    PATH names that. An editor that ends with an error changes nothing, and what it saved stays.
    """
    command = programs.editor(environ)
    if not command:
        raise CommandError(
            say("No editor was found."), say("Name one as $VISUAL or $EDITOR, as in EDITOR=nano.")
        )
    path: Path | None = None
    before = buffer.text
    try:
        path = await asyncio.to_thread(_written, before)
        code = await run_in_terminal(
            lambda: subprocess.call([*command, str(path)]),  # noqa: S603  the person's own
            in_executor=True,
        )
        text = _read(path)
    except (OSError, UnicodeError) as error:
        # What was saved is kept where it cannot be read, and the line where nothing was.
        why = say("it saved no UTF-8") if isinstance(error, UnicodeError) else error.strerror
        raise CommandError(
            say("The editor cannot be used ({why}).", why=why or error),
            say("The line is as it was.")
            if path is None or not path.exists()
            else say("The line is as it was; what was saved stands in {path}.", path=path),
        ) from error
    if code == 0:
        buffer.document = Document(text, len(text))
    elif text != before:
        # Killed, or ended by :cq: it may hold an hour's work.
        raise CommandError(
            say("The editor ended with an error ({code}).", code=code),
            say("The line is as it was; what was saved stands in {path}.", path=path),
        )
    path.unlink(missing_ok=True)


def _read(path: Path) -> str:
    """Return what an editor saved; raises OSError, and UnicodeError for no encoding that is told."""
    data = files.read(path, files.TEXT_BYTES)
    return texts.decoded(data, texts.by_locale()).removesuffix("\n")


def _written(text: str) -> Path:
    """Return a file with that text, which its owner alone can read."""
    fd, name = tempfile.mkstemp(".md", "zatsudan-")
    with os.fdopen(fd, "w", encoding="utf-8", errors="replace") as file:
        file.write(text)
    return Path(name)
