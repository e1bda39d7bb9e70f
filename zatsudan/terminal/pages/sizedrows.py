"""A part of a page whose rows are made for the size that it has, and that takes the mouse."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.layout import FormattedTextControl, UIContent
from prompt_toolkit.mouse_events import MouseButton, MouseEvent, MouseEventType

if TYPE_CHECKING:
    from prompt_toolkit.key_binding.key_bindings import NotImplementedOrNone


class SizedRows(FormattedTextControl):
    """Draws rows that are made for the width and height there are, and takes the mouse.

    `at` gets the character and the row that were pointed at and whether the button went down just now,
    `wheel` the direction in which the wheel was turned.
    """

    def __init__(
        self,
        rows: Callable[[int, int], list[StyleAndTextTuples]],
        at: Callable[[int, int, bool], None] = lambda _x, _y, _down: None,
        wheel: Callable[[int], None] = lambda _: None,
    ) -> None:
        super().__init__("", focusable=True, show_cursor=False)
        self._rows = rows
        self._at = at
        self._wheel = wheel

    def create_content(self, width: int, height: int | None) -> UIContent:
        rows = self._rows(max(8, width), height or 1)
        return UIContent(
            get_line=lambda at: rows[at] if at < len(rows) else [],
            line_count=max(1, len(rows)),
            show_cursor=False,
        )

    def mouse_handler(self, mouse_event: MouseEvent) -> "NotImplementedOrNone":
        kind, (x, y) = mouse_event.event_type, mouse_event.position
        if kind in (MouseEventType.SCROLL_UP, MouseEventType.SCROLL_DOWN):
            self._wheel(-1 if kind is MouseEventType.SCROLL_UP else 1)
            return None
        held = mouse_event.button is MouseButton.LEFT
        if held and kind in (MouseEventType.MOUSE_DOWN, MouseEventType.MOUSE_MOVE):
            self._at(x, y, kind is MouseEventType.MOUSE_DOWN)
            return None
        return NotImplemented
