"""Rows of our own text: lines of the screen as escape text, without rich."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.base.styles import Styles, read
from zatsudan.terminal.text.colour import codes, colours, fitted

PROMPT = printable("» ")

#: Japanese breaks beside any wide character, but for these (kinsoku, JIS X 4051).
#: Characters that must not begin a row: closing brackets and stops, iteration marks,
#: the long vowel mark, small kana.
NO_START = frozenset(
    "、。，．・：；？！‼⁇⁈⁉…‥ー〜～゠–—々〻ゝゞヽヾ゛゜％‰℃"
    "）］｝〕〉》」』】〙〗〟’”｠»"
    "ぁぃぅぇぉっゃゅょゎゕゖァィゥェォッャュョヮヵヶㇰㇱㇲㇳㇴㇵㇶㇷㇸㇹㇺㇻㇼㇽㇾㇿ"
    "｡｣､･ｰｧｨｩｪｫｬｭｮｯﾞﾟ"
    ".,!?:;)]}%'\""
)
#: Characters that must not end a row.
NO_END = frozenset("（［｛〔〈《「『【〘〖〝‘“｟«([{$¥￥＄£#＃")


#: The look of our own text, by tone: used where rich is not needed yet.
TONES = {
    "plain": "",
    "dim": "dim",
    "good": "",
    "warn": "",
    "you": "bold",
    "mark": "",
    "bold": "bold",
    "same": "",
    "old": "",
    "new": "",
}

#: Tones that look like another part.
_LIKE = {"old": "warn", "new": "string"}

BLANK = printable(" ")

LINK_END = "\x1b]8;;\x1b\\"

#: Characters that a word at the end of a cut row may have, so that it is left out whole.
WORD = 20

#: SGR codes by tone. One for the program, as there is one terminal.
SGR: dict[str, str] = {}


def set_styles(styles: Styles, environ: Mapping[str, str]) -> None:
    """Set the styles of our own text, in as many colours as the terminal has."""
    depth = 0 if styles.theme == "none" else colours(environ)
    paints = {tone: read(style) for tone, style in TONES.items()}
    paints |= fitted(styles, environ).paints()
    paints |= {tone: paints[part] for tone, part in _LIKE.items() if part in paints}
    SGR.update({tone: codes(paint, depth) for tone, paint in paints.items()})


set_styles(Styles(), os.environ)


#: What tells a terminal to put marks around what is pasted, and no longer to.
PASTES_ON, PASTES_OFF = Styled("\x1b[?2004h"), Styled("\x1b[?2004l")


def sgr(text: Printable, tone: str) -> Styled:
    """Return `text` in one of the tones of SGR."""
    code = SGR.get(tone, "")
    if not code:
        return text
    return painted(text, code) if text else text


def painted(text: Printable, code: str) -> Styled:
    """Return `text` in the style of an SGR code."""
    return Styled(f"\x1b[{code}m{text}\x1b[0m")


def ends(code: str, address: Printable) -> tuple[Styled, Styled]:
    """Return what stands before and behind a text in the style of an SGR code that leads to an address; either may be empty.

    Links are OSC 8. All that leads to one address has one id: the pieces of it on several rows are one link.
    """
    begun, ended = (f"\x1b[{code}m", "\x1b[0m") if code else ("", "")
    if address:
        from zlib import crc32

        key = f"{crc32(address.encode('utf-8', 'replace')):x}"
        begun, ended = f"\x1b]8;id={key};{address}\x1b\\{begun}", ended + LINK_END
    return Styled(begun), Styled(ended)


def linked(text: Styled, address: Printable) -> Styled:
    """Return `text` as a link, for terminals that have links (OSC 8)."""
    begun, ended = ends("", address)
    return Styled(f"{begun}{text}{ended}")


def to_column(cells: int) -> Styled:
    """Return what goes on behind so many cells of the row, wherever the terminal stands (CHA)."""
    return Styled(f"\x1b[{cells + 1}G")


def further(row: Styled, cells: int) -> Styled:
    """Return a row as it is written so many cells further to the right."""
    moved = re.sub(r"\x1b\[(\d+)G", lambda match: to_column(int(match[1]) - 1 + cells), row)
    return Styled(moved)


def together(pieces: Iterable[Styled]) -> Styled:
    """Return pieces of a row as one."""
    return Styled("".join(pieces))


def lines_of(rows: Iterable[Styled]) -> str:
    """Return rows as one text, for another process of ours."""
    return "".join(f"{row}\n" for row in rows)


def rows_of(text: str) -> list[Styled]:
    """Return the rows that another process of ours has put into one text."""
    return [Styled(row) for row in text.split("\n")[:-1]]


def set_off(
    text: Printable, spans: Sequence[tuple[int, int]], width: int, tone: str = "plain"
) -> Iterator[Styled]:
    """Wrap printable text with its spans in bold, the rest in a tone; where they overlap, they are one."""
    text = text.expandtabs(1)
    at = 0
    for row in wrap(text, width):
        begin = text.find(row, at)
        at = begin + len(row)
        pieces: list[Styled] = []
        done = begin
        for start, end in sorted(spans):
            start, end = max(start, done), min(end, at)  # noqa: PLW2901  what of it is in this row
            if end > start:
                pieces += [sgr(text[done:start], tone), sgr(text[start:end], "bold")]
                done = end
        yield together([*pieces, sgr(text[done:at], tone)])


def wrap(
    text: Printable, width: int, first: Printable = EMPTY, rest: Printable | None = None
) -> Iterator[Printable]:
    """Wrap printable text to rows of at most `width` cells, at blanks and beside wide characters.

    `first` leads the first row, `rest` (as many blanks if not given) the others.
    """
    from zatsudan.terminal.text.clusters import cells, sized_clusters

    rest = BLANK * cells(first) if rest is None else rest
    lead = first
    for line in text.expandtabs(4).split("\n"):
        room = max(2, width - cells(lead))
        if line.isascii() and len(line) <= room:
            yield (lead + line).rstrip() if line else lead.rstrip()
            lead = rest
            continue
        parts = sized_clusters(line)
        at = start = 0  # of the row: the cluster, and its place in the line
        while True:
            end, used = at, 0
            while end < len(parts) and used + parts[end][1] <= room:
                used += parts[end][1]
                end += 1
            if end < len(parts):
                end = _break(parts, at, max(at + 1, end))
            stop = start + sum(length for _, _, length in parts[at:end])
            yield (lead + line[start:stop]).rstrip()
            lead = rest
            while end < len(parts) and parts[end][0] == " ":
                end, stop = end + 1, stop + 1
            if end >= len(parts):
                break
            at, start = end, stop
            room = max(2, width - cells(rest))


def _break(parts: Sequence[tuple[str, int, int]], start: int, end: int) -> int:
    """Return the last place up to `end` where a row may end, as near to `end` as can be if there is none."""
    from zatsudan.terminal.text.unspaced import breaks_beside, parts_before

    if end == len(parts) or parts[end][0] == " ":
        return end
    for at in range(end, start, -1):
        (last, size, _), (after, next_size, _) = parts[at - 1], parts[at]
        beside_wide = (size and next_size) and (breaks_beside(after[0]) or breaks_beside(last[0]))
        if last in " \u200b" or (
            beside_wide and last[-1] not in NO_END and after[0] not in NO_START
        ):
            return at
    syllables = (at for at in range(end, start, -1) if parts_before(parts[at - 1][0], parts[at][0]))
    return next(syllables, end)


def cut(text: Printable, width: int) -> Printable:
    """Return printable text of one line cut to `width` cells, `…` at its end if some is missing.

    No word is cut in two if that costs no more than `WORD` characters.

    `one_line` in base/printable.py, which knows no cells, bounds foreign text by characters.
    """
    from zatsudan.terminal.text.clusters import cells, sized_clusters
    from zatsudan.terminal.text.unspaced import breaks_beside

    if cells(text) <= width:
        return text
    at, used = 0, 0
    for _, size, length in sized_clusters(text):
        used += size
        if used > width - 1:
            break
        at += length
    if at and text[at] != " " and not breaks_beside(text[at - 1]) and not breaks_beside(text[at]):
        blank = text.rfind(" ", max(at // 3, at - WORD), at)
        at = blank if blank > 0 else at
    return printable(text[:at].rstrip() + "…")


def columns_of(rows: Iterable[Iterable[Printable]]) -> list[int]:
    """Return the width in cells of each column of a table."""
    from zatsudan.terminal.text.clusters import cells

    widths: list[int] = []
    for row in rows:
        for at, cell in enumerate(row):
            if at == len(widths):
                widths.append(0)
            widths[at] = max(widths[at], cells(cell))
    return widths


def in_columns(rows: Sequence[Sequence[Printable]]) -> list[Printable]:
    """Return the cells of each row as one text; those that others follow stand in columns."""
    from zatsudan.terminal.text.clusters import cells

    widths = columns_of(row[:-1] for row in rows)
    texts: list[Printable] = []
    for row in rows:
        led = zip(row[:-1], widths, strict=False)
        columns = [f"{cell}{' ' * (width - cells(cell))}  " for cell, width in led]
        texts.append(printable("".join([*columns, *row[-1:]])))
    return texts


@cache
def escapes() -> re.Pattern[str]:
    """Return what finds the sequences in a row of escape text."""
    return re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x1b\x07]*(?:\x07|\x1b\\)")


def uncoloured(row: Styled) -> Printable:
    """Return a row of escape text without its styles."""
    return printable(re.sub(r"\x1b\[[0-9;]*[mG]", "", row))


def bare(row: str) -> str:
    """Return the text of a row of escape text: without styles, links and moves of the cursor."""
    return escapes().sub("", row)
