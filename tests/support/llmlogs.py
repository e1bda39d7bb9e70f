"""Databases as `llm` makes them, of three of its versions: the tables that a talk stands in."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

#: Until 0.5: one table.
FIRST = """
CREATE TABLE logs (id INTEGER PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
  options_json TEXT, response TEXT, response_json TEXT, reply_to_id INTEGER REFERENCES logs(id),
  chat_id INTEGER, duration_ms INTEGER, datetime_utc TEXT);
"""
#: From 0.6 on, before attachments.
RESPONSES = """
CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
  options_json TEXT, response TEXT, response_json TEXT,
  conversation_id TEXT REFERENCES conversations(id), duration_ms INTEGER, datetime_utc TEXT);
"""
#: What came up to 0.31.
FURTHER = """
ALTER TABLE responses ADD COLUMN input_tokens INTEGER;
ALTER TABLE responses ADD COLUMN output_tokens INTEGER;
ALTER TABLE responses ADD COLUMN token_details TEXT;
ALTER TABLE responses ADD COLUMN schema_id TEXT;
ALTER TABLE responses ADD COLUMN resolved_model TEXT;
ALTER TABLE responses ADD COLUMN reasoning TEXT;
CREATE VIRTUAL TABLE responses_fts USING FTS5 (prompt, response, content=responses);
CREATE TABLE attachments (id TEXT PRIMARY KEY, type TEXT, path TEXT, url TEXT, content BLOB);
CREATE TABLE prompt_attachments (response_id TEXT, attachment_id TEXT, "order" INTEGER,
  PRIMARY KEY (response_id, attachment_id));
CREATE TABLE fragments (id INTEGER PRIMARY KEY, hash TEXT, content TEXT, datetime_utc TEXT, source TEXT);
CREATE TABLE prompt_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER,
  PRIMARY KEY (response_id, fragment_id, "order"));
CREATE TABLE system_fragments (response_id TEXT, fragment_id INTEGER, "order" INTEGER,
  PRIMARY KEY (response_id, fragment_id, "order"));
CREATE TABLE tool_calls (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT,
  arguments TEXT, tool_call_id TEXT);
CREATE TABLE tool_results (id INTEGER PRIMARY KEY, response_id TEXT, tool_id INTEGER, name TEXT,
  output TEXT, tool_call_id TEXT, instance_id INTEGER, exception TEXT);
CREATE TABLE tool_results_attachments (tool_result_id INTEGER, attachment_id TEXT, "order" INTEGER,
  PRIMARY KEY (tool_result_id, attachment_id));
"""
#: Since 0.32.
THREADS = """
CREATE TABLE messages (hash TEXT PRIMARY KEY, parent_hash TEXT, role TEXT, provider_metadata TEXT);
CREATE TABLE parts (id INTEGER PRIMARY KEY, message_hash TEXT, position INTEGER, type TEXT,
  tool_name TEXT, text TEXT, payload TEXT);
CREATE TABLE threads (id TEXT PRIMARY KEY, name TEXT, tip_message_hash TEXT, forked_from TEXT,
  datetime_utc TEXT);
CREATE TABLE turns (id TEXT PRIMARY KEY, thread_id TEXT, parent_message_hash TEXT,
  tip_message_hash TEXT, model TEXT, resolved_model TEXT, options_json TEXT, schema_id TEXT,
  input_tokens INTEGER, output_tokens INTEGER, token_details TEXT, duration_ms INTEGER,
  datetime_utc TEXT, response_json TEXT);
"""
MODERN = RESPONSES + FURTHER


def insert(connection: sqlite3.Connection, table: str, **values: object) -> None:
    """Add one row."""
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" for _ in values)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", [*values.values()])


def made(path: Path, schema: str, *rows: tuple[str, Mapping[str, object]]) -> Path:
    """Write a database with these tables and rows; return its path."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema)
        for table, values in rows:
            insert(connection, table, **values)
        connection.commit()
    return path
