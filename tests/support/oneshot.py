"""The whole program in a pipe: one question, its answer, and how it ended."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path


async def run(
    arguments: Sequence[str],
    home: Path,
    environ: Mapping[str, str | None],
    stdin: bytes = b"Hi\n",
) -> tuple[int | None, str, str]:
    """Return exit code, standard output and standard error; a variable that is None is not set."""
    whole = {name: value for name, value in os.environ.items() if not name.startswith("SSL_CERT")}
    for name, value in {"HOME": str(home), **environ}.items():
        if value is None:
            whole.pop(name, None)
        else:
            whole[name] = value
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zatsudan", *arguments,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE, env=whole, cwd=home,
    )  # fmt: skip
    out, err = await process.communicate(stdin)
    return process.returncode, out.decode(errors="replace"), err.decode(errors="replace")
