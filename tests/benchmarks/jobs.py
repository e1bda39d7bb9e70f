"""What is measured: each job starts a program, talks with it, and adds to the samples."""

import contextlib
import json
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from tests.benchmarks import contestants
from tests.benchmarks.contestants import Contestant
from tests.benchmarks.driven import Driven
from tests.benchmarks.mock import end_word, tokens_of, word

#: A reply that takes longer, in seconds, is not waited for.
PATIENCE = 60.0
SIZES = (2_000, 8_000, 32_000)
GIANTS = ("fence", "list", "table", "quote", "paragraph")
#: Characters that no reply has, so that a key is found on the screen.
KEYS = "".join(map(chr, range(0x0410, 0x0410 + 60)))


@dataclass
class Bench:
    """A run: the server, and the samples by row of the report and program."""

    url: str
    samples: dict[str, dict[str, list[float]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(list))
    )
    orders: Iterator[int] = field(default_factory=lambda: count(1))

    def add(self, row: str, program: str, value: float) -> None:
        self.samples[row][program].append(value)

    @contextlib.contextmanager
    def started(self, program: Contestant, *flags: str, long: bool = False) -> Iterator[Driven]:
        """Start a program in a new home."""
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
            home = Path(name)
            program.prepare(home, self.url)
            if long:
                contestants.long_session(home)
            environ = {**contestants.environment(home), **program.environ(self.url)}
            with Driven([*program.argv(self.url), *flags], environ, home) as driven:
                yield driven

    def until_ready(self, driven: Driven, program: Contestant) -> float:
        """Return seconds from the start until typed text was taken in; the line is empty then."""
        driven.wait(program.ready, 0)
        keys, shown = program.probe
        start = len(driven.read)
        driven.type(keys)
        at = driven.wait(shown, start) - driven.started
        self.add("CPU from spawn to ready, ms", program.name, driven.cpu * 1e3)
        driven.run(0.2)
        driven.type("\x7f" * len(keys))
        driven.run(1.0)  # as long as a person needs to begin to write
        return at

    def ask(self, driven: Driven, shape: str, tokens: int, rate: int = 0) -> "Asked":
        """Type a request for a reply and press Enter."""
        order = next(self.orders)
        driven.type(f"bench {shape} {tokens} {rate} {order}")
        driven.settle()
        start, cpu = len(driven.read), driven.cpu
        at = driven.type("\r")
        return Asked(self, driven, order, at, start, cpu, shape, tokens)


@dataclass(frozen=True, slots=True)
class Asked:
    """A reply that is under way: where in the terminal's bytes and when it began."""

    bench: Bench
    driven: Driven
    order: int
    at: float
    start: int
    cpu: float
    shape: str
    tokens: int

    def end(self) -> float:
        """Wait for the reply's end; return when it was on the screen. Raises TooSlow."""
        at = self.driven.wait(end_word(self.order), self.start, PATIENCE)
        self.driven.settle()
        return at

    @property
    def cpu_taken(self) -> float:
        return self.driven.cpu - self.cpu

    @property
    def bytes_ratio(self) -> float:
        """Bytes that the program wrote per byte of the reply."""
        reply = "".join(tokens_of(self.shape, self.tokens, self.order)).encode()
        return (len(self.driven.read) - self.start) / len(reply)

    def log(self) -> "tuple[float, list[float]]":
        """Return when the server had the request, and when it sent the tokens."""
        with urllib.request.urlopen(f"{self.bench.url}/log") as answer:
            entry = json.load(answer)[str(self.order)]
        return entry["at"], entry["sent"]


