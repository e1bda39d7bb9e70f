"""Exports of other chat programs, each a small one in the form that its program writes."""

import json
from typing import NamedTuple

import pytest

from zatsudan.base.jsonvalues import Json
from zatsudan.sessions import imports
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Session

TALK = [("user", "Hello"), ("assistant", "Hi!")]


class Export(NamedTuple):
    """What a program wrote, and what is said of it."""

    program: str
    value: Json
    notes: tuple[str, ...] = ()


EXPORTS = [
    Export("DeepSeek", [{"id": "i", "title": "T", "inserted_at": "2025-01-02T03:04:05.1+08:00",
        "mapping": {"root": {"id": "root", "parent": None, "children": ["1"], "message": None},
            "1": {"id": "1", "parent": "root", "children": ["2", "3"], "message": {
                "files": [], "model": "deepseek-chat", "inserted_at": "2025-01-02T03:04:05.1+08:00",
                "fragments": [{"type": "REQUEST", "content": "Hello"}]}},
            "2": {"id": "2", "parent": "1", "children": [], "message": {
                "fragments": [{"type": "RESPONSE", "content": "No."}]}},
            "3": {"id": "3", "parent": "1", "children": [], "message": {
                "model": "deepseek-reasoner", "fragments": [{"type": "THINK", "content": "Hm."},
                    {"type": "SEARCH", "results": []}, {"type": "RESPONSE", "content": "Hi!"}]}}}}],
        ("Left out: 1 message to or from a tool.", "Left out: 1 message of another branch.")),
    Export("Codex", [
        {"timestamp": "2026-01-02T03:04:05.000Z", "type": "session_meta", "payload": {"id": "x"}},
        {"timestamp": "2026-01-02T03:04:05.000Z", "type": "response_item", "payload": {
            "type": "message", "role": "user", "content": [{"type": "input_text", "text": "Hello"}]}},
        {"timestamp": "2026-01-02T03:04:06.000Z", "type": "event_msg", "payload": {"type": "x"}},
        {"timestamp": "2026-01-02T03:04:06.000Z", "type": "response_item", "payload": {
            "type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]}},
        {"timestamp": "2026-01-02T03:04:06.000Z", "type": "response_item", "payload": {
            "type": "function_call", "name": "shell", "arguments": "{}", "call_id": "c"}},
        {"timestamp": "2026-01-02T03:04:07.000Z", "type": "response_item", "payload": {
            "type": "message", "role": "assistant",
            "content": [{"type": "output_text", "text": "Hi!"}]}}],
        ("Left out: 1 message to or from a tool.",)),
    Export("Gemini CLI", {"sessionId": "s", "projectHash": "h", "messages": [
        {"id": "1", "type": "user", "timestamp": "2026-01-02T03:04:05Z", "content": "Hello"},
        {"id": "2", "type": "info", "content": "Update available"},
        {"id": "3", "type": "gemini", "model": "gemini", "content": "Hi!", "toolCalls": [{"id": "t"}],
         "thoughts": [{"subject": "Hm.", "description": ""}]}]},
        ("Left out: 1 message to or from a tool.",)),
    Export("LibreChat", {"conversationId": "c", "title": "T", "messages": [
        {"messageId": "1", "parentMessageId": "0", "isCreatedByUser": True, "text": "Hello"},
        {"messageId": "2", "parentMessageId": "1", "isCreatedByUser": False,
         "text": ":::thinking\nHm.\n:::\nHi!"}]}),
    Export("Claude", [{"uuid": "u", "name": "T", "chat_messages": [
        {"sender": "human", "text": "Hello", "created_at": "2025-01-02T03:04:05Z",
         "content": [{"type": "text", "text": "Hello", "citations": []}], "attachments": []},
        {"sender": "assistant", "text": "Hi!", "content": [
            {"type": "thinking", "thinking": "Hm."}, {"type": "text", "text": "Hi!"}]},
    ]}]),
    Export("Open WebUI", [{"id": "i", "title": "T", "chat": {"models": ["m"], "messages": [],
        "history": {"currentId": "b", "messages": {
            "a": {"id": "a", "parentId": None, "role": "user", "content": "Hello", "timestamp": 1},
            "x": {"id": "x", "parentId": "a", "role": "assistant", "content": "No."},
            "b": {"id": "b", "parentId": "a", "role": "assistant", "content": "Hi!", "done": True},
        }}}}], ("Left out: 1 message of another branch.",)),
    Export("Open WebUI", [{"chat": {"history": {"currentId": "b", "messages": {
        "a": {"role": "user", "content": "Hello"},
        "b": {"role": "assistant", "parentId": "a", "content":
              '<details type="reasoning" done="true"><summary>Thought for 3 s</summary>\n'
              '&gt; Hm.\n</details>\n<details type="tool_calls">x</details>\nHi!'}}}}}],
        ("Left out: 1 message to or from a tool.",)),
    Export("Open WebUI", [{"chat": {"history": {"currentId": "b", "messages": {
        "a": {"role": "user", "content": "Hello"},
        "b": {"role": "assistant", "parentId": "a", "content": "", "output": [
            {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
            {"type": "function_call", "name": "f", "arguments": "{}", "call_id": "c"},
            {"type": "message", "content": [{"type": "output_text", "text": "Hi!"}]}]}}}}}],
        ("Left out: 1 message to or from a tool.",)),
    Export("llama.cpp", {"conv": {"id": "c", "name": "T", "currNode": "b"}, "messages": [
        {"id": "r", "convId": "c", "type": "root", "role": "system", "content": "", "parent": "-1"},
        {"id": "a", "convId": "c", "type": "text", "role": "user", "content": "Hello",
         "parent": "r", "timestamp": 1783619815561, "extra": []},
        {"id": "b", "convId": "c", "type": "text", "role": "assistant", "content": "Hi!",
         "thinking": "Hm.", "toolCalls": "", "parent": "a", "children": []},
        {"id": "x", "convId": "c", "type": "text", "role": "assistant", "content": "No.",
         "parent": "a", "children": []}]}, ("Left out: 1 message of another branch.",)),
    Export("llama.cpp", [
        {"type": "session", "harness": "llama.app", "id": "c", "name": "T", "currNode": "b"},
        {"type": "message", "message": {"convId": "c", "id": "a", "role": "user", "type": "text",
                                        "content": "Hello", "parent": None}},
        {"type": "message", "message": {"convId": "c", "id": "b", "role": "assistant", "type": "text",
                                        "content": "Hi!", "reasoningContent": "Hm.",
                                        "parent": "a", "model": "m"}}]),
    Export("Grok", {"conversations": [{"conversation": {"title": "T"}, "responses": [
        {"response": {"sender": "human", "message": "Hello"}},
        {"response": {"sender": "ASSISTANT", "message": "Hi!"}}]}]}),
    Export("AI Studio", {"runSettings": {"model": "models/m"}, "systemInstruction": {},
        "chunkedPrompt": {"chunks": [{"role": "user", "text": "Hello", "tokenCount": 1},
            {"role": "model", "text": "Hm.", "isThought": True},
            {"role": "model", "text": "Hi!"}]}}),
    Export("Claude Code", [{"type": "summary", "summary": "T"},
        {"type": "user", "sessionId": "s", "message": {"role": "user", "content": "Hello"}},
        {"type": "assistant", "sessionId": "s", "isSidechain": True,
         "message": {"role": "assistant", "content": "No."}},
        {"type": "assistant", "sessionId": "s", "message": {"id": "m", "role": "assistant",
         "content": [{"type": "text", "text": "Hi!"}]}}],
        ("Left out: 1 message of another branch.",)),
    Export("LibreChat", {"conversationId": "c", "title": "T", "messages": [
        {"messageId": "1", "parentMessageId": "0", "isCreatedByUser": True, "sender": "User",
         "text": "Hello", "children": [
            {"messageId": "2", "parentMessageId": "1", "isCreatedByUser": False, "sender": "GPT",
             "text": "", "content": [{"type": "think", "think": "Hm."},
                                     {"type": "text", "text": {"value": "Hi!"}}]}]}]}),
    Export("LM Studio", {"name": "T", "messages": [
        {"versions": [{"type": "singleStep", "role": "user",
                       "content": [{"type": "text", "text": "Hello"}]}], "currentlySelected": 0},
        {"versions": [{"type": "multiStep", "role": "assistant", "steps": []},
                      {"type": "multiStep", "role": "assistant", "steps": [
            {"type": "contentBlock", "style": {"type": "thinking"},
             "content": [{"type": "text", "text": "Hm."}]},
            {"type": "contentBlock", "content": [{"type": "text", "text": "Hi!"}]}]}],
         "currentlySelected": 1}]}, ("Left out: 1 message of another branch.",)),
    Export("ShareGPT", {"id": "s", "conversations": [
        {"from": "human", "value": "Hello"}, {"from": "observation", "value": "42"},
        {"from": "gpt", "value": "Hi!"}]}, ("Left out: 1 message to or from a tool.",)),
    Export("Chatbox", {"id": "b", "name": "T", "messages": [
        {"id": "1", "role": "user", "contentParts": [{"type": "text", "text": "Hello"}]},
        {"id": "2", "role": "assistant", "contentParts": [{"type": "text", "text": "Hi!"}],
         "tokensUsed": 7}]}),
    Export("TypingMind", {"data": {"chats": [{"chatTitle": "T", "model": "m", "messages": [
        {"role": "user", "content": "Hello"}, {"role": "assistant", "content": "Hi!"}]}]}}),
    Export("SillyTavern", [{"user_name": "Ada", "character_name": "Tama"},
        {"name": "Ada", "is_user": True, "mes": "Hello", "send_date": "2025-01-02T03:04:05Z"},
        {"name": "Tama", "is_user": False, "mes": "Hi!", "swipes": ["Hi!", "Ho!"]}],
        ("Left out: 1 message of another branch.",)),
    # CherryHQ/cherry-studio 18135: the API's own form, with all branches and no text of its own.
    Export("Claude", {"uuid": "u", "name": "T", "current_leaf_message_uuid": "3", "chat_messages": [
        {"uuid": "1", "sender": "human", "text": "", "parent_message_uuid": "0",
         "content": [{"type": "text", "text": "Hello"}]},
        {"uuid": "2", "sender": "assistant", "text": "", "parent_message_uuid": "1",
         "content": [{"type": "text", "text": "No."}]},
        {"uuid": "3", "sender": "assistant", "text": "", "parent_message_uuid": "1",
         "content": [{"type": "token_budget"}, {"type": "text", "text": "Hi!"}]}]},
        ("Left out: 1 message of another branch.",)),
    # Qwen's page writes what Open WebUI does, but the text in phases.
    Export("Open WebUI", {"success": True, "data": [{"title": "T", "chat": {"history": {
        "currentId": "b", "messages": {"a": {"role": "user", "content": "Hello"},
            "b": {"role": "assistant", "parentId": "a", "content": "", "content_list": [
                {"phase": "think", "content": "Hm."}, {"phase": "answer", "content": "Hi!"}]}}}}}]}),
    # lobehub/lobehub 2542, ChatGPTNextWeb/NextChat 2754.
    Export("NextChat", {"chat-next-web-store": {"sessions": [{"id": "1", "topic": "T",
        "mask": {"modelConfig": {"model": "m"}}, "messages": [
            {"id": "a", "date": "1/2/2025", "role": "user", "content": "Hello"},
            {"id": "b", "role": "assistant", "content": "Hi!", "streaming": False}]}]}}),
    Export("big-AGI", {"conversations": [{"id": "c", "systemPurposeId": "G", "messages": [
        {"role": "user", "fragments": [{"ft": "content", "part": {"pt": "text", "text": "Hello"}}]},
        {"role": "assistant", "fragments": [{"ft": "void", "part": {"pt": "ma", "aText": "Hm."}},
            {"ft": "content", "part": {"pt": "text", "text": "Hi!"}}]}]}]}),
    # oobabooga/textgen 1309.
    Export("TextGen", {"internal": [["<|BEGIN-VISIBLE-CHAT|>", ""], ["Hello", "Hi!"]],
                       "visible": [["", ""], ["Hello", "Hi!"]]}),
    # microsoft/vscode 258517.
    Export("GitHub Copilot", {"responderUsername": "GitHub Copilot", "requests": [
        {"message": {"text": "Hello", "parts": []}, "response": [
            {"kind": "toolInvocationSerialized"}, {"value": "H"}, {"value": {"value": "i!"}}]}]},
        ("Left out: 1 message to or from a tool.",)),
    Export("Jan", [{"object": "thread.message", "role": role, "created_at": 1_700_000_000_000,
                    "content": [{"type": "text", "text": {"value": text, "annotations": []}}]}
                   for role, text in TALK]),
]  # fmt: skip


def read(value: Json) -> tuple[Session, list[str]]:
    notes: list[str] = []
    (draft,) = imports.read(json.dumps(value), notes.append)
    return replay(draft.records), notes


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.program)
def test_an_export_is_read_and_named(export: Export) -> None:
    session, notes = read(export.value)
    assert [(node.message.role, node.message.text) for node in session.path()] == TALK
    assert all(not node.message.extra for node in session.path())
    assert notes == [f"Read as an export of {export.program}.", *export.notes]


def test_a_talk_in_which_nothing_was_said_does_not_refuse_the_others() -> None:
    claude = next(export.value for export in EXPORTS if export.program == "Claude")
    assert isinstance(claude, list)
    session, notes = read([{"name": "", "chat_messages": []}, *claude, 7])
    assert len(session.path()) == 2
    assert "Left out: 2 conversations without a message." in notes


def test_a_wrapped_list_of_talks_is_read() -> None:
    """As chatbot-ui writes it."""
    messages: Json = [{"role": "user", "content": "Hello"}]
    session, _ = read({"version": 4, "history": [
        {"name": "T", "messages": messages, "model": {"id": "m"}}], "folders": []})  # fmt: skip
    assert (session.title, session.model, len(session.path())) == ("T", "m", 1)


def test_what_was_attached_on_llama_cpps_page_stands_in_its_message() -> None:
    session, _ = read({"conv": {"name": "T"}, "messages": [
        {"id": "a", "type": "text", "role": "user", "content": "What is it?", "extra": [
            {"type": "TEXT", "name": "a.txt", "content": "of the file"},
            {"type": "AUDIO", "name": "b.mp3"}]}]})  # fmt: skip
    (node,) = session.path()
    assert node.message.text.startswith("What is it?\n\nof the file")
    assert "b.mp3" in node.message.text


def test_several_conversations_of_llama_cpp_stay_several() -> None:
    lines = [
        {"type": "session", "name": name, "currNode": "a"}
        if name
        else {
            "type": "message",
            "message": {"convId": "c", "id": "a", "role": "user", "content": "Hello"},
        }
        for name in ("one", "", "two", "")
    ]
    drafts = imports.read("\n".join(map(json.dumps, lines)))
    assert [replay(draft.records).title for draft in drafts] == ["one", "two"]


@pytest.mark.parametrize("program", ["SillyTavern", "Jan"])
def test_what_is_written_line_by_line_is_read_so(program: str) -> None:
    value = next(export.value for export in EXPORTS if export.program == program)
    assert isinstance(value, list)
    (draft,) = imports.read("\n".join(map(json.dumps, value)))
    assert [node.message.text for node in replay(draft.records).path()] == ["Hello", "Hi!"]


@pytest.mark.parametrize(
    ("text", "content", "reasoning"),
    [
        ("<think>\nHm.\n</think>\n\nHi!", "Hi!", "\nHm.\n"),
        ("Hm.\n</think>\n\nHi!", "Hi!", "Hm.\n"),
        ("<think></think>Hi!", "Hi!", ""),
        ("[THINK]Hm.[/THINK]Hi!", "Hi!", "Hm."),
        ("Write `<think>` first.", "Write `<think>` first.", ""),
    ],
)
def test_a_thought_in_the_text_of_a_reply(text: str, content: str, reasoning: str) -> None:
    session, _ = read([{"role": "user", "content": text}, {"role": "assistant", "content": text}])
    asked, replied = session.path()
    assert replied.made is not None
    assert (replied.message.text, replied.made.reasoning) == (content, reasoning)
    assert asked.message.text == text


def test_a_thought_among_the_parts_of_google() -> None:
    parts: Json = [{"text": "Hm.", "thought": True}, {"text": "Hi!"}]
    session, _ = read(
        [{"role": "user", "parts": [{"text": "Hello"}]}, {"role": "model", "parts": parts}]
    )
    (_, replied) = session.path()
    assert replied.made is not None
    assert (replied.message.text, replied.made.reasoning) == ("Hi!", "Hm.")


@pytest.mark.parametrize(
    "program", ["Claude", "Codex", "DeepSeek", "Gemini CLI", "LibreChat", "LM Studio"]
)
def test_what_was_thought_is_reasoning(program: str) -> None:
    value = next(export.value for export in EXPORTS if export.program == program)
    made = read(value)[0].path()[-1].made
    assert made is not None
    assert made.reasoning.strip() == "Hm."


def test_documents_and_files_of_claude_stay_words() -> None:
    value: Json = [{"name": "T", "chat_messages": [
        {"sender": "human", "text": "Sum up.", "files": [{"file_name": "cat.png"}],
         "attachments": [{"file_name": "a.txt", "extracted_content": "A tale."}]},
        {"sender": "assistant", "content": [
            {"type": "tool_use", "name": "artifacts", "input": {"content": "# Essay"}},
            {"type": "tool_use", "name": "web_search", "input": {"query": "x"}},
            {"type": "text", "text": "Done."}]}]}]  # fmt: skip
    session, notes = read(value)
    assert [node.message.text for node in session.path()] == [
        "A tale.\n\n[cat.png]\n\nSum up.",
        "# Essay\n\n[web_search]\n\nDone.",
    ]
    assert notes[1:] == [
        "Left out: 1 attached file, its name stands in its place.",
        "Left out: 1 part of another kind, its place is marked.",
    ]


def test_what_sillytavern_hides_is_hidden() -> None:
    """hydall/Glaze 398, Pasta-Devs/Marinara-Engine 2002: `is_system` hides a message, whoever speaks."""
    session, _ = read([
        {"user_name": "Ada", "character_name": "Tama"},
        {"is_user": True, "is_system": True, "mes": "aside"},
        {"is_user": True, "mes": "Hello"},
        {"is_user": False, "mes": "The rain falls.", "extra": {"type": "narrator"}},
        {"is_user": False, "is_system": True, "mes": "note"},
        {"is_user": False, "mes": "Hi!", "extra": {"reasoning": "Hm."}}])  # fmt: skip
    path = session.path()
    assert [(node.message.role, node.message.text) for node in path] == [
        ("user", "aside"),
        ("user", "Hello"),
        ("system", "The rain falls."),
        ("assistant", "note"),
        ("assistant", "Hi!"),
    ]
    assert session.withheld == {path[0].id: "hidden", path[3].id: "hidden"}
    assert path[-1].made is not None
    assert path[-1].made.reasoning == "Hm."
