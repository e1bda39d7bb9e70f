"""Rows to the characters that a terminal is sent."""

from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style

from zatsudan.terminal.markdown.rows import Row

_WEIGHTS = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("reverse", "7"),
    ("strike", "9"),
)


def ansi(row: Row, color_system: ColorSystem | None) -> str:
    """The row with its styles as escape sequences, each closed before the row ends.

    `None` leaves out colours and keeps weight.
    """
    return "".join(
        _dressed(segment.text, segment.style, color_system) if segment.style else segment.text
        for segment in row
    )


def _dressed(text: str, style: Style, color_system: ColorSystem | None) -> str:
    codes = _codes(style, color_system)
    if codes:
        text = f"\x1b[{codes}m{text}\x1b[0m"
    if style.link:
        text = f"\x1b]8;;{style.link}\x1b\\{text}\x1b]8;;\x1b\\"
    return text


@lru_cache(maxsize=512)
def _codes(style: Style, color_system: ColorSystem | None) -> str:
    codes = [code for name, code in _WEIGHTS if getattr(style, name)]
    if color_system is not None:
        if style.color:
            codes += style.color.downgrade(color_system).get_ansi_codes()
        if style.bgcolor:
            codes += style.bgcolor.downgrade(color_system).get_ansi_codes(foreground=False)
    return ";".join(codes)
