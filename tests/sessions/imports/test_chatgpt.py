"""ChatGPT's exports: no word that its page showed is lost, and what is left out is counted."""

import json

import pytest

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.sessions import imports
from zatsudan.sessions.imports.chatgptmarks import unmarked
from zatsudan.sessions.imports.leftout import LeftOut
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Session


def mark(*words: str) -> str:
    return "\ue200" + "\ue202".join(words) + "\ue201"


def message(role: str, content: JsonObject | str, **facts: Json) -> JsonObject:
    text: JsonObject = (
        {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
    )
    return {"author": {"role": role}, "content": text, **facts}


def conversation(*messages: Json) -> JsonObject:
    """Return a conversation in which each message follows the one before."""
    mapping: JsonObject = {
        str(at): {
            "parent": str(at - 1) if at else None,
            "children": [str(at + 1)] if at + 1 < len(messages) else [],
            "message": value,
        }
        for at, value in enumerate(messages)
    }
    return {"mapping": mapping, "current_node": str(len(messages) - 1)}


def read(value: Json) -> tuple[Session, list[str]]:
    notes: list[str] = []
    (draft,) = imports.read(json.dumps(value), notes.append)
    return replay(draft.records), notes


def said(value: Json) -> list[tuple[str, str]]:
    return [(node.message.role, node.message.text) for node in read(value)[0].path()]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (mark("entity", '["company","Example Corp","a maker"]'), "Example Corp"),
        (mark("entity", '["city","Kyōto"]'), "Kyōto"),
        (mark("url", "the manual", "https://example.org/m"), "[the manual](https://example.org/m)"),
        (mark("link_title", "The manual", "turn0search1"), "The manual"),
        (mark("navlist", "More on it", "turn0news1,turn0news2"), "More on it"),
        (mark("cite", "turn0search1"), ""),
        (mark("cite", "turn0search1", "turn2news10"), ""),
        (mark("filecite", "turn0file0", "L1-L20"), ""),
        (mark("image_group", '{"layout":"carousel","query":["a cat","a lion"]}'), "a cat, a lion"),
        (mark("new_widget", "turn0widget3"), "[new_widget]"),
        (mark("genui", '{"title":"A clock"}'), "A clock"),
        (mark("entity", "[broken"), "[broken"),
        (mark("url", mark("entity", '["a","Inner"]'), "https://x.example"), "[Inner](https://x.example)"),
        ("\ue203Kyōto\ue204" + mark("cite", "turn0search0"), "Kyōto"),
        # Of 2023 and 2024 (microsoft/terraform-provider-fabric 436).
        ("Hi :contentReference[oaicite:1]{index=1}.", "Hi."),
        ("Hi【oaicite:0】{index=0} and 【4:0†a.pdf】there【1†source】", "Hi and there"),
        ("See† below.", "See† below."),
        ("cut \ue200cite\ue202turn0sea", "cut "),
        ("no mark: \ue000", "no mark: \ue000"),
    ],
)  # fmt: skip
def test_marks_become_what_the_page_shows(text: str, shown: str) -> None:
    assert unmarked(text, LeftOut()) == shown


def test_a_mark_that_shows_something_else_is_counted() -> None:
    value = conversation(message("assistant", f"See {mark('forecast', 'turn0forecast0')}."))
    assert read(value)[1] == ["Left out: 1 picture or sound, its place is marked."]


@pytest.mark.parametrize(
    "content",
    [
        {"content_type": "rich_text", "text": "The answer."},
        {"content_type": "app_card", "result": "The answer."},
        {"content_type": "text", "text": "The answer."},
        {"content_type": "new", "parts": ["The answer."]},
        {"content_type": "multimodal_text",
         "parts": [{"content_type": "audio_transcription", "text": "The answer."}]},
    ],
)  # fmt: skip
def test_a_content_of_any_kind_gives_its_text(content: JsonObject) -> None:
    assert said(conversation(message("assistant", content))) == [("assistant", "The answer.")]


