"""The fields of a card, read leniently: V1 has them at the top, V2 and V3 below `data`.

A field of the wrong type counts as missing and is named. Control characters, halves of characters
and characters that no eye sees are taken out of every text and counted: they say nothing to a
model, and would steer terminals or smuggle words.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json, JsonObject, whole_number
from zatsudan.base.language import later, say
from zatsudan.sessions.characters.card import AFTER, ALL, ANY, BEFORE, Book, Character, Entry
from zatsudan.sessions.characters.decorators import decorated
from zatsudan.sessions.characters.macros import Filling

#: Characters of a name; entries of a lorebook; keys of an entry.
NAME, ENTRIES, KEYS = 100, 5_000, 200
#: Characters of the notes of its maker, which are shown and never sent.
NOTES = 2_000

_SPECS = ("chara_card_v2", "chara_card_v3")
#: The fields of V1, by which a card without a `spec` is known.
_V1 = ("description", "personality", "scenario", "first_mes", "mes_example")
#: What older tools called them.
_OLD = {
    "char_name": "name",
    "char_persona": "description",
    "world_scenario": "scenario",
    "char_greeting": "first_mes",
    "example_dialogue": "mes_example",
    "creatorcomment": "creator_notes",
}
_ANOTHER = later("Name a card of V1, V2 or V3: PNG, JSON or .charx.")
_ROLES = ("system", "user", "assistant")
#: The importance of what is to hold before all else.
_FIRST = 1e9


class Read(NamedTuple):
    """A character, the fields that had a wrong type, and how many characters were taken out."""

    character: Character
    odd: tuple[str, ...] = ()
    taken_out: int = 0


class Reader:
    """Reads the fields of one card, and keeps what was odd in them."""

    def __init__(self) -> None:
        self.odd: dict[str, None] = {}
        self.taken_out = 0

    def text(self, value: Mapping[str, Json], name: str) -> str:
        """Return a field that is a text; `` where it is none."""
        return self._clean(value.get(name, ""), name)

    def texts(self, value: Mapping[str, Json], name: str) -> tuple[str, ...]:
        """Return the texts of a list; of a text with commas its parts, as some tools write keys."""
        item = value.get(name)
        if isinstance(item, str):
            item = [part.strip() for part in item.split(",")]
        if item is None:
            return ()
        if not isinstance(item, list):
            self.odd.setdefault(name)
            return ()
        read = (self._clean(each, name) for each in item)
        return tuple(each for each in read if each.strip())

    def greetings(self, value: Mapping[str, Json]) -> tuple[str, ...]:
        """Return the other greetings; a text in the place of their list is one, a number of a site's none."""
        name = "alternate_greetings"
        item = value.get(name)
        if not isinstance(item, str):
            return self.texts(value, name)
        self.odd.setdefault(name)
        return () if item.strip().isdecimal() else (self._clean(item, name),)

    def number(self, value: Mapping[str, Json], name: str) -> float | None:
        """Return a field that is a number."""
        item = value.get(name)
        if isinstance(item, int | float) and not isinstance(item, bool):
            return item if abs(item) < 1e15 else None
        if item is not None:
            self.odd.setdefault(name)
        return None

    def table(self, value: Mapping[str, Json], name: str) -> JsonObject:
        """Return a field that is an object; an empty one where it is none."""
        item = value.get(name)
        if item is not None and not isinstance(item, dict):
            self.odd.setdefault(name)
        return item if isinstance(item, dict) else {}

    def _clean(self, value: Json, name: str) -> str:
        if value is None:
            return ""
        if not isinstance(value, str):
            self.odd.setdefault(name)
            return ""
        text = value.replace("\r\n", "\n").replace("\r", "\n")
        if text.replace("\n", "").isprintable():
            return text
        kept = "".join(char for char in text if not _steers(char))
        self.taken_out += len(text) - len(kept)
        return kept


def _steers(char: str) -> bool:
    """Tell whether a character is none that a model should read: a control, half of one, or unseen."""
    if char in "\n\t":
        return False
    category = unicodedata.category(char)
    if category in ("Cc", "Cs"):
        return True
    # Embeddings, overrides and isolates reorder a line; tag characters are text that no eye sees.
    return category == "Cf" and char not in "\u200c\u200d\u200e\u200f\u061c\u00ad\u2060\ufeff"


def read_card(value: JsonObject, file: str = "") -> Read:
    """Return the character of a card's JSON, its macros as they stand; raises ImportRefused.

    One without a name is called as its `file` (SillyTavern/SillyTavern 3905).
    """
    reader = Reader()
    fields = _fields(value, reader)
    name = " ".join(reader.text(fields, "name").split())
    nickname = " ".join(reader.text(fields, "nickname").split())
    if not (name or nickname) and file:
        reader.odd.setdefault("name")
        name = " ".join(reader.text({"name": file}, "name").split())
    name = name or nickname
    if not name:
        raise ImportRefused(say("The card names no character."), say(_ANOTHER))
    first = reader.text(fields, "first_mes")
    others = reader.greetings(fields)
    character = Character(
        _bare(nickname or name),
        description=reader.text(fields, "description"),
        personality=reader.text(fields, "personality"),
        scenario=reader.text(fields, "scenario"),
        system_prompt=reader.text(fields, "system_prompt"),
        examples=reader.text(fields, "mes_example"),
        post_history=reader.text(fields, "post_history_instructions"),
        greetings=tuple(each for each in (first, *others) if each.strip()),
        creator=reader.text(fields, "creator")[:NAME],
        version=reader.text(fields, "character_version")[:NAME],
        notes=reader.text(fields, "creator_notes")[:NOTES],
        tags=tuple(tag[:NAME] for tag in reader.texts(fields, "tags")[:NAME]),
        book=_book(reader.table(fields, "character_book"), reader),
    )
    note = _note(reader.table(reader.table(fields, "extensions"), "depth_prompt"), reader)
    if note is not None:
        book = character.book
        character = character._replace(book=book._replace(entries=(*book.entries, note)))
    return Read(character, tuple(reader.odd), reader.taken_out)


