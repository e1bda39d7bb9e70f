"""Rows: what keeps a reply from repeating itself."""

from zatsudan.base.language import later
from zatsudan.parameters.row import Parameter, Recipe
from zatsudan.parameters.values import number

REPETITION: tuple[Parameter, ...] = (
    Parameter(
        "presence_penalty", number(-2, 2), later("Disfavour tokens used before."),
        later("Raise it to make the talk move on to new things. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "sampling",
        neutral=0, probe=Recipe("penalty", told=0.5, usual=True), keyword=True,
    ),
    Parameter(
        "frequency_penalty", number(-2, 2), later("Disfavour tokens used often."),
        later("Raise it against loops and repeated phrases. 0 leaves repetition alone; 0.5 to 1 curbs it; much more makes odd prose."), "sampling",
        neutral=0, probe=Recipe("penalty", told=0.5, usual=True), keyword=True,
    ),
    Parameter(
        "repeat_penalty", number(0, 2), later("Disfavour repeated tokens (llama.cpp, LM Studio); 1 is off."), "", "local",
        neutral=1, probe=Recipe("penalty", told=1.2),
    ),
    Parameter(
        "repetition_penalty", number(0, 2), later("Disfavour repeated tokens (vLLM, OpenRouter); 1 is off."), "", "local",
        neutral=1, probe=Recipe("penalty", told=1.2),
    ),
)  # fmt: skip