def start_up(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.add("spawn to ready, ms", program.name, bench.until_ready(driven, program) * 1e3)
        bench.add("resident at the prompt, MiB", program.name, driven.resident)


def typed(bench: Bench, program: Contestant) -> None:
    """The same of all programs, whatever they can: when the prompt stands, and when it shows a word."""
    with bench.started(program) as driven:
        at = driven.wait(program.ready, 0) - driven.started
        bench.add("spawn to prompt, ms", program.name, at * 1e3)
        bench.add("CPU from spawn to prompt, ms", program.name, driven.cpu * 1e3)
        start = len(driven.read)
        driven.type("hello")
        at = driven.wait("hello", start) - driven.started
        bench.add("spawn to a typed word, ms", program.name, at * 1e3)
        bench.add("CPU from spawn to a typed word, ms", program.name, driven.cpu * 1e3)


def go_on(bench: Bench, program: Contestant) -> None:
    with bench.started(program, "--continue", long=True) as driven:
        seconds = bench.until_ready(driven, program)
        bench.add("spawn to ready with 1,000 turns, ms", program.name, seconds * 1e3)
        for _ in range(3):
            asked = bench.ask(driven, "words", 5, 100)
            asked.end()
            at = asked.log()[0] - asked.at
            bench.add("Enter to request with 1,000 turns, ms", program.name, at * 1e3)


def latency(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        for turn in ("1st", "2nd"):
            asked = bench.ask(driven, "words", 30, 8)
            last = asked.end()
            at, sent = asked.log()
            bench.add(f"Enter to request, {turn} turn, ms", program.name, (at - asked.at) * 1e3)
            for number, since in enumerate(sent[:-2]):
                shown = driven.seen(word(asked.order, number), asked.start)
                if shown is not None:
                    row = f"chunk to glyph, {turn} turn, ms"
                    bench.add(row, program.name, (shown - since) * 1e3)
            bench.add("last token late, ms", program.name, (last - sent[-1]) * 1e3)


def curl(bench: Bench, _: Contestant) -> None:
    """Time from the server to a program that only copies bytes."""
    with tempfile.TemporaryDirectory() as name:
        order = next(bench.orders)
        body = json.dumps({"messages": [{"content": f"bench words 30 8 {order}"}]})
        argv = ["curl", "-sN", "-d", body, f"{bench.url}/chat/completions"]
        with Driven(argv, contestants.environment(Path(name)), Path(name)) as driven:
            asked = Asked(bench, driven, order, 0.0, 0, 0.0, "words", 30)
            driven.wait(end_word(order), 0)
            for number, since in enumerate(asked.log()[1][:-2]):
                shown = driven.seen(word(order, number), 0)
                if shown is not None:
                    row = "chunk to glyph, 2nd turn, ms"
                    bench.add(row, "curl", (shown - since) * 1e3)


def bulk(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        bench.ask(driven, "mixed", 400).end()
        before = driven.resident
        for size in SIZES:
            asked = bench.ask(driven, "mixed", size)
            seconds = asked.end() - asked.at
            bench.add(f"CPU of {size:,} tokens, s", program.name, asked.cpu_taken)
            bench.add(f"wall of {size:,} tokens, s", program.name, seconds)
            if size == SIZES[-1]:
                row = "bytes per byte, full speed 32,000"
                bench.add(row, program.name, asked.bytes_ratio)
        bench.add("resident after 32,000 tokens, MiB", program.name, driven.resident)
        bench.add("resident grown by 42,000 tokens, MiB", program.name, driven.resident - before)


def first(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        for turn in ("1st", "2nd"):
            asked = bench.ask(driven, "mixed", 500)
            seconds = asked.end() - asked.at
            bench.add(f"wall of 500 tokens, {turn} turn, ms", program.name, seconds * 1e3)
            bench.add(f"CPU of 500 tokens, {turn} turn, ms", program.name, asked.cpu_taken * 1e3)


def pages(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        bench.ask(driven, "mixed", 400).end()
        asked = bench.ask(driven, "pages", 2_000)
        seconds = asked.end() - asked.at
        bench.add("wall of 2 MB, s", program.name, seconds)
        bench.add("CPU of 2 MB, s", program.name, asked.cpu_taken)


def giants(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        for shape in GIANTS:
            bench.ask(driven, shape, 400).end()
        for shape in ("mixed", *GIANTS):
            asked = bench.ask(driven, shape, 8_000)
            asked.end()
            bench.add(f"CPU of one {shape} of 8,000 tokens, s", program.name, asked.cpu_taken)


def paced(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        bench.ask(driven, "mixed", 400).end()
        for rate, tokens in ((50, 1_000), (200, 2_400)):
            asked = bench.ask(driven, "mixed", tokens, rate)
            seconds = asked.end() - asked.at
            share = asked.cpu_taken / seconds * 100
            bench.add(f"CPU at {rate} tok/s, %", program.name, share)
            bench.add(f"bytes per byte, {rate} tok/s", program.name, asked.bytes_ratio)


def idle(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        driven.run(2.0)
        cpu = driven.cpu
        driven.run(10.0)
        bench.add("CPU idle, %", program.name, (driven.cpu - cpu) / 10 * 100)


def keys(bench: Bench, program: Contestant) -> None:
    with bench.started(program) as driven:
        bench.until_ready(driven, program)
        bench.ask(driven, "mixed", 400).end()
        asked = bench.ask(driven, "mixed", 2_400, 200)
        driven.run(1.0)
        for key in KEYS:
            start = len(driven.read)
            at = driven.type(key)
            driven.run(0.13)
            late = driven.wait(key, start) - at
            bench.add("key on the screen at 200 tok/s, ms", program.name, late * 1e3)
        asked.end()


def versions(bench: Bench, program: Contestant) -> None:
    def timed(*argv: str) -> float:
        began = time.monotonic()
        subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
        return (time.monotonic() - began) * 1e3

    for _ in range(5):
        bench.add("--version, ms", "bare Python", timed(sys.executable, "-c", "pass"))
        bench.add("--help, ms", "bare Python", timed(sys.executable, "-c", "pass"))
        for flag in ("--version", "--help"):
            bench.add(f"{flag}, ms", program.name, timed(str(program.file), flag))


Job = Callable[[Bench, Contestant], None]

#: By name: the job, whom it is for, and how often in each round.
JOBS: dict[str, tuple[Job, str, int]] = {
    "start": (start_up, "all", 4),
    "typed": (typed, "all", 4),
    "version": (versions, "zatsudan", 1),
    "continue": (go_on, "zatsudan", 2),
    "latency": (latency, "chats", 2),
    "curl": (curl, "zatsudan", 1),
    "bulk": (bulk, "chats", 1),
    "first": (first, "chats", 1),
    "pages": (pages, "chats", 1),
    "giants": (giants, "zatsudan", 1),
    "paced": (paced, "chats", 1),
    "idle": (idle, "chats", 1),
    "keys": (keys, "zatsudan", 1),
}
