"""Ten thousand sessions: what it costs to list, find, complete and search them, as they grow.

Run `uv run python -m tests.benchmarks.thousands [FOLDER]`. Writes 100, 1,000 and 10,000 sessions
of 50 kB, half of them English and half Japanese, with as many words as real talks have (into
FOLDER, where they stay for the next run, or a temporary one), brings the index up to date and
prints a Markdown table: medians of several runs in milliseconds, by the clock and in brackets of
CPU, file system warm. `first` is what the index took to be made, and its size beside that of the
journals. `behind` is what goes on while a list is there already: all journals are looked at, and
the list is mended, or that nothing was found is made sure of. `the program` is the whole of it, from its start to
its end. The last column says how much more 10,000 cost than 1,000, of CPU.
"""

import asyncio
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import accumulate
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.support import stored
from tests.support.doubles import chat_over
from zatsudan.base.errors import StoreError
from zatsudan.commands.outcomes import Pick
from zatsudan.commands.picking import Picking
from zatsudan.commands.sessions import load, sessions
from zatsudan.servers.client import Client
from zatsudan.sessions import index, indexing, shelf
from zatsudan.sessions.journal import Journal, begin_record
from zatsudan.sessions.records import message_record
from zatsudan.sessions.search import at_once, search
from zatsudan.wire.messages import Message

SIZES = (100, 1_000, 10_000)
BYTES = 50_000
RUNS = 5
#: How fast keys come, in seconds.
KEY_SECONDS = 0.02
#: What is looked for: it stands in one session, in nearly all, or in none.
SEARCHES = {
    "rare": "quillwort",
    "rare, Japanese": "蜃気楼計",
    "common": "about",
    "common, Japanese": "温度",
    "one character": "猫",
    "full width": "ａｂｏｕｔ",
    "half width": "ｶﾒﾗ",
    "nowhere": "zzyzx",
    "two words": "about quillwort",
}


def main() -> None:
    if sys.argv[1:2] in (["-h"], ["--help"]):
        sys.stdout.write(__doc__ or "")
    elif len(sys.argv) > 1:
        _table(Path(sys.argv[1]))
    else:
        with TemporaryDirectory() as folder:
            _table(Path(folder))


def _table(folder: Path) -> None:
    columns = {count: _measured(_written(folder / f"{count}", count), count) for count in SIZES}
    sys.stdout.write(f"| ms | {' | '.join(f'{count:,}' for count in SIZES)} | times |\n")
    sys.stdout.write("|---|--:|--:|--:|--:|\n")
    for what in columns[SIZES[0]]:
        cells = " | ".join(f"{column[what]}" for column in columns.values())
        less, more = columns[SIZES[-2]][what], columns[SIZES[-1]][what]
        times = f"{more.cpu / less.cpu:.1f}" if isinstance(less, _Cost) and less.cpu else ""  # type: ignore[union-attr]
        sys.stdout.write(f"| {what} | {cells} | {times} |\n")


class _Cost(NamedTuple):
    """Milliseconds by the clock and of CPU, and what came of it."""

    wall: float
    cpu: float
    note: str = ""

    def __str__(self) -> str:
        return f"{self.wall:.1f} ({self.cpu:.1f}){self.note}"


def _measured(directory: Path, count: int) -> dict[str, "_Cost | str"]:
    index.discard(directory / index.NAME)
    since, cpu = time.perf_counter(), time.process_time()
    indexing.update(directory)
    taken, used = time.perf_counter() - since, time.process_time() - cpu
    file = directory / index.NAME
    size = file.stat().st_size / 1e6 if file.exists() else 0.0
    whole = sum(path.stat().st_size for path in directory.glob("*.jsonl")) / 1e6
    found: dict[str, _Cost | str] = {
        "first, s (CPU)": f"{taken:.1f} ({used:.1f})",
        "index, MB (of)": f"{size:.0f} ({whole:.0f})",
    }
    found["index followed"] = _timed(lambda: indexing.update(directory))
    loop = asyncio.new_event_loop()
    chat = chat_over(_nobody, directory)
    # The look behind is timed by itself.
    chat.index_sessions = lambda: None  # type: ignore[method-assign]

    async def listed() -> Pick:
        pick = await sessions.run(chat, "")
        assert isinstance(pick, Pick)
        return pick

    def opened() -> Pick:
        return loop.run_until_complete(listed())

    def behind(pick: Pick) -> Pick:
        return loop.run_until_complete(pick.whole()) if pick.whole is not None else pick

    found["/sessions"] = _timed(opened)
    found["/sessions, behind"] = _timed(lambda: behind(opened()))
    found["a key meanwhile, median and worst"] = loop.run_until_complete(_keys(listed))
    found["-c"] = _timed(lambda: shelf.latest(directory))
    found["-r NAME"] = _timed(lambda: shelf.find(directory, f"s{count // 2:05}"))
    found["-r NOBODY"] = _timed(lambda: _sought_in_vain(directory))
    found["the program with -r NOBODY"] = _program(directory)
    found["/load, first key"] = _timed(lambda: list(load.complete(chat, "")))
    found["/load, next key"] = _timed(lambda: list(load.complete(chat, "a")))
    rows = list(behind(opened()).rows)
    for typed in ("a", "tmp", "温度"):
        found[f"picker, {typed}"] = _timed(lambda typed=typed: Picking(rows).filter(typed))  # type: ignore[misc]
    for what, words in SEARCHES.items():
        found[f"/search {what}"] = _searched(directory, words.split())
    found["/search nowhere, behind"] = _timed(
        lambda: at_once(directory, [SEARCHES["nowhere"]], surely=True)
    )
    found["/search common, behind"] = _timed(lambda: search(directory, [SEARCHES["common"]]))
    _talk(directory / "mine.jsonl")
    found["/sessions after a message"] = _timed(opened)
    found["-c after a message"] = _timed(lambda: shelf.latest(directory))
    (directory / "mine.jsonl").unlink()  # which nobody notes
    found["-c after a change by another program"] = _timed(lambda: shelf.latest(directory))
    loop.run_until_complete(chat.aclose())
    loop.close()
    return found


