"""The toolbar: what holds for the next message, and what the keys do now where that differs."""

from prompt_toolkit.formatted_text import StyleAndTextTuples

from zatsudan.chat import Chat
from zatsudan.core.errors import TooLong
from zatsudan.core.language import say
from zatsudan.core.parameters import show_value
from zatsudan.core.printable import one_line


class Toolbar:
    """Says the model always, the rest only when it matters."""

    def __init__(self, chat: Chat) -> None:
        self._chat = chat
        self._fill: tuple[object, ...] = ()
        self._fill_text = ""

    def tuples(self, progress: str, keys: str) -> StyleAndTextTuples:
        """Return the toolbar's text; `progress` is what is waited for while no model is known."""
        chat = self._chat
        parts = [one_line(chat.session.model, 40) or progress or say("connecting")]
        parts += [
            f"{name} {one_line(show_value(setting.value), 20)}"
            for name, setting in chat.session.settings.items()
            if setting.origin == "session"
        ]
        if fill := self._filled():
            parts.append(fill)
        if chat.session.title:
            parts.append(one_line(chat.session.title, 30))
        if chat.sessions is None:
            parts.append(say("private"))
        tuples: StyleAndTextTuples = [("class:toolbar", " · ".join(parts))]
        if chat.journal.trouble:
            tuples.append(("class:toolbar.warn", f" · {chat.journal.trouble}"))
        if keys:
            tuples.append(("class:toolbar", f"   {keys}"))
        return tuples

    def _filled(self) -> str:
        """Return how full the model's context is, once it is more than half; counted once a turn."""
        chat, session = self._chat, self._chat.session
        length = chat.context_length
        now = (session.id, session.head, len(session.nodes), session.system, session.model, length)
        if now != self._fill:
            self._fill = now
            try:
                tokens = chat.window().tokens if length and session.head is not None else 0
                self._fill_text = (
                    f"~{short(tokens)}/{short(length)}" if tokens * 2 > length > 0 else ""
                )
            except TooLong:
                self._fill_text = say("full/{length}", length=short(length))
        return self._fill_text


def short(tokens: int) -> str:
    """Write a count in a few signs: 812, 3.1k, 128k."""
    if tokens < 1000:
        return str(tokens)
    thousands = tokens / 1000
    return f"{thousands:.0f}k" if thousands >= 99.95 else f"{thousands:.1f}k".replace(".0k", "k")


def keys_now(text: str, *, busy: bool) -> str:
    """Return what the keys do with what stands in the input line, if that is not the usual."""
    if busy:
        return say("Enter queues it · Esc stops the reply") if text.strip() else ""
    return say("Enter sends · Alt-Enter new line") if "\n" in text else ""
