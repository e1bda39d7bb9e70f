"""Foreign text made safe to show: the one function that all text from a model,
a server, a file or a paste goes through before it meets the terminal.

Nothing is deleted, because what is deleted can be put together again; and no
sequence is recognised, because chunks split sequences. Each character that could
steer a terminal or reorder a line becomes one visible character, one for one, so
the function gives the same result however the text was cut.

What it returns has a type of its own, `Printable`, and the parts of what is shown, the
sentences of errors and all that draws take nothing else: text that went through none of
the functions here is a type error there, whichever field of whichever file it stood in.
Put together anew, as by an f-string, it is ordinary text again and goes through once more.
"""

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from re import Pattern
    from typing import SupportsIndex, overload

    from zatsudan.base.jsonvalues import Json

    class Styled(str):
        """Printable text with styles of our own in it: what a terminal is sent."""

        __slots__ = ()

    class Printable(Styled):
        """Text without a character that could steer a terminal; pieces of it are printable too."""

        __slots__ = ()

        @overload
        def __add__(self, other: "Printable", /) -> "Printable": ...
        @overload
        def __add__(self, other: str, /) -> str: ...
        def __add__(self, other: str, /) -> str: ...
        def __mul__(self, n: SupportsIndex, /) -> "Printable": ...
        def __getitem__(self, key: "SupportsIndex | slice", /) -> "Printable": ...
        def __iter__(self) -> "Iterator[Printable]": ...
        def strip(self, chars: str | None = None, /) -> "Printable": ...
        def lstrip(self, chars: str | None = None, /) -> "Printable": ...
        def rstrip(self, chars: str | None = None, /) -> "Printable": ...
        def removeprefix(self, prefix: str, /) -> "Printable": ...
        def removesuffix(self, suffix: str, /) -> "Printable": ...
        def expandtabs(self, tabsize: SupportsIndex = 8) -> "Printable": ...
        def split(  # type: ignore[override]  # a list of a narrower type
            self, sep: str | None = None, maxsplit: SupportsIndex = -1
        ) -> "list[Printable]": ...
        def splitlines(self, keepends: bool = False) -> "list[Printable]": ...  # type: ignore[override]

else:  # types for mypy: at run time they are plain texts
    Styled = Printable = str

#: No text at all.
EMPTY = Printable("")

#: What stands for the end of a line where no line can end.
NEWLINE = "\N{SYMBOL FOR NEWLINE}"

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@cache
def _table() -> dict[int, str]:
    table = {code: chr(0x2400 + code) for code in range(0x20) if chr(code) not in "\n\t"}
    table[0x7F] = "\N{SYMBOL FOR DELETE}"
    unsafe = [
        *range(0x80, 0xA0),  # C1: 0x9B is CSI to some terminals
        *range(0x202A, 0x202F),  # bidi embeddings and overrides
        *range(0x206A, 0x2070),  # deprecated format controls
        *range(0xFFF9, 0xFFFC),  # interlinear annotation
        *range(0xD800, 0xE000),  # lone surrogates: no UTF-8 for them
        *range(0xE0000, 0xE0080),  # tag characters: text that no eye sees
    ]  # fmt: skip
    table.update(dict.fromkeys(unsafe, _REPLACEMENT))
    # Isolates reorder all that stands between them, and where the end is cut off all the rest:
    # what is not seen of them is kept. A mark (LRM, RLM, ALM) moves no more than a letter would.
    table.update(dict.fromkeys(range(0x2066, 0x206A), "\N{WORD JOINER}"))
    # Line and paragraph separator: some terminals break the line, some do not.
    table.update(dict.fromkeys((0x2028, 0x2029), NEWLINE))
    return table


def printable(text: str) -> Printable:
    """Return `text` with every character that could steer a terminal made visible.

    Newline and tab pass; the result has as many characters as `text`.
    """
    # Nearly all text is plain, and this tells it soonest: no character of the table is "printable".
    if text.replace("\n", "").isprintable():
        return Printable(text)
    if (
        _FLAG_AT in text
    ):  # the flags of England, Scotland, Wales: a black flag and its place in tags
        parts = _flags().split(text)
        parts[::2] = [part.translate(_table()) for part in parts[::2]]
        return Printable("".join(parts))
    return Printable(text.translate(_table()))


#: What the flag of a region begins with; tags behind anything else are text that no eye sees.
_FLAG_AT = "\N{WAVING BLACK FLAG}"


@cache
def _flags() -> "Pattern[str]":
    import re

    return re.compile(f"({_FLAG_AT}[\U000e0030-\U000e0039\U000e0061-\U000e007a]{{3,6}}\U000e007f)")


def open_end(text: str) -> int:
    """Return where the end of `text` begins that only what comes next makes printable.

    That is the flag of a region, of which some characters may come later.
    """
    at = text.rfind(_FLAG_AT, -8)
    rest = text[at + 1 :]
    tags = all("\U000e0020" <= char < "\U000e007f" for char in rest)
    return at if at >= 0 and tags else len(text)


def one_line(text: str, limit: int = 200) -> Printable:
    """Return `text` printable and on one line, cut to `limit` characters.

    For names, titles and servers' messages that stand inside a sentence. What was left out
    shows as `…`, also where it stood behind many blanks.
    """
    line = " ".join(printable(text[: 4 * limit]).split())
    whole = len(line) <= limit and (len(text) <= 4 * limit or text[4 * limit :].isspace())
    return Printable(line if whole else line[: limit - 1] + "…")


def end_of(text: str, limit: int) -> Printable:
    """Return the end of `text` as `one_line` returns its beginning: `…` stands before it where it is cut."""
    line = " ".join(printable(text[-4 * limit :]).split())
    whole = len(line) <= limit and (len(text) <= 4 * limit or text[: -4 * limit].isspace())
    return Printable(line if whole else f"…{line[1 - limit :]}")


def printable_json(value: "Json", encoding: str = "utf-8", indent: int | None = None) -> Printable:
    """Return `value` as JSON that a terminal and an `encoding` can hold: odd characters stand as escapes.

    Whoever reads the JSON gets the very text; nothing is replaced.
    """
    import json

    if encoding.lower().replace("-", "") != "utf8":
        return Printable(json.dumps(value, indent=indent))
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    if text.replace("\n", "").isprintable():
        return Printable(text)
    return Printable(text.translate({code: json.dumps(chr(code))[1:-1] for code in _table()}))
