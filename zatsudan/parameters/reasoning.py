"""Rows: how long a model thinks and how much it says."""

from zatsudan.base.language import later
from zatsudan.parameters.row import Parameter, Recipe
from zatsudan.parameters.values import choice

REASONING: tuple[Parameter, ...] = (
    Parameter(
        "reasoning_effort", choice("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        later("How long a reasoning model may think."), later("Models take a part of these values."), "reply",
        probe=Recipe(value="low"),
    ),
    Parameter(
        "verbosity", choice("low", "medium", "high"), later("How wordy the reply should be."), "", "reply",
        probe=Recipe(value="low"),
    ),
)  # fmt: skip
