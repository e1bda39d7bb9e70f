"""Read recordings of real servers, and count by vendor how many are read right.

    uv run python -m tests.recordings FOLDER [--show N]

FOLDER holds cassettes of other projects, which are not kept here: pydantic-ai's, llm's and
openllmetry's (vcrpy, YAML), ruby_llm's (VCR, YAML), vercel/ai's and prism's fixtures
(`*.chunks.txt`, `*.sse`, `*.json`). Each answer of /chat/completions is read by the program, cut into small pieces, and
by `tests/support/plainly.py`, which knows nothing of it. The exit code is 1 if any differs.
"""

import argparse
import base64
import gzip
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import yaml

from tests.support import plainly
from zatsudan.base.errors import StreamError
from zatsudan.wire.errorbodies import read_error
from zatsudan.wire.messages import Usage
from zatsudan.wire.reader import Reader
from zatsudan.wire.reply import Reply

#: Bytes of the pieces into which a body is cut.
PIECE = 97


class Recording(NamedTuple):
    """An answer of a server: who sent it, where it is kept, its status and its body."""

    vendor: str
    place: str
    status: int
    body: str


def recordings(folder: Path) -> Iterator[Recording]:
    """Yield all answers to /chat/completions in a folder."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yml", ".yaml"):
            yield from _cassette(path, folder)
        elif path.name.endswith(".chunks.txt") or path.suffix in (".json", ".sse"):
            yield from _fixture(path, folder)


def _cassette(path: Path, folder: Path) -> Iterator[Recording]:
    text = path.read_text(encoding="utf-8", errors="replace")
    if "chat/completions" not in text:
        return
    try:
        value = yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        return
    for number, pair in enumerate(
        value.get("http_interactions") or value.get("interactions") or []
    ):
        uri, response = str(pair["request"].get("uri")), pair["response"]
        if not urlsplit(uri).path.endswith("/chat/completions") and not uri.endswith(
            "/chat/completions"
        ):
            continue
        status = response.get("status") or {}
        code = response.get("status_code") or (
            status.get("code") if isinstance(status, dict) else status
        )
        body = _body(response)
        if body is not None:
            place = f"{path.relative_to(folder)}#{number}"
            yield Recording(_vendor(uri, place), place, int(code or 200), body)


def _body(response: dict[str, Any]) -> str | None:
    """Return the body of a response in any of the cassettes' forms; None if it is not in it."""
    if response.get("parsed_body") is not None:
        return json.dumps(response["parsed_body"])
    body: Any = response.get("body") or response.get("content")
    if isinstance(body, dict):
        body = (
            base64.b64decode(body["base64_string"])
            if "base64_string" in body
            else body.get("string")
        )
    if isinstance(body, bytes):
        body = gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body
        body = body.decode("utf-8", "replace")
    return body if isinstance(body, str) else None


def _vendor(uri: str, place: str) -> str:
    host = urlsplit(uri).hostname or ""
    known = re.search(r"(?:^|[.<_-])(azure|openrouter|mistral|groq|deepseek|perplexity|x\.ai|openai|googleapis|cohere|together|fireworks|cerebras|ollama|moonshot|huggingface|databricks|gpustack|crusoecloud|github|vercel|alibaba|dashscope|zhipu|minimax|nebius|heroku|litellm|ovh|sambanova|aiplatform)", host.lower() or uri.lower())  # fmt: skip
    if known:
        return known[1]
    return host or re.split(r"[/_]", place)[-1]


def _fixture(path: Path, folder: Path) -> Iterator[Recording]:
    text = path.read_text(encoding="utf-8", errors="replace")
    first = plainly.chunks_of(text)[:1]
    if not first or not isinstance(first[0], dict):
        return
    if not str(first[0].get("object")).startswith("chat.completion"):
        return
    if path.name.endswith(".chunks.txt"):
        lines = [line for line in text.splitlines() if line.strip()]
        text = "".join(f"data: {line}\n\n" for line in lines) + "data: [DONE]\n\n"
    place = str(path.relative_to(folder))
    name = re.search(r"(?:packages|Fixtures)/([^/]+)/", place)
    yield Recording(name[1] if name else path.name.split("-")[0], place, 200, text)


