"""The fields of cards: V1 to V3, wrong types, hostile texts."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.cards import CARD, card
from tests.support.talks import json_values
from zatsudan.base.errors import ImportRefused, ZatsudanError
from zatsudan.base.jsonvalues import Json, JsonObject, dumps, loads
from zatsudan.sessions.characters.card import Book, Character, Entry
from zatsudan.sessions.characters.cardfields import ENTRIES, filled, read_card
from zatsudan.sessions.characters.macros import Filling

FIELDS = ("name", "nickname", "description", "personality", "scenario", "first_mes", "mes_example",
          "alternate_greetings", "tags", "creator", "character_book", "extensions",
          "system_prompt", "post_history_instructions")  # fmt: skip
ENTRY = ("keys", "content", "secondary_keys", "selective", "constant", "insertion_order",
         "priority", "enabled", "use_regex", "extensions", "position", "name")  # fmt: skip


def filling() -> Filling:
    return Filling("Mori", "Ann", "", datetime(2026, 1, 2, 3, 4, tzinfo=UTC), Random(1))


def entry(**fields: Json) -> Entry:
    """The one entry of a card's lorebook."""
    listed: Json = [{"keys": ["k"], "content": "said", **fields}]
    (found,) = read_card(card(character_book={"entries": listed})).character.book.entries
    return found


def test_v1_v2_v3_and_what_older_tools_wrote() -> None:
    fields: JsonObject = {"name": "Mori", "description": "d", "first_mes": "Hi", "mes_example": "e"}
    wanted = Character("Mori", description="d", greetings=("Hi",), examples="e")
    old: JsonObject = {
        "char_name": "Mori",
        "char_persona": "d",
        "char_greeting": "Hi",
        "example_dialogue": "e",
    }

    assert read_card(fields).character == wanted
    assert read_card({"spec": "chara_card_v2", "data": fields}).character == wanted
    assert read_card({"spec": "chara_card_v3", "data": fields}).character == wanted
    assert read_card({**fields, "data": {**fields, "name": "Of V2"}}).character.name == "Of V2"
    assert read_card(old).character == wanted
    assert read_card({**old, "name": "", "description": ""}).character == wanted
    assert read_card(card(nickname="Mo")).character.name == "Mo"


def test_a_card_without_a_name_is_called_as_its_file() -> None:
    """SillyTavern/SillyTavern 3905."""
    found = read_card(card(name="", first_mes="Hi"), "Tama the cat")
    assert (found.character.name, found.odd) == ("Tama the cat", ("name",))
    assert read_card(card(name="", nickname="Mo"), "file").character.name == "Mo"


@pytest.mark.parametrize(
    ("written", "greetings"),
    [
        ("1687194031049", ()),
        ("Hello, you.", ("Hello, you.",)),
        (None, ()),
        (["a", "b"], ("a", "b")),
    ],
)
def test_greetings_that_are_no_list(written: Json, greetings: tuple[str, ...]) -> None:
    """SrJuggernaut/character-tools 17."""
    assert read_card(card(alternate_greetings=written)).character.greetings == greetings


def test_the_note_at_a_depth_is_an_entry_that_always_holds() -> None:
    prompt: Json = {"depth_prompt": {"prompt": "Be brief.", "depth": 1, "role": "user"}}
    (note,) = read_card(card(extensions=prompt)).character.book.entries
    assert (note.content, note.constant, note.depth, note.role) == ("Be brief.", True, 1, "user")
    empty: Json = {"depth_prompt": {"prompt": "", "depth": 4}}
    assert read_card(card(extensions=empty)).character.book == Book()


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "no character card"),
        ({"name": "x"}, "no character card"),
        ({"spec": "lorebook_v3", "data": {"entries": []}}, "lorebook alone"),
        (card(name=""), "names no character"),
        (card(name=7), "names no character"),
        (card(name="\x1b\0"), "names no character"),
        (card(character_book={"entries": [{}] * (ENTRIES + 1)}), "more than 5,000 entries"),
    ],
)
def test_what_is_no_card_is_refused(value: JsonObject, said: str) -> None:
    with pytest.raises(ImportRefused, match=said) as caught:
        read_card(value)
    assert caught.value.advice


def test_a_field_of_a_wrong_type_is_named_and_left_out() -> None:
    found = read_card(
        card(
            description=["no"],
            alternate_greetings={"a": 1},
            tags=[1, "kept"],
            character_book={"entries": [{"content": "c", "keys": 5}, 7], "scan_depth": "deep"},
        )
    )

    assert found.character == Character("Mori", tags=("kept",))
    assert set(found.odd) == {
        "description", "alternate_greetings", "tags", "keys", "entries", "scan_depth",
    }  # fmt: skip


