"""Phrases that a reply must not hold, at servers that do not see to it.

What may be the begin of a phrase is held back, so that no phrase is ever shown. How the reply
goes on where one stands is in detours.py.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.parameters.table import BY_NAME, LIMITS
from zatsudan.talk.link import Link
from zatsudan.wire.protocol import Delta

NAME = "banned_strings"


def phrases_of(link: Link, parameters: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the phrases to watch for: none where the server is known to keep them out itself."""
    value = parameters.get(NAME)
    if not isinstance(value, list) or link.here.takes(BY_NAME[NAME]) is True:
        return ()
    if parameters.get("n") not in (None, 1):  # several replies of one request cannot go back
        return ()
    return tuple(text for text in value if isinstance(text, str) and text.strip())


def as_taken(link: Link, parameters: Mapping[str, Json]) -> Mapping[str, Json]:
    """Return the parameters without the phrases where the server is known not to take them."""
    if NAME not in parameters or link.here.takes(BY_NAME[NAME]) is not False:
        return parameters
    return {name: value for name, value in parameters.items() if name != NAME}


class Hit(NamedTuple):
    """A phrase that came, and the text of the token that it began with."""

    phrase: str
    began: str


class Guard:
    """Lets deltas through that hold no phrase. `text` is all that it has let through."""

    def __init__(self, phrases: Sequence[str], text: str = "") -> None:
        self._phrases = {_low(phrase): phrase for phrase in phrases}
        self._begins = {phrase[:size] for phrase in self._phrases for size in range(1, len(phrase))}
        self._longest = max(map(len, self._phrases), default=0)
        self._held: list[Delta] = []
        self.text = text

    def feed(self, delta: Delta) -> tuple[list[Delta], Hit | None]:
        """Take a delta; return those that may be shown by now, and the phrase that has come."""
        if delta.before:  # a thought, or told anew: the reply begins here
            before, self.text = self.rest(), ""
            free, hit = self._take(delta)
            return [*before, *free], hit
        return self._take(delta)

    def _take(self, delta: Delta) -> tuple[list[Delta], Hit | None]:
        self._held.append(delta)
        held = "".join(each.content for each in self._held)
        low = _low(held)
        found = [(at, phrase) for phrase in self._phrases if (at := low.find(phrase)) >= 0]
        if found:
            at, phrase = min(found)
            size = len(held[:at].rstrip(" "))
            free = self._free(size)
            began = next((each.content for each in self._held if each.content), "")
            self._held = []
            return free, Hit(self._phrases[phrase], began)
        if delta.finish_reason:
            return self.rest(), None
        return self._free(len(held) - self._doubtful(low)), None

    def _doubtful(self, low: str) -> int:
        """Return how many characters at the end may be the begin of a phrase; blanks before it are held too."""
        sizes = range(min(len(low), self._longest), 0, -1)
        size = next((size for size in sizes if low[-size:] in self._begins), 0)
        before = low[: len(low) - size]
        return size + len(before) - len(before.rstrip(" "))

    def _free(self, size: int) -> list[Delta]:
        """Let so many characters of what is held through."""
        free: list[Delta] = []
        while self._held and (size or not self._held[0].content):
            delta = self._held.pop(0)
            if len(delta.content) > size:
                free.append(Delta(delta.index, delta.content[:size], before=delta.before))
                self._held.insert(0, delta._replace(content=delta.content[size:], before=""))
                size = 0
                break
            free.append(delta)
            size -= len(delta.content)
        self.text += "".join(each.content for each in free)
        return free

    def rest(self) -> list[Delta]:
        """Let all through that is held: nothing follows."""
        return self._free(sum(len(delta.content) for delta in self._held) or 1)

    def given(self) -> str:
        """Return the whole text so far, what is held too, without blanks at its end: a token begins with one."""
        held = "".join(delta.content for delta in self._held).rstrip(" ")
        self._held = [Delta(content=held)] if held else []
        return self.text + held


class Leg(NamedTuple):
    """How the reply goes on: from which text, without which tokens, and for how many (0: to its end)."""

    given: str
    without: frozenset[int] = frozenset()
    tokens: int = 0

    def over(self, parameters: Mapping[str, Json], came: int) -> dict[str, Json]:
        """Return the parameters of its request; `came` is how many tokens of the reply there are."""
        result = dict(parameters)
        if self.without:
            old = result.get("logit_bias")
            never: dict[str, Json] = {str(token): -100 for token in sorted(self.without)}
            result["logit_bias"] = {**(old if isinstance(old, dict) else {}), **never}
        limits = {name: value for name, value in parameters.items() if name in LIMITS}
        for name, value in (limits or {"max_tokens": None}).items():
            left = max(1, value - came) if isinstance(value, int) else None
            least = min(self.tokens or left or 0, left or self.tokens)
            if least:
                result[name] = least
        return result


def _low(text: str) -> str:
    """Return a text in small letters, character by character, so that places stay."""
    small = text.lower()
    if len(small) == len(text):
        return small
    return "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
