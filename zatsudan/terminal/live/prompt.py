"""The live prompt: the input line, its menu and its toolbar."""

from collections.abc import Callable, Iterable
from typing import NamedTuple

from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import Completer
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition, has_completions, is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    ScrollOffsets,
    Window,
)
from prompt_toolkit.layout.menus import CompletionsMenuControl
from prompt_toolkit.layout.processors import (
    AppendAutoSuggestion,
    ConditionalProcessor,
)
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.styles import Style

from zatsudan.base.printable import Printable
from zatsudan.base.styles import Paint, Styles
from zatsudan.talk.entered import Entered
from zatsudan.terminal.live import keys, ptk
from zatsudan.terminal.live.completion import completes
from zatsudan.terminal.live.history import LineHistory
from zatsudan.terminal.live.inputline import InputLine
from zatsudan.terminal.live.searching import SearchRow
from zatsudan.terminal.text.rows import PROMPT, wrap
from zatsudan.terminal.typed import ShownSafely

MENU_ROWS = 8

# Dim, not "bright black": some themes (Solarized) give that the colour of the
# ground, and NO_COLOR would make a suggestion look like what was typed.
_CLASSES = {
    "prompt": "bold",
    "auto-suggestion": "fg:default dim",
    "toolbar": "dim",
    "toolbar.warn": "nodim",
    # Without a colour of its own, a row of the menu ends with its text: rows that are padded
    # to the full width take two when the window becomes narrower.
    "completion-menu": "noinherit",
    "completion-menu.completion": "noinherit",
    "completion-menu.completion.current": "noinherit reverse",
    "completion-menu.meta.completion": "noinherit dim",
    "completion-menu.meta.completion.current": "noinherit",
}

#: The parts of the styles that are the prompt's.
_PARTS = {
    "prompt": "prompt",
    "toolbar": "toolbar",
    "warn": "toolbar.warn",
    "suggestion": "auto-suggestion",
    "menu": "completion-menu.completion",
    "menu_help": "completion-menu.meta.completion",
}


def style(styles: Styles) -> Style:
    """Return the prompt's style."""
    classes = dict(_CLASSES)
    for part, paint in styles.paints().items():
        if part in _PARTS:
            classes[_PARTS[part]] = _written(paint)
    return Style.from_dict(classes)


def _depth(colours: int) -> ColorDepth:
    depths = {0: ColorDepth.DEPTH_1_BIT, 16: ColorDepth.DEPTH_4_BIT, 256: ColorDepth.DEPTH_8_BIT}
    return depths.get(colours, ColorDepth.DEPTH_24_BIT)


def _written(paint: Paint) -> str:
    words = [weight for weight in paint.weights if weight != "dim"]
    words.append("dim" if "dim" in paint.weights else "nodim")
    words.append(f"fg:{_colour(paint.colour)}")
    words.append(f"bg:{_colour(paint.ground)}")
    return " ".join(words)


def _colour(name: str) -> str:
    if not name or name.startswith("#"):
        return name or "default"
    # prompt_toolkit calls white gray, and bright white white.
    own = {"white": "gray", "bright_white": "white", "bright_black": "brightblack"}
    return "ansi" + own.get(name, name.replace("_", ""))


class Prompt(NamedTuple):
    """The application and its input line."""

    app: ptk.LiveApplication
    buffer: InputLine

    def prefill(self, line: Entered, *, behind: bool = False) -> bool:
        """Put a line into the input line if nothing stands there; it has come back of itself.

        `behind`: or behind words that have come back too.
        """
        if behind and self.buffer.given:
            line = Entered.joined((self.buffer.line, line), "\n")
        elif self.buffer.text:
            return False
        self.buffer.put(line, given=True)
        return True

    def forget(self, keys: Iterable[str]) -> None:
        """Empty the input line where nothing stands but these keys of a question, pressed before it came."""
        if set(self.buffer.text) <= set(keys):
            self.buffer.reset()


def build(
    actions: keys.Actions,
    output: ptk.ReservingOutput,
    toolbar: Callable[[], StyleAndTextTuples],
    question: Callable[[], Printable],
    *,
    completer: Completer,
    history: LineHistory,
    input_: Input | None = None,
    vi: bool = False,
    styles: Styles | None = None,
    colours: int = 16,
) -> Prompt:
    """Make the prompt's application, on a terminal of so many colours.

    A `question` about the line stands where the toolbar is otherwise.
    """
    buffer = InputLine(
        multiline=True,
        completer=completer,
        complete_while_typing=Condition(lambda: completes(buffer.document.text_before_cursor)),
        history=history,
        auto_suggest=AutoSuggestFromHistory(),
        name="input",
    )
    asked = Condition(lambda: bool(question()))
    search = SearchRow()
    at_end = Condition(lambda: buffer.document.is_cursor_at_the_end and not has_completions())
    control = BufferControl(
        buffer,
        input_processors=[ConditionalProcessor(AppendAutoSuggestion(), at_end), ShownSafely()],
        search_buffer_control=search.control,
        preview_search=True,
    )
    window = Window(
        control,
        get_line_prefix=_prefix,
        wrap_lines=True,
        dont_extend_height=True,
        height=lambda: Dimension(min=1, max=max(3, output.get_size().rows // 2)),
    )
    body = HSplit(
        [
            window,
            search.container,
            ConditionalContainer(
                # Not CompletionsMenu: its bar for scrolling makes each row as wide as the widest.
                Window(
                    CompletionsMenuControl(),
                    height=Dimension(min=1, max=MENU_ROWS),
                    scroll_offsets=ScrollOffsets(top=1, bottom=1),
                    dont_extend_width=True,
                    style="class:completion-menu",
                ),
                has_completions & ~is_searching,
            ),
            ConditionalContainer(
                Window(
                    FormattedTextControl(
                        lambda: [("class:toolbar.warn", _wrapped(question(), output))]
                    ),
                    dont_extend_height=True,
                ),
                asked,
            ),
            ConditionalContainer(
                Window(
                    FormattedTextControl(toolbar),
                    height=1,
                    dont_extend_height=True,
                    wrap_lines=False,
                ),
                ~asked,
            ),
        ]
    )
    app = ptk.LiveApplication(
        layout=Layout(body, focused_element=window),
        key_bindings=keys.bindings(actions, buffer),
        style=style(styles or Styles()),
        color_depth=_depth(0 if styles and styles.theme == "none" else colours),
        output=output,
        input=input_,
        editing_mode=EditingMode.VI if vi else EditingMode.EMACS,
        include_default_pygments_style=False,
        erase_when_done=True,
        max_render_postpone_time=0.02,
    )
    # Escape stops a reply: do not wait long whether it begins a sequence.
    app.ttimeoutlen = 0.05
    app.timeoutlen = 0.25
    return Prompt(app, buffer)


def _wrapped(text: Printable, output: ptk.ReservingOutput) -> str:
    return "\n".join(wrap(text, output.get_size().columns - 1))


def _prefix(line: int, wrapped: int) -> StyleAndTextTuples:
    return [("class:prompt", PROMPT)] if line == wrapped == 0 else [("", "  ")]
