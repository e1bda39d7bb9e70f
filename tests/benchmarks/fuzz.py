"""Throw what nobody would send at all that reads, and look for an exception that is not ours.

    python -m tests.benchmarks.fuzz [CASES]

Each target takes drawn input and may raise ZatsudanError; anything else is a
fault, and hypothesis prints the smallest input that shows it. What comes out
must also hold what every caller relies on. Prints a Markdown table.
"""

import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.quirks import QUIRKS
from tests.support.strategies import any_text, cuts, pieces, records
from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.printable import one_line, printable
from zatsudan.base.words import split
from zatsudan.config import configtext
from zatsudan.parameters.assignments import read_assignments
from zatsudan.sessions import imports, journal, shelf
from zatsudan.sessions.records import apply, recovery
from zatsudan.sessions.window import Frame, choose
from zatsudan.talk.deciding import parse
from zatsudan.terminal.live.replies import markdown_streams
from zatsudan.wire.chunkjson import read_chunk
from zatsudan.wire.errorbodies import read_error
from zatsudan.wire.messages import Message, Usage
from zatsudan.wire.models import choose_model, read_models
from zatsudan.wire.protocol import build_request
from zatsudan.wire.reader import Reader
from zatsudan.wire.refusals import mended, prompt_size, understand
from zatsudan.wire.reply import Reply

_BODIES = [quirk.body for quirk in QUIRKS if len(quirk.body) < 3000]

#: Names that are read somewhere: only under these does a value of the wrong kind matter.
_keys = st.sampled_from([
    "choices", "delta", "message", "content", "index", "finish_reason", "logprobs", "usage", "error", "code",
    "param", "detail", "loc", "msg", "text", "type", "thinking", "reasoning", "tool_calls", "function",
    "arguments", "tokens", "token", "token_logprobs", "top_logprobs", "probs", "prob", "data", "models", "id",
    "meta", "n_ctx", "prompt_tokens", "completion_tokens", "completion_probabilities", "x_groq", "refusal",
    "choices", "delta", "content",
])  # fmt: skip

json_values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(_keys | any_text, inner, max_size=5)
    ),
    max_leaves=12,
)


@st.composite
def mutated(draw: st.DrawFn, originals: list[bytes]) -> bytes:
    """One of the originals, with pieces cut out, doubled, overwritten or put in."""
    data = draw(st.sampled_from(originals))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 40)))
        new = draw(st.sampled_from([b"", data[start:end] * 2, b"\n", b"\r", b"\n\n", b'"', b"{", b"}", b"]", b"\\ud83d", b"null", b"1e999", b"-"]) | st.binary(max_size=4))  # fmt: skip
        data = data[:start] + new + data[end:]
    return data


def read_stream(body: bytes, places: list[int]) -> None:
    """Bytes to events to chunks to replies."""
    reader, replies = Reader(), dict[int, Reply]()
    with suppress(ZatsudanError):
        for piece in pieces(body, [min(place, len(body)) for place in places]):
            for chunk in reader.feed(piece):
                for delta in chunk.deltas:
                    replies.setdefault(delta.index, Reply()).add(delta)
        for chunk in [*reader.close(), *reader.rest()]:
            for delta in chunk.deltas:
                replies.setdefault(delta.index, Reply()).add(delta)
    for reply in replies.values():
        reply.content.encode()  # no halves of characters are left
        journal.encode(Message("assistant", reply.content, reply.calls).to_json())


def read_values(value: Json, status: int) -> None:
    """Any JSON where a chunk, an error, a list of models or a count is expected."""
    with suppress(ZatsudanError):
        chunk = read_chunk(value)
        for delta in chunk.deltas:
            Reply().add(delta)
    Usage.from_json(value)
    choose_model(read_models(value))
    message, code, param = read_error(journal.encode({"error": value}))
    error = StatusError(status, message, code=code, param=param)
    body = build_request("m", [Message("system", "s"), Message("user", "u")], {"seed": 1, "n": 2})
    repair = understand(error, body)
    prompt_size(error)
    assert mended(body, [repair] if repair else [])["messages"]