async def _keys(opened: Callable[[], Awaitable[Pick]]) -> str:
    """Return what a key takes that needs five milliseconds, while all journals are looked at."""
    taken: list[float] = []
    for _ in range(RUNS):
        pick = await opened()
        look = asyncio.ensure_future(pick.whole() if pick.whole is not None else asyncio.sleep(0))
        while not look.done():
            since = time.perf_counter()
            await asyncio.sleep(KEY_SECONDS)
            worked = time.thread_time()
            while time.thread_time() - worked < 0.005:
                pass
            taken.append((time.perf_counter() - since - KEY_SECONDS) * 1000)
    return f"{median(taken):.1f}, {max(taken):.1f}"


def _searched(directory: Path, words: list[str]) -> _Cost:
    def searched() -> int:
        found = at_once(directory, words)
        found = search(directory, words).found if found is None else found
        return sum(len(each.hits) for each in found)

    return _timed(searched)._replace(note=f" {searched():,}")


def _sought_in_vain(directory: Path) -> None:
    with suppress(StoreError):
        shelf.find(directory, "nobody")


def _program(directory: Path) -> _Cost:
    """Return what the whole program takes to say that there is no session of a name."""
    with TemporaryDirectory() as home:
        data = Path(home) / "zatsudan"
        data.mkdir()
        (data / "sessions").symlink_to(directory.absolute())
        environment = {**os.environ, "HOME": home, "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home}
        argv = [sys.executable, "-m", "zatsudan", "-r", "nobody", "hello"]

        def run() -> None:
            done = subprocess.run(
                argv, env=environment, capture_output=True, text=True, check=False
            )
            assert "nobody" in done.stderr

        return _timed(run, time_of=_children)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _talk(path: Path) -> None:
    journal = Journal(path)
    journal.append(begin_record(path.stem, ""))
    journal.append(message_record("1", None, Message("user", "a talk of this program"), ""))
    journal.sync()
    journal.close()


async def _nobody() -> Client:
    raise AssertionError


def _timed(run: Callable[[], object], time_of: Callable[[], float] = time.process_time) -> _Cost:
    run()
    walls, cpus = [], []
    for _ in range(RUNS):
        since, cpu = time.perf_counter(), time_of()
        run()
        walls.append((time.perf_counter() - since) * 1000)
        cpus.append((time_of() - cpu) * 1000)
    return _Cost(median(walls), median(cpus))


# --- the sessions ------------------------------------------------------------------


def _written(directory: Path, count: int) -> Path:
    if not directory.is_dir():
        directory.mkdir(parents=True)
        speakers = (_English(), _Japanese())
        for number in range(count):
            _session(directory / f"s{number:05}.jsonl", number, speakers[number % 2], count)
    return directory


class _English:
    """Words that follow Zipf's law: a few hundred make up half of all, and new ones never end."""

    rare = "quillwort"

    def __init__(self) -> None:
        make = random.Random(1)
        syllables = [first + last for first in "bcdfglmnprstvw" for last in "aeiou"]
        common = [
            "the",
            "of",
            "and",
            "to",
            "in",
            "is",
            "it",
            "you",
            "that",
            "about",
            "was",
            "for",
            "are",
            "with",
        ]
        made = {"".join(make.choices(syllables, k=make.randint(1, 5))) for _ in range(60_000)}
        rest = sorted(made)
        make.shuffle(rest)
        self._words = common + rest
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(self._words))))

    def say(self, of: random.Random, characters: int) -> str:
        """Return about so many characters."""
        return " ".join(of.choices(self._words, cum_weights=self._weights, k=characters // 6))


class _Japanese:
    """Text without blanks: of some thousand words in kanji and kana, between particles."""

    rare = "蜃気楼計"

    def __init__(self) -> None:
        make = random.Random(2)
        kanji = [chr(0x4E00 + make.randrange(0x3000)) for _ in range(2_000)]
        kana = [chr(code) for code in range(0x30A2, 0x30F3)]
        words = ["温度", "猫", "カメラ", "雑談"]
        words += ["".join(make.choices(kanji, k=make.randint(1, 3))) for _ in range(12_000)]
        words += ["".join(make.choices(kana, k=make.randint(2, 5))) for _ in range(3_000)]
        self._words = words
        self._weights = list(accumulate(1 / (rank + 3) for rank in range(len(words))))
        self._particles = [*"はがをにでとのもへ", "です。", "ます、", "から", "した。"]

    def say(self, of: random.Random, characters: int) -> str:
        """Return about so many characters."""
        words = of.choices(self._words, cum_weights=self._weights, k=characters // 4)
        particles = of.choices(self._particles, k=len(words))
        return "".join(part for pair in zip(words, particles, strict=True) for part in pair)


def _session(path: Path, seed: int, speaker: _English | _Japanese, count: int) -> None:
    of = random.Random(seed)
    rare = f" {speaker.rare}" if seed in (count // 2, count // 2 + 1) else ""

    def say(number: int) -> str:
        return speaker.say(of, 60 if number % 2 else 900) + (rare if number == 4 else "")

    stored.long_one(path, say, BYTES)


if __name__ == "__main__":
    main()
