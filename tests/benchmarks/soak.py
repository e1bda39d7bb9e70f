"""Talk for 2,000 turns with a server that fails in one of five, in one of twenty ways.

    python -m tests.benchmarks.soak [TURNS]

Each turn is asked as a person would: after a failure the same words again, or
others. The chat's clock goes on only while it sleeps, so that no pause is
waited for and none is left out. Looks for an exception that is not ours, a
request that a strict server would refuse, a journal that is not the live
state, and memory that grows by more than the talk. Prints a Markdown table.
"""

import asyncio
import gc
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tests.support.doubles import Time, chat_over, turn_in
from tests.support.quirks import QUIRKS
from tests.support.server import CUT, DONE, RESET, Request, Script, chunk, fails, says, serve
from zatsudan.config.settings import Network
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.sessions import journal as store
from zatsudan.sessions.made import FAILED
from zatsudan.talk.chat import Chat
from zatsudan.wire.messages import Message

_BODIES = {quirk.file: quirk for quirk in QUIRKS}


def _body(file: str) -> Script:
    quirk = _BODIES[file]
    return Script([quirk.body], quirk.status, (("Content-Type", quirk.content_type),))


def _limit(name: str) -> Script:
    message = f"This model's maximum context length is 6000 tokens. However, your {name} resulted in 9000 tokens."  # fmt: skip
    return fails(400, {"error": {"message": message, "code": "context_length_exceeded"}})


#: The ways to fail.
FAULTS: dict[str, Callable[[], Script]] = {
    "reset at once": lambda: Script([RESET]),
    "cut before the first byte": lambda: Script([CUT]),
    "reset in the reply": lambda: Script([chunk("half a "), chunk("reply"), RESET]),
    "cut in the reply": lambda: Script([chunk("half a reply"), CUT]),
    "ends without an end": lambda: Script([chunk("half a reply")]),
    "silent in the reply": lambda: Script([chunk("half a reply"), 1.0]),
    "nothing": lambda: _body("error-nothing.sse"),
    "error in the middle": lambda: _body("error-in-the-middle.sse"),
    "error field": lambda: _body("error-field.sse"),
    "not JSON in the middle": lambda: _body("not-json-in-the-middle.sse"),
    "a web page": lambda: _body("error-page.html"),
    "a text": lambda: _body("error-text.txt"),
    "too deep": lambda: _body("nested-too-deep.sse"),
    "400": lambda: _body("status-400-object.json"),
    "401": lambda: _body("status-401-object.json"),
    "422 of a field": lambda: _body("status-422-detail-in-message.json"),
    "429 for an hour": lambda: fails(429, "slow down", Retry_After="3600"),
    "500 list": lambda: _body("status-500-list.json"),
    "503 loading": lambda: fails(503, {"error": {"code": 503, "message": "Loading model"}}),
    "too long": lambda: _limit("messages"),
    "only reasoning": lambda: Script([
        b'data: {"choices": [{"index": 0, "delta": {"reasoning_content": "hm"}, "finish_reason": "length"}]}\n\n', DONE,
    ]),
    "a tool call": lambda: _body("tool-calls.sse"),
}  # fmt: skip


@dataclass
class Result:
    """What was seen. `wrong` lists what must not happen; memory in bytes, by turns."""

    turns: int = 0
    failed: int = 0
    requests: int = 0
    slept: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    memory: dict[int, int] = field(default_factory=dict)
    talk: dict[int, int] = field(default_factory=dict)
    journal: int = 0

    @property
    def growth(self) -> float:
        """How much more memory there is at the end than at the first reading, less the talk's growth."""
        (first, before), *_, (last, after) = self.memory.items()
        return (after - before - (self.talk[last] - self.talk[first])) / before


