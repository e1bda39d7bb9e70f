"""A line of input that knows of each of its characters who wrote it."""

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple

from zatsudan.base.jsonvalues import Json

if TYPE_CHECKING:
    from zatsudan.talk.attachments import Mention

#: The marks of a character. Typed by a person's key: a leading `!` or `/` counts, and an `@`.
KEYS = "k"
#: Typed in an earlier line, from the history: a slash counts, the rest is asked about.
RECALLED = "r"
#: Pasted, from the editor, an argument: what would count is asked about.
TEXT = "t"
#: Words of a message, or what the person wants to be words: nothing in it counts.
SAID = "s"

#: By these words alone one leaves other programs in which one types.
LEAVING = frozenset(("exit", "quit", "exit()", "quit()", ":q", ":q!", ":wq", ".exit"))

#: No person types two lines within so many seconds: they were pasted.
BURST_SECONDS = 0.02

#: From the one that is trusted least.
_RANKS = SAID + TEXT + RECALLED + KEYS


class Entered(NamedTuple):
    """A text and a mark for each of its characters."""

    text: str = ""
    marks: str = ""

    @classmethod
    def of(cls, text: str, mark: str) -> "Entered":
        """Return a text that is all of one origin."""
        return cls(text, mark * len(text))

    @classmethod
    def recalled(cls, text: str, mark: str) -> "Entered":
        """Return a line from the history whose first character had this mark."""
        first = RECALLED if mark == KEYS else mark
        return cls(text, (first + TEXT * (len(text) - 1))[: len(text)])

    @classmethod
    def joined(cls, lines: "Iterable[Entered]", between: str) -> "Entered":
        """Return several lines as one."""
        several = list(lines)
        glue = SAID * len(between)
        return cls(
            between.join(line.text for line in several), glue.join(line.marks for line in several)
        )

    @property
    def first_mark(self) -> str:
        """The mark of the first character; `SAID` if there is none."""
        return self.marks[:1] or SAID

    @property
    def leaves(self) -> bool:
        """Is it what ends other programs of this kind, typed by a person?"""
        return self.text.strip() in LEAVING and self.first_mark in (KEYS, RECALLED)

    @property
    def unsure(self) -> bool:
        """May there be a character in it that a person is to be asked about, or is it all to be asked about?"""
        if self.leaves:
            return True
        told = TEXT not in self.marks and RECALLED not in self.marks
        return not told and (self.text[:1] in ("!", "/") or "@" in self.text)

    def spliced(self, at: int, gone: int, text: str, mark: str) -> "Entered":
        """Return the line with `gone` characters at a place replaced by a text."""
        end = at + gone
        return Entered(
            self.text[:at] + text + self.text[end:],
            self.marks[:at] + mark * len(text) + self.marks[end:],
        )

    def became(self, text: str) -> "Entered":
        """Return the line after a change of which only the result is known.

        What it begins and ends with as before keeps its marks, the rest is `TEXT`. Where
        several places may have changed, the characters in question get the mark that is
        trusted least.
        """
        old, new = len(self.text), len(text)
        begin, end = _common(self.text, text), _common(self.text[::-1], text[::-1])
        kept = min(begin + end, old, new)
        first, last = max(0, kept - end), min(begin, kept)
        candidates = set(self.marks[first : old - kept + last]) | ({TEXT} if new > kept else set())
        middle = new - kept + last - first
        mark = min(candidates, key=_RANKS.index, default=TEXT)
        marks = self.marks[:first] + mark * middle + self.marks[old - kept + last :]
        return Entered(text, marks)

    def marked(self, places: Collection[int], mark: str) -> "Entered":
        """Return the line with another mark at some places."""
        marks = list(self.marks)
        for place in places:
            marks[place] = mark
        return Entered(self.text, "".join(marks))

    def as_words(self) -> "Entered":
        """Return the line as words: only what keys typed in it still counts, and the first character does not."""
        marks = "".join(KEYS if mark == KEYS else SAID for mark in self.marks)
        return Entered(self.text, SAID * bool(marks) + marks[1:])


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def given_back(content: Json, attached: "Collection[Mention]" = ()) -> Entered:
    """Return what a message's words are in the input line: words still, whatever they begin with.

    `attached` is what the person attached to it here, which stays so. Where the message
    holds a file of that name, it is asked about; no other `@` attaches anything.
    """
    from zatsudan.talk.attachments import mentions, said

    message = said(content)
    text = message.again
    held, here = set(message.files), set(attached)
    images = isinstance(content, list)
    own: list[int] = []
    asked: list[int] = []
    for at, mention in mentions(text) if "@" in text else ():
        if mention in here:
            own.append(at)
        elif images or any(name in held for name in mention.names()):
            asked.append(at)
    return Entered.of(text, SAID).marked(asked, TEXT).marked(own, KEYS)
