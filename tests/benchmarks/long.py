"""A long session resumed: what it costs above the plain start.

Run `uv run python -m tests.benchmarks.long [ROUNDS]`; three unless told. Each round starts the program plainly, with
a session of 1,000 turns and with one of 50,000 messages (20 MB), in an order of its own; with the last also where the
index of sessions knows it already, as whenever it is gone on with: behind the prompt it is else read for that, once.
Prints a Markdown table of medians.
"""

import random
import shutil
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks import contestants
from tests.benchmarks.driven import Driven
from tests.benchmarks.mock import end_word, serving
from zatsudan.sessions import indexing

#: By what is resumed: the turns of the session.
TURNS = {
    "plain": 0,
    "1,000 turns": 1_000,
    "50,000 messages": 25_000,
    "the same, in the index": 25_000,
}


def rest(driven: Driven) -> None:
    """Wait until the program has nothing to do."""
    before = -1.0
    while driven.cpu - before > 0.002:
        before = driven.cpu
        driven.run(1.5)


def measured(url: str, home: Path, turns: int) -> dict[str, float]:
    """Start the program once; return what it took."""
    argv = [*contestants.zatsudan_argv(url), *(["--continue"] if turns else [])]
    found: dict[str, float] = {}
    with Driven(argv, contestants.environment(home), home) as driven:
        found["prompt, ms"] = (driven.wait("»", 0) - driven.started) * 1e3
        keys, shown = contestants.ZATSUDAN.probe
        start = len(driven.read)
        driven.type(keys)
        found["ready (/temp shows its menu), ms"] = (
            driven.wait(shown, start) - driven.started
        ) * 1e3
        found["CPU until ready, ms"] = driven.cpu * 1e3
        driven.type("\x7f" * len(keys))
        if turns:
            driven.wait(f"Question {turns - 1}?", 0)
        rest(driven)
        found["CPU with all that is done behind the prompt, ms"] = driven.cpu * 1e3
        found["most memory until then, MiB"] = driven.peak
        if turns:
            driven.type("/tree")
            rest(driven)
            start, cpu = len(driven.read), driven.cpu
            at = driven.type("\r")
            found["/tree, until its first message, ms"] = (
                driven.wait("Question", start) - at
            ) * 1e3
            rest(driven)
            found["CPU of /tree, ms"] = (driven.cpu - cpu) * 1e3
            start, cpu = len(driven.read), driven.cpu
            at = driven.type("bench words 5 100 1\r")
            found["Enter to the end of a reply of 5 tokens, ms"] = (
                driven.wait(end_word(1), start) - at
            ) * 1e3
            driven.settle()
            found["CPU of that, ms"] = (driven.cpu - cpu) * 1e3
            found["most memory in all, MiB"] = driven.peak
    return found


def table(samples: Mapping[str, Mapping[str, Sequence[float]]]) -> None:
    """Print the medians."""
    write = sys.stdout.write
    write("| |" + "|".join(TURNS) + "|\n|---|" + "--:|" * len(TURNS) + "\n")
    for row, found in samples.items():
        cells = [f"{statistics.median(found[name]):.0f}" if name in found else "" for name in TURNS]
        write(f"| {row} |" + "|".join(cells) + "|\n")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    samples: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    with ExitStack() as stack:
        url = stack.enter_context(serving())
        homes = {}
        for name, turns in TURNS.items():
            homes[name] = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            if turns:
                contestants.long_session(homes[name], turns)
        for _ in range(rounds):
            names = list(TURNS)
            random.shuffle(names)
            for name in names:
                with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
                    home = shutil.copytree(homes[name], Path(folder) / "home")
                    if name.endswith("in the index"):
                        indexing.update(home / contestants.SESSIONS)
                    found = measured(url, home, TURNS[name])
                for row, value in found.items():
                    samples[row][name].append(value)
    table(samples)


if __name__ == "__main__":
    main()
