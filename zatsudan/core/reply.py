"""A reply while it grows: the fold of one choice's deltas."""

from zatsudan.core.messages import Json, JsonObject, whole_number
from zatsudan.core.protocol import Delta


class Reply:
    """The fold of one choice's deltas. Texts are joined only when asked for."""

    def __init__(self) -> None:
        self._content: list[str] = []
        self._reasoning: list[str] = []
        self.finish_reason: str | None = None
        self.logprobs: list[Json] = []
        self.calls: dict[str, Json] = {}
        self.deltas = 0

    def add(self, delta: Delta) -> None:
        """Fold one delta in."""
        if delta.content:
            self._content.append(delta.content)
            self.deltas += 1
        if delta.reasoning:
            self._reasoning.append(delta.reasoning)
            self.deltas += 1
        self.finish_reason = self.finish_reason or delta.finish_reason
        self.logprobs.extend(delta.logprobs)
        for key, value in delta.extra:
            self.calls[key] = _merge_calls(self.calls.get(key), value)

    @property
    def content(self) -> str:
        return "".join(self._content)

    @property
    def reasoning(self) -> str:
        return "".join(self._reasoning)

    @property
    def is_empty(self) -> bool:
        return not (any(self._content) or any(self._reasoning) or self.calls)


def _is_same(call: Json, piece: JsonObject) -> bool:
    """Some servers send each call whole and all at index 0: another id is another call."""
    known = call.get("id") if isinstance(call, dict) else None
    return not known or piece.get("id") in (None, "", known)


def _merge_calls(old: Json, new: Json) -> Json:
    """Join the pieces of tool calls: names and arguments grow, lists go by `index`."""
    if isinstance(old, dict) and isinstance(new, dict):
        merged = dict(old)
        for key, value in new.items():
            if (
                key in ("arguments", "name")
                and isinstance(merged.get(key), str)
                and isinstance(value, str)
            ):
                merged[key] = str(merged[key]) + value
            elif isinstance(value, dict):
                merged[key] = _merge_calls(merged.get(key) or {}, value)
            elif value is not None:
                merged[key] = value
        return merged
    if isinstance(new, list):
        calls = list(old) if isinstance(old, list) else []
        for position, call in enumerate(new):
            if not isinstance(call, dict):
                continue
            index = whole_number(call.get("index"))
            place = position if index is None else min(index, len(calls))
            piece = {key: value for key, value in call.items() if key != "index"}
            if place < len(calls) and _is_same(calls[place], piece):
                calls[place] = _merge_calls(calls[place], piece)
            else:
                calls.append(piece)
        return calls
    return new if old is None else old
