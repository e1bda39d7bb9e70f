"""Listing, searching, loading and writing sessions.

Run `uv run python -m tests.benchmarks.sessions [SESSIONS]`; two thousand of
50 kB unless told, in a temporary directory. Prints a Markdown table: the best
and the median of several runs, file system warm.
"""

import asyncio
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from tests.support import stored
from zatsudan.sessions.journal import Journal, load
from zatsudan.sessions.records import message_record
from zatsudan.sessions.search import search
from zatsudan.sessions.shelf import ending, summaries
from zatsudan.wire.messages import Message

_TEXT = (
    "雑談 温度 を 下げる と 返事 が 落ち着く 猫 の 話 ランダム に "
    "the model answers with a calm voice about sampling and cats"
)
_WORDS = _TEXT.split()
_RUNS = 7


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with TemporaryDirectory() as name:
        directory = Path(name) / "sessions"
        directory.mkdir()
        size = sum(_session(directory / f"s{number:05}.jsonl", number) for number in range(count))
        big = Path(name) / "big.jsonl"
        messages = _session(big, 0, size=10**9, messages=10_000)
        told = f"{count:,} sessions, {size / 1e6:.0f} MB"
        sys.stdout.write("| what | best, ms | median, ms |\n|---|--:|--:|\n")
        _row(f"list {told}", lambda: summaries(directory))
        for words in (["nowhere"], ["何処にも無い"], ["Café"], ["何処", "nowhere"], ["calm", "猫"]):
            hits = search(directory, words)
            shown = f"{' '.join(words)} ({hits.count:,} hits shown, {hits.older:,} older)"
            _row(f"search {shown}", lambda words=words: search(directory, words))  # type: ignore[misc]
        _row(f"load 10,000 messages, {messages / 1e6:.1f} MB", lambda: load(big))
        _row("preview of it", lambda: ending(big, 8))
        loop = asyncio.new_event_loop()
        for synced in (False, True):
            journal = Journal(Path(name) / f"append-{synced}.jsonl")
            _row(
                f"append a message{' and fsync' if synced else ''}",
                lambda journal=journal, synced=synced: _append(journal, loop, synced=synced),  # type: ignore[misc]
                runs=200,
            )
            journal.close()
        loop.close()


def _session(path: Path, seed: int, size: int = 50_000, messages: int = 10**9) -> int:
    """Write a session of that many bytes or messages; return its bytes."""
    words = random.Random(seed)

    def say(number: int) -> str:
        return " ".join(words.choices(_WORDS, k=15 if number % 2 else 150))

    return stored.long_one(path, say, size, messages)


def _append(journal: Journal, loop: asyncio.AbstractEventLoop, *, synced: bool) -> None:
    journal.append(message_record("1", None, Message("user", "words " * 50), ""))
    if synced:
        journal.sync()
        loop.run_until_complete(journal.synced())


def _row(what: str, run: Callable[[], object], runs: int = _RUNS) -> None:
    run()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    sys.stdout.write(f"| {what} | {min(times):.2f} | {median(times):.2f} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
