"""What many replies at once cost, and whether the screen answers meanwhile: `python -m tests.benchmarks.labload [NAME…]`.

    side by side   16 replies at 50 tokens a second each, in a terminal of 120x40 and in one in which all
                   of them fit beside one another
    sweep          500 cells of 100 tokens, 16 at a time at 100 tokens a second each, to their table
    runs           50 runs of each of 10 settings, as soon as the server has them, with tests and intervals

Prints a Markdown table: the share of one core while replies come, tokens a second, bytes to the
terminal a token, milliseconds from a key to its character on the screen (the 95th percentile, and the worst
while replies come and at the end, where the table is made), the CPU that the program took meanwhile (of
which a machine that is busy with others takes nothing away), and the most memory (VmHWM) in MB. Keys
are pressed ten times a second. LABLOAD_PATH runs another copy of zatsudan.
"""

import os
import re
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from tests.benchmarks import contestants
from tests.benchmarks.driven import Driven, TooSlow
from tests.benchmarks.mock import serving

#: Characters that nothing else writes, one for each key: Ethiopic letters, a cell wide.
CHARACTERS = [chr(0x1200 + at) for at in range(0x48)]
#: So many stand in a row before they are taken back. The next ones differ from those that stood
#: in their places: a screen that is right already is not written.
ROW = 50
#: Seconds between two keys.
BETWEEN = 0.1
#: How long a key may take before it is given up, in seconds.
PATIENCE = 60.0


class Load(NamedTuple):
    """A line that is typed, the screen before which it is, and what stands there at the end."""

    line: str
    size: tuple[int, int] = (120, 40)
    end: bytes = b"/lab export FILE"


LOADS = {
    "side by side": Load("/sweep! seed 1..16 concurrency=16 -- bench mixed 500 50 1"),
    "side by side, wide": Load(
        "/sweep! seed 1..16 concurrency=16 -- bench mixed 500 50 1", (640, 50)
    ),
    "sweep": Load("/sweep! seed 1..500 concurrency=16 -- bench mixed 100 100 1"),
    "runs": Load("/sweep! temperature 0..0.9:0.1 runs=50 concurrency=16 -- bench mixed 100 0 1"),
}


class Figures(NamedTuple):
    """What one load came to."""

    share: float
    speed: float
    bytes: float
    late: float
    worst: float
    last: float
    late_cpu: float
    worst_cpu: float
    last_cpu: float
    peak: float


def _peak(pid: int) -> float:
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def measure(load: Load, url: str, home: Path) -> Figures:
    """Type the line, and keys until the table stands."""
    environ = {
        **contestants.environment(home),
        "PYTHONPATH": os.environ.get("LABLOAD_PATH", ""),
    }
    argv = [sys.executable, "-m", "zatsudan", "--base-url", url, "--model", "bench"]
    with Driven(argv, environ, home, load.size) as program:
        program.wait("»", 0)
        program.settle()
        program.type(load.line)
        program.settle()
        start = len(program.read)
        program.type("\r")
        program.wait("under way", start)
        began, cpu = time.monotonic(), program.cpu
        waits: list[Pressed] = []
        stopped = None  # when the last reply had ended, and what all had cost
        pressed = 0
        while load.end not in program.read[start:]:
            if pressed % ROW == 0:
                program.type("\x15")
            waits.append(_press(program, CHARACTERS[pressed % len(CHARACTERS)]))
            pressed += 1
            program.run(max(0.0, BETWEEN - waits[-1].seconds))
            if b"under way" in program.read[-20_000:] or stopped is None:
                stopped = time.monotonic(), program.cpu
        program.settle()
        assert stopped is not None
        seconds = stopped[0] - began
        tokens = _tokens(load.line)
        during = [one for one in waits if one.at < stopped[0] - BETWEEN]
        last = [one for one in waits if one.at >= stopped[0] - 2 * BETWEEN]
        return Figures(
            100 * (stopped[1] - cpu) / seconds,
            tokens / seconds,
            (len(program.read) - start) / tokens,
            *_milliseconds([one.seconds for one in during], [one.seconds for one in last]),
            *_milliseconds([one.cpu for one in during], [one.cpu for one in last]),
            _peak(program.pid),
        )


class Pressed(NamedTuple):
    """A key: when it was pressed, how long until its character stood there, and the CPU that went into that."""

    at: float
    seconds: float
    cpu: float


def _press(program: Driven, character: str) -> Pressed:
    start, cpu = len(program.read), program.cpu
    at = program.type(character)
    return Pressed(at, program.wait(character, start, PATIENCE) - at, program.cpu - cpu)


def _milliseconds(during: list[float], last: list[float]) -> tuple[float, float, float]:
    """Return the 95th percentile and the worst of those in the middle, and the worst of those at the end."""
    during = sorted(during)
    return 1000 * during[int(len(during) * 0.95)], 1000 * during[-1], 1000 * max(last, default=0.0)


def _tokens(line: str) -> int:
    count = int(line.split()[-3])
    cells = re.search(r"seed 1\.\.(\d+)", line)
    return count * (int(cells[1]) if cells else 500)


def main() -> None:
    """Print the table."""
    names = sys.argv[1:] or list(LOADS)
    heads = (
        "load",
        "core, %",
        "tok/s",
        "B/tok",
        "key 95 %, ms",
        "worst",
        "at the end",
        "CPU 95 %, ms",
        "worst",
        "at the end",
        "MB",
    )
    sys.stdout.write(f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}\n")
    with serving() as url:
        for name in names:
            with tempfile.TemporaryDirectory() as home:
                try:
                    figures = measure(LOADS[name], url, Path(home))
                except TooSlow as error:
                    sys.stdout.write(f"| {name} | too slow: {error} |\n")
                    continue
            row = (f"{value:,.0f}" for value in figures)
            sys.stdout.write(f"| {name} | {' | '.join(row)} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
