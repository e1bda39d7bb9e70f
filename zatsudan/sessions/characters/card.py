"""A character as a session keeps it: the texts of its card, filled in, and its lorebook."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject, dumps, text_field, whole_number

#: Where an entry of a lorebook stands in the system message; else in the talk, by its depth.
BEFORE, AFTER = "before_char", "after_char"
BEFORE_DESCRIPTION, AFTER_DESCRIPTION = "before_desc", "after_desc"
PERSONALITY, SCENARIO = "personality", "scenario"
POSITIONS = (BEFORE, AFTER, BEFORE_DESCRIPTION, AFTER_DESCRIPTION, PERSONALITY, SCENARIO)

#: What stands in a prompt for the person's own system message, which may change while it holds.
ORIGINAL = "{{original}}"
#: How the further keys of an entry count beside its keys, by SillyTavern's numbers.
ANY, NOT_ALL, NONE_OF, ALL = range(4)


class Entry(NamedTuple):
    """An entry of a lorebook, its decorators read and taken out of its content.

    `depth` is the number of messages behind it in the talk; None where it stands in the system
    message. `scan_depth` None is the book's. `only_after` and `only_every` count replies,
    `greeting` is the number of the greeting for which alone it holds.
    """

    content: str
    name: str = ""
    keys: tuple[str, ...] = ()
    further: tuple[str, ...] = ()
    logic: int = ANY
    excluded: tuple[str, ...] = ()
    constant: bool = False
    regex: bool = False
    case_sensitive: bool = False
    whole_words: bool = False
    order: float = 0
    priority: float | None = None
    position: str = BEFORE
    depth: int | None = None
    role: str = "system"
    scan_depth: int | None = None
    only_after: int = 0
    only_every: int = 0
    greeting: int | None = None

    def to_json(self) -> JsonObject:
        """Return the fields that say something."""
        return _differing(self, self._field_defaults)

    @classmethod
    def from_json(cls, value: Mapping[str, Json]) -> "Entry":
        """Read what `to_json` wrote; what is odd gets its default."""
        return cls(text_field(value, "content"), **_read(value, cls._field_defaults))


class Book(NamedTuple):
    """A lorebook. `scan_depth` counts messages, `token_budget` tokens; None where the card says nothing."""

    entries: tuple[Entry, ...] = ()
    scan_depth: int | None = None
    token_budget: int | None = None
    recursive: bool = False


class Character(NamedTuple):
    """A card whose macros are filled in, but for `{{original}}`: that is the person's own system message.

    `user` and `persona` are the name and the description of whom it talks with, `source` the name
    of the file; `greetings` are its first message and the others to choose from.
    """

    name: str
    description: str = ""
    personality: str = ""
    scenario: str = ""
    system_prompt: str = ""
    examples: str = ""
    post_history: str = ""
    greetings: tuple[str, ...] = ()
    user: str = ""
    persona: str = ""
    creator: str = ""
    version: str = ""
    notes: str = ""
    tags: tuple[str, ...] = ()
    source: str = ""
    book: Book = Book()

    @property
    def mark(self) -> str:
        """The short mark under which a reply's record names it."""
        import hashlib  # seldom is there a character

        return hashlib.sha256(dumps(self.to_json())).hexdigest()[:12]

    def to_json(self) -> JsonObject:
        """Return the card for the journal."""
        found = _differing(self, self._field_defaults)
        found.pop("book", None)
        book = self.book
        if book != Book():
            found["book"] = {
                "entries": [entry.to_json() for entry in book.entries],
                "scan_depth": book.scan_depth,
                "token_budget": book.token_budget,
                "recursive": book.recursive,
            }
        return {"name": self.name, **found}

    @classmethod
    def from_json(cls, value: Json) -> "Character | None":
        """Read what `to_json` wrote; None for what has no name."""
        if not isinstance(value, dict) or not text_field(value, "name"):
            return None
        defaults = {key: item for key, item in cls._field_defaults.items() if key != "book"}
        read = cls(text_field(value, "name"), **_read(value, defaults))
        book = value.get("book")
        if not isinstance(book, dict):
            return read
        entries = book.get("entries")
        listed = entries if isinstance(entries, list) else []
        return read._replace(
            book=Book(
                tuple(Entry.from_json(each) for each in listed if isinstance(each, dict)),
                whole_number(book.get("scan_depth")),
                whole_number(book.get("token_budget")),
                book.get("recursive") is True,
            )
        )


def _differing(value: NamedTuple, defaults: Mapping[str, object]) -> JsonObject:
    """Return the fields that are not what they are by themselves, tuples as lists."""
    return {
        name: list(item) if isinstance(item, tuple) else item
        for name, item in zip(value._fields, value, strict=True)
        if name not in defaults or item != defaults[name]
    }


#: The fields that hold a number or nothing.
_NUMBERS = ("depth", "scan_depth", "greeting")


def _read(value: Mapping[str, Json], defaults: Mapping[str, object]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, default in defaults.items():
        item = value.get(name)
        if isinstance(default, tuple):
            listed = item if isinstance(item, list) else []
            found[name] = tuple(each for each in listed if isinstance(each, str))
        elif name in _NUMBERS:
            found[name] = whole_number(item)
        elif name in ("order", "priority"):
            found[name] = item if _is_number(item) else default
        elif isinstance(item, type(default)):
            found[name] = item
    return found


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
