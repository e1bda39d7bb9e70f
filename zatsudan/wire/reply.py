"""A reply while it grows: the fold of one choice's deltas."""

from copy import deepcopy
from typing import Any

from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.wire.logprobs import Entries
from zatsudan.wire.protocol import Delta

#: Pieces of a text that are joined to one: a piece costs ten times the memory of its character.
BLOCK = 4096


class Pieces:
    """A text that grows, joined when it is asked for."""

    def __init__(self, *pieces: str) -> None:
        self._blocks: list[str] = []
        self._pieces = list(pieces)

    def add(self, piece: str) -> None:
        """Put a piece to its end."""
        self._pieces.append(piece)
        if len(self._pieces) >= BLOCK:
            self._blocks.append("".join(self._pieces))
            self._pieces.clear()

    def __str__(self) -> str:
        return "".join((*self._blocks, *self._pieces))

    def __bool__(self) -> bool:
        return any(self._blocks) or any(self._pieces)


class Reply:
    """The fold of one choice's deltas. Texts are joined only when asked for."""

    def __init__(self) -> None:
        self._content = Pieces()
        self._reasoning = Pieces()
        self._calls: dict[str, Any] = {}  # growing texts in it are Pieces
        self.finish_reason: str | None = None
        self.logprobs = Entries()
        self.deltas = 0

    def add(self, delta: Delta) -> None:
        """Fold one delta in."""
        if delta.content:
            self._content.add(delta.content)
            self.deltas += 1
        if delta.reasoning:
            self._reasoning.add(delta.reasoning)
            self.deltas += 1
        self.finish_reason = self.finish_reason or delta.finish_reason
        self.logprobs.extend(delta.logprobs)
        for key, value in delta.extra:
            self._calls[key] = _merge_calls(self._calls.get(key), value)

    @property
    def content(self) -> str:
        """The text so far."""
        return str(self._content)

    @property
    def reasoning(self) -> str:
        """What the model thought so far."""
        return str(self._reasoning)

    @property
    def calls(self) -> dict[str, Json]:
        """The tool calls, by the wire's field for them."""
        return {key: _joined(value) for key, value in self._calls.items()}

    @property
    def is_empty(self) -> bool:
        """Whether neither text, reasoning nor a tool call has come."""
        return not (self._content or self._reasoning or self._calls)


def _is_same(call: Any, piece: JsonObject) -> bool:
    """Some servers send each call whole and all at index 0: another id is another call."""
    known = call.get("id") if isinstance(call, dict) else None
    return not known or piece.get("id") in (None, "", known)


def _merge_calls(old: Any, new: Json) -> Any:
    """Join the pieces of tool calls: names and arguments grow, lists go by `index`.

    `old` is changed, so that a piece costs the same however much has come.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            _merge_field(old, key, value)
        return old
    if not isinstance(new, list):
        return deepcopy(new) if old is None else old
    calls = old if isinstance(old, list) else []
    for position, call in enumerate(new):
        if not isinstance(call, dict):
            continue
        index = whole_number(call.get("index"))
        place = position if index is None else min(index, len(calls))
        piece = {key: value for key, value in call.items() if key != "index"}
        if place < len(calls) and _is_same(calls[place], piece):
            calls[place] = _merge_calls(calls[place], piece)
        else:
            calls.append(deepcopy(piece))
    return calls


def _merge_field(call: dict[str, Any], key: str, value: Json) -> None:
    known = call.get(key)
    if key in ("arguments", "name") and isinstance(value, str) and known is not None:
        if isinstance(known, str):
            known = call[key] = Pieces(known)
        if isinstance(known, Pieces):
            known.add(value)
            return
    if isinstance(value, dict):
        call[key] = _merge_calls(known or {}, value)
    elif value is not None:
        call[key] = deepcopy(value)


def _joined(value: Any) -> Json:
    """Return a value with its growing texts as texts."""
    if isinstance(value, Pieces):
        return str(value)
    if isinstance(value, dict):
        return {key: _joined(item) for key, item in value.items()}
    return [_joined(item) for item in value] if isinstance(value, list) else value
