"""What a server says of its own work: how far it has read, how fast it was, at which stop text it ended."""

from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject, whole_number


class Progress(NamedTuple):
    """How many tokens of a prompt a server has read, of how many; `cached` of them it had kept."""

    done: int
    total: int
    cached: int = 0


#: What is kept of `timings` (tools/server/README.md of llama.cpp): counts of tokens, and milliseconds.
TIMINGS = ("cache_n", "prompt_n", "prompt_ms", "predicted_n", "predicted_ms", "load_ms")


def read_progress(value: Mapping[str, Json]) -> Progress | None:
    """Return how far the prompt is read, where a chunk tells (llama.cpp's `prompt_progress`)."""
    told = value.get("prompt_progress")
    if not isinstance(told, dict):
        return None
    done, total, cached = (whole_number(told.get(name)) for name in ("processed", "total", "cache"))
    return Progress(done or 0, total, cached or 0) if total else None


def read_timings(value: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return what a server tells of its work on a request, by llama.cpp's names."""
    told = value.get("timings")
    if not isinstance(told, dict):
        return NOTHING
    found: JsonObject = {}
    for name in TIMINGS:
        number = _number(told, name)
        if number is not None:
            found[name] = round(number, 1) if name.endswith("_ms") else int(number)
    return found


def read_stopped(value: Mapping[str, Json]) -> str:
    """Return the stop text that ended a reply, where the server names it; `` else.

    llama.cpp does with what it tells if it is asked for more (`verbose`), vLLM in `stop_reason`,
    SGLang in `matched_stop`, TabbyAPI in `stop_str`.
    """
    verbose, choices = value.get("__verbose"), value.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    for place, names in (
        (verbose, ("stopping_word",)),
        (choice, ("stop_reason", "matched_stop", "stop_str")),
    ):
        for name in names if isinstance(place, dict) else ():
            told = place.get(name) if isinstance(place, dict) else None
            if isinstance(told, str) and told:
                return told[:200]
    return ""


def read_pace(value: Mapping[str, Json]) -> float | None:
    """Return the tokens a second that a chunk tells; None where it tells none.

    llama.cpp has them in `timings`; Groq tells the seconds in the usage, Cerebras in `time_info`.
    """
    timings = value.get("timings")
    if isinstance(timings, dict) and (pace := _number(timings, "predicted_per_second")):
        return pace
    groq = value.get("x_groq")
    for place in (value, groq if isinstance(groq, dict) else {}):
        usage = place.get("usage")
        if not isinstance(usage, dict):
            continue
        tokens, times = _number(usage, "completion_tokens"), value.get("time_info")
        for told in (usage, times if isinstance(times, dict) else {}):
            seconds = _number(told, "completion_time")
            if tokens and seconds:
                return tokens / seconds
    return None


def _number(place: Mapping[str, Json], name: str) -> float | None:
    """Return a number above 0; None for anything else."""
    found = place.get(name)
    if isinstance(found, bool) or not isinstance(found, int | float):
        return None
    return float(found) if 0 < found < float("inf") else None
