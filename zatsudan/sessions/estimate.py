"""How many tokens a text has, where no server says so: an estimate that learns. And how fast they came.

The characters of a text are weighed by kind (a token holds about four letters of
Latin text, but one or two Japanese characters), and the sum is scaled by a ratio
learned from every exact count that the session has seen. An estimate is
always marked `~` where a person sees it.
"""

import itertools
import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from zatsudan.sessions.made import Made
    from zatsudan.sessions.session import Session

_WIDE = "[\u1100-\u11ff\u2e80-\ua4cf\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef\U00010000-\U0010ffff]+"

#: What a chat template adds around each message, in tokens.
PER_MESSAGE = 4


#: The replies of a session that its estimate is learned from: what is older hardly weighs any more.
LEARNED_FROM = 1000


class Estimator(NamedTuple):
    """`ratio`: exact counts over raw estimates so far; `seen`: raw tokens that it rests on."""

    ratio: float = 1.0
    seen: float = 0.0

    def count(self, text: str) -> int:
        """Estimate the tokens of `text`."""
        return round(raw_count(text) * self.ratio)

    def learn(self, raw: float, exact: int) -> "Estimator":
        """Return the estimator that has also seen `raw` to be `exact` tokens.

        Later counts weigh more: the model may have been changed.
        """
        if raw < 1 or exact < 1:
            return self
        weight = min(self.seen, 20_000.0)
        ratio = (self.ratio * weight + exact) / (weight + raw)
        return self._replace(ratio=min(4.0, max(0.25, ratio)), seen=self.seen + raw)


def raw_count(text: str) -> float:
    """Estimate without what was learned: a quarter token a character, three quarters a wide character."""
    return len(text) / 4 if text.isascii() else _weighed(text)


# A window counts the same messages turn after turn.
@lru_cache(maxsize=20_000)
def _weighed(text: str) -> float:
    # Most lines of most texts are ASCII, which is told a hundred times sooner.
    foreign = "".join(line for line in text.split("\n") if not line.isascii())
    wide = len(foreign) - len(re.sub(_WIDE, "", foreign))
    return (len(text) - wide) / 4 + wide * 0.75


class Gauge:
    """How large a session is for a server: the estimate of its tokens, and where its window began."""

    def __init__(self, session: "Session", estimator: Estimator | None = None) -> None:
        self.session = session
        self.estimator = estimator or Estimator()
        self.window_start: str | None = None
        #: Patterns of a lorebook that took too long: they are not tried again.
        self.late: set[str] = set()

    @classmethod
    def of(cls, session: "Session", before: Estimator) -> "Gauge":
        """Return the gauge of a session, learned from the latest exact counts in it; as `before` without any."""
        estimator = Estimator()
        latest = list(itertools.islice(session.replies(latest_first=True), LEARNED_FROM))
        for node in reversed(latest):
            made = node.made
            if made is not None and made.usage is not None and not made.usage.estimated:
                text = node.message.text + made.reasoning
                estimator = estimator.learn(raw_count(text), made.usage.completion)
        return cls(session, before if estimator == Estimator() else estimator)


#: What seems to come faster came in one piece, in tokens a second; at all, and within an instant.
_FASTEST, _FASTEST_SHORT = 10_000, 1_000
#: What an instant is, in seconds.
_SHORT = 0.1


def tokens_per_second(
    tokens: int, first: float | None, last: float | None, seconds: float
) -> float | None:
    """Return how fast a reply came; None where that cannot be told.

    `first`, `last` and `seconds` are the times from the request to its first text, its last and
    its end. Between the first and the last text there are as many tokens as it has, less one: the
    first is there when the measuring begins. Where it came in one piece, there is nothing between
    them: then all of it came in the whole time.
    """
    if first is None or tokens < 2:
        return None
    span = (seconds if last is None else last) - first
    fastest = _FASTEST_SHORT if span < _SHORT else _FASTEST
    if span <= 0 or tokens - 1 > fastest * span:
        return tokens / seconds if seconds > 0 else None
    return (tokens - 1) / span


def speed_of(made: "Made") -> float | None:
    """Return the tokens a second of a reply: as the server tells them, or as they came.

    What the model thought out of sight came before the first text.
    """
    if made.pace is not None:
        return made.pace
    usage = made.usage
    if usage is None or usage.together > 1:
        return None
    unseen = usage.reasoning if not made.reasoning else 0
    return tokens_per_second(usage.completion - unseen, made.first, made.last, made.seconds)
