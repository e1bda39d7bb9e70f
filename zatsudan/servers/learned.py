"""What was learned of servers, by server and model, in one small JSON file of the state directory."""

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from zatsudan.base import files
from zatsudan.base.jsonvalues import loads
from zatsudan.wire.refusals import Repair

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject


class Learned:
    """Repairs by server and model. Kept in memory only where the file cannot be written, or `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._known = _read(path)

    def of(self, server: str, model: str) -> tuple[Repair, ...]:
        """Return the repairs for a model at a server."""
        return tuple(self._known.get((server, model), {}))

    def all(self) -> list[tuple[str, str, Repair, str]]:
        """Return server, model, repair and the day it was learned, of all that is known."""
        return [
            (server, model, repair, day)
            for (server, model), repairs in self._known.items()
            for repair, day in repairs.items()
        ]

    def add(self, server: str, model: str, repair: Repair, day: str) -> None:
        """Remember a repair."""
        self._known.setdefault((server, model), {})[repair] = day
        self._write()

    def forget(self, server: str = "", model: str = "") -> int:
        """Forget all, or all of a server, or of a model there; return how many there were."""
        gone = [
            key
            for key in self._known
            if (not server or key[0] == server) and (not model or key[1] == model)
        ]
        count = sum(len(self._known.pop(key)) for key in gone)
        self._write()
        return count

    def _write(self) -> None:
        if self._path is None:
            return
        rows: list[JsonObject] = [
            {"server": server, "model": model, "day": day, **repair.to_json()}
            for server, model, repair, day in self.all()
        ]
        with contextlib.suppress(OSError):  # learned again next time
            files.replace(self._path, json.dumps(rows, indent=1).encode())


def _read(path: Path | None) -> dict[tuple[str, str], dict[Repair, str]]:
    known: dict[tuple[str, str], dict[Repair, str]] = {}
    try:
        rows = loads(files.read(path, files.LIST_BYTES)) if path is not None else []
    except (OSError, ValueError):
        return known
    for row in rows if isinstance(rows, list) else []:
        repair = Repair.from_json(row)
        if repair is not None and isinstance(row, dict):
            key = (str(row.get("server", "")), str(row.get("model", "")))
            known.setdefault(key, {})[repair] = str(row.get("day", ""))
    return known