def load_journal(data: bytes) -> None:
    """Bytes where a journal is expected."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / f"x{journal.SUFFIX}"
        path.write_bytes(data)
        shelf.summaries(Path(directory))
        try:
            session = journal.load(path).session
        except ZatsudanError:
            return
    for record in recovery(session):
        apply(session, record)
    assert not session.partials
    with suppress(ZatsudanError):
        window = choose(
            session.path(), Frame(session.system), session.pinned, budget=500, count=len
        )
        journal.encode(build_request("m", window.messages, session.parameters))


def make_printable(text: str) -> None:
    """Any text to text that a terminal can be shown."""
    shown = printable(text)
    assert len(shown) == len(text)
    assert printable(shown) == shown
    shown.encode()
    assert not any(char < " " and char not in "\n\t" for char in shown)
    assert "\n" not in one_line(text)


def parse_config(text: str) -> None:
    """A text where a config file is expected."""
    with suppress(ZatsudanError):
        configtext.parse(text, "config.toml")


def draw_markdown(text: str, places: list[int]) -> None:
    """Any text as Markdown, piece by piece."""
    stream = markdown_streams({"TERM": "xterm-256color"})(30)
    bounds = [0, *sorted(min(place, len(text)) for place in places), len(text)]
    for start, end in pairwise(bounds):
        stream.feed(text[start:end])
        stream.tail(5)
    for row in stream.finish():
        row.encode()


def read_line(text: str) -> None:
    """A line where a command or a parameter is expected."""
    parse(text)
    with suppress(ZatsudanError):
        read_assignments(split(text), {"temperature": 1.0})


def import_text(text: str) -> None:
    """A text where a file from elsewhere is expected."""
    with suppress(ZatsudanError):
        for draft in imports.read(text):
            for record in draft.records:
                journal.encode(record)


_toml = st.lists(
    st.sampled_from([
        "[profiles.a]\n", "[network]\n", "[parameters]\n", "[[profiles]]\n", "[profiles.a.prices.m]\n", "[", "]\n", "\n",
        'base_url = "x"\n', "temperature = 0.5\n", "idle_seconds = ", "nan", "inf", "1e400", "1979-05-27\n", "{a=1}\n",
        '"', "'", '"""', "=", ".", "a", "true\n", "stop = []\n", '"+x" = [1, [2]]\n', "profile = 'a'\n", "#", "-1\n",
    ]) | any_text,
    max_size=12,
).map("".join)  # fmt: skip

_records: list[JsonObject] = [
    {"type": "session", "version": 1, "id": "a", "created": "x"},
    {"type": "message", "id": "1", "parent": None, "at": "", "message": {"role": "user", "content": "hi"}},
    {"type": "delta", "id": "2", "parent": "1", "content": "he"},
    {"type": "message", "id": "2", "parent": "1", "message": {"role": "assistant", "content": "hey"}, "made": {"ended": "finished", "usage": {"prompt_tokens": 1}}},
    {"type": "head", "id": "1"},
    {"type": "pin", "id": "1"},
]  # fmt: skip
_journal = b"".join(map(journal.encode, _records))

_marked = st.lists(
    st.sampled_from([*"`*_~#>-|<&!\n\\[]()", "```", "\n\n", "| a | b |\n", "|---|---|\n", "- ", "1. ", "    ", "[a](b)", "<b>", "&#27;", "あ", "👨‍👩‍👧", "é"])
    | st.characters(),
    max_size=60,
).map("".join)  # fmt: skip

_foreign = st.lists(
    st.sampled_from(['{"messages":', '[{"role":"user","content":"a"}]', '{"mapping":{"a":{"message":null,"children":["a"]}}}', "}", "]", ",", "- role: user\n  content: a\n", "model: m\n", "## User\n\na\n\n", "\n", '"type":"message"', "\\ud83d", "null"])
    | any_text,
    max_size=8,
).map("".join)  # fmt: skip

#: What is fuzzed, and what it is given.
TARGETS: dict[str, tuple[Callable[..., None], tuple[st.SearchStrategy[object], ...]]] = {
    "streams and chunks, mutated": (read_stream, (mutated(_BODIES), cuts(3000))),
    "streams of any JSON": (read_stream, (json_values.map(lambda value: b"data: " + journal.encode({"choices": [value]}) + b"\n"), cuts(400))),
    "chunks, errors, models, refusals": (read_values, (json_values, st.sampled_from([400, 403, 422, 500]))),
    "journals, mutated": (load_journal, (mutated([_journal]),)),
    "journals of any records": (load_journal, (st.lists(records, max_size=8).map(lambda found: b"".join(map(journal.encode, found))),)),
    "printable": (make_printable, (st.text(st.characters()),)),
    "config": (parse_config, (_toml,)),
    "Markdown": (draw_markdown, (_marked, cuts(60))),
    "commands and parameters": (read_line, (st.text(max_size=40) | st.text("/set temperaturestop=\"'[]{}\\ +-.0123", max_size=40),)),
    "files from elsewhere": (import_text, (_foreign,)),
}  # fmt: skip


def run(name: str, cases: int) -> None:
    """Run a target; raises what it should not have raised."""
    target, strategies = TARGETS[name]
    settings(
        max_examples=cases, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )(given(*strategies)(target))()


def main(cases: int) -> int:
    sys.stdout.write("| target | cases | seconds | faults |\n|---|--:|--:|---|\n")
    faults = 0
    for name in TARGETS:
        started = time.monotonic()
        try:
            run(name, cases)
            found = "none"
        except BaseException as error:  # noqa: BLE001  whatever it is, it is what we look for
            traceback.print_exception(error)
            faults, found = faults + 1, type(error).__name__
        sys.stdout.write(f"| {name} | {cases:,} | {time.monotonic() - started:.0f} | {found} |\n")
        sys.stdout.flush()
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