def _bare(name: str) -> str:
    """Return a name that holds no macro."""
    return name.replace("{", "").replace("}", "")[:NAME].strip() or "?"


def _fields(value: JsonObject, reader: Reader) -> JsonObject:
    """Return where the fields stand; raises ImportRefused for what is no card."""
    spec = value.get("spec")
    if spec == "lorebook_v3":
        raise ImportRefused(say("This is a lorebook alone, without a character."), say(_ANOTHER))
    data = reader.table(value, "data")
    if data and (spec in _SPECS or "name" in data):
        return data
    renamed = {_OLD[name]: item for name, item in value.items() if name in _OLD}
    fields = {**renamed, **{name: item for name, item in value.items() if item}}
    if "name" in fields and any(name in fields for name in _V1):
        return fields
    raise ImportRefused(say("This is no character card."), say(_ANOTHER))


# --- its lorebook -----------------------------------------------------------------------


def _book(value: JsonObject, reader: Reader) -> Book:
    listed = value.get("entries")
    if isinstance(listed, dict):  # SillyTavern's own files number them
        listed = list(listed.values())
    if value and not isinstance(listed, list):
        reader.odd.setdefault("entries")
    entries = listed if isinstance(listed, list) else []
    if len(entries) > ENTRIES:
        raise ImportRefused(
            say("The card's lorebook has more than {n:,} entries.", n=ENTRIES),
            say("Take some out with the editor that made it."),
        )
    read = [_entry(each, reader) for each in entries if isinstance(each, dict)]
    if len(read) < len(entries):
        reader.odd.setdefault("entries")
    return Book(
        tuple(entry for entry in read if entry is not None),
        _count(reader.number(value, "scan_depth")),
        _count(reader.number(value, "token_budget")),
        value.get("recursive_scanning") is True,
    )


def _note(value: JsonObject, reader: Reader) -> Entry | None:
    """Return SillyTavern's note of a character as an entry that always holds; None for no note."""
    prompt = reader.text(value, "prompt")
    if not prompt.strip():
        return None
    depth = whole_number(value.get("depth", 4))
    role = value.get("role")
    return Entry(
        prompt,
        "depth_prompt",
        constant=True,
        priority=_FIRST,
        depth=4 if depth is None else depth,
        role=role if isinstance(role, str) and role in _ROLES else _ROLES[0],
    )


def _count(number: float | None) -> int | None:
    return whole_number(number) or None


def _entry(value: JsonObject, reader: Reader) -> Entry | None:
    """Read an entry; None for one that can never say anything."""
    content = reader.text(value, "content")
    if value.get("enabled") is False or value.get("disable") is True or not content.strip():
        return None
    more = reader.table(value, "extensions")
    keys = reader.texts(value, "keys") or reader.texts(value, "key")
    further = reader.texts(value, "secondary_keys") if value.get("selective") is True else ()
    logic = whole_number(more.get("selectiveLogic"))
    entry = Entry(
        content,
        (reader.text(value, "name") or reader.text(value, "comment"))[:NAME],
        keys[:KEYS],
        further[:KEYS],
        logic if logic is not None and ANY <= logic <= ALL else ANY,
        constant=value.get("constant") is True,
        regex=value.get("use_regex") is True,
        case_sensitive=value.get("case_sensitive") is True or more.get("case_sensitive") is True,
        whole_words=more.get("match_whole_words") is True,
        order=reader.number(value, "insertion_order") or 0,
        priority=reader.number(value, "priority"),
        position=AFTER if value.get("position") == AFTER else BEFORE,
        scan_depth=whole_number(more.get("scan_depth")),
    )
    # SillyTavern's fifth position is in the talk.
    if more.get("position") == 4:
        role = whole_number(more.get("role"))
        entry = entry._replace(
            depth=whole_number(more.get("depth", 4)),
            role=_ROLES[role] if role is not None and role < len(_ROLES) else _ROLES[0],
        )
    entry = decorated(entry)
    return entry if entry.content and (entry.keys or entry.constant) else None


# --- filled in --------------------------------------------------------------------------


def filled(character: Character, filling: Filling) -> Character:
    """Return a character with the macros of its texts filled in; raises ImportRefused."""
    fill = filling.fill
    entries = tuple(
        entry._replace(
            content=fill(entry.content),
            keys=_filled(entry.keys, filling),
            further=_filled(entry.further, filling),
            excluded=_filled(entry.excluded, filling),
        )
        for entry in character.book.entries
    )
    return character._replace(
        description=fill(character.description),
        personality=fill(character.personality),
        scenario=fill(character.scenario),
        system_prompt=fill(character.system_prompt),
        examples=fill(character.examples),
        post_history=fill(character.post_history),
        greetings=tuple(text for each in character.greetings if (text := fill(each).strip())),
        user=filling.user,
        persona=fill(filling.persona),
        book=character.book._replace(entries=entries),
    )


def _filled(keys: Iterable[str], filling: Filling) -> tuple[str, ...]:
    return tuple(filling.fill(key) for key in keys)
