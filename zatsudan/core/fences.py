"""Fenced blocks of Markdown: how they are written, and where they stand in a text."""

import re
from typing import NamedTuple

_OPEN = re.compile(
    r"(?P<lead>[ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(?P<fence>`{3,}|~{3,})[ \t]*(?P<info>.*?)[ \t]*"
)


class Block(NamedTuple):
    """A fenced block: what stands behind its fence, its text, and its place in the whole."""

    info: str
    text: str
    start: int
    end: int

    @property
    def language(self) -> str:
        """The first word behind the fence."""
        return self.info.split(maxsplit=1)[0] if self.info else ""


def fenced(text: str, info: str) -> str:
    """Write `text` as a block whose fence is longer than any run of its sign in the text."""
    sign = "~" if "`" in info else "`"
    longest = max((len(run) for run in re.findall(f"{sign}+", text)), default=0)
    fence = sign * max(3, longest + 1)
    body = text if text.endswith("\n") or not text else f"{text}\n"
    return f"{fence}{info}\n{body}{fence}"


def blocks(text: str) -> list[Block]:
    """Return the fenced blocks of `text`, also those in lists and quotes.

    One that is not closed goes to the end: a reply may have been cut off.
    """
    found: list[Block] = []
    opened: re.Match[str] | None = None
    body: list[str] = []
    start = at = 0
    for line in text.splitlines(keepends=True):
        bare = line.rstrip("\r\n")
        if opened is None:
            match = _OPEN.fullmatch(bare)
            if match and not (match["fence"][0] == "`" and "`" in match["info"]):
                opened, start, body = match, at, []
        else:
            closing = bare.strip(" \t>")
            fence = opened["fence"]
            if len(closing) >= len(fence) and not closing.strip(fence[0]):
                found.append(Block(opened["info"], "".join(body), start, at + len(bare)))
                opened = None
            else:
                body.append(_unindented(line, len(opened["lead"])))
        at += len(line)
    if opened is not None:
        found.append(Block(opened["info"], "".join(body), start, len(text)))
    return found


def _unindented(line: str, lead: int) -> str:
    at = 0
    while at < min(lead, len(line)) and line[at] in " \t>":
        at += 1
    return line[at:]
