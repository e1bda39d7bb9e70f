"""zatsudan beside the floors of its libraries, and beside other programs.

Run `uv run python -m tests.benchmarks.compare`; the README here tells more.
Each round carries out all jobs in an order of its own.
"""

import argparse
import random
import re
import statistics
import sys
from pathlib import Path

from tests.benchmarks import contestants, targets
from tests.benchmarks.contestants import BARE, FLOOR, ZATSUDAN, Contestant
from tests.benchmarks.driven import TooSlow
from tests.benchmarks.jobs import JOBS, PATIENCE, Bench, Job
from tests.benchmarks.mock import serving


def _wanted(names: list[str], programs: list[Contestant]) -> list[tuple[str, Job, Contestant]]:
    jobs: list[tuple[str, Job, Contestant]] = []
    for name in names:
        job, whose, times = JOBS[name]
        fitting = [
            program
            for program in programs
            if whose == "all"
            or (whose == "chats" and program.chats)
            or (whose == "zatsudan" and program is ZATSUDAN)
        ]
        jobs += [(name, job, program) for program in fitting] * times
    return jobs


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.compare")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", default=",".join(JOBS), help=f"some of {','.join(JOBS)}")
    parser.add_argument(
        "--peers", type=Path, metavar="BIN", help="folder with llm, sgpt, gpt or aider"
    )
    args = parser.parse_args()
    programs = [ZATSUDAN, BARE, FLOOR, *contestants.peers(args.peers)]
    lost: set[tuple[str, str]] = set()
    with serving() as url:
        bench = Bench(url)
        for number in range(args.rounds):
            jobs = _wanted(args.only.split(","), programs)
            random.shuffle(jobs)
            for name, job, program in jobs:
                if (name, program.name) in lost:
                    continue
                sys.stderr.write(f"round {number + 1}: {name}, {program.name}\n")
                try:
                    job(bench, program)
                except TooSlow as late:
                    lost.add((name, program.name))
                    sys.stderr.write(f"  given up, waited for {late}\n")
    _report(bench, [program.name for program in programs], lost)


def _report(bench: Bench, names: list[str], lost: set[tuple[str, str]]) -> None:
    others = {name for row in bench.samples.values() for name in row} - set(names)
    columns = [*names, *sorted(others)]
    write = sys.stdout.write
    write(
        f"Median (minimum to maximum) in one run; a terminal of 100x40; Python {sys.version.split()[0]}.\n\n"
    )
    write("| |" + "|".join(columns) + "|\n|---|" + "--:|" * len(columns) + "\n")
    for row in sorted(bench.samples, key=_order):
        cells = [_cell(bench.samples[row].get(name, [])) for name in columns]
        write(f"| {row} |" + "|".join(cells) + "|\n")
    for name, program in sorted(lost):
        write(f"\n{program}: `{name}` was given up, {PATIENCE:.0f} s were not enough.")
    write("\n\n" + "".join(f"{line}\n" for line in targets.report(bench.samples)))


def _order(row: str) -> tuple[bool, str]:
    """Rows in the order of a talk: the names' numbers by their size."""
    padded = re.sub(r"[\d,]*\d", lambda found: found[0].replace(",", "").zfill(7), row)
    return ("CPU" in row or "wall" in row, padded)


def _cell(values: list[float]) -> str:
    if not values:
        return ""
    low, middle, high = min(values), statistics.median(values), max(values)
    digits = 0 if middle >= 100 else 1 if middle >= 5 else 2
    text = f"{middle:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
    if len(values) >= 50:
        p99 = sorted(values)[int(len(values) * 0.99)]
        text += f", p99 {p99:.{digits}f}"
    return text


if __name__ == "__main__":
    main()
