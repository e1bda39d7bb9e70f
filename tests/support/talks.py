"""Sessions to try things on: with branches, parts, calls of tools, and hostile text."""

from hypothesis import strategies as st

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.sessions.byhand import DELETED, HIDDEN, ByHand
from zatsudan.sessions.characters.card import Book, Character, Entry
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import apply, character_record, message_record, replay
from zatsudan.sessions.session import Session
from zatsudan.wire.messages import ROLES, Message, Usage

HOSTILE = (
    "</script><script>alert(1)</script>",
    "<!-- never closed",
    "```py\nnever = 'closed'",
    "~~~\n## User\n\nfeigned",
    "## Assistant\n\nfeigned",
    "\\## System",
    "<img src=x onerror=alert(1)> [x](javascript:alert(1)) ![y](https://example.org/y.png)",
    "&#x202e;&#27;&lt;b&gt; &amp;",
    "\x1b[2J\x1b]0;title\x07 \x9b31m \u202e \u2028 \U000e0041",
    "\ud800 alone \udfff",
    "JSON\nEOF\n'; rm -rf x; $(id) `id` $HOME ${HOME:?} !! \\",
    "{{$processEnv HOME}} ${process.env.HOME} {body}",
    "'''\"\"\"\\u0041\r\n\ttabs \0 nul",
    "<pre>\n<style>",
    "- a list\n  ```\n  in it",
    "日本語「括弧」👨‍👩‍👧",
    "---\nzatsudan: 1\n---\n",
)

texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30), st.just(""))
json_values: st.SearchStrategy[Json] = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**70), 2**70),
        st.floats(allow_nan=False, allow_infinity=False),
        texts,
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.one_of(st.just("__proto__"), texts), inner, max_size=3),
    ),
    max_leaves=6,
)
_parts = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, texts),
        st.just({"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}),
        st.dictionaries(texts, json_values, max_size=2),
    ),
    max_size=3,
)
_calls = st.fixed_dictionaries(
    {
        "tool_calls": st.lists(
            st.fixed_dictionaries(
                {
                    "id": texts,
                    "function": st.fixed_dictionaries({"name": texts, "arguments": texts}),
                }
            ),
            min_size=1,
            max_size=2,
        )
    }
)
_bare = st.just(NOTHING)
messages = st.one_of(
    st.builds(Message, st.sampled_from(["user", "assistant", "user", "assistant"]), texts, _bare),
    st.builds(Message, st.sampled_from(ROLES), st.one_of(texts, _parts), _bare),
    st.builds(Message, st.just("assistant"), st.none(), _calls),
    st.builds(
        lambda text, name: Message("tool", text, {"tool_call_id": "c1", "name": name}), texts, texts
    ),
    st.builds(lambda text: Message("function", text, {"name": "f"}), texts),
)
_mades = st.builds(
    lambda **values: Made.from_json(Made(**values).to_json()),
    ended=st.sampled_from(["finished", "interrupted", "failed"]),
    finish_reason=st.sampled_from([None, "stop", "length"]),
    error=texts,
    model=texts,
    parameters=st.dictionaries(
        st.sampled_from(["temperature", "seed", "stop"]), json_values, max_size=2
    ),
    usage=st.one_of(
        st.none(),
        st.builds(
            Usage,
            st.integers(0, 99),
            st.integers(0, 99),
            written=st.integers(0, 99),
            cost=st.none(),
            told=st.just({}),
        ),
    ),
    first=st.one_of(st.none(), st.floats(0, 99)),
    seconds=st.floats(0, 999),
    reasoning=texts,
    left_out=st.integers(0, 3),
    logprobs=st.lists(json_values, max_size=1).map(tuple),
)


_by_hand = st.none() | st.builds(ByHand, st.sampled_from(["", "1", "2"]), texts)
_words = st.lists(texts, max_size=2).map(tuple)
_characters = st.builds(
    Character,
    texts.map(lambda text: f"n{text}"),
    description=texts,
    post_history=texts,
    greetings=_words,
    book=st.builds(
        Book,
        st.lists(
            st.builds(Entry, texts, keys=_words, depth=st.none() | st.integers(0, 3)), max_size=2
        ).map(tuple),
        st.none() | st.integers(0, 9),
    ),
)