def differences(recording: Recording) -> list[str]:
    """Return in what the program reads a recording otherwise than it is plainly read."""
    if recording.status >= 400:
        message, _, _ = read_error(recording.body.encode())
        wanted = plainly.error_of(recording.body)
        right = wanted[:40] in message if wanted else bool(message) or not recording.body.strip()
        return [] if right else [f"error: {message!r}, not {wanted!r}"]
    plain = plainly.read(recording.body)
    reply, usage, tier, error = _read(recording.body)
    found = {
        "content": (reply.content, plain.content),
        "reasoning": (reply.reasoning, plain.reasoning),
        "finish_reason": (reply.finish_reason, plain.finish),
        "calls": (_calls(reply), plain.calls),
        "error": (error is not None, plain.error is not None),
        "service tier": (tier, plain.tier),
        "beside": ({name for name in reply.beside if name in plainly.BESIDE}, plain.beside),
    }
    wrong = [
        f"{name}: {ours!r:.200}, not {theirs!r:.200}"
        for name, (ours, theirs) in found.items()
        if ours != theirs
    ]
    return wrong + _usage_differences(usage, plain.usage)


def _read(body: str) -> tuple[Reply, Usage | None, str, str | None]:
    reader, reply = Reader(), Reply()
    usage, tier, error = None, "", None
    data = body.encode("utf-8", "replace")
    try:
        parts = [data[at : at + PIECE] for at in range(0, len(data), PIECE)]
        for chunks in (*map(reader.feed, parts), reader.close()):
            for chunk in chunks:
                usage, tier = chunk.usage or usage, chunk.tier or tier
                for delta in chunk.deltas:
                    if delta.index == 0:
                        reply.add(delta)
    except StreamError as failure:
        error = str(failure)
    return reply, usage, tier, error


def _calls(reply: Reply) -> list[tuple[str, str]]:
    calls: Any = reply.calls
    many = [call.get("function") or call.get("custom") for call in calls.get("tool_calls", ())]
    many += [calls["function_call"]] if "function_call" in calls else []
    return [
        (call.get("name"), plainly.same(call.get("arguments") or call.get("input") or ""))
        for call in many
    ]


def _usage_differences(usage: Usage | None, sent: dict[str, Any] | None) -> list[str]:
    if sent is None:
        return [] if usage is None else [f"usage: {usage}, not None"]
    if usage is None:
        return [f"usage: None, not {sent}"]
    kept = usage.to_json()
    lost = {
        name: value for name, value in sent.items() if value is not None and kept.get(name) != value
    }
    lost = {name: value for name, value in lost.items() if not _holds(kept.get(name), value)}
    return [f"usage: {lost} is lost"] if lost else []


def _holds(kept: Any, sent: Any) -> bool:
    return isinstance(kept, dict) and isinstance(sent, dict) and sent.items() <= kept.items()


def say(*lines: str) -> None:
    """Write lines to standard output."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def main(words: list[str]) -> int:
    """Read all recordings of a folder and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("folder", type=Path)
    parser.add_argument("--show", type=int, default=20, help="so many that are wrong are shown")
    args = parser.parse_args(words)
    tried: Counter[str] = Counter()
    right: Counter[str] = Counter()
    shown = 0
    for recording in recordings(args.folder):
        tried[recording.vendor] += 1
        wrong = differences(recording)
        right[recording.vendor] += not wrong
        if wrong and shown < args.show:
            shown += 1
            say(f"{recording.vendor}: {recording.place}", *(f"    {line}" for line in wrong))
    say(f"{'vendor':<24}{'tried':>7}{'right':>7}")
    for vendor, count in tried.most_common():
        say(f"{vendor:<24}{count:>7}{right[vendor]:>7}")
    say(f"{'all':<24}{tried.total():>7}{right.total():>7}")
    return 0 if tried.total() == right.total() else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
