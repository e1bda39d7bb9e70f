"""Attachments of a message: the `@file` and `@!` in it, and the blocks that they become.

A message is sent as what was typed, followed by a fenced block for each file.
The same text is taken apart again to show it, so nothing else needs keeping.
"""

import re
import sys
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say, say_count
from zatsudan.base.quantities import in_bytes
from zatsudan.base.words import quote, split
from zatsudan.markdown.codeblocks import ats_in_code, code_blocks, fenced
from zatsudan.wire.messages import content_text

#: What stands behind the fence of a command's output.
CONSOLE = "console"

#: No system takes the name of a file that has more characters.
LONGEST = 4096

# Not within an e-mail address or behind a backtick; right behind a Japanese character it counts.
_MENTION = re.compile(
    r"(?<![A-Za-z0-9._%+\-@/`])@"
    r"""(?:("(?:[^"\\\n]|\\.)+"|'[^'\n]+')|(!)|([^\s"@!](?:\\ |\S)*))"""
)
#: What terminals escape in the path of a file that is dropped on them (warpdotdev/warp 446).
_TO_ESCAPE = r"([ ()&'\[\]])"


class Mention(NamedTuple):
    """An `@name` in a message; `exact` if it was in quotes, so that the name ends for certain."""

    name: str
    exact: bool = False

    @property
    def is_output(self) -> bool:
        """Is it `@!`, the output of the last command?"""
        return self.name == "!" and not self.exact

    def names(self, longest: int = LONGEST) -> Iterator[str]:
        """Yield what may be meant, the longest first, of so many characters at most.

        A sentence goes on right behind a name: `see @notes.txt.`, and in Japanese
        `@notes.txtを要約して`.
        """
        if len(self.name) <= longest:
            yield self.name
        if self.exact:
            return
        for end in range(min(len(self.name) - 1, longest), 0, -1):
            after = self.name[end]
            if not (after.isascii() and after.isalnum()):
                yield self.name[:end]


def mentions(text: str) -> Iterator[tuple[int, Mention]]:
    """Yield the mentions of a message and where each stands, but not those inside code.

    One pass over the text.
    """
    code = ats_in_code(text)
    for match in _MENTION.finditer(text):
        at = match.start()
        if at not in code:
            bare = match[2] or match[3] or ""
            if "\\" in bare and sys.platform != "win32":
                bare = re.sub(rf"\\{_TO_ESCAPE}", r"\1", bare)
            name = split(match[1])[0].text if match[1] else bare
            yield at, Mention(name, exact=match[1] is not None)


def mentioned(before_cursor: str) -> str | None:
    """Return what was typed of a mention that ends at the cursor, without its `@`; None if none is."""
    match = None
    for match in _MENTION.finditer(before_cursor):  # noqa: B007  the last one counts
        pass
    if match is not None and match.end() == len(before_cursor) and match[1] is None:
        return match[2] or match[3]
    quoted = re.search(r'(?<![A-Za-z0-9._%+\-@/`])@("[^"\n]*|)$', before_cursor)
    return quoted[1] if quoted else None


def compose(typed: str, files: Sequence[tuple[str, str]]) -> str:
    """Return the text that is sent: what was typed, then each file as a block under its name."""
    return "\n\n".join([typed, *(fenced(text, name) for name, text in files)])


class Said(NamedTuple):
    """A user message taken apart: what was typed, and a label for each attachment.

    `again` is what to type to say it once more: files are named in it, not held; `files`
    are their names.
    """

    typed: str
    labels: tuple[str, ...] = ()
    again: str = ""
    files: tuple[str, ...] = ()


def said(content: Json) -> Said:
    """Take the content of a user message apart."""
    parts = content if isinstance(content, list) else [content]
    images = [label for part in parts if (label := _image_label(part))]
    text = content_text([part for part in parts if not _image_label(part)])
    typed, attached = _parts(text)
    labels = [_label(name, body) for name, body in attached]
    outputs = [(name, body) for name, body in attached if name == CONSOLE]
    files = tuple(name for name, _ in attached)
    return Said(typed, (*labels, *images), compose(typed, outputs), files)


def _parts(text: str) -> tuple[str, list[tuple[str, str]]]:
    """Split a text into what was typed and the blocks behind it, which are all named in it."""
    found = code_blocks(text)
    first, named, behind = len(found), 0, len(text)
    for number in range(len(found) - 1, -1, -1):
        block = found[number]
        at = _named(text, block.info)
        if at < 0 or text[block.end : behind].strip():
            break
        named, behind = max(named, at), block.start
        if named <= block.start and text.endswith("\n\n", 0, block.start):
            first = number
    if first == len(found):
        return text, []
    return text[: found[first].start - 2], [(block.info, block.text) for block in found[first:]]


def _named(text: str, info: str) -> int:
    """Return where the first mention of a block ends; negative if there is none."""
    written = (info, quote(info), f"'{info}'", re.sub(_TO_ESCAPE, r"\\\1", info))
    names = {f"@{each}" for each in written} if info else set()
    if info == CONSOLE:
        names.add("@!")
    found = [at + len(name) for name in names if (at := text.find(name)) >= 0]
    return min(found, default=-1)


def _label(name: str, body: str) -> str:
    lines = body.count("\n")
    if name == CONSOLE and body.startswith("$ "):
        return say_count(
            "[output of {command}, {n:,} line]",
            "[output of {command}, {n:,} lines]",
            lines,
            command=body[2:].partition("\n")[0],
        )
    return say_count("[file {name}, {n:,} line]", "[file {name}, {n:,} lines]", lines, name=name)


def _image_label(part: Json) -> str:
    if not isinstance(part, dict) or part.get("type") != "image_url":
        return ""
    image = part.get("image_url")
    url = str(image.get("url") if isinstance(image, dict) else image)
    kind, comma, data = url.partition(";base64,")
    if not comma:
        return say("[image {address}]", address=url[:60])
    size = in_bytes(len(data.rstrip("=")) * 3 // 4)
    return say("[image, {kind}, {size}]", kind=kind.removeprefix("data:image/"), size=size)
