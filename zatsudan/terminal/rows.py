"""Rows of our own text: lines of the screen as escape text, without rich."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache


def reflows(environ: Mapping[str, str]) -> bool:
    """Tell whether the terminal is known to wrap rows anew when its width changes."""
    term = environ.get("TERM", "")
    return bool(
        environ.get("TMUX")
        or environ.get("VTE_VERSION")
        or environ.get("KITTY_WINDOW_ID")
        or environ.get("WT_SESSION")
        or environ.get("TERM_PROGRAM")
        in ("iTerm.app", "WezTerm", "vscode", "ghostty", "Apple_Terminal")
        or term.startswith(("alacritty", "foot", "xterm-kitty", "xterm-ghostty"))
    )


#: SGR codes of the plain look, by name: used where rich is not needed yet.
SGR = {
    "plain": "", "dim": "2", "good": "", "warn": "33", "you": "1", "mark": "36", "bold": "1",
    "same": "", "old": "31", "new": "32",
}  # fmt: skip


@lru_cache(maxsize=1)
def _colourless() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def sgr(text: str, tone: str) -> str:
    """Return `text` in one of the tones of SGR; NO_COLOR leaves weight and takes colour."""
    code = SGR.get(tone, "")
    if not code or (_colourless() and code.startswith("3")):
        return text
    return f"\x1b[{code}m{text}\x1b[0m" if text else text


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> Iterator[str]:
    """Wrap printable text to rows of at most `width` cells, at blanks where there are some.

    `first` leads the first row, `rest` (as many blanks if not given) the others.
    """
    from prompt_toolkit.utils import get_cwidth

    rest = " " * get_cwidth(first) if rest is None else rest
    lead = first
    for line in text.expandtabs(4).split("\n"):
        room = max(2, width - get_cwidth(lead))
        if line.isascii() and len(line) <= room:
            yield (lead + line).rstrip() if line else lead.rstrip()
            lead = rest
            continue
        while True:
            cut, used, blank = 0, 0, 0
            for sign in line:
                size = get_cwidth(sign)
                if used + size > room:
                    break
                used += size
                cut += 1
                if sign == " ":
                    blank = cut
            if cut >= len(line):
                yield (lead + line).rstrip()
                lead = rest
                break
            if line[cut] != " " and blank > 0 and line[cut].isascii():
                cut = blank
            yield (lead + line[:cut]).rstrip()
            lead = rest
            line = line[max(1, cut) :].lstrip(" ")  # noqa: PLW2901  the rest of the same line
            room = max(2, width - get_cwidth(rest))


def columns_of(rows: Iterable[Iterable[str]]) -> list[int]:
    """Return the width in cells of each column of a table."""
    from prompt_toolkit.utils import get_cwidth

    widths: list[int] = []
    for row in rows:
        for at, cell in enumerate(row):
            if at == len(widths):
                widths.append(0)
            widths[at] = max(widths[at], get_cwidth(cell))
    return widths


_SGR = re.compile(r"\x1b\[[0-9;]*m")


def uncoloured(row: str) -> str:
    """Return a row of escape text without its styles."""
    return _SGR.sub("", row)
