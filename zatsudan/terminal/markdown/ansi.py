"""Rows to the characters that a terminal is sent."""

from functools import lru_cache

from rich.color import ColorSystem
from rich.style import Style

from zatsudan.core.printable import Printable, Styled, printable
from zatsudan.terminal.markdown.rows import Row
from zatsudan.terminal.rows import linked, painted, together

_WEIGHTS = (
    ("bold", "1"),
    ("dim", "2"),
    ("italic", "3"),
    ("underline", "4"),
    ("reverse", "7"),
    ("strike", "9"),
)


def ansi(row: Row, color_system: ColorSystem | None) -> Styled:
    """The row with its styles as escape sequences, each closed before the row ends.

    `None` leaves out colours and keeps weight.
    """
    return together(
        _dressed(text, segment.style, color_system) if segment.style else text
        for segment in row
        for text in (printable(segment.text),)
    )


def _dressed(text: Printable, style: Style, color_system: ColorSystem | None) -> Styled:
    codes = _codes(style, color_system)
    shown = painted(text, codes) if codes else text
    return linked(shown, printable(style.link)) if style.link else shown


@lru_cache(maxsize=512)
def _codes(style: Style, color_system: ColorSystem | None) -> str:
    codes = [code for name, code in _WEIGHTS if getattr(style, name)]
    if color_system is not None:
        if style.color:
            codes += style.color.downgrade(color_system).get_ansi_codes()
        if style.bgcolor:
            codes += style.bgcolor.downgrade(color_system).get_ansi_codes(foreground=False)
    return ";".join(codes)
