"""Rows of our own text: lines of the screen as escape text, without rich."""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from zatsudan.core.styles import Dress, codes, colours, read

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


#: The look of our own text, by tone: used where rich is not needed yet.
TONES = {
    "plain": "",
    "dim": "dim",
    "good": "",
    "warn": "yellow",
    "you": "bold",
    "mark": "cyan",
    "bold": "bold",
    "same": "",
    "old": "red",
    "new": "green",
}

#: SGR codes by tone. One for the program, as there is one terminal.
SGR: dict[str, str] = {}


def wear(dress: Dress, environ: Mapping[str, str]) -> None:
    """Put on a dress, in as many colours as the terminal has."""
    depth = 0 if dress.theme == "none" else colours(environ)
    own = {tone: read(style) for tone, style in TONES.items()}
    SGR.update({tone: codes(paint, depth) for tone, paint in {**own, **dress.paints()}.items()})


wear(Dress(), os.environ)


def sgr(text: str, tone: str) -> str:
    """Return `text` in one of the tones of SGR."""
    code = SGR.get(tone, "")
    if not code:
        return text
    return f"\x1b[{code}m{text}\x1b[0m" if text else text


def set_off(text: str, spans: Sequence[tuple[int, int]], width: int) -> Iterator[str]:
    """Wrap printable text with its spans in bold; where they overlap, they are one."""
    text = text.replace("\t", " ")
    at = 0
    for row in wrap(text, width):
        begin = text.find(row, at)
        at = begin + len(row)
        pieces: list[str] = []
        done = begin
        for start, end in sorted(spans):
            start, end = max(start, done), min(end, at)  # noqa: PLW2901  what of it is in this row
            if end > start:
                pieces += [text[done:start], sgr(text[start:end], "bold")]
                done = end
        yield "".join([*pieces, text[done:at]])


def wrap(text: str, width: int, first: str = "", rest: str | None = None) -> Iterator[str]:
    """Wrap printable text to rows of at most `width` cells, at blanks and beside wide signs.

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
            cut, used = 0, 0
            for sign in line:
                size = get_cwidth(sign)
                if used + size > room:
                    break
                used += size
                cut += 1
            if cut >= len(line):
                yield (lead + line).rstrip()
                lead = rest
                break
            cut = _break(line, cut, get_cwidth)
            yield (lead + line[:cut]).rstrip()
            lead = rest
            line = line[max(1, cut) :].lstrip(" ")  # noqa: PLW2901  the rest of the same line
            room = max(2, width - get_cwidth(rest))


def _break(line: str, end: int, size: Callable[[str], int]) -> int:
    """Return the last place up to `end` where a row may end; `end` itself where there is none."""
    for at in range(end if line[end] != " " else 0, 0, -1):
        before, after = line[at - 1], line[at]
        beside_wide = size(after) == 2 or (size(before) == 2 and size(after))
        if before == " " or (beside_wide and before not in NO_END and after not in NO_START):
            return at
    return end


def cut(text: str, width: int) -> str:
    """Return printable text of one line cut to `width` cells, `…` at its end if some is missing."""
    from prompt_toolkit.utils import get_cwidth

    if get_cwidth(text) <= width:
        return text
    at, used = 0, 0
    for sign in text:
        used += get_cwidth(sign)
        if used > width - 1:
            break
        at += 1
    return text[:at] + "…"


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


def has_colours(environ: Mapping[str, str] = os.environ) -> bool:
    """Tell whether the terminal shows the 256 colours, and the person wants colour."""
    if environ.get("NO_COLOR"):
        return False
    term = environ.get("TERM", "")
    return (
        "256" in term
        or "direct" in term
        or bool(environ.get("COLORTERM"))
        or term.startswith(("xterm-kitty", "xterm-ghostty", "alacritty", "foot", "wezterm"))
    )
