"""Models by server, as each last listed them, and what kind it is, in one small JSON file of the cache directory."""

from collections.abc import Sequence
from pathlib import Path

from zatsudan.base.addresses import shown_url
from zatsudan.base.jsonvalues import Json
from zatsudan.servers.memory import Memory
from zatsudan.wire.models import Model, read_models


class Catalogue:
    """What completion offers before the server has answered. `path` None keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        self._memory = Memory(path)

    def of(self, base_url: str) -> list[Model]:
        """Return the models that this server listed last."""
        return read_models(self._read().get(shown_url(base_url)))

    def kind_of(self, base_url: str) -> str:
        """Return the name of the kind for which this server's answers are known; `` if of none."""
        listed = self._read().get(shown_url(base_url))
        kind = listed.get("kind") if isinstance(listed, dict) else None
        return kind if isinstance(kind, str) else ""

    def everywhere(self) -> dict[str, list[Model]]:
        """Return the models of every server, by its address."""
        return {address: read_models(listed) for address, listed in self._read().items()}

    def keep(self, base_url: str, models: Sequence[Model], kind: str = "") -> None:
        """Remember a server's models, and its kind."""
        known = self._read()
        listed: list[Json] = [
            {"id": model.id, "context_length": model.context_length} for model in models
        ]
        known[shown_url(base_url)] = {"models": listed, "kind": kind} if kind else listed
        self._memory.write(known)

    def _read(self) -> dict[str, Json]:
        value = self._memory.read()
        return value if isinstance(value, dict) else {}
