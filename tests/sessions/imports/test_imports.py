"""Files from elsewhere become sessions, and nothing in a file can do harm."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.places import DATA
from tests.support.talks import HOSTILE, json_values, sessions, talk, texts
from zatsudan.base.errors import ImportRefused, StoreError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.printable import printable
from zatsudan.config.yaml import parse as parse_yaml
from zatsudan.sessions import imports, journal, shelf
from zatsudan.sessions.exports import export
from zatsudan.sessions.exports.transcript import messages_of
from zatsudan.sessions.imports.draft import iso
from zatsudan.sessions.imports.incoming import LARGEST
from zatsudan.sessions.records import replay
from zatsudan.sessions.session import Session


def _ids() -> Callable[[], str]:
    found = iter(range(1000))
    return lambda: f"id-{next(found):03}"


def _import(path: Path, directory: Path) -> list[Session]:
    return _import_with_notes(path, directory)[0]


def _import_with_notes(path: Path, directory: Path) -> tuple[list[Session], list[str]]:
    notes: list[str] = []
    drafts = imports.drafts_of(path, notes.append)
    paths = imports.write(drafts, directory, _ids(), lambda: "2026-05-05T05:05:05Z")
    return [journal.load(found).session for found in paths], notes


def _read(text: str) -> list[Session]:
    return [replay(draft.records) for draft in imports.read(text)]


def _said(session: Session) -> list[tuple[str, str]]:
    return [(node.message.role, node.message.text) for node in session.path()]


# --- our own -----------------------------------------------------------------


@given(sessions())
def test_export_then_import_gives_an_equal_tree(session: Session) -> None:
    if not session.nodes and not session.partials:
        return
    (found,) = _read(export(session, "jsonl"))
    found.id, found.created = session.id, session.created
    assert found == session


def test_a_tree_of_three_levels_of_retry_and_edit_comes_back(tmp_path: Path) -> None:
    session = _read(json.dumps(_conversations()))[0]
    path = tmp_path / "out.jsonl"
    path.write_text(export(session, "jsonl"), encoding="utf-8")
    (found,) = _import(path, tmp_path / "sessions")
    assert found.nodes == session.nodes
    assert found.children == session.children
    assert found.head == session.head


@given(st.lists(texts, min_size=1, max_size=5), texts)
def test_markdown_comes_back_with_its_texts(told: list[str], system: str) -> None:
    session = talk(*told, system=system, temperature=0.5)
    session.model, session.title = "m", "A title"
    (found,) = _read(export(session, "markdown"))
    assert found.title == "A title"
    assert found.parameters == {"temperature": 0.5}
    assert found.model == "m"
    before = [(message.role, printable(message.text)) for message in messages_of(session)]
    after = [(message.role, message.text) for message in messages_of(found)]
    assert [role for role, _ in after] == [role for role, _ in before]
    for (_, now), (_, then) in zip(after, before, strict=True):
        # A fence or comment that was left open has been closed.
        assert now == then or now.startswith(f"{then}\n")
        assert len(now) <= len(then) + 40


@given(st.lists(texts.filter(bool), min_size=1, max_size=5))
def test_json_comes_back_as_the_messages_that_are_sent(told: list[str]) -> None:
    written = export(talk(*told, system="Be brief."), "json")
    (found,) = _read(written)
    assert found.system == "Be brief."
    assert export(found, "json") == written


def test_several_journals_in_one_file_are_several_sessions(tmp_path: Path) -> None:
    path = tmp_path / "all.jsonl"
    path.write_text("".join(export(talk(name, "ok"), "jsonl") for name in ("one", "two")))
    found, notes = _import_with_notes(path, tmp_path / "sessions")
    assert [session.first_words() for session in found] == ["one", "two"]
    assert [session.id for session in found] == ["id-000", "id-001"]
    assert found[0].created == "2026-01-02T03:04:05Z"
    assert not notes


def test_a_damaged_line_costs_that_record_only(tmp_path: Path) -> None:
    path = tmp_path / "torn.jsonl"
    lines = export(talk("one", "ok", "two"), "jsonl").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2][:20], *lines[3:], lines[3][:30]]))
    (found,), notes = _import_with_notes(path, tmp_path / "sessions")
    assert _said(found) == [("user", "one"), ("user", "two")]
    assert notes == ["Left out: 2 damaged lines."]


def test_records_of_a_later_version_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "later.jsonl"
    path.write_text(export(talk("one"), "jsonl") + '{"type":"mood","value":"good"}\n')
    _import(path, tmp_path / "sessions")
    assert b'{"type":"mood","value":"good"}' in (tmp_path / "sessions/id-000.jsonl").read_bytes()


def test_an_imported_session_is_listed_with_its_age(tmp_path: Path) -> None:
    path = tmp_path / "other order.jsonl"
    message = {"content": "Hello", "role": "user"}
    record = {"message": message, "at": "2024-01-02T03:04:05Z", "id": "1", "type": "message"}
    path.write_text(json.dumps({"id": "x", "type": "session"}) + "\n" + json.dumps(record))
    _import(path, tmp_path / "sessions")
    (summary,) = shelf.summaries(tmp_path / "sessions")
    assert (summary.name, summary.turns, summary.modified) == ("Hello", 1, 1704164645.0)
    assert stat.S_IMODE(summary.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(summary.path.parent.stat().st_mode) == 0o700


# --- ChatGPT -----------------------------------------------------------------


def _conversations() -> list[Json]:
    value: list[Json] = json.loads((DATA / "conversations.json").read_text(encoding="utf-8"))
    return value


def test_chatgpt_keeps_branches_and_drops_scaffolding(tmp_path: Path) -> None:
    (first, second), notes = _import_with_notes(DATA / "conversations.json", tmp_path)
    assert _said(first) == [
        ("user", "[image_asset_pointer]\nA name for this cat?"),
        ("assistant", "Tama."),
        ("user", "A longer one?"),
        ("assistant", "Tamasaburo."),
    ]
    root, reply, *_ = first.path()
    kuro, tama = first.variants(reply)
    assert (kuro.message.text, tama.message.text) == ("Kuro.", "Tama.")
    assert kuro.made is not None
    assert (kuro.made.model, kuro.made.reasoning) == ("o3", "It is black.")
    cut = next(node for node in first.replies() if node.message.text == "Mi")
    assert cut.made is not None
    assert cut.made.ended == "interrupted"
    last = first.path()[-1].made
    assert last is not None
    assert last.finish_reason == "length"
    assert (first.title, first.model, root.at) == (
        "Names for a 猫",
        "gpt-4o",
        "2023-11-14T22:13:21Z",
    )
    assert _said(second) == [("user", "Hello"), ("assistant", "Hi!")]
    assert notes == [
        "Left out: 2 messages to or from tools.",
        "Left out: 1 picture or sound, its place is marked.",
        "Left out: 1 conversation without a message.",
    ]


def test_a_conversation_that_goes_in_circles_ends() -> None:
    said: Json = {
        "author": {"role": "user"},
        "content": {"content_type": "text", "parts": ["Hello"]},
    }
    mapping: dict[str, Json] = {
        "a": {"parent": "b", "children": ["b"], "message": said},
        "b": {"parent": "a", "children": ["a"], "message": said},
        "c": {"parent": None, "children": ["c", "a", 7, None, {}], "message": said},
        "d": {"parent": "d", "children": "d", "message": said},
    }
    (found,) = _read(json.dumps([{"mapping": mapping, "current_node": "a"}]))
    assert _said(found) == [("user", "Hello")]


def test_a_long_conversation_does_not_nest_too_deep() -> None:
    mapping = {
        str(number): {
            "parent": str(number - 1) if number else None,
            "children": [str(number + 1)],
            "message": {
                "author": {"role": "assistant" if number % 2 else "user"},
                "content": {"content_type": "text", "parts": [f"text {number}"]},
            },
        }
        for number in range(5000)
    }
    (found,) = _read(json.dumps({"mapping": mapping, "current_node": "4999"}))
    assert len(found.path()) == 5000


# --- llm, messages, aichat ---------------------------------------------------


def test_llm_groups_responses_by_conversation(tmp_path: Path) -> None:
    (first, second), notes = _import_with_notes(DATA / "llm.json", tmp_path)
    assert _said(first) == [
        ("user", "A name for a lion"),
        ("assistant", "Leo."),
        ("user", "And another?"),
        ("assistant", "Nala."),
    ]
    assert (first.system, first.title, first.model) == (
        "Be brief.",
        "A name for a lion",
        "gpt-4o-mini",
    )
    assert first.parameters == {"temperature": 0.5}
    made = [node.made for node in first.path() if node.made is not None]
    assert [dict(facts.parameters) for facts in made] == [
        {"temperature": 1.5},
        {"temperature": 0.5},
    ]
    assert made[0].usage is not None
    assert (made[0].usage.prompt, made[0].usage.completion, made[0].seconds) == (12, 2, 1.25)
    assert first.created == "2026-02-03T04:05:06Z"
    assert _said(second) == [("user", "What is on it?\n\n[image/png]"), ("assistant", "A cat.")]
    assert notes == ["Left out: 1 picture or sound, its place is marked."]


def test_messages_come_back_unchanged(tmp_path: Path) -> None:
    (found,) = _import(DATA / "messages.json", tmp_path)
    body = json.loads((DATA / "messages.json").read_text(encoding="utf-8"))
    assert [message.to_json() for message in messages_of(found)] == body["messages"]
    assert (found.model, found.parameters) == ("gpt-4o", {"temperature": 0.4})
    (same,) = _read(json.dumps(body["messages"]))
    assert same.nodes == found.nodes
    (lines,) = _read("\n".join(json.dumps(message) for message in body["messages"]))
    assert lines.nodes == found.nodes
    assert len(_read("\n".join([json.dumps(body)] * 3))) == 3


def test_aichat_is_read(tmp_path: Path) -> None:
    (found,) = _import(DATA / "aichat.yaml", tmp_path)
    assert (found.system, found.model, found.server) == ("You are a poet.", "gpt-4o", "aichat")
    assert found.parameters == {"temperature": 0.7}
    assert [node.message.content for node in found.path()] == [
        "it's: a # test",
        "First line\n\n  indented: yes\n# no comment\n```py\nx = [1]\n```",
        "  begins with blanks\nends with a newline\n",
        "tab\there 😀 日本語",
        [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "https://example.org/cat.png"}},
        ],
        "A cat.",
    ]


def test_what_aichat_has_compressed_comes_first() -> None:
    text = "compressed_messages:\n- role: user\n  content: early\nmessages:\n- role: user\n  content: late\n"
    assert [said for _, said in _said(_read(text)[0])] == ["early", "late"]


def test_a_file_of_powershell_is_read(tmp_path: Path) -> None:
    path = tmp_path / "messages.json"
    path.write_text('[{"role": "user", "content": "日本"}]', encoding="utf-16")
    assert _said(_import(path, tmp_path / "sessions")[0]) == [("user", "日本")]


# --- what is refused ---------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no kind that can be imported"),
        ("Dear diary", "no kind that can be imported"),
        ("[", "no JSON"),
        ("[]", "no kind that can be imported"),
        ("{}", "no kind that can be imported"),
        ('{"messages": []}', "holds no message"),
        ('{"messages": [7]}', "message 1 is no message but a number"),
        ('[{"role": "user", "content": "a"}, {"role": "boss", "content": "b"}]', "role 'boss'"),
        ('[{"role": "user", "content": {"a": 1}}]', "content of message 1 is an object"),
        (
            '{"type": "message", "id": "3", "message": {"role": "\\u001b]52;c;UFdORUQ=\\u0007", "content": "x"}}',
            "message 3 has the role '␛]52;c;UFdORUQ=␇'",
        ),
        ("[" * 100_000, "nested"),
        ('[{"role": "user", "content": [' + "[" * 200 + "]" * 200 + "]}]", "nested"),
        ('{"type": "session"}', "holds no message"),
        ("messages: &a\n- x", "Line 1 of the YAML"),
        ("messages:\n- role: user\n  content: 'open", "Line 3 .* end of stream"),
        ("messages:\n- role: user\n  content: &b [a]\n- *b", "Line 3 .* anchors and aliases"),
        ("messages:\n- *b", "Line 2 .* anchors and aliases"),
        ("messages:\n- !!python/object/apply:os.abort []", "Line 2 .* tags are not read"),
        ("messages:\n- role: user\n  role: user", "Line 3 .* role stands there twice"),
        ("messages:\n- ? [a]\n  : b", "Line 2 .* a key is no text"),
        ("messages:\n- x\n---\nmessages:", "Line 3 .* a second document"),
        ("messages:\n- 'a \x1b b'", r"Line 2 .* U\+001B has to be escaped"),
        ("messages:\n" + "- " * 50 + "x", "nested too deep"),
        ("messages: [" + "[" * 50, "nested too deep"),
        ("messages:\n" + "[" * 100_000, "Line 2 of the YAML"),
        ("messages:\n" + "{a: " * 100_000, "Line 2 of the YAML"),
        ("messages:\n" + "- " * 100_000, "Line 2 of the YAML"),
        ("messages:\n\t- x", "Line 2 of the YAML"),
        ("messages: none", "messages is no list"),
        ("---\nzatsudan: 1\n---\n", "holds no message"),
        ("---\nzatsudan: 1\ntitle: [\n---\n", "no JSON"),
    ],
)
def test_what_cannot_be_understood_is_refused(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text(text)
    with pytest.raises(ImportRefused, match=sentence) as caught:
        _import(path, tmp_path / "sessions")
    assert caught.value.advice
    assert not (tmp_path / "sessions").exists()


@pytest.mark.posix
def test_what_is_no_file_of_text_is_refused(tmp_path: Path) -> None:
    zipped, binary, huge = tmp_path / "a.zip", tmp_path / "b", tmp_path / "c"
    zipped.write_bytes(b"PK\x03\x04rest")
    binary.write_bytes(b"\x89PNG\xff\xfe")
    with huge.open("wb") as file:
        file.truncate(LARGEST + 1)
    for path, sentence in (
        (zipped, "The zip a.zip cannot be read"),
        (binary, "no text"),
        (huge, "larger than 100 MB"),
        (tmp_path, "holds no JSON"),
        (Path("/dev/zero"), "is no file"),
        (tmp_path / "none", "cannot be read"),
        (tmp_path / "nul\0", "cannot be read"),
    ):
        with pytest.raises(ImportRefused, match=sentence):
            _import(path, tmp_path / "sessions")


def test_a_disk_that_takes_nothing_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "sessions").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be saved"):
        _import(DATA / "conversations.json", tmp_path / "sessions")


@pytest.mark.parametrize(
    ("value", "time"),
    [
        (1700000000.9, "2023-11-14T22:13:20Z"),
        ("2026-02-03T04:05:06.789+02:00", "2026-02-03T02:05:06Z"),
        ("0007-01-01", "0007-01-01T00:00:00Z"),
        ("0001-01-01T00:00:00+05:00", ""),
        (1e300, ""),
        (-(10**30), ""),
        (True, ""),
        ("yesterday", ""),
        (None, ""),
    ],
)
def test_times_are_read_or_left_out(value: Json, time: str) -> None:
    assert iso(value) == time


def test_an_odd_time_does_no_harm_to_the_file(tmp_path: Path) -> None:
    path = tmp_path / "old.json"
    response = {"conversation_id": "a", "prompt": "Hi", "response": "Ho"}
    path.write_text(json.dumps([{**response, "datetime_utc": "0007-01-01"}]))
    assert _said(_import(path, tmp_path / "sessions")[0]) == [("user", "Hi"), ("assistant", "Ho")]


def test_a_name_that_is_taken_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "id-000.jsonl").write_text("mine")
    found = _import(DATA / "messages.json", tmp_path)
    assert found[0].id == "id-001"
    assert (tmp_path / "id-000.jsonl").read_text() == "mine"


_SHAPES = st.sampled_from(
    [
        *("mapping", "message", "messages", "role", "content", "parts", "author", "parent"),
        *("children", "content_type", "thoughts", "metadata", "conversation_id", "prompt"),
        *("response", "type", "id", "made", "usage", "text", "current_node", "options_json"),
        *("datetime_utc", "duration_ms", "create_time", "recipient", "finish_details"),
    ]
)
_WORDS = st.sampled_from(
    [
        *("user", "assistant", "system", "tool", "text", "code", "session", "message", "delta"),
        *("thoughts", "set", "head", "pin", "a", "b", "2026-01-01", "1e999"),
    ]
)
_foreign = st.recursive(
    st.one_of(_WORDS, json_values),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4), st.dictionaries(st.one_of(_SHAPES, _WORDS), inner, max_size=6)
    ),
    max_leaves=25,
)


@settings(max_examples=300)
@given(
    st.one_of(
        _foreign,
        st.lists(st.fixed_dictionaries({"mapping": st.dictionaries(_WORDS, _foreign)})),
        st.lists(
            st.fixed_dictionaries(
                {"mapping": st.dictionaries(_WORDS, st.dictionaries(_SHAPES, _foreign))}
            )
        ),
        st.lists(
            st.fixed_dictionaries(
                {"conversation_id": _foreign, "prompt": _foreign, "response": _foreign},
                optional={"options_json": _foreign, "datetime_utc": _foreign, "system": _foreign},
            )
        ),
        st.lists(
            st.fixed_dictionaries(
                {"type": _WORDS, "id": _WORDS},
                optional={"message": _foreign, "made": _foreign, "at": _foreign, "value": _foreign},
            )
        ),
    )
)
def test_no_json_does_more_than_be_refused(value: Json) -> None:
    try:
        found = _read(json.dumps(value))
    except ImportRefused:
        return
    for session in found:
        export(session, "html")
        export(session, "jsonl")


_LINES = st.lists(
    st.one_of(
        st.builds(
            "{}{}{}".format,
            st.sampled_from(["", "  ", "- ", "    ", "- - ", "\t", "# "]),
            st.sampled_from(["messages:", "role: ", "content: ", "- ", "model:", "'a': ", '"b": ']),
            st.one_of(
                st.sampled_from(
                    ["user", "|", "|2-", "|+", ">", "'x", '"\\x', '"\\q"', "[]", "{a", "*b", "1e9"]
                ),
                texts,
            ),
        ),
        st.just("messages:"),
        texts,
    ),
    max_size=8,
)


@settings(max_examples=300)
@given(_LINES)
def test_no_yaml_and_no_markdown_does_more_than_be_refused(lines: list[str]) -> None:
    for start in ("messages:\n", "---\nzatsudan: 1\n---\n", ""):
        try:
            found = _read(start + "\n".join(lines))
        except ImportRefused:
            continue
        for session in found:
            export(session, "jsonl")


@pytest.fixture(params=[True, False], ids=["libyaml", "python"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read YAML with the library's reader in C, then with the one in Python."""
    if request.param and not yaml.__with_libyaml__:
        pytest.skip("no libyaml here")
    monkeypatch.setattr(yaml, "__with_libyaml__", request.param)


