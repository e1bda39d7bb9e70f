"""`llm`'s own database, logs.db, of all versions.

The first had one table (`log`, then `logs`), where `chat_id` is the first row of the talk. Then came
`conversations` and `responses`, and by and by attachments, fragments and tools, each in tables
of their own. Since 0.32 messages are kept once, each under its hash and with that of the one
before it; a thread names the last message of a talk, a turn what one request added. A talk that
went on there stands in both.
"""

from collections import defaultdict
from collections.abc import Iterator

from zatsudan.base.jsonvalues import Json, JsonObject, loads
from zatsudan.sessions.imports import llm
from zatsudan.sessions.imports.database import Tables
from zatsudan.sessions.imports.draft import Draft, Note, iso, text_of
from zatsudan.sessions.imports.foreigntrees import dict_of, list_of
from zatsudan.sessions.imports.leftout import TOOLS, UNKNOWN, LeftOut
from zatsudan.sessions.made import Made


def is_logs(found: Tables) -> bool:
    """Tell whether a database is llm's."""
    return any("prompt" in found.columns(name) for name in ("responses", "logs", "log")) or (
        "threads" in found and "parts" in found
    )


def read(found: Tables, note: Note) -> list[Draft]:
    """Return one draft for each talk, those of the newest tables last."""
    threads = _Threads(found)
    responses: list[Json] = [
        row for row in _responses(found) if row.get("conversation_id") not in threads.whole
    ]
    return [*llm.read(responses, note), *threads.read(note)]


def _responses(found: Tables) -> Iterator[JsonObject]:
    for table in ("log", "logs"):
        for row in found.rows(table, order="id"):
            chat = row.get("chat_id") or row.get("id")
            at = row.get("datetime_utc") or row.get("timestamp_utc") or row.get("timestamp")
            yield {**row, "conversation_id": f"{table} {chat}", "datetime_utc": at}
    names = {row.get("id"): row.get("name") for row in found.rows("conversations")}
    further = _further(found)
    for row in found.rows("responses", order="id"):
        key = row.get("conversation_id")
        yield {**row, "conversation_name": names.get(key), **further.get(row.get("id"), {})}


def _further(found: Tables) -> dict[Json, JsonObject]:
    """Return what stands in other tables, by the id of its response."""
    further: dict[Json, dict[str, list[Json]]] = defaultdict(lambda: defaultdict(list))
    for row in found.rows("prompt_attachments", order="order"):
        attachment = _attachment(found, row.get("attachment_id"))
        further[row.get("response_id")]["attachments"].append(attachment)
    for name in ("prompt_fragments", "system_fragments"):
        for row in found.rows(name, order="order"):
            held = next(found.rows("fragments", id=row.get("fragment_id")), {})
            further[row.get("response_id")][name].append({"content": held.get("content")})
    for row in found.rows("tool_calls", order="id"):
        further[row.get("response_id")]["tool_calls"].append(row)
    of_results: dict[Json, list[Json]] = defaultdict(list)
    for row in found.rows("tool_results_attachments", order="order"):
        of_results[row.get("tool_result_id")].append(_attachment(found, row.get("attachment_id")))
    for row in found.rows("tool_results", order="id"):
        result: JsonObject = {**row, "attachments": of_results.get(row.get("id"), [])}
        further[row.get("response_id")]["tool_results"].append(result)
    return {key: {**held} for key, held in further.items()}


def _attachment(found: Tables, key: Json) -> JsonObject:
    row = next(found.rows("attachments", id=key), {})
    return {**row, "content": llm.base64_of(row.get("content"))}


