"""Words, and the keys that go or delete by them, in scripts too that write no blanks.

Japanese changes its script where one word ends and the next begins, more often than not: a run
of one script is a word there, as in most editors.
"""

import re
from functools import cache

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition, emacs_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent

from zatsudan.terminal.live.inputline import InputLine
from zatsudan.terminal.text.clusters import around

_KANA = "\u3041-\u309f\u30fc"
_KATAKANA = "\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_KANJI = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = f"[{_KATAKANA}{_KANA}{_KANJI}]"


@cache
def _word() -> re.Pattern[str]:
    """Compiled when the first key asks: that takes longer than the start has for it."""
    return re.compile(
        rf"[{_KATAKANA}]+|[{_KANA}]+|[{_KANJI}]+"
        rf"|(?:(?![{_KATAKANA}{_KANA}{_KANJI}])[^\W_]|_|[\u0300-\u036f\u0900-\u109f\u1780-\u17ff\u200d])+|[^\w\s]+"
    )


def word_before(text: str) -> int:
    """Return how many characters the last word of `text` takes, with the blanks behind it."""
    line = text[-_FAR:]
    begin = 0
    for match in _word().finditer(line):
        begin = match.start()
    return len(line) - around(line, begin)[0]


def run_before(text: str) -> int:
    """Return the same of what stands behind the last blank: a word only where blanks part words."""
    line = text[-_FAR:]
    run = re.search(r"\S*\s*$", line)
    return (
        len(run[0])
        if run is not None and re.search(_UNSPACED, run[0]) is None
        else word_before(text)
    )


def word_after(text: str) -> int:
    """Return how many characters the first word of `text` takes, with the blanks before it."""
    line = text[:_FAR]
    match = _word().search(line)
    return around(line, match.end())[1] if match is not None else len(line)


# No word is longer.
_FAR = 4096


def word_keys(buffer: InputLine) -> KeyBindings:
    """Return the keys that go by words in the input line; vi has its own."""
    keys = KeyBindings()
    typing = Condition(lambda: get_app().layout.has_focus(buffer)) & emacs_mode

    @keys.add("escape", "b", filter=typing)
    @keys.add("c-left", filter=typing)
    def _back(_event: KeyPressEvent) -> None:
        buffer.cursor_position -= word_before(buffer.document.text_before_cursor)

    @keys.add("escape", "f", filter=typing)
    @keys.add("c-right", filter=typing)
    def _forward(_event: KeyPressEvent) -> None:
        buffer.cursor_position += word_after(buffer.document.text_after_cursor)

    @keys.add("escape", "backspace", filter=typing)
    def _delete_last(event: KeyPressEvent) -> None:
        count = word_before(buffer.document.text_before_cursor)
        event.app.clipboard.set_text(buffer.delete_before_cursor(count))

    @keys.add("c-w", filter=typing)
    def _delete_run(event: KeyPressEvent) -> None:
        count = run_before(buffer.document.text_before_cursor)
        event.app.clipboard.set_text(buffer.delete_before_cursor(count))

    @keys.add("escape", "d", filter=typing)
    def _delete_next(event: KeyPressEvent) -> None:
        count = word_after(buffer.document.text_after_cursor)
        event.app.clipboard.set_text(buffer.delete(count))

    return keys
