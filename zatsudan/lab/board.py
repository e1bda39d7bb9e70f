"""The desk's state, as values: knobs that are turned, the token that is looked at, and what keys do.

No screen here: a page draws what this holds, and tests press its keys.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.lab.knob import Knob

#: What a key wants of the page besides another look.
LOOK, ASK, KEEP, DROP, SAVE = "", "ask", "keep", "drop", "save"
#: The next variant of the reply or the one before is to be seen; the reply that is under way is to stop.
NEXT, BEFORE, STOP = "next", "before", "stop"
#: Values that can be taken back.
UNDONE = 200


class Result(NamedTuple):
    """How the page was left: what is wanted, with which values, and the reply that was looked at last."""

    action: str
    values: Mapping[str, Json]
    reply: str = ""


@dataclass(slots=True)
class Board:
    """Knobs and tokens under the person's keys. `tokens` is their number, 0 where nothing is known of them.

    `busy`: a reply is under way, which is stopped before anything is left.
    """

    knobs: list[Knob]
    tokens: int = 0
    at: int = 0
    token: int = 0
    on_tokens: bool = False
    comparing: bool = False
    typed: str = ""
    naming: str | None = None
    leaving: bool = False
    busy: bool = False
    changes: int = 0
    _undo: list[tuple[int, Knob]] = field(default_factory=list)
    _first: tuple[Knob, ...] = ()

    def __post_init__(self) -> None:
        self._first = tuple(self.knobs)

    @property
    def knob(self) -> Knob | None:
        """The knob under the cursor."""
        return self.knobs[self.at] if self.knobs else None

    def changed(self) -> dict[str, Json]:
        """Return the values of the knobs that were turned."""
        return {
            one.name: one.sent
            for one, first in zip(self.knobs, self._first, strict=True)
            if one.value != first.value and one.value is not None
        }

    def press(self, key: str) -> str:
        """Do what a key does; return what it wants of the page."""
        if self.naming is not None:
            return self._name(key)
        if self.leaving:
            return self._leave(key)
        if key in _DIGITS and not self.on_tokens and self.knob is not None:
            return self._digit(key)
        if self.typed and key in ("enter", "backspace", "escape"):
            return self._typing(key)
        self._take_typed()
        run = self._keys().get(key)
        return run() if run is not None else LOOK

    def _keys(self) -> Mapping[str, Callable[[], str]]:
        return {
            "enter": lambda: ASK,
            "escape": self._escape,
            "q": self._escape,
            "tab": self._tab,
            "up": lambda: self._move(-1),
            "down": lambda: self._move(1),
            "left": lambda: self._turn(-1),
            "right": lambda: self._turn(1),
            "s-left": lambda: self._turn(-1, small=True),
            "s-right": lambda: self._turn(1, small=True),
            "pageup": lambda: self._far(-1),
            "pagedown": lambda: self._far(1),
            "home": lambda: self._far(-(10**9)),
            "end": lambda: self._far(10**9),
            "u": self._take_back,
            "s": self._begin_name,
            "c": self._compare,
            "v": lambda: NEXT,
            "V": lambda: BEFORE,
        }

    # --- knobs ------------------------------------------------------------

    def _set(self, fresh: Knob) -> str:
        if fresh != self.knobs[self.at]:
            self._undo.append((self.at, self.knobs[self.at]))
            del self._undo[:-UNDONE]
            self.knobs[self.at] = fresh
            self.changes += 1
        return LOOK

    def _turn(self, by: int, *, small: bool = False) -> str:
        if self.on_tokens:
            self.token = max(0, min(self.tokens - 1, self.token + by))
        elif self.knob is not None:
            return self._set(self.knob.turned(by, small=small))
        return LOOK

    def _digit(self, key: str) -> str:
        if key == "0" and not self.typed:
            if self.knob is not None and self.knob.neutral is not None:
                return self._set(self.knob.at(self.knob.neutral))
            return LOOK
        self.typed = (self.typed + key)[:12]
        return LOOK

    def _typing(self, key: str) -> str:
        if key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "escape":
            self.typed = ""
        else:
            self._take_typed()
        return LOOK

    def _take_typed(self) -> None:
        typed, self.typed = self.typed, ""
        try:
            value = float(typed)
        except ValueError:
            return
        if self.knob is not None:
            self._set(self.knob.at(value))

    def _take_back(self) -> str:
        if self._undo:
            at, before = self._undo.pop()
            self.knobs[at], self.at = before, at
            self.changes += 1
        return LOOK

    # --- moves ------------------------------------------------------------

    def _move(self, by: int) -> str:
        if self.on_tokens:
            return self._far(by)
        self.at = max(0, min(len(self.knobs) - 1, self.at + by))
        return LOOK

    def _far(self, by: int) -> str:
        if self.on_tokens:
            self.token = max(0, min(self.tokens - 1, self.token + 10 * by))
        else:
            self.at = max(0, min(len(self.knobs) - 1, self.at + 10 * by))
        return LOOK

    def _tab(self) -> str:
        self.on_tokens = not self.on_tokens and self.tokens > 0
        return LOOK

    def _compare(self) -> str:
        self.comparing = not self.comparing
        return LOOK

    # --- where the mouse points -------------------------------------------

    @property
    def asks(self) -> bool:
        """Is the person asked something, so that nothing else is to be pointed at?"""
        return self.leaving or self.naming is not None

    def go_to(self, at: int) -> None:
        """Go to a knob."""
        if not self.asks:
            self._take_typed()
            self.at, self.on_tokens = at, False

    def put(self, cell: int, cells: int) -> None:
        """Put the knob under the cursor to where a cell of its slider stands."""
        if not self.asks and self.knob is not None:
            self._set(self.knob.at_cell(cell, cells))

    def look_at(self, token: int) -> None:
        """Go to a token."""
        if not self.asks and self.tokens:
            self._take_typed()
            self.token, self.on_tokens = max(0, min(self.tokens - 1, token)), True

    # --- the reply ----------------------------------------------------------

    def grown(self, tokens: int) -> None:
        """The reply has so many tokens now; who looked at its end still does."""
        at_end = self.token >= self.tokens - 1
        self.tokens = tokens
        if at_end:
            self.token = max(0, tokens - 1)

    def turned_to(self, tokens: int) -> None:
        """Another reply of so many tokens is looked at."""
        self.tokens = tokens
        self.token = max(0, min(self.token, tokens - 1))
        self.on_tokens = self.on_tokens and tokens > 0

    # --- leaving and saving -----------------------------------------------

    def _escape(self) -> str:
        if self.busy:
            return STOP
        if not self.changed():
            return DROP
        self.leaving = True
        return LOOK

    def _leave(self, key: str) -> str:
        if key in ("y", "enter"):
            return KEEP
        if key == "n":
            return DROP
        self.leaving = key not in ("escape", "q")
        return LOOK

    def _begin_name(self) -> str:
        self.naming = ""
        return LOOK

    def _name(self, key: str) -> str:
        if key == "escape":
            self.naming = None
        elif key == "enter":
            return SAVE if self.naming else LOOK
        elif key == "backspace":
            self.naming = (self.naming or "")[:-1]
        elif len(key) == 1:
            self.naming = ((self.naming or "") + key)[:40]
        return LOOK


_DIGITS = frozenset("0123456789.-")


def window(at: int, count: int, height: int) -> int:
    """Return the first of the rows that are shown, so that row `at` is in sight."""
    return max(0, min(at - height // 2, count - height))
