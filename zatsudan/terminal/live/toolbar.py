"""The toolbar: what holds for the next message, and what the keys do now where that differs."""

from collections.abc import Callable, Mapping, Sequence

from prompt_toolkit.formatted_text import StyleAndTextTuples

from zatsudan.base.errors import TooLong
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.talk.chat import Chat
from zatsudan.terminal.text.onerow import at_word
from zatsudan.terminal.text.widths import most_cells

#: Where what was changed comes from, as opposed to what every session begins with.
_CHANGED = ("session", "preset")
UNBOUNDED = 1_000_000
#: So many lines are seen in the input line on a small screen; of more it is said how many there are.
MANY = 9


class Toolbar:
    """Says the model always, the rest only when it matters.

    `progress` is what is waited for while no model is known; `hint` stands for a moment
    in the place of all else; `doing` is what is under way besides a reply.
    """

    def __init__(self, chat: Chat, clock: Callable[[], float]) -> None:
        self._chat = chat
        self._clock = clock
        self.progress = EMPTY
        self.hint = EMPTY
        self.doing = EMPTY
        self._doing_since = 0.0
        self._fill: tuple[object, ...] = ()
        self._fill_text = EMPTY

    def do(self, what: Printable) -> None:
        """Say what is under way from now on; nothing when it is done."""
        self.doing = what
        self._doing_since = self._clock()

    def tuples(self, queue: Sequence[str], keys: Printable, columns: int = 0) -> StyleAndTextTuples:
        """Return the toolbar's text; `queue` are the lines that wait.

        What does not fit into the `columns` (0: as many as it takes) is left out whole.
        """
        room = columns or UNBOUNDED
        if self.doing:
            seconds = self._clock() - self._doing_since
            text = say(
                "{what} · {seconds:.0f} s · Ctrl-C ends it", what=self.doing, seconds=seconds
            )
            return [("class:toolbar", at_word(text, room))]
        if self.hint:
            return [("class:toolbar", at_word(self.hint, room))]
        if queue:
            from zatsudan.base.secrets import shown_line

            more = f" (+{len(queue) - 1})" if len(queue) > 1 else ""
            text = say(
                "queued: {line} · Up edits it", line=one_line(shown_line(queue[-1]), 50) + more
            )
            return [("class:toolbar", at_word(text, room))]
        return self._standing(keys, room)

    def _standing(self, keys: Printable, room: int) -> StyleAndTextTuples:
        chat = self._chat
        how = say("connecting") if chat.link.connecting else say("not connected")
        model = one_line(chat.talk.session.model, 40) or self.progress or how
        parts: list[str] = []
        begin = chat.talk.session.begin
        if begin is not None:
            from zatsudan.base.words import quote

            parts.append(one_line(say("begins {text}", text=one_line(quote(begin.text), 30)), 40))
        settings = chat.talk.session.settings.items()
        changed = [(name, each.value) for name, each in settings if each.origin in _CHANGED]
        if changed:
            from zatsudan.parameters.values import show_value
            from zatsudan.servers.thinkforms import said_by

            parts += _of_thinking(dict(changed))
            parts += [
                one_line(f"{name} {one_line(show_value(value), 20)}", 60)
                for name, value in changed
                if not (parts and name in said_by(dict(changed)))
            ]
        if chat.talk.session.title:
            parts.append(one_line(chat.talk.session.title, 30))
        needed = [self._filled(), say("private") if chat.talk.folder is None else EMPTY]
        trouble = f" · {chat.talk.journal.trouble}" if chat.talk.journal.trouble else ""
        behind = f"   {keys}" if keys else ""
        if behind and most_cells(model + trouble + behind) > room:
            behind = ""
        left = room - most_cells(trouble + behind)
        tuples: StyleAndTextTuples = [
            ("class:toolbar", fitting(model, parts, [part for part in needed if part], left))
        ]
        if trouble:
            tuples.append(("class:toolbar.warn", trouble))
        if behind:
            tuples.append(("class:toolbar", behind))
        return tuples

    def _filled(self) -> Printable:
        """Return how full the model's context is, once it is more than half; counted anew where that changes."""
        chat, session = self._chat, self._chat.talk.session
        length = chat.link.length_of(session.model)
        if not length or not session.head:
            return EMPTY
        from zatsudan.parameters.table import LIMITS  # behind the prompt: a talk begins empty

        limits = tuple(
            setting.value for name, setting in session.settings.items() if name in LIMITS
        )
        now = (
            *(session.id, session.head, len(session.nodes), session.system, session.model, length),
            *(limits, len(session.pinned), id(session.character), *session.withheld),
        )
        if now != self._fill:
            self._fill = now
            self._fill_text = self._counted(length)
        return self._fill_text

    def _counted(self, length: int) -> Printable:
        from zatsudan.talk.fitting import window_of

        try:
            tokens = window_of(self._chat.talk, self._chat.link).tokens
        except TooLong:
            return say("full/{length}", length=short(length))
        return printable(f"~{short(tokens)}/{short(length)}") if tokens * 2 > length else EMPTY


def fitting(first: str, parts: Sequence[str], last: Sequence[str], room: int) -> Printable:
    """Join what fits into `room` cells; of `parts` those at the end give way, and are counted."""
    for count in range(len(parts), -1, -1):
        left = len(parts) - count
        more = [f"+{left}"] if left else []
        text = " · ".join((first, *parts[:count], *more, *last))
        if most_cells(text) <= room:
            return printable(text)
    return at_word(printable(" · ".join((first, *last))), room)


def _of_thinking(changed: Mapping[str, Json]) -> list[str]:
    """Return what is wished of thinking as it is typed: its fields are long, and other ones at each server."""
    from zatsudan.servers.thinkforms import wished

    wish = wished(changed)
    if wish is None:
        return []
    return [f"/think {('off', 'on')[wish] if isinstance(wish, bool) else one_line(str(wish), 20)}"]


def short(tokens: int) -> str:
    """Write a count in a few characters: 812, 3.1k, 128k."""
    if tokens < 1000:
        return str(tokens)
    thousands = tokens / 1000
    return f"{thousands:.0f}k" if thousands >= 99.95 else f"{thousands:.1f}k".replace(".0k", "k")


def keys_now(text: str, *, busy: bool, aside: bool, answers: Printable) -> Printable:
    """Return what the keys do with what stands in the input line, if that is not the usual.

    `answers` names the call of the model that the line is to answer.
    `aside`: words that were given back wait for the line to end.
    """
    if aside:
        return say("Your words come back behind the command, or when it is erased")
    if answers and text.strip():
        return say("Enter answers {name}", name=answers)
    if answers:
        return say("Answer {name}: text, @file, !command · Esc declines", name=answers)
    if busy:
        return say("Enter queues it · Esc stops the reply") if text.strip() else EMPTY
    lines = text.count("\n") + 1
    if lines > MANY:
        return say(
            "{count:,} lines · Enter sends · Alt-Enter new line", count=len(text.splitlines())
        )
    return say("Enter sends · Alt-Enter new line") if lines > 1 else EMPTY
