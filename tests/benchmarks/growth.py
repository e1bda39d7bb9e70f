"""How the cost of foreign text grows: each function on each shape, at sizes that double.

    python -m tests.benchmarks.growth [NAME…]

Takes CPU time at sizes that are four times the one before, and prints where it grew
by clearly more than the size: the exponent between the last two (1 is in proportion,
2 is quadratic). Sizes grow until a step takes LEAST seconds or the text has MOST characters.
Each function gets every unit alone, then units behind beginnings in a fixed disorder until
SHARE seconds of CPU are gone. What takes HUNG seconds at once is stopped, and printed as inf.
GROWTH_SHARE sets another SHARE. Last come, for each function, the shapes tried and what grew.
"""

import contextlib
import json
import math
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import FrameType

from zatsudan.base import matching, words
from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json, loads
from zatsudan.base.printable import one_line, printable, printable_json
from zatsudan.base.secrets import Secrets, secret_values, shown_address, shown_line, shown_variable
from zatsudan.base.styles import read as read_style
from zatsudan.commands import finding as search_command
from zatsudan.commands import picking
from zatsudan.config import configtext, exposed, presetfiles, profiles
from zatsudan.lab import diff, metrics
from zatsudan.lab.diff import difference_at
from zatsudan.markdown.codeblocks import ats_in_code, code_blocks, fenced
from zatsudan.markdown.inline import inline
from zatsudan.markdown.links import links
from zatsudan.servers.engine import quantisations
from zatsudan.sessions import search, summary, titles
from zatsudan.sessions.calls import Call
from zatsudan.sessions.estimate import raw_count
from zatsudan.sessions.exports import FORMATS, export
from zatsudan.sessions.exports.outgoing import Request, Value
from zatsudan.sessions.imports import read as import_text
from zatsudan.sessions.records import recovery, replay
from zatsudan.sessions.session import Session
from zatsudan.sessions.snapshot import records
from zatsudan.sessions.tree import picture
from zatsudan.sessions.window import Frame, choose, in_order, turns_of
from zatsudan.talk.attachments import mentioned, mentions, said
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.live import history
from zatsudan.terminal.live.textstream import TextStream
from zatsudan.terminal.markdown.highlight import Highlighter
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.plain.linereader import marked
from zatsudan.terminal.text.rows import columns_of, cut, uncoloured, wrap
from zatsudan.terminal.text.shortfalls import describe_call
from zatsudan.wire.errorbodies import read_error
from zatsudan.wire.logprobs import read_logprobs
from zatsudan.wire.messages import Message
from zatsudan.wire.models import read_models
from zatsudan.wire.protocol import Delta
from zatsudan.wire.reader import Reader
from zatsudan.wire.refusals import prompt_size, understand
from zatsudan.wire.reply import Reply
from zatsudan.wire.retries import read_retry_after
from zatsudan.wire.sse import Decoder
from zatsudan.wire.thinking import ThinkSplitter
from zatsudan.wire.tokenview import pieces, read_tokens

LEAST, MOST = 0.2, 400_000
SHARE, HUNG = float(os.environ.get("GROWTH_SHARE", "20")), 10.0
LOOK = Look()
_PROGRAMS = ("curl", "python", "python-openai", "javascript", "http")
#: An exponent above this is more than n log n with the noise of a machine.
LIMIT = 1.45

