"""llm's own database is read as it lies there, of every version, and never touched."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support import llmlogs
from zatsudan.base.errors import ImportRefused
from zatsudan.base.printable import Printable
from zatsudan.sessions import imports
from zatsudan.sessions.imports import database
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Session

PNG = b"\x89PNG\r\n\x1a\n rest"


def _read(path: Path, notes: list[Printable] | None = None) -> list[Session]:
    found = imports.drafts_of(path, (notes if notes is not None else []).append)
    assert {draft.program for draft in found} == {"llm"}
    return [replay(draft.records) for draft in found]


def _said(session: Session) -> list[tuple[str, str]]:
    return [(node.message.role, node.message.text) for node in session.path()]


def _response(
    key: str, prompt: str, response: str, **further: object
) -> tuple[str, dict[str, object]]:
    return "responses", {"id": key, "model": "m", "prompt": prompt, "response": response,
                         "conversation_id": "c", "datetime_utc": f"2026-01-02T03:04:0{key}", **further}  # fmt: skip


def test_the_first_version_had_one_table(tmp_path: Path) -> None:
    path = llmlogs.made(
        tmp_path / "logs.db",
        llmlogs.FIRST,
        ("logs", {"id": 1, "model": "m", "prompt": "Hi", "response": "Hello.", "system": "Brief."}),
        ("logs", {"id": 2, "model": "m", "prompt": "Apart", "response": "Yes."}),
        ("logs", {"id": 3, "model": "m", "prompt": "More", "response": "No.", "chat_id": 1}),
    )

    talks = _read(path)

    assert [_said(talk) for talk in talks] == [
        [("user", "Hi"), ("assistant", "Hello."), ("user", "More"), ("assistant", "No.")],
        [("user", "Apart"), ("assistant", "Yes.")],
    ]
    assert talks[0].system == "Brief."


@pytest.mark.parametrize(
    "schema", [llmlogs.RESPONSES, llmlogs.MODERN, llmlogs.MODERN + llmlogs.THREADS]
)
def test_responses_are_grouped_by_their_conversation(tmp_path: Path, schema: str) -> None:
    path = llmlogs.made(
        tmp_path / "anything",
        schema,
        ("conversations", {"id": "c", "name": "Lions", "model": "m"}),
        _response("1", "A name", "Leo.", system="Brief.", options_json='{"temperature": 0.5}'),
        _response("2", "Another", "Nala.", duration_ms=1500),
    )

    (talk,) = _read(path)

    assert _said(talk) == [("user", "A name"), ("assistant", "Leo."),
                           ("user", "Another"), ("assistant", "Nala.")]  # fmt: skip
    assert (talk.title, talk.system, talk.model) == ("Lions", "Brief.", "m")
    first, last = (node.made for node in talk.path() if node.made is not None)
    assert (first.parameters, last.seconds) == ({"temperature": 0.5}, 1.5)


def test_attachments_fragments_and_tools_have_their_place(tmp_path: Path) -> None:
    path = llmlogs.made(
        tmp_path / "logs.db",
        llmlogs.MODERN,
        _response("1", "What is it?", "", reasoning="Hm.", input_tokens=5, output_tokens=2),
        ("fragments", {"id": 7, "content": "A long book."}),
        ("prompt_fragments", {"response_id": "1", "fragment_id": 7, "order": 0}),
        ("system_fragments", {"response_id": "1", "fragment_id": 7, "order": 0}),
        ("attachments", {"id": "a", "type": "image/png", "content": PNG}),
        ("attachments", {"id": "b", "type": "image/png", "path": "/etc/passwd"}),
        ("prompt_attachments", {"response_id": "1", "attachment_id": "a", "order": 0}),
        ("prompt_attachments", {"response_id": "1", "attachment_id": "b", "order": 1}),
        ("tool_calls", {"id": 1, "response_id": "1", "name": "look", "arguments": '{"at": 1}'}),
        ("tool_calls", {"id": 2, "response_id": "1", "name": "ask", "arguments": "{}",
                        "tool_call_id": "call-x"}),
        _response("2", "", "A cat."),
        ("tool_results", {"id": 1, "response_id": "2", "name": "look", "output": "fur"}),
        ("tool_results", {"id": 2, "response_id": "2", "name": "ask", "exception": "no answer",
                          "output": "", "tool_call_id": "call-x"}),
    )  # fmt: skip
    notes: list[Printable] = []

    (talk,) = _read(path, notes)

    asked, called, looked, answered, replied = [node.message for node in talk.path()]
    assert isinstance(asked.content, list)
    assert [part["type"] for part in asked.content if isinstance(part, dict)] == [
        "text", "image_url", "text"]  # fmt: skip
    assert asked.text.startswith("A long book.\nWhat is it?")
    assert asked.text.endswith("[passwd]")
    assert "root" not in json.dumps(asked.content)
    assert talk.system == "A long book."
    assert called.extra["tool_calls"] == [
        {
            "id": "call_1",
            "type": "function",
            "function": {"name": "look", "arguments": '{"at": 1}'},
        },
        {"id": "call-x", "type": "function", "function": {"name": "ask", "arguments": "{}"}},
    ]
    assert (looked.role, looked.text, looked.extra) == ("tool", "fur", {"tool_call_id": "call_1"})
    assert (answered.text, answered.extra) == ("no answer", {"tool_call_id": "call-x"})
    assert replied.text == "A cat."
    (made,) = [node.made for node in talk.path() if node.message is called]
    assert made is not None
    assert made.reasoning == "Hm."
    assert made.usage is not None
    assert notes == ["Left out: 1 attached file, its name stands in its place."]


def _threads(path: Path) -> Path:
    """Write a talk of the newest kind: two replies to one message, tools, and what is older."""

    def message(key: str, parent: str | None, role: str) -> tuple[str, dict[str, object]]:
        return "messages", {"hash": key, "parent_hash": parent, "role": role}

    def part(
        key: str, position: int, kind: str, text: str | None, **held: object
    ) -> tuple[str, dict[str, object]]:
        payload = json.dumps(held) if held else None
        return "parts", {"message_hash": key, "position": position, "type": kind, "text": text,
                         "payload": payload}  # fmt: skip

    def turn(key: str, tip: str) -> tuple[str, dict[str, object]]:
        return "turns", {"id": key, "thread_id": "t", "tip_message_hash": tip, "model": "m",
                         "options_json": '{"temperature": 1}', "duration_ms": 2000,
                         "datetime_utc": f"2026-09-01T00:00:0{key}+00:00"}  # fmt: skip

    return llmlogs.made(
        path,
        llmlogs.MODERN + llmlogs.THREADS,
        ("conversations", {"id": "t", "name": "old", "model": "m"}),
        ("responses", {"id": "0", "prompt": "Q", "response": "A", "conversation_id": "t"}),
        _response("9", "Alone", "Still here."),
        ("fragments", {"id": 3, "content": "the book"}),
        ("attachments", {"id": "a", "type": "image/png", "content": PNG}),
        message("s", None, "system"), part("s", 0, "text", "Brief."),
        message("u", "s", "user"),
        part("u", 0, "text", None, text_ref=[{"literal": "Read "}, {"fragment": 3}]),
        part("u", 1, "attachment", None, attachment={"id": "a"}),
        message("a1", "u", "assistant"), part("a1", 0, "text", "First."),
        message("a2", "u", "assistant"),
        part("a2", 0, "reasoning", "Hm."),
        part("a2", 1, "tool_call", None, name="look", arguments={"at": 1}, tool_call_id="k"),
        message("r", "a2", "tool"),
        part("r", 0, "tool_result", None, name="look", output="fur", tool_call_id="k"),
        message("a3", "r", "assistant"),
        part("a3", 0, "tool_call", None, name="web", arguments={}, server_executed=True),
        part("a3", 1, "text", "Second."),
        ("threads", {"id": "t", "name": "Books", "tip_message_hash": "a3"}),
        turn("1", "a1"), turn("2", "a2"), turn("3", "a3"),
    )  # fmt: skip


def test_the_newest_tables_are_a_tree(tmp_path: Path) -> None:
    notes: list[Printable] = []

    older, talk = _read(_threads(tmp_path / "logs.db"), notes)

    assert _said(older) == [("user", "Alone"), ("assistant", "Still here.")]
    assert (talk.title, talk.system) == ("Books", "Brief.")
    assert [role for role, _ in _said(talk)] == ["user", "assistant", "tool", "assistant"]
    asked, called, result, replied = talk.path()
    assert asked.message.text.startswith("Read the book")
    assert called.message.extra["tool_calls"] == [
        {"id": "k", "type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}]  # fmt: skip
    assert called.made is not None
    assert called.made.reasoning == "Hm."
    assert result.message.extra == {"tool_call_id": "k"}
    assert replied.message.text == "Second."
    assert replied.made is not None
    assert (replied.made.seconds, replied.made.parameters) == (2.0, {"temperature": 1})
    assert next(talk.nodes[key].message.text for key in talk.children[asked.id]) == "First."
    assert notes == ["Left out: 1 message to or from a tool."]


def test_what_is_not_yet_written_into_the_file_is_read_and_the_file_is_not_touched(
    tmp_path: Path,
) -> None:
    path = tmp_path / "logs.db"
    with closing(sqlite3.connect(path)) as writer:
        writer.execute("PRAGMA journal_mode = WAL")
        writer.executescript(llmlogs.MODERN)
        writer.execute("BEGIN IMMEDIATE")
        llmlogs.insert(writer, "responses", **_response("1", "Hi", "Hello.")[1])
        writer.commit()
        writer.execute("BEGIN EXCLUSIVE")  # another program that writes is no hindrance
        before = {file.name: file.read_bytes() for file in tmp_path.glob("logs.db*")}

        (talk,) = _read(path)

        assert "logs.db-wal" in before
        assert {file.name: file.read_bytes() for file in tmp_path.glob("logs.db*")} == before
    assert _said(talk) == [("user", "Hi"), ("assistant", "Hello.")]


def test_a_view_in_the_place_of_a_table_is_not_run(tmp_path: Path) -> None:
    endless = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS prompt FROM n"
    )
    path = llmlogs.made(tmp_path / "logs.db", f"CREATE VIEW responses AS {endless};")

    with pytest.raises(ImportRefused, match="not llm's"):
        _read(path)


def test_what_a_query_may_cost_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [_response(str(number), "Hi", "Hello.") for number in range(500)]
    path = llmlogs.made(tmp_path / "logs.db", llmlogs.MODERN, *rows)
    monkeypatch.setattr(database, "_CALLBACKS", 3)
    monkeypatch.setattr(database, "_INSTRUCTIONS", 1000)

    with pytest.raises(ImportRefused, match="takes too long"):
        _read(path)


def test_one_row_asked_for_by_many_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [
        ("prompt_fragments", {"response_id": "1", "fragment_id": 7, "order": n}) for n in range(99)
    ]
    path = llmlogs.made(tmp_path / "logs.db", llmlogs.MODERN, _response("1", "Hi", "Hello."),
                        ("fragments", {"id": 7, "content": "long " * 1000}), *rows)  # fmt: skip
    monkeypatch.setattr(database, "_IN_ALL", 100_000)

    with pytest.raises(ImportRefused, match="holds more than"):
        _read(path)


def test_half_a_file_is_refused_in_words(tmp_path: Path) -> None:
    whole = _threads(tmp_path / "whole.db").read_bytes()
    for size in (16, 100, 4096, len(whole) // 2):
        half = tmp_path / f"{size}.db"
        half.write_bytes(whole[:size])
        with pytest.raises(ImportRefused) as caught:
            imports.drafts_of(half)
        assert caught.value.advice


def test_values_of_other_kinds_are_left_out(tmp_path: Path) -> None:
    path = _threads(tmp_path / "logs.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "UPDATE turns SET options_json = '[[[', duration_ms = 'x', datetime_utc = X'FF'"
        )
        connection.execute(
            "UPDATE parts SET payload = '{\"text_ref\": 3}' WHERE message_hash = 'u'"
        )
        connection.execute("UPDATE messages SET parent_hash = 'a3' WHERE hash = 's'")
        connection.execute("UPDATE responses SET response = X'00FF', conversation_id = 9")
        connection.commit()

    assert [_said(talk)[-1:] for talk in _read(path)][-1] == [("assistant", "Second.")]


def test_another_database_is_none_of_llm(tmp_path: Path) -> None:
    path = llmlogs.made(tmp_path / "x.db", "CREATE TABLE notes (id INTEGER, prompt TEXT);")

    with pytest.raises(ImportRefused, match="not llm's"):
        imports.drafts_of(path)
