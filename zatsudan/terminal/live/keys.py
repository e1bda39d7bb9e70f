"""What the keys do."""

from typing import Protocol

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import (
    Condition,
    emacs_insert_mode,
    emacs_mode,
    is_searching,
    vi_insert_mode,
    vi_navigation_mode,
)
from prompt_toolkit.input.ansi_escape_sequences import ANSI_SEQUENCES
from prompt_toolkit.key_binding import (
    KeyBindings,
    KeyBindingsBase,
    KeyPressEvent,
    merge_key_bindings,
)
from prompt_toolkit.keys import Keys

from zatsudan.base.language import say
from zatsudan.base.printable import Printable
from zatsudan.talk.entered import Entered
from zatsudan.terminal.live.completion import completes
from zatsudan.terminal.live.flow import ANSWER
from zatsudan.terminal.live.inputline import InputLine
from zatsudan.terminal.live.wordwise import word_keys

# Shift-Enter, as kitty's protocol and xterm's modifyOtherKeys write it: a new line.
# The terminal is not asked for either: kitty's would change Escape and Ctrl-C as
# well. Where it sends a bare Enter, a line of its own config helps, as in kitty's
# `map shift+enter send_text all \x1b[13;2u`.
SHIFT_ENTER = {
    "\x1b[13;2u": (Keys.Escape, Keys.ControlM),
    "\x1b[27;2;13~": (Keys.Escape, Keys.ControlM),
}
# The terminal's focus comes and goes (CSI ? 1004), as keys that no keyboard has.
FOCUS = {"\x1b[I": Keys.F23, "\x1b[O": Keys.F24}
# An answer to what is asked in a flood (flow.py) that comes when none is expected any more.
LATE = {ANSWER: Keys.Ignore}
#: Does no key stand behind this one? An Escape that a terminal sends for Alt comes in one read
#: with its key, so one behind which nothing stands when `ttimeoutlen` is over is the key itself:
#: bound eagerly, it need not wait for `timeoutlen` as well.
ALONE = Condition(lambda: not get_app().key_processor.input_queue)


class Actions(Protocol):
    """What the keys ask for."""

    @property
    def busy(self) -> bool:
        """Is a reply or a command under way?"""

    @property
    def answering(self) -> bool:
        """Is the line to be the answer to a call of the model?"""

    @property
    def asking(self) -> bool:
        """Is the person asked what is meant by the line?"""

    @property
    def thinking(self) -> bool:
        """Is a thought coming that can be ended?"""

    def answer_now(self) -> None:
        """End the thought that is coming: the model is to answer."""

    def enter(self) -> None:
        """Take the line, or ask what is meant by it; to a question it is yes."""

    def refuse(self) -> None:
        """Answer no: the line is words."""

    def decline(self) -> None:
        """Answer the call with an error."""

    def unask(self) -> None:
        """Leave the question; the line stays."""

    def interrupt(self) -> None:
        """Stop the reply."""

    def interrupt_one(self, number: int) -> None:
        """Stop one reply of several, counted from 1."""

    def take_queued(self) -> Entered | None:
        """Take back the message that waits, to edit it."""

    def variant(self, by: int) -> None:
        """Go to the next variant of the last reply, or the one before."""

    def draft(self) -> None:
        """Have the model draft the person's next message, about what stands in the line."""

    def leave(self) -> None:
        """End the program."""

    def hint(self, text: Printable) -> None:
        """Say something for a moment in the toolbar."""

    def clear_screen(self) -> None:
        """Scroll the screen empty."""

    def focused(self, *, here: bool) -> None:
        """The terminal is looked at, or no longer."""

    def answered(self, position: str) -> None:
        """The terminal tells where its cursor stands."""

    async def settled(self) -> None:
        """Wait, for a moment at most, until the terminal has answered what it was asked."""

    def aside(self, what: str) -> None:
        """Lend the screen: `edit` to the editor, `suspend` to the shell."""


def bindings(actions: Actions, buffer: InputLine) -> KeyBindingsBase:
    """Return all key bindings beyond prompt_toolkit's own."""
    ANSI_SEQUENCES.update({**SHIFT_ENTER, **FOCUS, **LATE})
    return merge_key_bindings(
        [
            _talk_keys(actions, buffer),
            _branch_keys(actions, buffer),
            _run_keys(actions),
            _line_keys(actions, buffer),
            word_keys(buffer),
            _screen_keys(actions),
        ]
    )


