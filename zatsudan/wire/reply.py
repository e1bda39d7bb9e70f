"""A reply while it grows: the fold of one choice's deltas."""

import json
from copy import deepcopy
from typing import Any

from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.wire.ends import STOP, meaning_of
from zatsudan.wire.logprobs import Entries
from zatsudan.wire.protocol import Delta
from zatsudan.wire.textpieces import Pieces
from zatsudan.wire.thinking import THOUGHT


class Reply:
    """The fold of one choice's deltas. Texts are joined only when asked for."""

    def __init__(self) -> None:
        self._content = Pieces()
        self._reasoning = Pieces()
        self._calls: dict[str, Any] = {}  # growing texts in it are Pieces
        self._beside: dict[str, Any] = {}
        self._known: dict[tuple[str, str], Any] = {}  # what stands in the lists of it, by a mark
        self._places: dict[tuple[str, Json], Any] = {}  # the last call of an index or an id
        self._blank = True
        self.finish_reason: str | None = None
        self.logprobs = Entries()
        self.deltas = 0

    def add(self, delta: Delta) -> None:
        """Fold one delta in."""
        if delta.before:
            self._turn(delta.before)
        if delta.content:
            self._content.add(delta.content)
            if self._blank:
                self._blank = delta.content.isspace()
            self.deltas += 1
        if delta.reasoning:
            self._reasoning.add(delta.reasoning)
            self.deltas += 1
        # Some end twice: the last word counts, but for a plain one behind one that says why.
        if delta.finish_reason and not (
            self.finish_reason and meaning_of(delta.finish_reason) == STOP
        ):
            self.finish_reason = delta.finish_reason
        if delta.logprobs:
            self.logprobs.extend(delta.logprobs)
        for key, value in delta.extra:
            if key == "tool_calls":
                _add_calls(self._calls.setdefault(key, []), self._places, value)
            else:
                self._calls[key] = _merged(self._calls.get(key), value)
        for key, value in delta.beside:
            self._add_beside(key, value)

    def _turn(self, before: str) -> None:
        """Take what came for a thought, or for none: then it comes anew."""
        if before == THOUGHT:
            self._reasoning.add(str(self._content))
        else:
            self._reasoning = Pieces()
        self._content = Pieces()
        self._blank = True

    def _add_beside(self, key: str, value: Json) -> None:
        """Keep what stands beside the text: lists grow by what is new, or by `index`."""
        known = self._beside.get(key)
        if key == "audio":  # comes in pieces
            self._beside[key] = _merged(known, value)
            return
        if not isinstance(value, list) or not isinstance(known, list | None):
            self._beside[key] = value
            return
        items = self._beside.setdefault(key, [])
        for item in value:
            index = item.get("index") if isinstance(item, dict) else None
            mark = (key, json.dumps(item if index is None else index, sort_keys=True))
            if mark not in self._known:
                self._known[mark] = deepcopy(item)
                items.append(self._known[mark])
            elif isinstance(item, dict):
                self._known[mark].update(item)

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
        """The calls, by the wire's field for them."""
        whole = {key: _joined(value) for key, value in self._calls.items()}
        many = whole.get("tool_calls")
        if isinstance(many, list):
            whole["tool_calls"] = [call for call in many if _says_anything(call)]
        older = whole.get("function_call")
        if isinstance(older, dict) and not any(older.values()):
            del whole["function_call"]
        return {key: value for key, value in whole.items() if value}

    @property
    def beside(self) -> dict[str, Json]:
        """What stands beside the text: sources, pictures, tools that the server ran."""
        return {key: _joined(value) for key, value in self._beside.items()}

    @property
    def is_empty(self) -> bool:
        """Whether neither text, reasoning, a call nor anything beside them has come; blanks are no text."""
        return self._blank and not (self._reasoning or self.calls or self._beside)


def _add_calls(calls: list[Any], places: dict[tuple[str, Json], Any], new: Json) -> None:
    """Add the pieces of tool calls: names and arguments grow.

    A piece goes to the last call of its `index`, wherever the server begins to count, else to
    that of its id, else to that of its place. `calls` and `places` are changed, so that a piece
    costs the same however much has come.
    """
    for position, sent in enumerate(new if isinstance(new, list) else [new]):
        if not isinstance(sent, dict):
            continue
        index, name = whole_number(sent.get("index")), sent.get("id")
        piece = {key: value for key, value in sent.items() if key != "index"}
        key: tuple[str, Json] = ("index", index)
        if index is None:
            key = ("id", name) if isinstance(name, str) and name else ("place", position)
        call = places.get(key)
        if call is None and key[0] == "place" and calls:
            call = calls[min(position, len(calls) - 1)]
        if call is None or _is_another(call, piece):
            call = deepcopy(piece)
            calls.append(call)
        else:
            _merged(call, piece)
        places[key] = call


def _is_another(call: dict[str, Any], piece: JsonObject) -> bool:
    """Some servers send each call whole and all at index 0: another id is another call.

    So is another name without an id, behind arguments.
    """
    known, came = call.get("id"), piece.get("id")
    if known and came:
        return bool(known != came)
    old, new = call.get("function"), piece.get("function")
    if came or not isinstance(old, dict) or not isinstance(new, dict):
        return False
    return (
        bool(new.get("name"))
        and bool(old.get("name"))
        and bool(old.get("arguments"))
        and (str(old["name"]) != new["name"])
    )


def _says_anything(call: Json) -> bool:
    """Some servers send a place for a call that holds nothing (Snowflake)."""
    inner = call.get("function") if isinstance(call, dict) else None
    return any(inner.values()) if isinstance(inner, dict) else True


#: Fields that come in pieces.
_GROWING = ("arguments", "name", "input", "transcript", "data")


def _merged(old: Any, new: Json) -> Any:
    """Join what comes in pieces; `old` is changed."""
    if old is None:
        return deepcopy(new)
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in new.items():
            _merge_field(old, key, value)
    return old


def _merge_field(call: dict[str, Any], key: str, value: Json) -> None:
    known = call.get(key)
    if key in _GROWING and isinstance(value, str) and isinstance(known, str | Pieces):
        if key == "name" and value == known:  # told again with each piece
            return
        if isinstance(known, str):
            known = call[key] = Pieces(known)
        known.add(value)
    elif isinstance(value, dict):
        call[key] = _merged(known or {}, value)
    elif value not in (None, "") or known is None:
        call[key] = deepcopy(value)


def _joined(value: Any) -> Json:
    """Return a value with its growing texts as texts."""
    if isinstance(value, Pieces):
        return str(value)
    if isinstance(value, dict):
        return {key: _joined(item) for key, item in value.items()}
    return [_joined(item) for item in value] if isinstance(value, list) else value