def _record(draw: st.DrawFn, session: Session) -> JsonObject:
    ids = [None, *session.nodes]
    kind = draw(st.sampled_from([*["message"] * 6, *KINDS]))
    anywhere = draw(st.sampled_from(ids))
    if kind == "message":
        message = draw(messages)
        made = draw(_mades) if message.role == "assistant" and draw(st.booleans()) else None
        at = "2026-01-02T03:04:05Z"
        by_hand = draw(_by_hand) if made is None else None
        return message_record(session.next_id(), anywhere, message, at, made, by_hand=by_hand)
    if kind == "delta":
        return {
            "type": "delta",
            "id": session.next_id() if draw(st.booleans()) else str(session.last_number),
            "parent": anywhere,
            "content": draw(texts),
        }
    if kind == "lab":
        cells: list[Json] = [
            {"label": draw(texts), "id": draw(st.sampled_from(ids))}
            for _ in range(draw(st.integers(0, 3)))
        ]
        for place, cell in enumerate(cells if draw(st.booleans()) else []):
            assert isinstance(cell, dict)
            parameters: Json = {"temperature": place}
            plan: dict[str, Json] = {
                "setting": place // 2,
                "parameters": parameters,
                "parent": anywhere or "",
            }
            if draw(st.booleans()):
                plan["pool"] = ["", "gpu"]
            cell["plan"] = plan
        blind, by = draw(st.booleans()), draw(st.sampled_from(["", "-likeness"]))
        return {"type": "lab", "parent": anywhere, "cells": cells, "blind": blind, "by": by}
    if kind == "by_state":
        values = st.dictionaries(st.sampled_from(["temperature", "stop"]), json_values, max_size=2)
        return {"type": kind, "plain": draw(values), "thinking": draw(values)}
    return _of_settings(draw, kind, anywhere)


def _of_settings(draw: st.DrawFn, kind: str, anywhere: str | None) -> JsonObject:
    if kind == "character":
        return character_record(draw(st.none() | _characters))
    if kind == "vote":
        return {"type": "vote", "picked": draw(st.sampled_from("ab")), "labels": ["a", draw(texts)]}
    return {
        "type": kind,
        "id": anywhere if kind in ("head", "pin", "withhold", "cell") else "a",
        "at": draw(st.integers(-1, 3)),
        "how": draw(st.sampled_from([HIDDEN, DELETED, ""])),
        "text": draw(texts),
        "always": draw(st.booleans()),
        "pinned": draw(st.booleans()),
        "name": draw(st.sampled_from(["temperature", "top_k", "stop"])),
        "value": draw(json_values),
        "origin": draw(st.sampled_from(["session", "config"])),
        "content": draw(texts),
        "model": draw(texts),
        "server": draw(texts),
        "title": draw(texts),
    }


KINDS = (
    *("delta", "set", "unset", "system", "model", "title", "head", "pin", "withhold", "begin"),
    *("lab", "cell", "vote", "by_state", "character"),
)


@st.composite
def sessions(draw: st.DrawFn) -> Session:
    """Draw a session that grew record by record."""
    session = replay([{"type": "session", "id": "drawn", "created": "2026-01-02T03:04:05Z"}])
    for _ in range(draw(st.integers(0, 14))):
        apply(session, _record(draw, session))
    session.unknown = 0
    return session


def talk(*texts: str, **records: Json) -> Session:
    """Return a session in which user and assistant say these texts in turn."""
    session = replay([{"type": "session", "id": "told", "created": "2026-01-02T03:04:05Z"}])
    if "system" in records:
        apply(session, {"type": "system", "content": records.pop("system")})
    for name, value in records.items():
        apply(session, {"type": "set", "name": name, "value": value})
    for at, text in enumerate(texts):
        message = Message("assistant" if at % 2 else "user", text)
        made = Made(model="scripted") if at % 2 else None
        record = message_record(session.next_id(), session.head, message, "", made)
        apply(session, record)
    return session
