"""The application of a page: how prompt_toolkit is set up where the prompt stands aside for a moment."""

from typing import TypeVar

from prompt_toolkit.application import Application
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindingsBase
from prompt_toolkit.layout import Layout
from prompt_toolkit.output import Output
from prompt_toolkit.styles import BaseStyle

T = TypeVar("T")


def page_application(
    layout: Layout,
    keys: KeyBindingsBase,
    style: BaseStyle | None,
    input_: Input | None,
    output: Output | None,
    *,
    full_screen: bool,
    mouse: bool = False,
) -> Application[T | None]:
    """Return the application of a page; on the full screen, or in the prompt's place and erased at the end.

    Its result is what was chosen, or None where the page was left. With `mouse` it has the
    mouse while it is shown, and the terminal has it back at the end.
    """
    app: Application[T | None] = Application(
        layout=layout,
        key_bindings=keys,
        style=style,
        output=output,
        input=input_,
        full_screen=full_screen,
        mouse_support=mouse,
        erase_when_done=not full_screen,
        include_default_pygments_style=False,
    )
    # Seconds that Esc waits for the rest of a sequence, and a key for the rest of a binding.
    app.ttimeoutlen = 0.05
    app.timeoutlen = 0.25
    return app