def test_what_holds_no_text_is_counted() -> None:
    value = conversation(
        message("user", "Q"),
        message("assistant", {"content_type": "super_widget", "widget": {"a": "b"}}),
        message("tool", {"content_type": "execution_output", "text": "42"}),
        message("tool", {"content_type": "tether_browsing_display", "result": "a page"}),
        message("tool", {"content_type": "system_error", "name": "E", "text": "no"}),
        message("assistant", {"content_type": "reasoning_recap", "content": "Thought for 5s"}),
        message("user", {"content_type": "user_editable_context", "user_profile": "a cook"},
                metadata={"is_visually_hidden_from_conversation": True}),
        message("assistant", "A"),
    )  # fmt: skip
    assert said(value) == [("user", "Q"), ("assistant", "A")]
    assert read(value)[1] == [
        "Left out: 3 messages to or from tools.",
        "Left out: 1 message that was never shown.",
        "Left out: 1 message without a text that can be read.",
    ]


def test_an_attached_file_is_named() -> None:
    files: Json = {
        "attachments": [{"name": "report.pdf", "id": "f1"}, {"name": "cat.png", "id": "f2"}]
    }
    content: JsonObject = {
        "content_type": "multimodal_text",
        "parts": [{"content_type": "image_asset_pointer", "asset_pointer": "sediment://f2"}, "Sum up."],
    }  # fmt: skip
    value = conversation(message("user", content, metadata=files))
    assert said(value) == [("user", "[report.pdf]\n[image_asset_pointer]\nSum up.")]
    assert read(value)[1] == [
        "Left out: 1 picture or sound, its place is marked.",
        "Left out: 1 attached file, its name stands in its place.",
    ]


def test_a_picture_that_a_tool_made_is_marked_in_the_reply() -> None:
    value = conversation(
        message("user", "Draw."),
        message("assistant", {"content_type": "code", "text": '{"prompt": "a cat"}'},
                recipient="dalle.text2im"),
        message("tool", {"content_type": "multimodal_text",
                         "parts": [{"content_type": "image_asset_pointer"}]}),
        message("assistant", "Here is it."),
    )  # fmt: skip
    assert said(value)[-1] == ("assistant", "[image_asset_pointer]\n\nHere is it.")
    assert read(value)[1] == [
        "Left out: 1 message to or from a tool.",
        "Left out: 1 picture or sound, its place is marked.",
    ]
    alone = conversation(*(node["message"] for node in list(value["mapping"].values())[:3]))  # type: ignore[union-attr]
    assert said(alone)[-1] == ("assistant", "[image_asset_pointer]")


@pytest.mark.parametrize(
    ("recipient", "call", "shown"),
    [
        ("canmore.create_textdoc", {"name": "Essay", "type": "document", "content": "# Essay\n\nIt."},
         "# Essay\n\nIt."),
        ("canmore.create_textdoc", {"name": "game", "type": "code/python", "content": "x = 1"},
         "**game**\n\n```python\nx = 1\n```"),
        ("canmore.update_textdoc", {"updates": [{"pattern": ".*", "replacement": "All new."}]},
         "All new."),
    ],
)  # fmt: skip
def test_a_canvas_is_a_part_of_the_reply(recipient: str, call: JsonObject, shown: str) -> None:
    value = conversation(
        message("user", "Write."),
        message(
            "assistant", {"content_type": "code", "text": json.dumps(call)}, recipient=recipient
        ),
        message("assistant", "Done."),
    )
    assert said(value)[-1] == ("assistant", f"{shown}\n\nDone.")
    assert read(value)[1] == []


def test_thoughts_without_a_reply_are_kept() -> None:
    thought: JsonObject = {"content_type": "thoughts", "thoughts": [{"content": "Hm."}]}
    value = conversation(
        message("user", "Q"), message("assistant", thought), message("user", "Well?")
    )
    session, _ = read(value)
    assert [node.message.role for node in session.path()] == ["user", "assistant", "user"]
    made = session.path()[1].made
    assert made is not None
    assert (made.reasoning, made.ended) == ("Hm.", "interrupted")


@pytest.mark.parametrize("key", ["conversations", "data", "items"])
def test_a_wrapper_is_taken_off(key: str) -> None:
    value = conversation(message("user", "Q"))
    assert said({key: [value]}) == [("user", "Q")]
    assert said({"version": 1, "data": {key: [value]}}) == [("user", "Q")]
