"""How the cost of foreign text grows: each function on each shape, at sizes that double.

    python -m tests.benchmarks.growth [NAME…]

Takes CPU time at three sizes, each four times the one before, and prints where it grew
by clearly more than the size: the exponent between the last two (1 is in proportion,
2 is quadratic). Sizes grow until a step takes LEAST seconds or the text has MOST characters.
"""

import contextlib
import json
import math
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from zatsudan.base import words
from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json, loads
from zatsudan.base.printable import one_line, printable, printable_json
from zatsudan.base.styles import read as read_style
from zatsudan.commands import picking
from zatsudan.lab import diff, metrics
from zatsudan.markdown.codeblocks import code_blocks, fenced, in_code
from zatsudan.markdown.links import links
from zatsudan.sessions import titles
from zatsudan.sessions.estimate import raw_count
from zatsudan.sessions.exports import FORMATS, export
from zatsudan.sessions.imports import read as import_text
from zatsudan.sessions.records import recovery, replay
from zatsudan.sessions.session import Session
from zatsudan.sessions.snapshot import records
from zatsudan.sessions.tree import picture
from zatsudan.talk.attachments import mentions, said
from zatsudan.terminal.live.textstream import TextStream
from zatsudan.terminal.markdown.look import Look
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.text.partrows import describe_call
from zatsudan.terminal.text.rows import columns_of, cut, uncoloured, wrap
from zatsudan.wire.logprobs import read_logprobs
from zatsudan.wire.models import read_models
from zatsudan.wire.protocol import Delta, read_error
from zatsudan.wire.reader import Reader
from zatsudan.wire.refusals import prompt_size, understand
from zatsudan.wire.reply import Reply
from zatsudan.wire.sse import Decoder
from zatsudan.wire.thinking import ThinkSplitter
from zatsudan.wire.tokenview import pieces, read_tokens

LEAST, MOST = 0.2, 400_000
LOOK = Look()
#: An exponent above this is more than n log n with the noise of a machine.
LIMIT = 1.45

UNITS = (
    "a", " ", "\n", "\t", "\r", "あ", "a ", "a\n", "(", ")", "[", "]", "<", ">", "{", "}", "|", "`", "~",
    "*", "_", "**a", "*a ", "_a_", "#", "# a\n", "- a\n", "1. a\n", "> ", "> a\n", "```\n", "`a", "``a`",
    "~~~\na\n", "![", "](", "[a](", "[a](b)", "[a]: b\n", "https://a ", "https://a", "&amp;", "&", "\\", "\x1b[31m",
    "\x1b]8;;", "\u200d", "👩‍👩‍👧", "e\u0301", "\u202e", '"', "'", "/*", "//", "@", "@a ", "@a", "|a", "|a|b|\n|-|-|\n",
    "|a|b|\n", "<a ", "<!--", "<b>", "</a>", "<title>", "<h1 ", "= ", ": ", "a: b\n", "- a: ", "  ", "    a\n", "  - ",
    "$", "%", ",", ".", "..", "0", "0.", "1,", "=", "!", "!!", "/", "a=", 'a="', "$(", "<think>", "</think", "\ud83d",
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
)


def texts() -> Iterator[tuple[str, Callable[[int], str]]]:
    """Yield shapes of text: a unit again and again, behind a beginning."""
    for prefix in PREFIXES:
        for unit in UNITS:
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
    "prompt_size": lambda text: prompt_size(StatusError(400, text)),
    "loads": _quietly(loads),
    "loads.string": lambda text: loads(json.dumps(text)),
    "links": links,
    "mentions": mentions,
    "said": said,
    "code_blocks": code_blocks,
    "in_code": lambda text: in_code(text, "@"),
    "fenced": lambda text: fenced(text, ""),
    "printable": printable,
    "printable_json": printable_json,
    "one_line": one_line,
    "titles": titles.title_from,
    "raw_count": lambda text: raw_count(text + "あ"),
    "metrics.pairs": metrics.distinct_pairs,
    "metrics.likeness": lambda text: metrics.likeness(text, text[1:]),
    "metrics.difference": lambda text: metrics.first_difference(text, text + "x"),
    "diff": lambda text: diff.diff(text, text[: len(text) // 2] + "x" + text[len(text) // 2 :]),
    "diff.reverse": lambda text: diff.diff(text, text[::-1]),
    "picking": lambda text: picking.rank(["a", "b"], picking.fold(text)),
    "words": _quietly(words.split),
    "style": _quietly(read_style),
    "import": _quietly(import_text),
    "import.json": lambda text: _quietly(import_text)(json.dumps([{"role": "user", "content": text}])),
    "wrap": lambda text: sum(1 for _ in wrap(printable(text), 80)),
    "cut": lambda text: cut(printable(text.replace("\n", " ")), 80),
    "columns_of": lambda text: columns_of([[printable(text)]]),
    "uncoloured": lambda text: uncoloured(printable(text)),
    "describe_call": lambda text: describe_call({"name": text, "arguments": text}),
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
        if name not in ("curl", "python", "python-openai", "javascript", "http")
    },
}  # fmt: skip


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


def cost(job: Callable[[], object]) -> float:
    """Return the CPU seconds of a job."""
    since = time.process_time()
    job()
    return time.process_time() - since


def exponent(make: Callable[[int], Callable[[], object]], most: int) -> tuple[float, int, float]:
    """Return the exponent between the last two sizes, the last size, and its seconds."""
    n, before = 1000, cost(make(1000))
    while True:
        n *= 4
        now = cost(make(n))
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
        for shape, text in texts() if wanted.search(name) else ():
            found = _grown(partial(_made, of, text), MOST)
            if found is not None:
                yield (name, shape, *found)
    for name, count in COUNTS.items():
        found = _grown(partial(partial, count), 70_000) if wanted.search(name) else None
        if found is not None:
            yield (name, "", *found)


def _made(of: Callable[[str], object], text: Callable[[int], str], n: int) -> Callable[[], object]:
    return partial(of, text(n))


def main() -> None:
    """Print the table."""
    sys.stdout.write("| function | text | exponent | size | seconds |\n|---|---|---|---|---|\n")
    for name, shape, power, size, seconds in measured(sys.argv[1:]):
        sys.stdout.write(f"| {name} | {shape} | {power:.2f} | {size:,} | {seconds:.2f} |\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
