"""What was measured of servers: whether each parameter takes effect, in one small JSON file of the state directory."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.servers.memory import Memory

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject

#: What a parameter does at a server: takes effect, none, is refused with an error,
#: is taken but it cannot be told whether it does anything.
HONOURED, IGNORED, REFUSED, UNCLEAR = "honoured", "ignored", "refused", "unclear"

#: Under this name stands how repeatable replies are, whatever the parameters.
REPEAT = "(repeat)"


class Finding(NamedTuple):
    """One result; `detail` says how it was seen, `day` when (ISO 8601)."""

    state: str
    detail: str = ""
    day: str = ""


class Findings:
    """Findings by server and model. Kept in memory only where the file cannot be written, or `path` is None."""

    def __init__(self, path: Path | None) -> None:
        self._memory = Memory(path)
        self._known: dict[tuple[str, str], dict[str, Finding]] = {}
        for row in self._memory.rows():
            if row.get("name") and row.get("state"):
                server, model, name, state, detail, day = (
                    str(row.get(key, ""))
                    for key in ("server", "model", "name", "state", "detail", "day")
                )
                self._known.setdefault((server, model), {})[name] = Finding(state, detail, day)

    def of(self, server: str, model: str) -> dict[str, Finding]:
        """Return what is known of a model at a server, by parameter."""
        return dict(self._known.get((server, model), {}))

    def keep(self, server: str, model: str, name: str, finding: Finding) -> None:
        """Remember a finding in the place of an earlier one."""
        self._known.setdefault((server, model), {})[name] = finding
        self._write()

    def _write(self) -> None:
        rows: list[JsonObject] = [
            {
                "server": server, "model": model, "name": name,
                "state": finding.state, "detail": finding.detail, "day": finding.day,
            }
            for (server, model), findings in self._known.items()
            for name, finding in findings.items()
        ]  # fmt: skip
        self._memory.write(rows, indent=1)
