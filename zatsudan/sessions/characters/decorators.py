"""The decorators of lorebook entries: lines such as `@@depth 4` in the content of V3.

Each is taken out of the text, whether it is known or not. Those that a chat by hand can heed are
heeded; the others (icons, prompts of other programs, counts of tokens) change nothing. A line with
three @ stands in for the one above it where that is not heeded.
"""

import re
from collections.abc import Callable

from zatsudan.base.jsonvalues import whole_number
from zatsudan.sessions.characters.card import POSITIONS, Entry

_LINE = re.compile(r"@@(@?)([A-Za-z_]+)(?:[ \t]+(.*?))?[ \t]*")
_ROLES = ("assistant", "system", "user")


def decorated(entry: Entry) -> Entry:
    """Return an entry as the decorators in its content say, and its content without them."""
    if "@@" not in entry.content:
        return entry
    kept: list[str] = []
    heeded: set[str] = set()
    active: bool | None = None
    open_ = False
    for line in entry.content.split("\n"):
        found = _LINE.fullmatch(line)
        if found is None:
            kept.append(line)
            open_ = False
            continue
        in_place, name, value = bool(found[1]), found[2].lower(), found[3] or ""
        if in_place and not open_:
            continue
        open_ = False
        if name in ("activate", "dont_activate"):
            active = name == "activate" or bool(active)
            continue
        change = _CHANGES.get(name)
        if change is None or (name in heeded and name not in _AGAIN):
            open_ = change is None
            continue
        changed = change(entry, value)
        open_ = changed is None
        if changed is not None:
            entry = changed
            heeded.add(name)
    if "position" in heeded:
        entry = entry._replace(depth=None)
    if active is not None:
        entry = _activated(entry) if active else entry._replace(keys=(), constant=False)
    return entry._replace(content="\n".join(kept).strip())


def _activated(entry: Entry) -> Entry:
    return entry._replace(
        constant=True, further=(), excluded=(), only_after=0, only_every=0, greeting=None
    )


def _number(field: str) -> Callable[[Entry, str], Entry | None]:
    def change(entry: Entry, value: str) -> Entry | None:
        number = whole_number(value)
        return None if number is None else entry._replace(**{field: number})  # type: ignore[arg-type]

    return change


def _role(entry: Entry, value: str) -> Entry | None:
    return entry._replace(role=value.lower()) if value.lower() in _ROLES else None


def _position(entry: Entry, value: str) -> Entry | None:
    return entry._replace(position=value.lower()) if value.lower() in POSITIONS else None


def _words(value: str) -> tuple[str, ...]:
    return tuple(word for each in value.split(",") if (word := each.strip()))


def _further(entry: Entry, value: str) -> Entry | None:
    return entry._replace(further=(*entry.further, *_words(value)))


def _excluded(entry: Entry, value: str) -> Entry | None:
    return entry._replace(excluded=(*entry.excluded, *_words(value)))


_CHANGES: dict[str, Callable[[Entry, str], Entry | None]] = {
    "activate_only_after": _number("only_after"),
    "activate_only_every": _number("only_every"),
    "depth": _number("depth"),
    "scan_depth": _number("scan_depth"),
    "is_greeting": _number("greeting"),
    "role": _role,
    "position": _position,
    "additional_keys": _further,
    "exclude_keys": _excluded,
}
#: Those that may stand several times.
_AGAIN = ("additional_keys", "exclude_keys")
