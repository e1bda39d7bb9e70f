"""What a character puts around the messages of a talk."""

from zatsudan.sessions.characters.card import Book, Character, Entry
from zatsudan.sessions.characters.framing import framed
from zatsudan.sessions.window import Frame, Placed, framed_by
from zatsudan.wire.messages import Message

SAID = [Message("user", "one"), Message("assistant", "two"), Message("user", "three")]


def texts(frame: Frame, messages: list[Message] = SAID) -> list[str]:
    return [message.text for message in framed_by(messages, frame)]


def test_the_parts_in_their_order() -> None:
    entries = tuple(
        Entry(f"<{position}>", position=position, order=order)
        for order, position in enumerate(
            ("after_char", "before_char", "before_desc", "after_desc", "personality", "scenario")
        )
    )
    character = Character(
        "Mori", "D", "calm", "a wood", "{{original}} Play {{ORIGINAL}}.", "<START>\nE1\n<start>\nE2",
        "{{original}}Be brief.", user="Ann", persona="a poet", book=Book(entries),
    )  # fmt: skip
    frame = framed(character, "Be kind \\1.", range(6))

    assert frame.system.split("\n\n") == [
        "Be kind \\1. Play Be kind \\1..",
        "<before_char>",
        "About Ann: a poet",
        "<before_desc>",
        "D",
        "<after_desc>",
        "Mori's personality: calm",
        "<personality>",
        "Scenario: a wood",
        "<scenario>",
        "<after_char>",
        "[Example chat]\nE1",
        "[Example chat]\nE2",
    ]
    assert frame.placed == (Placed(0, Message("system", "Be brief.")),)


def test_without_a_prompt_the_persons_own_leads_or_a_plain_one() -> None:
    character = Character("Mori", user="Ann")
    assert framed(character, "Mine.").system == "Mine."
    assert framed(character, "").system == (
        "Write Mori's next reply in a fictional chat between Mori and Ann."
    )
    assert framed(Character("Mori", examples="<START>\n"), "x") == Frame("x")


def test_entries_in_the_talk_stand_at_their_depth() -> None:
    entries = (
        Entry("last", depth=0, role="user", order=2),
        Entry("first", depth=99),
        Entry("one back", depth=1, order=1),
        Entry("unseen", depth=1),
    )
    character = Character("Mori", post_history="brief", book=Book(entries))
    frame = framed(character, "sys", (0, 1, 2, 7, -1))

    assert texts(frame) == ["sys", "first", "one", "two", "one back", "three", "last", "brief"]
    assert texts(frame, []) == ["sys", "first", "one back", "last", "brief"]
    assert [placed.entry for placed in frame.placed] == [1, 2, 0, None]


def test_nothing_comes_between_a_call_and_its_answer() -> None:
    call = Message("assistant", None, {"tool_calls": [{"id": "c"}]})
    said = [Message("user", "one"), call, Message("tool", "a", {"tool_call_id": "c"})]
    frame = Frame("", (Placed(1, Message("system", "x")),))

    assert [message.role for message in framed_by(said, frame)] == [
        "user", "system", "assistant", "tool",
    ]  # fmt: skip