UNITS = (
    "a", " ", "\n", "\t", "\r", "あ", "a ", "a\n", "(", ")", "[", "]", "<", ">", "{", "}", "|", "`", "~",
    "*", "_", "**a", "*a ", "_a_", "#", "# a\n", "- a\n", "1. a\n", "> ", "> a\n", "```\n", "`a", "``a`",
    "~~~\na\n", "![", "](", "[a](", "[a](b)", "[a]: b\n", "https://a ", "https://a", "&amp;", "&", "\\", "\x1b[31m",
    "\x1b]8;;", "\u200d", "👩‍👩‍👧", "e\u0301", "\u202e", '"', "'", "/*", "//", "@", "@a ", "@a", "|a", "|a|b|\n|-|-|\n",
    "|a|b|\n", "<a ", "<!--", "<b>", "</a>", "<title>", "<h1 ", "= ", ": ", "a: b\n", "- a: ", "  ", "    a\n", "  - ",
    "$", "%", ",", ".", "..", "0", "0.", "1,", "=", "!", "!!", "/", "a=", 'a="', "$(", "<think>", "</think", "\ud83d",
    "%25", "&amp;amp;", "\\\\", "\\u0022", "sk-abcdefghijkl", "a.", "a-", "://a", "a://", "&#1", "@\"", "@a\"", "\x1b[200~\x1b[201~",
    "Maximum context length is ", "n_ctx", "Input token count ", "'n'", "[a", "[a]\n", "[[a]]\n", "a.b=1\n", "a=[", "\"\"\"", "+a\n", "# typed\n+a\n",
    "## User\n", "\\## User\n", '{"a":', '{"content":"a"}\n',
)  # fmt: skip
PREFIXES = (
    "",
    "https://a",
    "<html><title",
    "```python\n",
    "```js\n",
    "> ",
    "- ",
    "| a |\n|---|\n",
    "<think>",
    '"',
    "a: ",
    "/",
    "/connect ",
    "messages:\n- role: user\n  content: ",
    "---\nzatsudan: 1\n---\n\n## User\n\n",
    '{"error": "',
)