def _yaml(content: str) -> Json:
    (found,) = _read(f"messages:\n- role: user\n  content: {content}\n")
    return next(iter(found.path())).message.content


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize("text", [text for text in HOSTILE if "\ud800" not in text])
def test_hostile_text_in_yaml_comes_back_as_it_was(text: str) -> None:
    dumped = yaml.dump(text, default_style='"', allow_unicode=True, width=10**6)
    assert _yaml(dumped) == text.replace("\r\n", "\n")


@pytest.mark.usefixtures("reader")
@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2024-01-01", "2024-01-01"),
        ("2024-01-01 10:00:00", "2024-01-01 10:00:00"),
        ("yes", "yes"),
        ("Off", "Off"),
        ("0x1F", "0x1F"),
        ("1_000", "1_000"),
        ("12:30:45", "12:30:45"),
        (".inf", ".inf"),
        ("=", "="),
        ("'1'", "1"),
        ("'true'", "true"),
        ('"null"', "null"),
        ("one\n    two", "one two"),
        (">\n    folded\n    text", "folded text\n"),
        ("|+\n    kept\n\n", "kept\n\n\n"),
    ],
)
def test_what_is_text_for_aichat_is_text(written: str, read: str) -> None:
    assert _yaml(written) == read


@pytest.mark.usefixtures("reader")
def test_what_yaml_holds_of_numbers_and_words() -> None:
    text = "{a: 1, b: -0.5, c: 1e3, d: true, e: Null, f: ~, g: , h: 0o7, i: 1" + "0" * 30 + "}"

    assert parse_yaml(text) == {
        "a": 1, "b": -0.5, "c": 1000.0, "d": True, "e": None, "f": None, "g": None,
        "h": "0o7", "i": "1" + "0" * 30,
    }  # fmt: skip
    assert parse_yaml("") is None
