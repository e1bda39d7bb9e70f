"""What zatsudan is to reach, as ratios within one run where the machine has a say in it."""

import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.benchmarks.contestants import BARE, FLOOR, ZATSUDAN
from tests.benchmarks.jobs import GIANTS

Samples = Mapping[str, Mapping[str, Sequence[float]]]


class Missing(Exception):
    """The run did not measure this."""


class Run:
    """The figures of a run by the rows of its report."""

    def __init__(self, samples: Samples) -> None:
        self._samples = samples

    def values(self, row: str, program: str = ZATSUDAN.name) -> Sequence[float]:
        """Return the samples of a row; raises Missing."""
        found = self._samples.get(row, {}).get(program)
        if not found:
            raise Missing(row)
        return found

    def of(self, row: str, program: str = ZATSUDAN.name) -> float:
        """Return the median of a row; raises Missing."""
        return statistics.median(self.values(row, program))

    def over(self, row: str, program: str) -> float:
        """Return how many times as much it is as with another program."""
        return self.of(row) / self.of(row, program)

    def further(self, begin: int, end: int, program: str = ZATSUDAN.name) -> float:
        """Return the seconds of CPU for each token from `begin` to `end` of a long reply."""
        taken = [self.of(f"CPU of {size:,} tokens, s", program) for size in (begin, end)]
        return (taken[1] - taken[0]) / (end - begin)


class Target(NamedTuple):
    """What is to be at most `most`."""

    what: str
    most: float
    of: Callable[[Run], float]


def _giant(shape: str) -> Target:
    def of(run: Run) -> float:
        one, mixed = (f"CPU of one {name} of 8,000 tokens, s" for name in (shape, "mixed"))
        return run.of(one) / run.of(mixed)

    return Target(f"one {shape} of 8,000 tokens, over mixed ones", 1.3, of)


def _late_glyph(turn: str) -> Callable[[Run], float]:
    row = "chunk to glyph, {} turn, ms"
    return lambda run: run.of(row.format(turn)) - run.of(row.format("2nd"), "curl")


def _resumed(run: Run) -> float:
    row = "spawn to ready"
    return run.of(f"{row} with 1,000 turns, ms") - 1.15 * run.of(f"{row}, ms", BARE.name)


def _key_p99(run: Run) -> float:
    values = sorted(run.values("key on the screen at 200 tok/s, ms"))
    return values[int(len(values) * 0.99)]


TARGETS = (
    Target("spawn to ready, over P", 1.08, lambda run: run.over("spawn to ready, ms", BARE.name)),
    *(
        Target(f"{row}, over P", 1.08, lambda run, row=row: run.over(f"{row}, ms", BARE.name))  # type: ignore[misc]
        for row in ("spawn to prompt", "spawn to a typed word")
    ),
    Target("with 1,000 turns, ms above 1.15 P", 30, _resumed),
    *(
        Target(
            f"{flag}, over bare Python",
            3,
            lambda run, flag=flag: run.over(f"{flag}, ms", "bare Python"),  # type: ignore[misc]
        )
        for flag in ("--version", "--help")
    ),
    Target(
        "Enter to request, 1st turn, ms", 8, lambda run: run.of("Enter to request, 1st turn, ms")
    ),
    Target("later turns, ms", 5, lambda run: run.of("Enter to request, 2nd turn, ms")),
    Target("with 1,000 turns, ms", 15, lambda run: run.of("Enter to request with 1,000 turns, ms")),
    Target("chunk to glyph, 1st turn, ms over curl", 3, _late_glyph("1st")),
    Target("later turns, ms over curl", 2, _late_glyph("2nd")),
    Target("last token late, ms", 15, lambda run: run.of("last token late, ms")),
    Target(
        "32,000 tokens, over F", 2.5, lambda run: run.over("wall of 32,000 tokens, s", FLOOR.name)
    ),
    Target(
        "CPU of a further token, over F",
        2.5,
        lambda run: run.further(8_000, 32_000) / run.further(8_000, 32_000, FLOOR.name),
    ),
    Target(
        "growth: a token after 8,000, over one before",
        1.1,
        lambda run: run.further(8_000, 32_000) / run.further(2_000, 8_000),
    ),
    *map(_giant, GIANTS),
    *(
        Target(
            f"CPU at {rate} tok/s, over {name}",
            most,
            lambda run, rate=rate, name=name: run.over(f"CPU at {rate} tok/s, %", name),  # type: ignore[misc]
        )
        for name, most in ((FLOOR.name, 1.8), ("llm", 1))
        for rate in (50, 200)
    ),
    *(
        Target(
            f"500 tokens, {turn} turn, over F",
            3,
            lambda run, turn=turn: run.over(f"wall of 500 tokens, {turn} turn, ms", FLOOR.name),  # type: ignore[misc]
        )
        for turn in ("1st", "2nd")
    ),
    Target("2 MB in pieces of 1,000 characters, s", 1.5, lambda run: run.of("wall of 2 MB, s")),
    Target("CPU idle, %", 0.1, lambda run: run.of("CPU idle, %")),
    Target(
        "bytes per byte, full speed", 5, lambda run: run.of("bytes per byte, full speed 32,000")
    ),
    Target("bytes per byte, 50 tok/s", 8, lambda run: run.of("bytes per byte, 50 tok/s")),
    Target("resident at the prompt, MiB", 45, lambda run: run.of("resident at the prompt, MiB")),
    Target(
        "more after 32,000 tokens, MiB",
        10,
        lambda run: (
            run.of("resident after 32,000 tokens, MiB") - run.of("resident at the prompt, MiB")
        ),
    ),
    Target("key on the screen, ms", 20, lambda run: run.of("key on the screen at 200 tok/s, ms")),
    Target("key on the screen, 99th percentile, ms", 50, _key_p99),
)


def report(samples: Samples) -> Iterator[str]:
    """Yield the rows of a table of the targets that the run has measured."""
    run = Run(samples)
    yield "| target | at most | this run | |"
    yield "|---|--:|--:|---|"
    for target in TARGETS:
        try:
            value = target.of(run)
        except Missing:
            continue
        verdict = "held" if value <= target.most else "**missed**"
        yield f"| {target.what} | {target.most:g} | {value:.2f} | {verdict} |"
