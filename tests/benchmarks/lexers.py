"""Lexers that take long for one line of what is no code: each of Pygments' on each unit, repeated.

    python -m tests.benchmarks.lexers [NAME…]

Prints the lexers that took more than MOST seconds of CPU for a line of SIZE characters, how
many shapes did so, and the worst; what took HUNG seconds was stopped. Takes ten minutes.
"""

import signal
import sys
import time
from collections.abc import Iterator
from types import FrameType

from pygments.lexers import get_all_lexers

from tests.benchmarks.growth import UNITS
from zatsudan.terminal.markdown.highlight import Highlighter
from zatsudan.terminal.markdown.look import Look

SIZE, MOST, HUNG = 499, 0.05, 0.5
LOOK = Look()
FURTHER = (
    *("'a", "a(", "a{", "a[", "a.", "a::", "::", "a-", "-", "+", "?", ";", "a;", "aA", "0a", "1e", "a\\"),
    *("%a", "$a", "#a", "{%", "{{", "a<", "<a", "=a", "a =", "(*", "--", "--[", "%%", "a_", "(a,", "a,"),
    *(' a="', "@{", "#{", "${", "\\a", "\\n", '""', "''", "/a"),
)  # fmt: skip


class Hung(BaseException):
    """A line has taken HUNG seconds. No Exception, which the highlighter catches."""


def _ring(_number: int, _frame: FrameType | None) -> None:
    raise Hung


def seconds(name: str, line: str) -> float:
    """Return the CPU seconds of one line."""
    lines = Highlighter(name, LOOK)
    since = time.process_time()
    signal.signal(signal.SIGVTALRM, _ring)
    signal.setitimer(signal.ITIMER_VIRTUAL, HUNG)
    try:
        lines.line(line)
    except Hung:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - since


def slow(name: str) -> Iterator[tuple[float, str]]:
    """Yield what took more than MOST seconds, and how many."""
    for unit in dict.fromkeys((*UNITS, *FURTHER)):
        for prefix in ("", '"', "'", "a "):
            if "\n" in unit or "\r" in unit:
                continue
            # Twice: one may be noise, and the first may compile.
            line = (prefix + unit * SIZE)[:SIZE]
            if seconds(name, line) > MOST and (took := seconds(name, line)) > MOST:
                yield took, f"{prefix!r}+{unit!r}"


def main() -> None:
    """Print the table."""
    names = sys.argv[1:] or sorted(
        names[0] for _, names, _, _ in get_all_lexers(plugins=False) if names
    )
    sys.stdout.write("| lexer | shapes | seconds | worst |\n|---|---|---|---|\n")
    for name in names:
        found = sorted(slow(name), reverse=True)
        if found:
            sys.stdout.write(f"| {name} | {len(found)} | {found[0][0]:.2f} | {found[0][1]} |\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