def test_controls_and_what_no_eye_sees_are_taken_out_and_counted() -> None:
    hostile = "a\x1b[2Jb\x00\x9b\u202ec\U000e0041d\ud800\r\ne\tf"
    found = read_card(card(name="M\x1bori", description=hostile, first_mes="森「👨‍👩‍👧」"))

    assert found.character.name == "Mori"
    assert found.character.description == "a[2Jbcd\ne\tf"
    assert found.character.greetings == ("森「👨‍👩‍👧」",)
    assert found.taken_out == 7


def test_a_name_holds_no_macro_and_no_line() -> None:
    assert read_card(card(name="{{user}}\nx")).character.name == "user x"
    assert len(read_card(card(name="n" * 500)).character.name) == 100


def test_an_entry_as_v2_v3_and_sillytavern_write_it() -> None:
    assert entry() == Entry("said", keys=("k",))
    assert entry(secondary_keys=["x"]).further == ()
    assert entry(secondary_keys=["x"], selective=True).further == ("x",)
    assert entry(keys="a, b").keys == ("a", "b")
    assert entry(position="after_char").position == "after_char"
    assert entry(comment="called").name == "called"
    found = entry(extensions={"position": 4, "depth": 2, "role": 1, "selectiveLogic": 3})
    assert (found.depth, found.role, found.logic) == (2, "user", 3)
    assert entry(extensions={"position": 4, "role": 99}).role == "system"


@pytest.mark.parametrize(
    "fields", [{"enabled": False}, {"content": " "}, {"keys": []}, {"content": "@@depth 1"}]
)
def test_an_entry_that_can_never_say_anything_is_none(fields: JsonObject) -> None:
    listed: Json = [{"keys": ["k"], "content": "said", **fields}]
    assert read_card(card(character_book={"entries": listed})).character.book == Book()


def test_decorators_are_heeded_or_taken_out() -> None:
    found = entry(
        content="@@depth 3\n@@role user\n@@scan_depth 9\n@@activate_only_after 2\n"
        "@@additional_keys a, b\n@@additional_keys c\n@@exclude_keys d\n@@is_greeting 1\n"
        "@@risu_thing 4\n@@@activate_only_every 5\n@@@depth 8\n@@depth 7\n\nSaid.\n@@unknown\nMore."
    )

    assert found == Entry(
        "Said.\nMore.",
        keys=("k",),
        further=("a", "b", "c"),
        excluded=("d",),
        depth=3,
        role="user",
        scan_depth=9,
        only_after=2,
        only_every=5,
        greeting=1,
    )
    assert entry(content="@@depth many\n@@@depth 2\nSaid").depth == 2
    assert entry(content="@@position scenario\n@@depth 2\nSaid").position == "scenario"
    assert entry(content="@@position scenario\n@@depth 2\nSaid").depth is None
    assert entry(content="@@position nowhere\nSaid").position == "before_char"
    assert entry(content="@@activate\nSaid", secondary_keys=["x"], selective=True).constant
    assert entry(content="@@activate\n@@dont_activate\nSaid").constant
    listed: Json = [{"keys": ["k"], "constant": True, "content": "@@dont_activate\nSaid"}]
    silent = read_card(card(character_book={"entries": listed})).character
    assert silent.book == Book()
    assert entry(content="mail me @@ home").content == "mail me @@ home"


def test_a_card_filled_in_comes_back_from_its_record() -> None:
    character = filled(read_card(CARD).character, filling())._replace(source="mori.png")

    assert character.description == "Mori keeps the library of the wood. Mori likes Ann."
    assert character.scenario == "Ann enters."
    assert character.greetings == ("Welcome, Ann.", "You again, Ann?", "Hush.")
    assert character.system_prompt == "{{original}} You are Mori."
    assert character.user == "Ann"
    assert character.book.entries[2] == Entry("Books are dear.", "books", ("/b[eo]+k/i",), depth=1)
    kept = loads(dumps(character.to_json()))
    assert Character.from_json(kept) == character
    assert character.mark == character._replace().mark != character._replace(user="B").mark


@given(
    st.dictionaries(st.sampled_from(FIELDS), json_values),
    st.lists(st.dictionaries(st.sampled_from(ENTRY), json_values), max_size=3),
)
def test_any_fields_are_read_and_come_back_or_are_refused(
    fields: JsonObject, entries: list[JsonObject]
) -> None:
    listed: Json = [*entries]
    book: Json = {"character_book": {"entries": listed}} if entries else {}
    assert isinstance(book, dict)
    try:
        character = filled(read_card(card(**{**fields, **book})).character, filling())
    except ZatsudanError:
        return
    assert Character.from_json(loads(dumps(character.to_json()))) == character


@given(json_values)
def test_a_record_of_anything_is_a_character_or_none(value: Json) -> None:
    found = Character.from_json(value)
    assert found is None or found.name


@given(st.dictionaries(st.sampled_from(Character._fields), json_values))
def test_a_record_with_odd_fields_is_a_character_all_the_same(fields: JsonObject) -> None:
    found = Character.from_json({**fields, "name": "Mori"})
    assert found is not None
    assert Character.from_json(found.to_json()) == found
