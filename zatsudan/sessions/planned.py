"""An experiment as the journal keeps it: its cells, the replies to them, and what is still to be asked."""

from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject, text_field
from zatsudan.parameters.steering import makes_request


class Plan(NamedTuple):
    """What one cell is asked with: enough to ask for it again after a crash.

    `setting` counts the settings from 0: cells of one number are runs of the same. `axes` is what it
    has on each axis that is crossed. `parent` is the message, where it is not the experiment's. `pool`
    are the profiles of which any may answer, `` for the talk's own server.
    """

    setting: int = 0
    axes: tuple[str, ...] = ()
    parameters: Mapping[str, Json] = NOTHING
    model: str = ""
    profile: str = ""
    system: str | None = None
    begin: str = ""
    parent: str = ""
    pool: tuple[str, ...] = ()

    def to_json(self) -> JsonObject:
        """Return the fields that say something."""
        value: JsonObject = {"setting": self.setting, "parameters": dict(self.parameters)}
        for name in ("model", "profile", "begin", "parent"):
            if getattr(self, name):
                value[name] = getattr(self, name)
        if self.axes:
            value["axes"] = list(self.axes)
        if self.pool:
            value["pool"] = list(self.pool)
        if self.system is not None:
            value["system"] = self.system
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> "Plan | None":
        """Read what `to_json` wrote; None of what is no plan. What makes the request is left out."""
        setting, parameters = value.get("setting"), value.get("parameters")
        if not isinstance(setting, int) or setting < 0 or not isinstance(parameters, dict):
            return None
        return cls(
            setting,
            _texts(value.get("axes")),
            {name: item for name, item in parameters.items() if not makes_request(name, item)},
            text_field(value, "model"),
            text_field(value, "profile"),
            text_field(value, "system") if isinstance(value.get("system"), str) else None,
            text_field(value, "begin"),
            text_field(value, "parent"),
            _texts(value.get("pool")),
        )


class Lab(NamedTuple):
    """The last experiment: its cells in their order, by label, each with its reply (None: none came).

    `blind` as long as the person is not to know which cell is which. `plans` are those of the cells,
    none where they are not known. `by` is the number that it is about.
    """

    parent: str
    cells: tuple[tuple[str, str | None], ...]
    blind: bool = False
    plans: tuple[Plan, ...] = ()
    by: str = ""

    @property
    def settings(self) -> tuple[int, ...]:
        """Which setting each cell is a run of."""
        if not self.plans:
            return tuple(range(len(self.cells)))
        return tuple(plan.setting for plan in self.plans)

    def answers(self, parent: str | None) -> bool:
        """Tell whether a message is one that its cells answer."""
        return self.parent == parent or any(parent == plan.parent for plan in self.plans)

    def messages(self) -> list[str]:
        """Return the message that each cell answers."""
        if not self.plans:
            return [self.parent] * len(self.cells)
        return [plan.parent or self.parent for plan in self.plans]

    def with_reply(self, at: int, node_id: str) -> "Lab":
        """Return it with the reply to one cell."""
        label = self.cells[at][0]
        return self._replace(cells=(*self.cells[:at], (label, node_id), *self.cells[at + 1 :]))

    def to_json(self) -> JsonObject:
        """Return its record."""
        cells: list[JsonObject] = [{"label": label, "id": id_} for label, id_ in self.cells]
        for cell, plan in zip(cells, self.plans, strict=False):
            cell["plan"] = plan.to_json()
        value: JsonObject = {
            "type": "lab",
            "parent": self.parent,
            "cells": list(cells),
            "blind": self.blind,
        }
        return {**value, "by": self.by} if self.by else value


def read_lab(record: Mapping[str, Json], known: Mapping[str, object]) -> Lab | None:
    """Read the record of an experiment; None of what is none. `known` are the messages that are there."""
    found, parent = record.get("cells"), text_field(record, "parent")
    if not isinstance(found, list) or parent not in known:
        return None
    cells = [cell for cell in found if isinstance(cell, dict)]
    plans = [
        Plan.from_json(plan) if isinstance(plan := cell.get("plan"), dict) else None
        for cell in cells
    ]
    whole = tuple(plan for plan in plans if plan is not None and _stands(plan, known))
    return Lab(
        parent,
        tuple(
            (
                text_field(cell, "label"),
                node_id if (node_id := text_field(cell, "id")) in known else None,
            )
            for cell in cells
        ),
        record.get("blind") is True,
        whole if len(whole) == len(cells) else (),
        text_field(record, "by"),
    )


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(map(str, value)) if isinstance(value, list) else ()


def _stands(plan: Plan, known: Mapping[str, object]) -> bool:
    return not plan.parent or plan.parent in known
