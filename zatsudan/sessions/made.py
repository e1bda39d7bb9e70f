"""How a reply was made: what was sent and measured, how it ended, and what the server told of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.base.language import later
from zatsudan.parameters.steering import makes_request
from zatsudan.wire.logprobs import Entries
from zatsudan.wire.messages import Usage

FINISHED, INTERRUPTED, FAILED = later("finished"), later("interrupted"), later("failed")


class Made(NamedTuple):
    """How a reply was made and how it ended.

    `ended` is our own word (finished, interrupted, failed), `finish_reason`
    the server's. `first`, `last` and `seconds` are seconds from the request to the
    first text, to the last and to the end; `pace` is the server's own count of tokens a
    second. `parameters` are those that were sent. `given`
    is the number of characters at the start of the reply that it was made to go on from;
    `request` what else its request was made of (see talk/request.py). `tier` is the service
    tier that answered; `beside` what stood beside the text, by the wire's names: sources,
    pictures, tools that the server ran. `timings` is what the server told of its work
    (`wire.pace.TIMINGS`), `stopped` the stop text that ended the reply.
    """

    ended: str = FINISHED
    finish_reason: str | None = None
    error: str = ""
    model: str = ""
    server: str = ""
    parameters: Mapping[str, Json] = NOTHING
    usage: Usage | None = None
    first: float | None = None
    seconds: float = 0.0
    fingerprint: str = ""
    reasoning: str = ""
    left_out: int = 0
    logprobs: Sequence[Json] = ()
    given: int = 0
    request: Mapping[str, Json] = NOTHING
    tier: str = ""
    beside: Mapping[str, Json] = NOTHING
    last: float | None = None
    pace: float | None = None
    timings: Mapping[str, Json] = NOTHING
    stopped: str = ""

    def to_json(self) -> JsonObject:
        """Return the fields that say something, for the journal."""
        value: JsonObject = {"ended": self.ended}
        texts = ("finish_reason", "error", "model", "server", "fingerprint", "reasoning", "tier")
        for name in (*texts, "stopped"):
            if getattr(self, name):
                value[name] = getattr(self, name)
        groups = {
            "parameters": self.parameters, "request": self.request, "beside": self.beside,
            "timings": self.timings,
        }  # fmt: skip
        for name, group in groups.items():
            if group:
                value[name] = dict(group)
        if self.usage is not None:
            value["usage"] = self.usage.to_json()
        value.update(_rounded(("first", self.first), ("last", self.last), ("pace", self.pace)))
        value["seconds"] = round(self.seconds, 4)
        for name, count in (("left_out", self.left_out), ("given", self.given)):
            if count:
                value[name] = count
        if self.logprobs:
            value["logprobs"] = _listed(self.logprobs)
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> "Made":
        """Read what `to_json` wrote; what is missing or odd gets its empty value."""
        # Most records have few of the fields.
        told: dict[str, Any] = {
            name: _READERS[name](item) for name, item in value.items() if name in _READERS
        }
        return cls(**told)


def _listed(logprobs: Sequence[Json]) -> Json:
    if isinstance(logprobs, Entries):  # stands in a record like a list, and has its JSON at once
        return logprobs  # type: ignore[return-value]
    return list(logprobs)


def _logprobs(value: object) -> Sequence[Json]:
    if isinstance(value, Entries):
        return value
    return tuple(value) if isinstance(value, list) else ()


def _rounded(*numbers: tuple[str, float | None]) -> JsonObject:
    return {name: round(number, 4) for name, number in numbers if number is not None}


def _text(item: Json) -> str:
    return item if isinstance(item, str) else ""


def _seconds(item: Json) -> float | None:
    return float(item) if isinstance(item, int | float) else None


def _count(item: Json) -> int:
    return item if isinstance(item, int) else 0


def _group(item: Json) -> Mapping[str, Json]:
    return item if isinstance(item, dict) else NOTHING


def _parameters(item: Json) -> Mapping[str, Json]:
    found = _group(item)
    if any(makes_request(name, value) for name, value in found.items()):
        return {name: value for name, value in found.items() if not makes_request(name, value)}
    return found


#: What each field of a record is, which may hold anything.
_READERS: Mapping[str, Callable[[Json], object]] = {
    "ended": lambda item: _text(item) or FINISHED,
    "finish_reason": lambda item: _text(item) or None,
    "seconds": lambda item: _seconds(item) or 0.0,
    "parameters": _parameters,
    "usage": Usage.from_json,
    "logprobs": _logprobs,
    **dict.fromkeys(
        ("error", "model", "server", "fingerprint", "reasoning", "tier", "stopped"), _text
    ),
    **dict.fromkeys(("first", "last", "pace"), _seconds),
    **dict.fromkeys(("request", "beside", "timings"), _group),
    **dict.fromkeys(("left_out", "given"), _count),
}
