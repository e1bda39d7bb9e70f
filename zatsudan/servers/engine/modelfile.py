"""The model file that --gguf names: one of this machine, or one of Hugging Face's, which is fetched first."""

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from zatsudan.base.console import takes_sequences
from zatsudan.base.errors import ConnectionFailed
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.quantities import in_bytes
from zatsudan.config.settings import Config, Places
from zatsudan.servers.engine import embedded, hub
from zatsudan.servers.engine.progress import Progress, Tenths


def with_model(
    config: Config, name: str, places: Places, environ: Mapping[str, str], *, aloud: bool = False
) -> Config:
    """Return the config with the model file that `--gguf` names; one of Hugging Face's is fetched first.

    `aloud`: its progress is told in sentences, one after another.

    Raises ZatsudanError, and KeyboardInterrupt where Ctrl-C stops the fetching: what came is kept.
    """
    if hub.is_name(name):
        model = hub.Model(name, places.models, environ, config.network)
        if not embedded.has_engine():
            raise ConnectionFailed(
                say("No embedded engine is installed."),
                say("pip install 'zatsudan[local]' brings one."),
            )
        name = str(model.path or _fetched(model, aloud=aloud))
    return embedded.serving(config, name)


def _fetched(model: hub.Model, *, aloud: bool) -> Path:
    """Fetch a model file, with its progress as one line of standard error."""
    shown = takes_sequences(sys.stderr, os.environ)
    tenths = Tenths()

    def tell(progress: Progress) -> None:
        if aloud and shown:
            said = tenths.said(progress)
            sys.stderr.write(f"{said}\n" if said else "")
            sys.stderr.flush()
        elif shown:
            # What would wrap could not be drawn over.
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(f"\r\x1b[K{progress.line()[:width]}")
            sys.stderr.flush()

    async def fetch() -> Path:
        size = await model.size()
        sys.stderr.write(
            say(
                "Fetching {name} from {host} ({size}); Ctrl-C stops, and what came is kept.",
                name=one_line(model.name, 120),
                host=one_line(model.host, 60),
                size=in_bytes(size),
            )
            + "\n"
        )
        return await model.run(tell)

    try:
        return asyncio.run(fetch())
    finally:
        if shown and not aloud:
            sys.stderr.write("\n")
