"""Which entries of a lorebook hold for a talk: by their keys, within a budget of tokens.

An entry is named by its number in the book, so that the record of a reply is short.
Source: character card specification V3, "Lorebook fields".
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from zatsudan.sessions.characters.card import ALL, NONE_OF, NOT_ALL, Book, Entry
from zatsudan.sessions.characters.patterns import Patterns, is_written

#: Messages that are looked at, and tokens of all that is added, where the book says nothing.
SCAN_DEPTH, TOKEN_BUDGET = 4, 2_048
#: Characters that are looked at, the last ones; and how often what was found is looked at in turn.
_LOOKED_AT, _ROUNDS = 20_000, 10


class Scene(NamedTuple):
    """A talk as a lorebook sees it: its messages, the last one last; the replies in it; which greeting began it."""

    messages: Sequence[str]
    replies: int = 0
    greeting: int | None = None


class _Look:
    """What is looked at: the last messages, and behind them what was found already."""

    def __init__(self, scene: Scene, patterns: Patterns) -> None:
        self._messages = scene.messages
        self._patterns = patterns
        self._more = ""
        self._texts: dict[tuple[int, bool], str] = {}

    def also_at(self, contents: Sequence[str]) -> None:
        """Look at the content of entries too."""
        self._more = "\n".join(contents)[-_LOOKED_AT:]
        self._texts.clear()

    def _text(self, depth: int, *, folded: bool) -> str:
        if (depth, folded) not in self._texts:
            last = self._messages[-depth:] if depth else ()
            text = "\n".join((*(each[-_LOOKED_AT:] for each in last), self._more))
            text = text[-2 * _LOOKED_AT :]
            self._texts[depth, folded] = text.casefold() if folded else text
        return self._texts[depth, folded]

    def has(self, key: str, entry: Entry, depth: int) -> bool:
        """Tell whether a key of an entry stands there."""
        if entry.regex or is_written(key):
            text = self._text(depth, folded=False)
            return self._patterns.found(key, text, case_sensitive=entry.case_sensitive)
        text = self._text(depth, folded=not entry.case_sensitive)
        key = key if entry.case_sensitive else key.casefold()
        return _as_word(key, text) if entry.whole_words else key in text


def _as_word(key: str, text: str) -> bool:
    at = text.find(key)
    while at >= 0:
        end = at + len(key)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            return True
        at = text.find(key, at + 1)
    return False


def active(
    book: Book, scene: Scene, count: Callable[[str], int], patterns: Patterns
) -> tuple[int, ...]:
    """Return the numbers of the entries that hold, in the order of the book; `count` estimates tokens."""
    look = _Look(scene, patterns)
    found: set[int] = set()
    for _ in range(_ROUNDS):
        fresh = {
            number
            for number, entry in enumerate(book.entries)
            if number not in found and _holds(entry, book, scene, look)
        }
        found |= fresh
        if not fresh or not book.recursive:
            break
        look.also_at([book.entries[number].content for number in sorted(found)])
    return _within(book, found, count)


def _holds(entry: Entry, book: Book, scene: Scene, look: _Look) -> bool:
    if not _comes(entry, scene):
        return False
    depths = (entry.scan_depth, book.scan_depth, SCAN_DEPTH)
    depth = next(each for each in depths if each is not None)

    def has(key: str) -> bool:
        return look.has(key, entry, depth)

    if not (entry.constant or any(map(has, entry.keys))) or any(map(has, entry.excluded)):
        return False
    if entry.constant or not entry.further:
        return True
    there = [has(key) for key in entry.further]
    by_logic = {ALL: all(there), NONE_OF: not any(there), NOT_ALL: not all(there)}
    return by_logic.get(entry.logic, any(there))


def _comes(entry: Entry, scene: Scene) -> bool:
    """Tell whether an entry may hold at this place of the talk, whatever is said."""
    if scene.replies < entry.only_after or scene.replies % (entry.only_every or 1):
        return False
    return entry.greeting is None or scene.greeting in (None, entry.greeting)


def _within(book: Book, found: set[int], count: Callable[[str], int]) -> tuple[int, ...]:
    """Return those of the entries that fit into the budget, the most important first taken."""
    left = TOKEN_BUDGET if book.token_budget is None else book.token_budget
    kept: list[int] = []

    def importance(number: int) -> tuple[float, int]:
        entry = book.entries[number]
        return -(entry.order if entry.priority is None else entry.priority), number

    for number in sorted(found, key=importance):
        tokens = count(book.entries[number].content)
        if tokens <= left:
            left -= tokens
            kept.append(number)
    return tuple(sorted(kept))
