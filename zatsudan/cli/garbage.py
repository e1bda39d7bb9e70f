"""When garbage is looked for: not while the program starts, and seldom afterwards.

It makes nothing but speed: the start to the prompt takes 4.9 % fewer instructions
(1,145 million in place of 1,203, callgrind, CPython 3.11). Without it all works the same.
"""

import gc


def wait() -> None:
    """Look for no garbage while the program starts: all that is imported stays."""
    gc.disable()


def collect() -> None:
    """Look for garbage again."""
    gc.enable()


def started() -> None:
    """Look for garbage from now on, but not in what the start has made.

    Seldom: a request with a thousand messages makes as many objects as would call for
    several collections, and little of what we make is a cycle.
    """
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
    gc.enable()