class _Threads:
    """The talks of the newest tables."""

    def __init__(self, found: Tables) -> None:
        self._found = found
        self._left = LeftOut()
        self._messages = {text_of(row.get("hash")): row for row in found.rows("messages")}
        self._turns: dict[str, list[JsonObject]] = defaultdict(list)
        for row in found.rows("turns", order="id"):
            self._turns[text_of(row.get("thread_id"))].append(row)
        self._threads = {text_of(row.get("id")): row for row in found.rows("threads", order="id")}
        #: The ids of the talks that stand here from their first message on.
        self.whole = {key for key in self._threads if any(self._tips(key))}

    def read(self, note: Note) -> list[Draft]:
        """Return a draft for each thread; where requests began at an earlier message it branches."""
        drafts = [self._draft(key) for key in self._threads]
        for sentence in self._left.sentences():
            note(sentence)
        return [draft for draft in drafts if not draft.is_empty]

    def _tips(self, key: str) -> list[str]:
        """Return the hashes of the last messages: that of each turn, then that of the thread."""
        rows = [*self._turns[key], self._threads[key]]
        tips = [text_of(row.get("tip_message_hash")) for row in rows]
        return [tip if tip in self._messages else "" for tip in tips]

    def _draft(self, key: str) -> Draft:
        draft = Draft()
        turns = self._turns[key]
        draft.title(self._threads[key].get("name"))
        if turns:
            draft.model(turns[-1].get("model"), "llm")
            draft.parameters(llm.options(turns[-1]))
        placed: dict[str, str | None] = {}
        tips = self._tips(key)
        for tip, turn in zip(tips, [*turns, self._threads[key]], strict=True):
            for message in self._new(tip, placed):
                is_reply = message == tip and turn is not self._threads[key]
                self._place(draft, message, turn, placed, made=is_reply)
        last = placed.get(tips[-1] or next(filter(None, reversed(tips)), ""))
        if last is not None and last != draft.last:
            draft.records.append({"type": "head", "id": last})
        return draft

    def _new(self, tip: str, placed: dict[str, str | None]) -> list[str]:
        """Return the hashes up to a message that have no place yet, the first of them first."""
        chain: dict[str, None] = {}
        while tip in self._messages and tip not in placed and tip not in chain:
            chain[tip] = None
            tip = text_of(self._messages[tip].get("parent_hash"))
        return [*chain][::-1]

    def _place(
        self, draft: Draft, key: str, turn: JsonObject, placed: dict[str, str | None], *, made: bool
    ) -> None:
        row = self._messages[key]
        parent = placed.get(text_of(row.get("parent_hash")))
        role = text_of(row.get("role"))
        parts, thoughts = self._parts(key)
        placed[key] = parent
        if role not in ("user", "assistant", "system", "tool"):
            self._left.add(UNKNOWN)
            return
        at = iso(turn.get("datetime_utc"))
        for message in llm.messages(role, parts, self._left):
            if role == "system" and draft.is_empty and isinstance(message.content, str):
                draft.system(message.content)
                continue
            facts = llm.made(turn) if made else Made()
            how = facts._replace(reasoning=thoughts) if message.role == "assistant" else None
            parent = placed[key] = draft.add_after(parent, message, at, how)

    def _parts(self, key: str) -> tuple[list[Json], str]:
        """Return the parts of a message in the API's form, and what was thought."""
        parts: list[Json] = []
        thoughts: list[str] = []
        for row in self._found.rows("parts", order="position", message_hash=key):
            held = _object(row.get("payload"))
            kind, name = row.get("type"), text_of(held.get("name"))
            text = text_of(row.get("text")) or self._text(held)
            call = {"toolCallId": held.get("tool_call_id"), "toolName": name}
            if kind == "text":
                parts.append({"type": "text", "text": text})
            elif kind == "reasoning":
                thoughts += [text] if text else []
            elif held.get("server_executed"):  # its result stands in the same message
                self._left.add(TOOLS)
            elif kind == "tool_call":
                parts.append({"type": "tool-call", **call, "args": held.get("arguments")})
            elif kind == "tool_result":
                given = text_of(held.get("output")) or text_of(held.get("exception"))
                parts.append({"type": "tool-result", **call, "result": given})
                parts += [self._attached(item) for item in list_of(held.get("attachments"))]
            elif kind == "attachment":
                parts.append(self._attached(dict_of(held.get("attachment"))))
            else:
                parts.append({"type": text_of(kind), "text": text})
        return parts, "\n\n".join(thoughts)

    def _attached(self, reference: JsonObject) -> Json:
        return llm.attachment_part(_attachment(self._found, reference.get("id")))

    def _text(self, held: JsonObject) -> str:
        """Return a text of which pieces are kept once, as fragments."""
        pieces = list_of(held.get("text_ref"))
        return "".join(
            text_of(piece.get("literal"))
            or text_of(next(self._found.rows("fragments", id=piece.get("fragment")), {}).get("content"))
            for piece in pieces
        )  # fmt: skip


def _object(value: Json) -> JsonObject:
    """Return an object of its JSON text; an empty one for what is none."""
    try:
        return dict_of(loads(value)) if isinstance(value, str) else {}
    except (ValueError, RecursionError):
        return {}
