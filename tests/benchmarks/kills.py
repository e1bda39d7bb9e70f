"""Kill the program at random moments and look for lost words.

    python -m tests.benchmarks.kills [KILLS]

A real process in a pty talks with a scripted server that streams numbered
words. At a random moment it is killed with SIGKILL. Nothing that stood on its
screen may be missing in the journal, but for the last second of a reply; the
next process goes on with the same session, which must load each time.
"""

import asyncio
import random
import re
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.program import Program
from tests.support.server import Piece, Request, Script, chunk, serve, usage
from zatsudan.sessions import journal, shelf
from zatsudan.sessions.records import apply, recovery
from zatsudan.sessions.session import Session

#: Words a second that the server streams.
SPEED = 100
_STYLES = re.compile(r"\x1b(\[[0-9;?]*[A-Za-z]|[78])")


@dataclass
class Result:
    """What was seen over all kills. `lost` lists what must not happen."""

    kills: int = 0
    in_reply: int = 0
    most_lost_words: int = 0
    lost: list[str] = field(default_factory=list)


def _words(request: Request) -> Script:
    """Stream words that name the question and their place in the reply."""
    asked = request.body["messages"][-1]["content"].split()[-1]
    pieces: list[Piece] = []
    for number in range(400):
        pieces += [chunk(f"{asked}w{number:03} "), 1 / SPEED]
    return Script([*pieces, chunk(finish="stop"), usage(10, 400)])


def _serve(ready: threading.Event, address: list[str], end: threading.Event) -> None:
    async def run() -> None:
        async with serve(_words) as server:
            address.append(server.base_url)
            ready.set()
            while not end.is_set():  # noqa: ASYNC110  set by another thread
                await asyncio.sleep(0.05)

    asyncio.run(run())


def _one(number: int, base_url: str, home: Path, dice: random.Random, result: Result) -> None:
    program = Program("--base-url", base_url, "-m", "scripted", "--continue", home=home)
    try:
        program.until("just write")
        question = f"question q{number}"
        program.press(question + "\r")
        program.drain(dice.uniform(0.0, 2.5))
        program.process.kill()
        program.process.wait()
        program.drain(0.05)
    finally:
        program.close()
    seen = _STYLES.sub("", program.seen)
    result.kills += 1
    session = _load(home)
    said = {node.message.text for node in session.nodes.values()} if session is not None else set()
    shown = [int(word) for word in re.findall(rf"q{number}w(\d+)", seen)]
    # Echoed and waited for: the person has seen that it was taken.
    acknowledged = f"» {question}" in seen and "waiting" in seen.split(question)[-1]
    if (acknowledged or shown) and question not in said:
        result.lost.append(f"{number}: the question")
    if shown:
        result.in_reply += 1
        kept = [int(word) for text in said for word in re.findall(rf"q{number}w(\d+)", text)]
        missing = max(shown) - max(kept, default=-1)
        result.most_lost_words = max(result.most_lost_words, missing)
        if missing > SPEED:
            result.lost.append(f"{number}: {missing} words of the reply")
        if kept != list(range(len(kept))):
            result.lost.append(f"{number}: a hole in the reply")


def _load(home: Path) -> Session | None:
    files = shelf.summaries(home / ".local/share/zatsudan/sessions")
    if not files:
        return None
    session = journal.load(files[0].path).session
    partials = {key: "".join(partial.content) for key, partial in session.partials.items()}
    for record in recovery(session):
        apply(session, record)
    assert all(session.nodes[key].message.text == text for key, text in partials.items())
    return session


def run(kills: int, seed: int = 1) -> Result:
    """Kill so many processes, one after another, on one session."""
    ready, end, address = threading.Event(), threading.Event(), list[str]()
    thread = threading.Thread(target=_serve, args=(ready, address, end))
    thread.start()
    result, dice = Result(), random.Random(seed)
    try:
        ready.wait(10)
        with tempfile.TemporaryDirectory() as directory:
            for number in range(kills):
                _one(number, address[0], Path(directory), dice, result)
    finally:
        end.set()
        thread.join()
    return result


if __name__ == "__main__":
    began = time.monotonic()
    outcome = run(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    sys.stdout.write(
        "| kills | in the middle of a reply | most words lost (of 100 a second) | losses |\n|--:|--:|--:|---|\n"
        f"| {outcome.kills} | {outcome.in_reply} | {outcome.most_lost_words} | {outcome.lost or 'none'} |\n"
        f"\n{time.monotonic() - began:.0f} s\n"
    )
    sys.exit(bool(outcome.lost))