def texts() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Yield shapes of text: a unit again and again, alone and behind each beginning."""
    behind = [(prefix, unit) for prefix in PREFIXES[1:] for unit in UNITS]
    random.Random(7).shuffle(behind)
    for prefix, unit in [*(("", unit) for unit in UNITS), *behind]:
        yield (
            f"{prefix!r}+{unit!r}",
            lambda n, prefix=prefix, unit=unit: prefix + unit * (n // len(unit)),  # type: ignore[misc]
        )


def _each(feed: Callable[[str], object], text: str, size: int) -> None:
    for at in range(0, len(text), size):
        feed(text[at : at + size])


def _markdown(text: str) -> None:
    stream = Stream(80, LOOK)
    for at in range(0, len(text), 400):
        stream.feed(text[at : at + 400])
        stream.tail(12)
    stream.finish()


def _plain(text: str) -> None:
    stream = TextStream(80, "dim", printable("  "))
    for at in range(0, len(text), 400):
        stream.feed(text[at : at + 400])
        stream.tail(4)
    stream.finish()


def _sse(text: str) -> None:
    _each(Decoder().feed, text.encode("utf-8", "replace"), 400)  # type: ignore[arg-type]


def _read(text: str) -> None:
    reader = Reader(1)
    for at in range(0, len(text), 4):
        choice: Json = {"delta": {"content": text[at : at + 4]}}
        for _ in reader.feed(b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"):
            pass


def _refused(text: str) -> None:
    message, code, param = read_error(text.encode("utf-8", "replace")[:65_536])
    error = StatusError(400, message, code=code, param=param)
    understand(error, {"model": "m", "messages": [], "temperature": 1, "max_tokens": 5})
    prompt_size(error)


def _highlighted(language: str, text: str) -> None:
    lines = Highlighter(language, LOOK)
    for line in text.split("\n"):
        lines.line(line)


def _in_lines(text: str) -> str:
    return "\n".join(text[at : at + 490] for at in range(0, len(text), 490))


def _talk(text: str, role: str = "assistant") -> Session:
    value: dict[str, Json] = {"role": role, "content": text}
    made: Json = {"model": text[:1000], "reasoning": text} if role == "assistant" else None
    return replay(
        [
            {"type": "title", "title": text},
            {"type": "message", "id": "1", "parent": None, "message": value, "made": made},
        ]
    )


def _requested(name: str, text: str) -> str:
    body: dict[str, Json] = {"model": text, "messages": [{"role": "user", "content": text}]}
    value = Value(text, "KEY")
    return export(
        _talk(text),
        name,
        Request("https://a/v1/chat/completions", ((text, value),), ((text, value),), body),
    )


def _found(text: str) -> None:
    wanted = search.Words(["a", "*"])
    record: Json = _message(0, None, text)
    data = json.dumps(record).encode() + b"\n"
    for hit in search._hits(wanted, data):
        search_command._context(hit)
        search_command._around(hit)


_PLACE, _NOW = Path("a"), datetime(2026, 1, 1, tzinfo=UTC)
_SECRETS = Secrets(["sk-abcdefghijkl/mn \"'&<>\\\\op", "aaaaaaaaaaaaaaaaaaaa", "a.a.a.a.a.a.a."])


def _quietly(of: Callable[[str], object]) -> Callable[[str], object]:
    def run(text: str) -> None:
        with contextlib.suppress(ZatsudanError, ValueError):
            of(text)

    return run


TEXTS: dict[str, Callable[[str], object]] = {
    "sse": _sse,
    "reader": _read,
    "thinking": lambda text: _each(ThinkSplitter().feed, text, 4),
    "refusals": _refused,
    "refusals.raw": lambda text: understand(StatusError(400, text), {"temperature": 1}),
    "read_error": lambda text: read_error(text.encode("utf-8", "replace")),
    "read_error.page": lambda text: read_error(b"<html><title>" + text.encode("utf-8", "replace")),
    "read_error.json": lambda text: read_error(json.dumps({"error": {"message": text}}).encode()),
    "retry_after": lambda text: read_retry_after(text, _NOW),
    "secrets.hidden": _SECRETS.hidden,
    "secrets.values": lambda text: Secrets(secret_values(f"https://{text}@a/?key={text}", text, {"Cookie": text}, {})),
    "shown_line": lambda text: shown_line(f"/{text}"),
    "shown_line.connect": lambda text: shown_line(f"/connect {text}"),
    "shown_address": shown_address,
    "shown_variable": shown_variable,
    "window": lambda text: choose(_talk(text).path(), Frame(text), set(), budget=1000_000, count=len),
    "entered.marked": marked,
    "entered.became": lambda text: Entered.of(text, KEYS).became(text[: len(text) // 2] + text),
    "entered.joined": lambda text: Entered.joined((Entered.of(line, KEYS) for line in text.split("\n")), "\n"),
    "mentioned": mentioned,
    "search": _found,
    "search.lines": lambda text: list(search.Words(["b", "*"]).lines(text.encode("utf-8", "replace"))),
    "shelf": lambda text: summary.summary_of(_PLACE, "a.jsonl", text.encode("utf-8", "replace") + b"\n", 0.0),
    "shelf.talk": lambda text: summary.summary_of(_PLACE, "a.jsonl", json.dumps(_message(0, None, text)).encode() + b"\n", 0.0),
    "history": history._read,
    "config": _quietly(lambda text: configtext.parse(text, "a")),
    "config.shown": exposed.shown,
    "preset": _quietly(lambda text: presetfiles.parse(text, "a")),
    "profile": _quietly(lambda text: profiles.with_profile(text, "a", {"base_url": "http://a/v1"}, default=True)),
    "difference_at": lambda text: difference_at(text, text[:-1] + "x"),
    "import.markdown": lambda text: _quietly(import_text)(f"---\nzatsudan: 1\ntitle: {text}\n---\n\n## User\n\n{text}"),
    "import.yaml": lambda text: _quietly(import_text)(f"messages:\n{text}"),
    "import.llm": lambda text: _quietly(import_text)(json.dumps([{"conversation_id": text, "prompt": text, "response": text, "datetime_utc": text, "options": text}])),
    "import.chatgpt.text": lambda text: _quietly(import_text)(json.dumps([{"title": text, "mapping": {"a": {"id": text, "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [text]}}, "parent": None, "children": []}}, "current_node": "a"}])),
    "inline": inline,
    **{f"highlight.{name}": partial(_highlighted, name) for name in ("python", "js", "bash", "c", "html", "json")},
    **{
        f"highlight.{name}.lines": lambda text, name=name: _highlighted(name, _in_lines(text))  # type: ignore[misc]
        for name in ("python", "js", "bash", "c", "html", "json", "java", "php", "go", "rust", "sql", "yaml")
    },
    **{
        f"export.{name}.text": lambda text, name=name: export(_talk(text), name)  # type: ignore[misc]
        for name in FORMATS
        if name not in _PROGRAMS
    },
    **{f"export.{name}.text": _quietly(partial(_requested, name)) for name in _PROGRAMS},
    "prompt_size": lambda text: prompt_size(StatusError(400, text)),
    "loads": _quietly(loads),
    "loads.string": lambda text: loads(json.dumps(text)),
    "links": links,
    "mentions": mentions,
    "said": said,
    "code_blocks": code_blocks,
    "ats_in_code": ats_in_code,
    "fenced": lambda text: fenced(text, ""),
    "printable": printable,
    "printable_json": printable_json,
    "one_line": one_line,
    "titles": titles.title_from,
    "raw_count": lambda text: raw_count(text + "あ"),
    "metrics.pairs": lambda text: metrics.distinct(text, 2),
    "metrics.likeness": lambda text: metrics.likeness(text, text[1:]),
    "metrics.difference": lambda text: metrics.first_difference(text, text + "x"),
    "diff": lambda text: diff.diff(text, text[: len(text) // 2] + "x" + text[len(text) // 2 :]),
    "diff.reverse": lambda text: diff.diff(text, text[::-1]),
    "picking": lambda text: matching.rank(["a", "b"], matching.fold(text)),
    "words": _quietly(words.split),
    "style": _quietly(read_style),
    "import": _quietly(import_text),
    "import.json": lambda text: _quietly(import_text)(json.dumps([{"role": "user", "content": text}])),
    "wrap": lambda text: sum(1 for _ in wrap(printable(text), 80)),
    "cut": lambda text: cut(printable(text.replace("\n", " ")), 80),
    "columns_of": lambda text: columns_of([[printable(text)]]),
    "uncoloured": lambda text: uncoloured(printable(text)),
    "describe_call": lambda text: describe_call(Call(text, text)),
    "markdown": lambda text: render(text, 80, LOOK),
    "markdown.stream": _markdown,
    "plain.stream": _plain,
}  # fmt: skip


def _message(number: int, parent: int | None, text: str = "a") -> dict[str, Json]:
    role = "user" if number % 2 == 0 else "assistant"
    made: Json = {"model": "m"} if role == "assistant" else None
    above = None if parent is None else str(parent)
    record: dict[str, Json] = {
        "type": "message", "id": str(number), "parent": above, "message": {"role": role, "content": text},
    }  # fmt: skip
    return {**record, "made": made} if made else record


def _chain(n: int) -> list[dict[str, Json]]:
    return [_message(at, at - 1 if at else None) for at in range(n)]


def _session(n: int) -> Session:
    return replay(_chain(n))


def _calls(n: int) -> None:
    reply = Reply()
    for at in range(n):
        piece: list[Json] = [{"index": at % 50, "function": {"arguments": "aaaa"}}]
        reply.add(Delta(extra=(("tool_calls", piece),)))
    assert reply.calls


def _entries(n: int) -> list[Json]:
    top: Json = {"token": "a", "logprob": -1.0}
    return [{"token": "a", "logprob": -1.0, "top_logprobs": [top]} for _ in range(n)]


def _cell(at: int) -> Json:
    return {"label": str(at), "id": str(at)}


COUNTS: dict[str, Callable[[int], object]] = {
    "records.chain": _session,
    "records.wide": lambda n: replay(_message(at, 0 if at else None) for at in range(n)),
    "records.moves": lambda n: replay(
        [*_chain(n), *({"type": "head", "id": str(n - 1 - at % 9)} for at in range(n))]
    ),
    "records.moves.way": lambda n: replay(
        [*_chain(n), *({"type": "head", "id": str(at)} for at in range(n))]
    ).forward.get(None),
    "records.systems": lambda n: replay({"type": "system", "content": str(at)} for at in range(n)),
    "records.deltas": lambda n: recovery(
        replay(
            [_message(0, None), *({"type": "delta", "id": "1", "parent": "0", "content": "a"} for _ in range(n))]
        )
    ),
    "records.partials": lambda n: recovery(
        replay(
            [_message(0, None), *({"type": "delta", "id": str(at + 1), "parent": str(at), "content": "a"} for at in range(n))]
        )
    ),
    "records.partials.wide": lambda n: recovery(
        replay(
            [_message(0, None), *({"type": "delta", "id": str(at + 1), "parent": "0", "content": "a"} for at in range(n))]
        )
    ),
    "records.lab": lambda n: replay(
        [*_chain(n), {"type": "lab", "parent": "0", "cells": [_cell(at) for at in range(n)]}]
    ).numbered("0"),
    "numbered": lambda n: replay(
        [
            *(_message(at, 0 if at else None) for at in range(n)),
            {"type": "lab", "parent": "0", "cells": [_cell(at) for at in range(1, n)]},
        ]
    ).numbered("0"),
    "window.turns": lambda n: choose(_session(n).path(), Frame(), set(), budget=n, count=len, start=str(n // 2)),
    "window.pins": lambda n: choose(_session(n).path(), Frame(), {str(at) for at in range(n // 4)}, budget=4 * n, count=len),
    "window.users": lambda n: in_order(Message("user", "a" * 20) for _ in range(n)),
    "turns": lambda n: turns_of(_session(n).path()),
    "said.files": lambda n: said(_with_files(n)),
    "picker": lambda n: picking.Picking([picking.Row(str(at), (printable(f"a{at}"),)) for at in range(n)]).filter("a 1"),
    "quantisations": lambda n: quantisations.pick([f"{at}-{at % 99999 + 1:05}-of-{min(n, 99999):05}.gguf" for at in range(n)], ""),
    "quantisations.parts": lambda n: quantisations.pick([f"m-{at:05}-of-{min(n, 99999):05}.gguf" for at in range(2, n)], ""),
    "search.hits": lambda n: [search_command._context(hit) for hit in search._hits(search.Words(["a"]), b"".join(json.dumps(_message(at, None)).encode() + b"\n" for at in range(n)))],
    "secrets.many": lambda n: Secrets(f"secret{at:09}" for at in range(n // 50)).hidden("secret00" * n),
    "snapshot": lambda n: records(_session(n)),
    "picture": lambda n: list(picture(_session(n))),
    "picture.wide": lambda n: list(picture(replay(_message(at, 0 if at else None) for at in range(n)))),
    "picture.comb": lambda n: list(
        picture(replay(_message(at, (at - 1 if at % 2 else at - 2) if at > 1 else (0 if at else None)) for at in range(n)))
    ),
    "calls": _calls,
    "logprobs": lambda n: read_logprobs({"logprobs": {"content": _entries(n)}}, {}),
    "logprobs.old": lambda n: read_logprobs(
        {}, {"completion_probabilities": [{"content": "a", "probs": [{"tok_str": "b", "prob": 0.1}]}] * n}
    ),
    "logprobs.columns": lambda n: read_logprobs(
        {"logprobs": {"tokens": ["a"] * n, "token_logprobs": [-1.0] * n, "top_logprobs": [{"a": -1.0}] * n}}, {}
    ),
    "tokenview": lambda n: pieces(read_tokens(_entries(n))),
    "tokenview.halves": lambda n: pieces(
        read_tokens([{"token": "\\xe3", "logprob": -1.0, "bytes": [0xE3]} for _ in range(n)])
    ),
    "models": lambda n: read_models({"data": [{"id": str(at)} for at in range(n)]}),
    "import.records": lambda n: import_text("\n".join(json.dumps(record) for record in [{"type": "session", "version": 1}, *_chain(n)])),
    "import.messages": lambda n: import_text(json.dumps([{"role": "user", "content": "a"}] * n)),
    "import.chatgpt": lambda n: import_text(json.dumps(_conversation(n))),
    **{
        f"export.{name}": lambda n, name=name: export(_session(n), name)  # type: ignore[misc]
        for name in FORMATS
        if name not in _PROGRAMS
    },
}  # fmt: skip


def _with_files(n: int) -> str:
    names = " ".join(f"@f{at}" for at in range(n))
    blocks = "\n\n".join(fenced("a", f"f{at}") for at in range(n))
    return f"{names}\n\n{blocks}"


def _conversation(n: int) -> Json:
    mapping: dict[str, Json] = {}
    for at in range(n):
        content: Json = {"content_type": "text", "parts": ["a"]}
        message: Json = {
            "id": str(at),
            "author": {"role": ("user", "assistant")[at % 2]},
            "content": content,
        }
        parent: Json = str(at - 1) if at else None
        children: list[Json] = [str(at + 1)] if at < n - 1 else []
        mapping[str(at)] = {
            "id": str(at),
            "message": message,
            "parent": parent,
            "children": children,
        }
    return [{"title": "t", "mapping": mapping, "current_node": str(n - 1)}]


class Hung(BaseException):
    """A job has taken HUNG seconds. No Exception, which a job may catch."""


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Hung


def cost(job: Callable[[], object]) -> float:
    """Return the CPU seconds of a job; inf if it was stopped."""
    since = time.process_time()
    signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, HUNG)
    try:
        job()
    except Hung:
        return math.inf
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - since


def exponent(make: Callable[[int], Callable[[], object]], most: int) -> tuple[float, int, float]:
    """Return the exponent between the last two sizes, the last size, and its seconds."""
    n, before = 1000, cost(make(1000))
    while True:
        n *= 4
        now = cost(make(n))
        if now == math.inf:
            return math.inf, n, now
        if now > LEAST or 4 * n > most:
            if now < 0.02:
                return 0.0, n, now
            return math.log(now / max(before, 1e-4), 4), n, now
        before = now


def _grown(
    make: Callable[[int], Callable[[], object]], most: int
) -> tuple[float, int, float] | None:
    """Return exponent, size and seconds if they are too much, twice: one may be noise."""
    found = exponent(make, most)
    if found[0] > LIMIT:
        found = min(found, exponent(make, most))
    return found if found[0] > LIMIT else None


def measured(names: Iterable[str]) -> Iterator[tuple[str, str, float, int, float]]:
    """Yield what grew: function, shape, exponent, size, seconds."""
    wanted = re.compile("|".join(names) or "")
    for name, of in TEXTS.items():
        until, tried = time.process_time() + SHARE, 0
        for shape, text in texts() if wanted.search(name) else ():
            if tried >= 20 and time.process_time() > until:
                break
            tried += 1
            try:
                found = _grown(partial(_made, of, text), MOST)
            except Exception as error:  # noqa: BLE001  that is a finding too
                yield name, f"{shape}: {error!r:.80}", math.nan, 0, 0.0
                continue
            if found is not None:
                yield (name, shape, *found)
        if tried:
            SHAPES[name] = tried
    for name, count in COUNTS.items():
        found = _grown(partial(partial, count), 70_000) if wanted.search(name) else None
        if found is not None:
            yield (name, "", *found)


def _made(of: Callable[[str], object], text: Callable[[int], str], n: int) -> Callable[[], object]:
    return partial(of, text(n))


SHAPES: dict[str, int] = {}


def main() -> None:
    """Print the table."""
    sys.stdout.write("| function | text | exponent | size | seconds |\n|---|---|---|---|---|\n")
    for name, shape, power, size, seconds in measured(sys.argv[1:]):
        sys.stdout.write(f"| {name} | {shape} | {power:.2f} | {size:,} | {seconds:.2f} |\n")
        sys.stdout.flush()
    counts = ", ".join(f"{name} {tried}" for name, tried in SHAPES.items())
    sys.stdout.write(f"\nShapes tried: {counts}\n")


if __name__ == "__main__":
    main()
