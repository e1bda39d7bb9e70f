"""Rows: tools, other media, and what a service is told besides."""

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.language import later
from zatsudan.parameters import schemas
from zatsudan.parameters.jsonkinds import json_of
from zatsudan.parameters.row import CALLS, SOUND, Parameter, Recipe
from zatsudan.parameters.values import choice, integer, switch, text

#: A function for a model to call, where /probe needs one.
_FUNCTION: JsonObject = {"name": "probe", "parameters": {"type": "object", "properties": {}}}

FURTHER: tuple[Parameter, ...] = (
    Parameter(
        "user", text, later("A name for the end user, for the server's records."),
        probe=Recipe(value="probe"), keyword=True,
    ),
    Parameter("safety_identifier", text, later("The later form of user: a stable, hashed id."), probe=Recipe(value="probe")),
    Parameter(
        "prompt_cache_key", text, later("Groups requests for the server's prompt cache."),
        probe=Recipe(value="probe"),
    ),
    Parameter(
        "service_tier", choice("auto", "default", "flex", "scale", "priority", "fast"), later("Which tier serves the request."),
        probe=Recipe(value="auto"),
    ),
    Parameter("store", switch, later("Let the server keep the reply."), probe=Recipe(value=False)),
    Parameter(
        "metadata", schemas.metadata, later("Labels kept with a stored reply."),
        probe=Recipe(value={"probe": "1"}),
    ),
    Parameter(
        "stream_options", schemas.stream_options, later("Options of the stream; usage is asked for unless set."),
        probe=Recipe(value={}), keyword=True,
    ),
    Parameter(
        "tools", schemas.tools, later("Tools that the model may call; you answer the calls by hand."),
        form=CALLS, probe=Recipe(value=[{"type": "function", "function": _FUNCTION}]), keyword=True, own_command=False,
    ),
    Parameter(
        "tool_choice", schemas.tool_choice, later("Which tool the model must call."),
        form=CALLS, probe=Recipe(value="auto"), keyword=True,
    ),
    Parameter("parallel_tool_calls", switch, later("Let the model call several tools at once."), form=CALLS, probe=Recipe(value=True)),
    Parameter(
        "functions", schemas.functions, later("The older form of tools."),
        form=CALLS, probe=Recipe(value=[_FUNCTION]),
    ),
    Parameter(
        "function_call", schemas.function_call, later("The older form of tool_choice."),
        form=CALLS, probe=Recipe(value="auto"),
    ),
    Parameter("modalities", schemas.modalities, later("Kinds of output: text, audio."), form=SOUND, probe=Recipe(value=["text"])),
    Parameter(
        "audio", schemas.audio, later("Voice and format of audio output."),
        form=SOUND, probe=Recipe(value={"voice": "alloy", "format": "mp3"}),
    ),
    Parameter(
        "prediction", schemas.prediction, later("Text that the reply will largely repeat."),
        probe=Recipe(value={"type": "content", "content": "1, 2, 3"}),
    ),
    Parameter(
        "web_search_options", schemas.web_search_options, later("Options of the server's web search."),
        probe=Recipe(value={}),
    ),
    Parameter(
        "moderation", json_of(later("a JSON object"), dict), later("Moderation of input and output."),
        probe=Recipe(value={}),
    ),
    Parameter(
        "prompt_cache_options", json_of(later("a JSON object"), dict), later("How the server caches the prompt."),
        probe=Recipe(value={}),
    ),
    Parameter(
        "prompt_cache_retention", choice("in_memory", "24h"), later("How long the server caches the prompt."),
        probe=Recipe(value="in_memory"),
    ),
    Parameter(
        "num_ctx", integer(1), later("How many tokens of context the server keeps for the model."),
        later("Ollama loads the model anew when it changes; more takes more memory. Only its own API takes it (dialect)."),
        probe=Recipe(value=4096), local=True,
    ),
    Parameter(
        "keep_alive", text, later("How long the server keeps the model in memory."),
        later("As in 10m or 1h; 0 unloads it at once, -1 never. Only Ollama's own API takes it (dialect)."),
        probe=Recipe(value="5m"), local=True,
    ),
)  # fmt: skip
