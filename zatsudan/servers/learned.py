"""What was learned of servers, by server and model, in one small JSON file of the state directory."""

from pathlib import Path

from zatsudan.servers.memory import Memory
from zatsudan.wire.refusals import SHRINK, Repair


class Learned:
    """Repairs by server and model. Kept in memory only where the file cannot be written, or `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._memory = Memory(path)
        self._known: dict[tuple[str, str], dict[Repair, str]] = {}
        for row in self._memory.rows():
            repair = Repair.from_json(row)
            if repair is not None:
                key = (str(row.get("server", "")), str(row.get("model", "")))
                self._known.setdefault(key, {})[repair] = str(row.get("day", ""))

    def of(self, server: str, model: str) -> tuple[Repair, ...]:
        """Return the repairs for a model at a server."""
        return tuple(self._known.get((server, model), {}))

    def length_of(self, server: str, model: str) -> int:
        """Return the shortest context length that the server named in a refusal; 0 for none."""
        told = [each.value for each in self.of(server, model) if each.kind == SHRINK]
        return min((int(value) for value in told if value), default=0)

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

    def take_back(self, server: str, model: str, repair: Repair) -> None:
        """Forget one repair, if it was known."""
        if self._known.get((server, model), {}).pop(repair, None) is not None:
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
        rows = [
            {"server": server, "model": model, "day": day, **repair.to_json()}
            for server, model, repair, day in self.all()
        ]
        self._memory.write(rows, indent=1)
