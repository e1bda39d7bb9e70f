"""Answers of the terminal that prompt_toolkit does not know: taken out before the keys are read.

A question is written once, unseen, and nothing waits for its answer, which comes among the keys.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from prompt_toolkit.input import Input

#: So long answers may come, and so many characters they may have.
ANSWER_SECONDS, _LONGEST = 10.0, 300


class Query(NamedTuple):
    """A question, how its answer begins and ends, and who is told what stands between.

    One that is asked `again`, once it was answered, is expected for good.
    """

    question: str
    begins: str
    ends: str
    told: Callable[[str], None]
    again: bool = False


def ask(input_: Input, asked: Sequence[Query], clock: Callable[[], float]) -> str:
    """Return what is to be written; from now on the answers among the keys are taken out.

    Concealed and erased: a terminal that prints what it does not know leaves nothing on the row.
    """
    parser: _Parser | None = getattr(input_, "vt100_parser", None)
    if not asked or parser is None:
        return ""
    _Sieve(parser, asked, clock)
    questions = "".join(each.question for each in asked)
    return f"\x1b[?7l\x1b[8m{questions}\r\x1b[K\x1b[0m\x1b[?7h"


class _Parser(Protocol):
    """What reads keys of bytes."""

    def feed(self, data: str) -> None:
        """Take characters."""

    def flush(self) -> None:
        """Nothing has come for a moment: what waits for more is whole."""


class _Sieve:
    """Stands before a parser of keys until the answers have come, or can come no more."""

    def __init__(self, parser: _Parser, asked: Sequence[Query], clock: Callable[[], float]) -> None:
        self._parser = parser
        self._feed, self._flush = parser.feed, parser.flush
        self._open = list(asked)
        self._for_good: list[Query] = []
        self._clock = clock
        self._until = clock() + ANSWER_SECONDS
        self._held = ""
        parser.feed = self.feed  # type: ignore[method-assign]
        parser.flush = self.flush  # type: ignore[method-assign]

    def feed(self, data: str) -> None:
        """Take what was read; what may be the begin of an answer waits."""
        text, self._held = self._held + data, ""
        expected = self._expected()
        found = [(text.index(each.begins), each) for each in expected if each.begins in text]
        if not found:
            held = self._begun(text)
            passed = text[: len(text) - held]
            self._held = text[len(passed) :]
            if passed:
                self._feed(passed)
            return
        at, asked = min(found, key=lambda each: each[0])
        rest = text[at + len(asked.begins) :]
        if at:
            self._feed(text[:at])
        said, ends, behind = rest.partition(asked.ends) if asked.ends else ("", "", rest)
        if asked.ends and not ends and len(rest) <= _LONGEST:
            self._held = asked.begins + rest
            return
        if asked in self._open:
            self._open.remove(asked)
            self._for_good += [asked] if asked.again else []
            self._expected()
        asked.told(said if ends else "")
        if behind:
            self._parser.feed(behind)

    def _expected(self) -> list[Query]:
        """Return what may be answered now; where that is nothing, nothing is looked through from now on."""
        if self._clock() >= self._until:
            self._open.clear()
        expected = [*self._open, *self._for_good]
        if not expected:
            self._parser.feed = self._feed  # type: ignore[method-assign]
            self._parser.flush = self._flush  # type: ignore[method-assign]
        return expected

    def _begun(self, text: str) -> int:
        """Return how many characters at the end of a text may be the begin of an answer."""
        begins = [each.begins for each in (*self._open, *self._for_good)]
        sizes = range(max(map(len, begins), default=1) - 1, 0, -1)
        return next(
            (size for size in sizes if any(each.startswith(text[-size:]) for each in begins)), 0
        )

    def flush(self) -> None:
        """Let go what was no answer: Escape is a key."""
        if not any(self._held.startswith(each.begins) for each in self._open):
            held, self._held = self._held, ""
            if held:
                self._feed(held)
        self._flush()
