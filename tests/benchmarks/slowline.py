"""The live terminal on a slow line, as over ssh: a relay that delays stands between it and the person.

Run `uv run python -m tests.benchmarks.slowline`. What the program writes arrives 0.1 s later,
a fifth of it 0.2 s later still, and keys take 0.1 s the other way: a round trip of 0.2 s. The line
takes so many bytes a second, and what it has not taken waits in the program's terminal, as behind
a full window of TCP. What the terminal is asked it answers when the question has arrived, and the
answer takes 0.1 s back. Clocks are read where the program stands, so that the line itself is no part
of a figure: a key is answered when the program has written it.
"""

import argparse
import os
import random
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.benchmarks import contestants
from tests.benchmarks.contestants import ZATSUDAN
from tests.benchmarks.driven import ANSWERS, COLUMNS, ROWS, Driven
from tests.benchmarks.jobs import KEYS, Asked, Bench
from tests.benchmarks.mock import serving

#: Seconds each way, what a late frame takes besides, and the share of those.
DELAY, LATE, SHARE = 0.1, 0.2, 0.2
#: A window: so many bytes are under way or wait, and no more is taken from the program.
WINDOW = 16_384


class Line:
    """What is under way to the person: bytes and when they arrive."""

    def __init__(self, bytes_a_second: float, chance: random.Random) -> None:
        self._rate = bytes_a_second
        self._chance = chance
        self._under_way: list[tuple[float, int]] = []
        self._free = 0.0  # when the line can take the next byte

    def take(self, count: int, now: float) -> float:
        """Send bytes, and return when they arrive: they leave when those before have left, and come in order."""
        self._free = max(now, self._free) + count / self._rate
        late = LATE if self._chance.random() < SHARE else 0.0
        before = self._under_way[-1][0] if self._under_way else 0.0
        arrives = max(before, self._free + DELAY + late)
        self._under_way.append((arrives, count))
        return arrives

    def waiting(self, now: float) -> int:
        """Return how many bytes have not arrived yet."""
        self._under_way = [(at, count) for at, count in self._under_way if at > now]
        return sum(count for _, count in self._under_way)


class Slow(Driven):
    """A program whose terminal is at the other end of a line."""

    line: Line | None = None

    def __init__(self, argv: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
        super().__init__(argv, environ, folder)
        self._answers: list[tuple[float, bytes]] = []  # under way, and when they are there

    def _read(self, seconds: float) -> bool:
        until = time.monotonic() + seconds
        while True:
            now = time.monotonic()
            while self._answers and self._answers[0][0] <= now:
                os.write(self._fd, self._answers.pop(0)[1])
            if self.line is not None and self.line.waiting(now) >= WINDOW:
                time.sleep(min(seconds, 0.002))
                return True
            due = self._answers[0][0] if self._answers else until
            if super()._read(min(due, until) - now):
                return True
            if now >= until:
                return False

    def _came(self, count: int) -> None:
        if self.line is None:
            super()._came(count)
            return
        back = self.line.take(count, time.monotonic()) + DELAY
        self._answers += [(back, ANSWERS[question]) for question in self._questions()]


@contextmanager
def _started(
    url: str, bytes_a_second: float, chance: random.Random
) -> Iterator[tuple[Bench, Slow]]:
    bench = Bench(url)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:
        home = Path(name)
        argv = ZATSUDAN.argv(url)
        with Slow(argv, contestants.environment(home), home) as driven:
            bench.until_ready(driven, ZATSUDAN)
            driven.line = Line(bytes_a_second, chance)
            bench.ask(driven, "mixed", 400).end()
            yield bench, driven


def _keys(driven: Slow, chance: random.Random) -> list[float]:
    """Press keys, and return how many ms each took until the program had written it."""
    taken = []
    for key in KEYS:
        start = len(driven.read)
        at = driven.type(key)
        driven.run(0.05 + 0.1 * chance.random())
        taken.append((driven.wait(key, start) - at) * 1e3)
    return taken


def _behind(driven: Slow, asked: Asked) -> tuple[int, int, float]:
    """Press Ctrl-C; return the bytes that were under way, those written after it, and the seconds until it held."""
    assert driven.line is not None
    under_way = driven.line.waiting(time.monotonic())
    driven.run(DELAY)  # the key is on its way
    start = len(driven.read)
    at = driven.type("\x03")
    driven.settle(0.5)
    driven.type("/temp")
    driven.wait("/temperature", start)
    stopped = re.search(rb"interrupted", driven.read[start:])
    assert stopped is not None, bytes(driven.read[start:][:900])
    held = driven.seen(stopped[0].decode(), start)
    assert held is not None
    return under_way, stopped.end(), held - at


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.slowline")
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    chance = random.Random(7)
    write = sys.stdout.write
    write(
        f"A terminal of {COLUMNS}x{ROWS}, round trip {DELAY * 2:.1f} s, {SHARE:.0%} of frames "
        f"{LATE:.1f} s late; medians of {args.rounds} rounds.\n\n"
        "| line | reply | bytes a byte | key answered, ms (median, worst) | under way at Ctrl-C, bytes "
        "| written after it, bytes | until it held, s |\n|---|---|--:|--:|--:|--:|--:|\n"
    )
    with serving() as url:
        for line, bytes_a_second in (("1 MB/s", 1e6), ("20 kB/s", 2e4)):
            for rate in (50, 200, 0):
                rows = [_one(url, bytes_a_second, rate, chance) for _ in range(args.rounds)]
                ratio, keys, under_way, after, held = zip(*rows, strict=True)
                pressed = [one for some in keys for one in some]
                write(
                    f"| {line} | {f'{rate} tok/s' if rate else 'full speed'} "
                    f"| {statistics.median(ratio):.1f} "
                    f"| {statistics.median(pressed):.1f}, {max(pressed):.1f} "
                    f"| {statistics.median(under_way):,.0f} | {statistics.median(after):,.0f} "
                    f"| {statistics.median(held):.2f} |\n"
                )
                sys.stdout.flush()


def _one(
    url: str, bytes_a_second: float, rate: int, chance: random.Random
) -> tuple[float, list[float], int, int, float]:
    with _started(url, bytes_a_second, chance) as (bench, driven):
        whole = bench.ask(driven, "mixed", 8 * rate or 8_000, rate)
        whole.end()
        ratio = whole.bytes_ratio
        under = bench.ask(driven, "mixed", 12 * rate or 60_000, rate)
        while len(driven.read) - under.start < 8_000:
            driven.run(0.1)
        pressed = _keys(driven, chance) if rate else []
        asked = under
        if rate:
            under.end()
            driven.type("\x15")
            asked = bench.ask(driven, "mixed", 20 * rate, rate)
            driven.run(1.0)
        return ratio, pressed or [0.0], *_behind(driven, asked)


if __name__ == "__main__":
    main()
