"""Numbers of a person's own, from their config: how often a pattern is found, or what a command prints.

Both run in processes of their own, which end when their time is up: a pattern can take
for ever over a text as well as a command.
"""

import asyncio
import contextlib
import json
import math
import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base import programs
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.base.quantities import describe_seconds
from zatsudan.config.metricspecs import REGEX
from zatsudan.lab.lanes import run_all
from zatsudan.talk.running import run

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json

#: Seconds for a command over one reply, or for a pattern over all.
SECONDS = 10.0
#: Commands at a time.
AT_ONCE = 4

_COUNT = """
import json, re, sys
pattern = re.compile(sys.argv[1])
texts = json.load(sys.stdin.buffer)
print(json.dumps([sum(1 for _ in pattern.finditer(text)) for text in texts]))
"""


class Measured(NamedTuple):
    """The numbers of texts, in their order; `fault` says in one sentence why there are none."""

    values: Sequence[float | None]
    fault: Printable = EMPTY


class _Failed(Exception):
    """Why no number came."""

    def __init__(self, why: Printable) -> None:
        self.why = why


async def measure_all(metrics: Mapping[str, str], texts: Sequence[str]) -> dict[str, Measured]:
    """Return what each of a person's metrics says of some texts."""
    return {name: await measure(name, spec, texts) for name, spec in metrics.items()}


async def measure(name: str, spec: str, texts: Sequence[str], seconds: float = SECONDS) -> Measured:
    """Return what one metric, `regex:PATTERN` or a command, says of some texts. One that fails says of none."""
    try:
        if spec.startswith(REGEX):
            return Measured(await _counts(spec.removeprefix(REGEX), texts, seconds))
        return Measured(await _printed(spec, texts, seconds))
    except (_Failed, CommandError, ValueError) as error:
        why = error.why if isinstance(error, _Failed) else one_line(str(error), 80)
        fault = say("The metric {name} failed: {why}.", name=one_line(name, 40), why=why)
        return Measured([None] * len(texts), fault)


async def _counts(pattern: str, texts: Sequence[str], seconds: float) -> list[float | None]:
    words = (sys.executable, "-I", "-S", "-c", _COUNT, pattern)
    given = json.dumps(list(texts)).encode()
    counts: Json = json.loads(await _output(pattern, given, seconds, words))
    if not isinstance(counts, list) or len(counts) != len(texts):
        raise _Failed(say("it printed no number"))
    return [float(count) if isinstance(count, int) else None for count in counts]


async def _printed(command: str, texts: Sequence[str], seconds: float) -> list[float | None]:
    values: dict[int, float] = {}
    failed: list[_Failed] = []
    waiting = list(enumerate(texts))

    async def worker() -> None:
        while waiting and not failed:
            at, text = waiting.pop(0)
            try:
                values[at] = _number(
                    await _output(command, text.encode("utf-8", "replace"), seconds)
                )
            except _Failed as error:
                failed.append(error)

    await run_all(worker() for _ in range(min(AT_ONCE, len(texts))))
    if failed:
        raise failed[0]
    return [values[at] for at in range(len(texts))]


def _number(printed: str) -> float:
    """Return the number that stands first in what was printed."""
    words = printed.split(maxsplit=1)
    with contextlib.suppress(ValueError):
        number = float(words[0]) if words else math.nan
        if math.isfinite(number):
            return number
    raise _Failed(say("it printed no number"))


async def _output(command: str, given: bytes, seconds: float, words: Sequence[str] = ()) -> str:
    """Return what a command, or the program that some words run, prints that gets some bytes."""
    environ = {**os.environ, "PATH": programs.whole_path()}
    ran = None
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            ran = await run(command, given=given, environ=environ, words=words, quiet=True)
    if ran is None or ran.stopped:
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
        raise _Failed(say("it took longer than {time}", time=describe_seconds(seconds)))
    if ran.code:
        raise _Failed(say("it ended with status {code}", code=ran.code))
    return ran.output
