"""Long computations in pieces, between which keys are answered.

A thread would not do: while it computes, each of the many steps from a key to the screen waits up
to 5 ms for the interpreter's lock.
"""

import asyncio
import time
from collections.abc import Generator
from typing import TypeAlias, TypeVar

#: How long is computed at a stretch, in seconds.
SLICE = 0.008

T = TypeVar("T")
#: A computation that stops where it may be left for a while, and returns what it found.
Turns: TypeAlias = Generator[None, None, T]


def at_once(work: Turns[T]) -> T:
    """Do all of it."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            found: T = end.value
            return found


async def in_turns(work: Turns[T]) -> T:
    """Do it while the loop goes on."""
    while True:
        until = time.monotonic() + SLICE
        try:
            while time.monotonic() < until:
                next(work)
        except StopIteration as end:
            found: T = end.value
            return found
        await asyncio.sleep(0)
