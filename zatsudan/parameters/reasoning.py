"""Rows: how long a model thinks and how much it says."""

from zatsudan.base.language import later
from zatsudan.parameters.jsonkinds import json_of
from zatsudan.parameters.row import Parameter, Recipe
from zatsudan.parameters.values import choice, integer

REASONING: tuple[Parameter, ...] = (
    Parameter(
        "reasoning_effort", choice("none", "minimal", "low", "medium", "high", "xhigh", "max"),
        later("How long a reasoning model may think."), later("Models take a part of these values."), "reasoning",
        probe=Recipe(value="low"),
    ),
    Parameter(
        "verbosity", choice("low", "medium", "high"), later("How wordy the reply should be."), "", "reasoning",
        probe=Recipe(value="low"),
    ),
    Parameter(
        "thinking_token_budget", integer(0), later("The most tokens of thought."),
        later("0 allows none; the model is made to end its thought there. vLLM takes it, with a reasoning parser."), "reasoning",
        probe=Recipe(value=16), local=True, aliases=("thinking_budget", "reasoning_budget"),
    ),
    Parameter(
        "chat_template_kwargs", json_of(later("a JSON object"), dict), later("Values for the model's own template of a talk."),
        later('Many models switch thinking by it: {"enable_thinking": false}. /think writes it where it is the way.'), "reasoning",
        probe=Recipe(value={}), local=True,
    ),
    Parameter(
        "reasoning", json_of(later("a JSON object"), dict), later("How a model thinks, as OpenRouter and Ollama have it."),
        later('{"effort": "high"} or {"max_tokens": 2000}; /think writes it where it is the way.'), "reasoning",
        probe=Recipe(value={"effort": "low"}), local=True, own_command=False,
    ),
)  # fmt: skip