def _talk_keys(actions: Actions, buffer: InputLine) -> KeyBindings:
    keys = KeyBindings()
    busy = Condition(lambda: actions.busy)
    blank = Condition(lambda: not buffer.text)
    asking = Condition(lambda: actions.asking)

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _stop_or_clear(_event: KeyPressEvent) -> None:
        if actions.asking:
            actions.unask()
        elif actions.busy:
            actions.interrupt()
        elif buffer.text:
            buffer.append_to_history()  # Up brings it back: nothing that was typed is lost
            buffer.reset()
        else:
            actions.hint(say("Ctrl-D or /quit leaves"))

    @keys.add("escape", filter=asking & ~is_searching, eager=ALONE)
    def _refuse(_event: KeyPressEvent) -> None:
        actions.refuse()

    # In vi's insert mode Escape is on the way to a command, and answers nothing.
    idle = emacs_mode | vi_navigation_mode
    answering = Condition(lambda: actions.answering)

    @keys.add("escape", filter=answering & blank & idle & ~is_searching & ~asking, eager=ALONE)
    def _decline(_event: KeyPressEvent) -> None:
        actions.decline()

    @keys.add("escape", filter=busy & ~is_searching & ~asking, eager=ALONE)
    def _stop(_event: KeyPressEvent) -> None:
        if buffer.complete_state is not None:
            buffer.cancel_completion()
        else:
            actions.interrupt()

    @keys.add("c-d", filter=blank)
    def _leave(_event: KeyPressEvent) -> None:
        actions.leave()

    return keys


def _branch_keys(actions: Actions, buffer: InputLine) -> KeyBindings:
    keys = KeyBindings()
    busy = Condition(lambda: actions.busy)
    blank = Condition(lambda: not buffer.text)

    @keys.add("escape", "left", filter=blank & ~busy)
    def _earlier_variant(_event: KeyPressEvent) -> None:
        actions.variant(-1)

    @keys.add("escape", "right", filter=blank & ~busy)
    def _later_variant(_event: KeyPressEvent) -> None:
        actions.variant(1)

    @keys.add("escape", "m", filter=~busy & (blank | emacs_insert_mode))
    def _draft(_event: KeyPressEvent) -> None:
        actions.draft()

    @keys.add("up", filter=blank & busy)
    def _edit_queued(_event: KeyPressEvent) -> None:
        line = actions.take_queued()
        if line is not None:
            buffer.put(line)
        else:
            buffer.auto_up()

    return keys


def _run_keys(actions: Actions) -> KeyBindings:
    keys = KeyBindings()

    def _stop_one(event: KeyPressEvent) -> None:
        actions.interrupt_one(int(event.key_sequence[-1].key))

    thinking = Condition(lambda: actions.thinking)

    @keys.add("c-g", filter=thinking & ~is_searching, eager=True)
    def _answer(_event: KeyPressEvent) -> None:
        actions.answer_now()

    for digit in "123456789":
        keys.add("escape", digit, filter=Condition(lambda: actions.busy))(_stop_one)
    return keys


def _line_keys(actions: Actions, buffer: InputLine) -> KeyBindings:
    keys = KeyBindings()
    typing = Condition(lambda: get_app().layout.has_focus(buffer))

    @keys.add("enter", filter=typing)
    def _send(event: KeyPressEvent) -> None:
        behind = event.key_processor.input_queue
        if buffer.pasting or any(not isinstance(press.key, Keys) for press in behind):
            buffer.begin_pasted_line()
        else:
            actions.enter()

    @keys.add(
        Keys.Any,
        filter=typing & (emacs_insert_mode | vi_insert_mode),
        save_before=lambda event: not event.is_repeat,
    )
    def _type(event: KeyPressEvent) -> None:
        buffer.type(event.data * event.arg)

    @keys.add("escape", "enter", filter=typing)
    @keys.add("c-j", filter=typing)
    def _new_line(_event: KeyPressEvent) -> None:
        buffer.newline(copy_margin=False)

    @keys.add(Keys.BracketedPaste, filter=typing)
    def _paste(event: KeyPressEvent) -> None:
        buffer.insert_text(event.data.replace("\r\n", "\n").replace("\r", "\n"))

    @keys.add("tab", filter=typing)
    def _complete(_event: KeyPressEvent) -> None:
        if buffer.complete_state is not None:
            buffer.complete_next()
        elif completes(buffer.document.text_before_cursor):
            buffer.start_completion(insert_common_part=True)
        else:
            buffer.insert_text("    ")

    return keys


def _screen_keys(actions: Actions) -> KeyBindings:
    keys = KeyBindings()

    @keys.add("c-l")
    def _clear(_event: KeyPressEvent) -> None:
        actions.clear_screen()

    @keys.add("c-z")
    def _suspend(_event: KeyPressEvent) -> None:
        actions.aside("suspend")

    @keys.add("f23")
    def _focus(_event: KeyPressEvent) -> None:
        actions.focused(here=True)

    @keys.add("f24")
    def _blur(_event: KeyPressEvent) -> None:
        actions.focused(here=False)

    @keys.add(Keys.CPRResponse, save_before=lambda _event: False)
    def _answer(event: KeyPressEvent) -> None:
        actions.answered(event.data)

    @keys.add("c-x", "c-e")
    def _editor(_event: KeyPressEvent) -> None:
        actions.aside("edit")

    return keys
