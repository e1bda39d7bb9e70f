"""How fast a server says that it made a reply, where it says so."""

from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json


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
