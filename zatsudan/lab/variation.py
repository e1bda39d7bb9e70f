"""What one cell of an experiment has otherwise than the talk."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json
from zatsudan.lab.labels import AS_IT_IS
from zatsudan.parameters.values import show_value

#: What is swept like a parameter and is none: with what the reply begins, and the system message.
BEGIN, SYSTEM = "begin", "system"
#: A value that says: not sent.
UNSET = "unset"


@dataclass(frozen=True, slots=True)
class Variation:
    """What one cell has otherwise: values by name, names that are not sent, another model,
    the server of a profile.

    `name`: what the whole is called, as a preset is. `system`: another system message, as it was typed in
    `said`; `begin`: with what the reply begins (`` for none).
    """

    values: dict[str, Json] = field(default_factory=dict)
    unset: frozenset[str] = frozenset()
    model: str = ""
    profile: str = ""
    name: str = ""
    system: str | None = None
    begin: str | None = None
    said: str = ""

    def over(self, parameters: Mapping[str, Json]) -> dict[str, Json]:
        """Return the parameters of the cell."""
        kept = {name: value for name, value in parameters.items() if name not in self.unset}
        return {**kept, **self.values}

    @property
    def label(self) -> str:
        """What the cell is called: `temperature 0.4 · seed 7`."""
        if self.name:
            return self.name
        parts = [part for part in (self.profile, self.model) if part]
        parts += [f"{name} {show_value(value)}" for name, value in self.values.items()]
        parts += [f"{name} {UNSET}" for name in sorted(self.unset)]
        if self.said:
            parts.append(f"{SYSTEM} {self.said}")
        if self.begin is not None:
            parts.append(f"{BEGIN} {show_value(self.begin) if self.begin else UNSET}")
        return " · ".join(parts) or AS_IT_IS

    def __add__(self, other: "Variation") -> "Variation":
        return Variation(
            {**self.values, **other.values},
            self.unset | other.unset,
            other.model or self.model,
            other.profile or self.profile,
            system=self.system if other.system is None else other.system,
            begin=self.begin if other.begin is None else other.begin,
            said=other.said or self.said,
        )
