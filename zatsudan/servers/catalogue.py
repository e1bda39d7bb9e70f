"""Models by server, as each last listed them, in one small JSON file of the cache directory."""

import contextlib
import json
from collections.abc import Sequence
from pathlib import Path

from zatsudan.base import files
from zatsudan.base.addresses import shown_url
from zatsudan.base.jsonvalues import Json, loads
from zatsudan.wire.models import Model, read_models


class Catalogue:
    """What completion offers before the server has answered. `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def of(self, base_url: str) -> list[Model]:
        """Return the models that this server listed last."""
        return read_models(self._read().get(shown_url(base_url)))

    def everywhere(self) -> dict[str, list[Model]]:
        """Return the models of every server, by its address."""
        return {address: read_models(listed) for address, listed in self._read().items()}

    def keep(self, base_url: str, models: Sequence[Model]) -> None:
        """Remember a server's models."""
        if self._path is None:
            return
        known = self._read()
        known[shown_url(base_url)] = [
            {"id": model.id, "context_length": model.context_length} for model in models
        ]
        with contextlib.suppress(OSError):  # asked for again next time
            files.replace(self._path, json.dumps(known).encode())

    def _read(self) -> dict[str, Json]:
        if self._path is None:
            return {}
        try:
            value = loads(files.read(self._path, files.LIST_BYTES))
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}
