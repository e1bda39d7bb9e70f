"""What a file held and a session cannot: counted while it is read, said when it is done."""

from collections import Counter
from collections.abc import Callable, Iterator

from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable, one_line

#: How many names a sentence lists.
_NAMED = 8

TOOLS = "tools"
HIDDEN = "hidden"
MARKED = "marked"
NAMED_FILES = "files"
PARTS = "parts"
UNKNOWN = "unknown"
VARIANTS = "variants"
EMPTY = "empty"
ODD = "odd"

_SENTENCES: dict[str, Callable[[int], Printable]] = {
    TOOLS: lambda n: say_count(
        "Left out: {n:,} message to or from a tool.",
        "Left out: {n:,} messages to or from tools.",
        n,
    ),
    HIDDEN: lambda n: say_count(
        "Left out: {n:,} message that was never shown.",
        "Left out: {n:,} messages that were never shown.",
        n,
    ),
    MARKED: lambda n: say_count(
        "Left out: {n:,} picture or sound, its place is marked.",
        "Left out: {n:,} pictures and sounds, their places are marked.",
        n,
    ),
    NAMED_FILES: lambda n: say_count(
        "Left out: {n:,} attached file, its name stands in its place.",
        "Left out: {n:,} attached files, their names stand in their places.",
        n,
    ),
    PARTS: lambda n: say_count(
        "Left out: {n:,} part of another kind, its place is marked.",
        "Left out: {n:,} parts of other kinds, their places are marked.",
        n,
    ),
    UNKNOWN: lambda n: say_count(
        "Left out: {n:,} message without a text that can be read.",
        "Left out: {n:,} messages without a text that can be read.",
        n,
    ),
    VARIANTS: lambda n: say_count(
        "Left out: {n:,} message of another branch.",
        "Left out: {n:,} messages of other branches.",
        n,
    ),
    EMPTY: lambda n: say_count(
        "Left out: {n:,} conversation without a message.",
        "Left out: {n:,} conversations without a message.",
        n,
    ),
    ODD: lambda n: say_count(
        "Left out: {n:,} entry that is no conversation.",
        "Left out: {n:,} entries that are no conversations.",
        n,
    ),
}


class LeftOut:
    """Counts by kind, and the names of fields that no server takes."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._fields: dict[str, None] = {}

    def add(self, kind: str) -> None:
        """Count one more of a kind."""
        self._counts[kind] += 1

    def field(self, name: str) -> None:
        """Remember the name of a message's field that was left out."""
        self._fields.setdefault(name)

    def sentences(self) -> Iterator[Printable]:
        """Yield a sentence for each kind."""
        for kind, sentence in _SENTENCES.items():
            if self._counts[kind]:
                yield sentence(self._counts[kind])
        if self._fields:
            names = [one_line(name, 40) for name in self._fields]
            shown = ", ".join(names[:_NAMED]) + ("…" if len(names) > _NAMED else "")
            yield say("Left out, since no server takes them in a message: {names}.", names=shown)
