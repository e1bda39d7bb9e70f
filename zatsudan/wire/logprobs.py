"""Log probabilities of tokens: every form that servers send, as OpenAI's entries.

An entry is `{"token", "logprob", "bytes"?, "top_logprobs": [entry, ...]}`.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from zatsudan.base.jsonvalues import Json, JsonObject, dumps, loads

#: What OpenAI says of a token that is too unlikely to be given a number.
UNLIKELY = -9999.0


class Entries(Sequence[Json]):
    """The entries of a reply while it grows, each as its JSON and read when it is asked for.

    With 20 alternatives an entry is 42 objects of ten times the memory, which every garbage
    collection walks through, and the journal would write all entries in one step at the end:
    here each is written when it comes.
    """

    def __init__(self, entries: Iterable[Json] = ()) -> None:
        self._written: list[bytes] = []
        self.extend(entries)

    def extend(self, entries: Iterable[Json]) -> None:
        """Put entries to the end."""
        self._written.extend(map(dumps, entries))

    @property
    def json(self) -> bytes:
        """The JSON of all, in UTF-8."""
        return b"[%b]" % b",".join(self._written)

    def __len__(self) -> int:
        return len(self._written)

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return tuple(map(_read, self._written[at]))
        return _read(self._written[at])

    def __iter__(self) -> Iterator[Json]:
        return map(_read, self._written)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Entries | tuple | list):
            return NotImplemented
        return len(self) == len(other) and tuple(self) == tuple(other)

    __hash__ = None  # type: ignore[assignment]


def _read(written: bytes) -> Json:
    return loads(written.decode())


def read_logprobs(choice: JsonObject, chunk: JsonObject) -> tuple[Json, ...]:
    """Return the entries of a choice. `chunk` is where llama.cpp's older servers put theirs."""
    given = choice.get("logprobs")
    if isinstance(given, dict):
        if isinstance(given.get("tokens"), list):
            return _of_columns(given)
        entries = given.get("content") or given.get("refusal")
    else:
        entries = chunk.get("completion_probabilities")
    return _entries(entries)


def _entries(values: Json) -> tuple[JsonObject, ...]:
    return tuple(
        _entry(value)
        for value in (values if isinstance(values, list) else ())
        if isinstance(value, dict)
    )


def _entry(value: JsonObject) -> JsonObject:
    """Read one entry; llama.cpp has had `tok_str` and `prob`, `probs` and `top_probs`."""
    if isinstance(value.get("token"), str) and isinstance(value.get("logprob"), float):
        return value
    tops = _entries(value.get("top_logprobs") or value.get("top_probs") or value.get("probs"))
    names = (value.get(name) for name in ("token", "content", "tok_str"))
    token = next((name for name in names if isinstance(name, str)), "")
    logprob = _logprob(value)
    if logprob is None:  # the older form tells it among the others only
        same = (top.get("logprob") for top in tops if top.get("token") == token)
        found = _number(next(same, None))
        logprob = UNLIKELY if found is None else found
    entry: JsonObject = {"token": token, "logprob": logprob}
    if isinstance(value.get("bytes"), list):
        entry["bytes"] = value["bytes"]
    if isinstance(value.get("id"), int):
        entry["id"] = value["id"]
    if tops:
        entry["top_logprobs"] = list(tops)
    return entry


def _logprob(value: JsonObject) -> float | None:
    logprob = _number(value.get("logprob"))
    if logprob is not None:
        return logprob
    prob = _number(value.get("prob"))
    if prob is None:
        return None
    return math.log(prob) if prob > 0 else UNLIKELY


def _number(value: Json) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _of_columns(columns: JsonObject) -> tuple[Json, ...]:
    """Read the form of /v1/completions: `tokens`, `token_logprobs`, `top_logprobs` side by side."""
    tokens, logprobs, tops = (
        column if isinstance(column := columns.get(name), list) else []
        for name in ("tokens", "token_logprobs", "top_logprobs")
    )
    return tuple(
        _entry(
            {
                "token": token,
                "logprob": logprobs[at] if at < len(logprobs) else None,
                "top_logprobs": _pairs(tops[at]) if at < len(tops) else [],
            }
        )
        for at, token in enumerate(tokens)
    )


def _pairs(tops: Json) -> list[Json]:
    if not isinstance(tops, dict):
        return []
    return [{"token": token, "logprob": logprob} for token, logprob in tops.items()]