def resident() -> int:
    """Return the bytes of memory that this process has."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


class _Moody:
    """Answers well, or in one of five turns fails in one of the ways, once or until it is asked anew."""

    def __init__(self, dice: random.Random, result: Result) -> None:
        self._dice = dice
        self._result = result
        self._asked = ""
        self._fault = ""

    def __call__(self, request: Request) -> Script:
        self._result.requests += 1
        self._check(request.body["messages"])
        asked = str(request.body["messages"][-1]["content"])
        if asked != self._asked:
            self._asked = asked
            self._fault = self._dice.choice(list(FAULTS)) if self._dice.random() < 0.2 else ""
        if not self._fault:
            return says(*(f"word{self._dice.randrange(1000)} " for _ in range(40)))
        self._result.faults[self._fault] += 1
        fault, again = self._fault, self._dice.random() < 0.5
        self._fault = self._fault if again else ""
        return FAULTS[fault]()

    def _check(self, messages: list[dict[str, object]]) -> None:
        if any(one["role"] == two["role"] for one, two in pairwise(messages)):
            self._result.wrong.append("two messages of one role in a row were sent")
        if not all(message["content"] for message in messages):
            self._result.wrong.append("an empty message was sent")
        if any("tool_calls" in message for message in messages):
            self._result.wrong.append("a call without its answer was sent")


async def soak(turns: int, directory: Path, seed: int = 1) -> Result:
    """Talk, and return what was seen."""
    dice, result, time_ = random.Random(seed), Result(), Time()
    marks = {turns // 10, turns}
    async with serve(_Moody(dice, result)) as server:

        async def connect() -> Client:
            # Real seconds: the socket does not know our clock.
            network = Network(connect_seconds=5.0, idle_seconds=0.5)
            return Client(Server("scripted", server.base_url, model="scripted"), network)

        chat = chat_over(connect, directory, clock=time_.clock, sleep=time_.sleep)
        chat.talk.new()
        for number in range(1, turns + 1):
            await _turn(chat, f"question {number}", dice, result)
            server.requests.clear()
            if number in marks:
                result.memory[number], result.talk[number] = resident(), _size(chat)
        path = chat.talk.journal.path
        await chat.aclose()
    result.turns, result.slept = turns, time_.now
    if path is None or chat.talk.journal.trouble:
        result.wrong.append(f"the journal was not written: {chat.talk.journal.trouble}")
        return result
    result.journal = path.stat().st_size
    loaded = store.load(path)
    if loaded.session != chat.talk.session or loaded.damaged or loaded.torn:
        result.wrong.append("the journal is not the live state")
    asked = {
        node.message.text
        for node in chat.talk.session.nodes.values()
        if node.message.role == "user"
    }
    if len(asked) != turns:
        result.wrong.append(f"{turns - len(asked)} questions are not in the session")
    return result


async def _turn(chat: Chat, text: str, dice: random.Random, result: Result) -> None:
    turn = turn_in(chat, chat.talk.say(text))
    await turn.run(lambda _: None)
    for node in turn.nodes:
        if "overloaded" in node.message.text or "Sign in" in node.message.text:
            result.wrong.append("an error stands as a reply")
    if turn.made.ended == FAILED:
        result.failed += 1
        if turn.error is None or not turn.error.advice:
            result.wrong.append(f"a failure without a sentence and an advice: {turn.error!r}")
        asked = chat.talk.last_user()
        if asked is not None and dice.random() < 0.5:  # /retry
            await turn_in(chat, asked).run(lambda _: None)


def _size(chat: Chat) -> int:
    """Return about how many bytes the talk itself takes as Python's values."""
    texts = [
        Message(node.message.role, node.message.text) for node in chat.talk.session.nodes.values()
    ]
    return sum(900 + 2 * len(message.text) for message in texts)


async def _main(turns: int) -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        result = await soak(turns, Path(directory))
    first, last = result.memory
    rows = [
        ("turns", f"{result.turns:,}"),
        ("turns that failed", f"{result.failed:,}"),
        ("requests", f"{result.requests:,}"),
        ("ways to fail, seen", f"{len(result.faults)} of {len(FAULTS)}, {sum(result.faults.values()):,} times"),
        ("pauses, by the chat's clock", f"{result.slept:,.0f} s"),
        ("journal", f"{result.journal / 1e6:.1f} MB, equal to the live state"),
        (f"memory after {first:,} turns", f"{result.memory[first] / 1e6:.1f} MB"),
        (f"memory after {last:,} turns", f"{result.memory[last] / 1e6:.1f} MB"),
        ("growth beyond the talk", f"{result.growth:+.1%}"),
        ("seconds", f"{time.monotonic() - started:.0f}"),
        ("wrong", "; ".join(sorted(set(result.wrong))) or "nothing"),
    ]  # fmt: skip
    sys.stdout.write("| | |\n|---|---|\n")
    sys.stdout.writelines(f"| {name} | {value} |\n" for name, value in rows)
    return 1 if result.wrong or result.growth > 0.2 else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(_main(int(sys.argv[1]) if len(sys.argv) > 1 else 2000)))
