"""Words looked for in all sessions, by bytes first: only lines that may hold them are parsed.

A journal is UTF-8 with only quotes, backslashes and control characters escaped, so
a word stands in it as its own bytes. Letters match in lower and upper case.
Each word is also looked for in its other spellings of the same characters
(composed, decomposed, full and half width made plain).
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from zatsudan.sessions import atonce, holding
from zatsudan.sessions.folder import entries
from zatsudan.sessions.journal import parse
from zatsudan.sessions.summary import Summary, read, summary_of
from zatsudan.wire.messages import Message

#: Spellings in both cases of one word that are looked for by bytes, at most.
_NEEDLES = 4
_ESCAPED = re.compile(rb"\\u")


@dataclass(frozen=True, slots=True)
class Hit:
    """A message that holds all words: `spans` are their places in `text`."""

    node_id: str
    role: str
    text: str
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one session, in the order in which they were said."""

    session: Summary
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a search found, newest session first; `older` sessions more may hold the words."""

    found: tuple[Found, ...]
    older: int = 0

    @property
    def count(self) -> int:
        """How many hits there are in all sessions together."""
        return sum(len(found.hits) for found in self.found)


class Words:
    """The words of a search, ready for bytes and for texts."""

    def __init__(self, words: Iterable[str]) -> None:
        #: The spellings of each.
        self.forms = [_spellings(word) for word in words]
        self._patterns = [re.compile("|".join(map(_pattern, forms))) for forms in self.forms]
        self._needles = [
            tuple({needle for form in forms for needle in _needles(form)}) for forms in self.forms
        ]
        everything = [needle for needles in self._needles for needle in needles]
        self._cased = any(needle != needle.upper() for needle in everything)
        self._ascii = all(needle.isascii() for needle in everything)

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Return where the words stand in a text; nothing unless all of them do."""
        found: list[tuple[int, int]] = []
        for pattern in self._patterns:
            places = [match.span() for match in pattern.finditer(text)]
            if not places:
                return ()
            found += places
        return tuple(sorted(found))

    def lines(self, data: bytes) -> Iterator[bytes]:
        """Yield the lines of a journal that may hold all words in a message's text."""
        lowered = data.lower() if self._cased else data
        # Lone surrogates make a line ASCII: what stands in it can only be told by parsing.
        escaped = not self._ascii and _ESCAPED.search(data) is not None
        if not escaped and not all(
            any(needle in lowered for needle in needles) for needles in self._needles
        ):
            return
        starts = set(_line_starts(lowered, self._needles[0]))
        if escaped:
            starts.update(_line_starts(data, (b"\\u",)))
        for start in sorted(starts):
            end = lowered.find(b"\n", start)
            line = lowered[start : end if end >= 0 else len(lowered)]
            if self._may_stand(line) or (escaped and b"\\u" in line):
                yield data[start : start + len(line)]

    def _may_stand(self, line: bytes) -> bool:
        begin = max(0, line.find(b'"content":'))
        # What stands behind the message says how it was made.
        end = line.rfind(b',"made":{')
        text = line[begin : end if end > begin else len(line)]
        return all(any(needle in text for needle in needles) for needles in self._needles)


def _line_starts(data: bytes, needles: Sequence[bytes]) -> Iterator[int]:
    for needle in needles:
        at = data.find(needle)
        while at >= 0:
            yield data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            at = data.find(needle, end) if end >= 0 else -1


def _spellings(word: str) -> tuple[str, ...]:
    forms = (word, *(unicodedata.normalize(form, word) for form in ("NFC", "NFKC", "NFD")))
    return tuple(form for form in dict.fromkeys(forms) if form)


def _cases(character: str) -> tuple[str, ...]:
    """Return a letter in both cases; what one character does not hold (`SS` for `ß`) does not count."""
    return tuple(
        dict.fromkeys(
            case for case in (character, character.lower(), character.upper()) if len(case) == 1
        )
    )


def _pattern(word: str) -> str:
    return "".join(
        re.escape(character) if len(_cases(character)) == 1 else f"[{''.join(_cases(character))}]"
        for character in word
    )


def _needles(word: str) -> Iterator[bytes]:
    """Yield the bytes, ASCII in lower case, of which one stands wherever the word does.

    Of a word with many letters beyond ASCII, only as much as has few spellings.
    """
    choices: list[tuple[str, ...]] = []
    count = 1
    for character in word:
        cases = tuple({case.lower() if case.isascii() else case for case in _cases(character)})
        count *= len(cases)
        if choices and count > _NEEDLES:
            break
        choices.append(cases)
    for characters in product(*choices):
        escaped = json.dumps("".join(characters), ensure_ascii=False)[1:-1]
        yield escaped.encode("utf-8", "surrogatepass")


def search(directory: Path, words: Sequence[str], limit: int = 200) -> Result:
    """Look for messages that hold all words, newest session first; all journals are looked at.

    When `limit` messages are found, older sessions are only counted. What the index rules out
    is not read, and of what it knows nothing is counted by reading.
    """
    wanted = Words(words)
    found: list[Found] = []
    count = older = 0
    there = entries(directory)
    may_hold = holding.may_hold(directory, there, wanted.forms)
    for entry in there:
        holds = may_hold.get(entry.name)
        if holds is False:
            continue
        if count >= limit and holds:
            older += 1
            continue
        data, modified = read(f"{directory}/{entry.name}")
        if count >= limit:
            older += any(True for _ in wanted.lines(data))
            continue
        hits = tuple(_hits(wanted, data))
        summary = summary_of(directory, entry.name, data, modified) if hits else None
        if summary is not None:
            found.append(Found(summary, hits))
            count += len(hits)
    return Result(tuple(found), older)


def at_once(
    directory: Path, words: Sequence[str], limit: int = 200, *, surely: bool = False
) -> tuple[Found, ...] | None:
    """Return what `search` finds, as far as the index tells at once where it is; None if it cannot.

    `surely`: all journals are looked at first, whether they are what the index says.
    """
    wanted = Words(words)
    found: list[Found] = []
    names = atonce.may_hold(directory, wanted.forms, surely=surely)
    if names is None:
        return None
    for name in names:
        data, modified = read(f"{directory}/{name}")
        hits = tuple(_hits(wanted, data))
        summary = summary_of(directory, name, data, modified) if hits else None
        if summary is not None:
            found.append(Found(summary, hits))
            limit -= len(hits)
            if limit <= 0:
                break
    else:
        if len(names) >= atonce.HOLDING:
            return None
    return tuple(found)


def _hits(words: Words, data: bytes) -> Iterator[Hit]:
    seen: set[str] = set()
    for line in words.lines(data):
        record = parse(line)
        value, node_id = record.get("message"), record.get("id")
        if (
            record.get("type") != "message"
            or not isinstance(value, dict)
            or not isinstance(node_id, str)
            or node_id in seen
        ):
            continue
        seen.add(node_id)
        message = Message.from_json(value)
        text = message.text
        spans = words.spans(text)
        if spans:
            yield Hit(node_id, message.role, text, spans)
