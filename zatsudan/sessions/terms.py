"""The terms by which a text is found again: its words, and pairs of characters where no blanks part them.

A term never says less than the search does (search.py): where a word stands in a text, each of
the word's pieces stands in one of the text's terms. The other way round it may say too much.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import chain
from operator import add
from typing import NamedTuple

# Controls, lone surrogates and most blanks part terms.
_WORD = re.compile("[0-9a-z\u00a1-\u08ff]+")
_MARKS = re.compile("[!-/:-@\\[-`{-~]+")
#: Scripts without blanks (Thai, kana, kanji) and with short words (Hangul).
_DENSE = re.compile(
    "[\u0900-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u2fff\u3001-\ud7ff\ue000-\U0010ffff]+"
)
_ASCII_MARKS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
#: Characters of ASCII that are no letters, by letters of their own: a tokenizer would part terms at them.
_LETTERS = {ord(char): 0xF700 + ord(char) for char in _ASCII_MARKS}
#: What leaves the words of an ASCII text in lower case, and what leaves its marks: all else is a blank.
_MARKS_ALONE = {code: " " for code in range(128) if chr(code) not in _ASCII_MARKS}
_WITHOUT_MARKS = {
    code: " " for code in range(128) if not (chr(code).isdigit() or chr(code).islower())
}
#: A long run is kept as pieces of twice this, each beginning this much behind the one before:
#: what is looked for, if it is no longer than this, stands whole in one of them.
LONGEST = 32
#: Characters that are looked through at once.
_AT_ONCE = 200_000


class Piece(NamedTuple):
    """A part of what is looked for: a term itself, or (`within`) what stands within one."""

    term: str
    within: bool


def folded(text: str) -> str:
    """Return a text without case, character by character, so that a part of it folds to a part."""
    return text.lower() if text.isascii() else text.upper().casefold()


class Terms(NamedTuple):
    """The terms of a text, each once: `runs`, within which others are looked for, and `dense` ones."""

    runs: set[str]
    dense: set[str]

    @property
    def all(self) -> set[str]:
        """Both."""
        return self.runs | self.dense


def terms(texts: Iterable[str]) -> Terms:
    """Return the terms of texts."""
    runs: set[str] = set()
    dense: set[str] = set()
    for some in _together(texts):
        text = folded("\n".join(some))
        if text.isascii():  # the same in less than half the time
            runs.update(text.translate(_WITHOUT_MARKS).split())
            runs.update(map(_spelled, set(text.translate(_MARKS_ALONE).split())))
            continue
        runs.update(_WORD.findall(text))
        runs.update(map(_spelled, set(_MARKS.findall(text))))
        stretches = _DENSE.findall(text)
        dense.update("".join(stretches))
        dense.update(chain.from_iterable(map(add, each, each[1:]) for each in stretches))
    for run in [run for run in runs if len(run) > LONGEST]:
        runs.discard(run)
        runs.update(run[at : at + 2 * LONGEST] for at in range(0, len(run), LONGEST))
    return Terms(runs, dense)


def _together(texts: Iterable[str]) -> Iterator[list[str]]:
    """Yield the texts a few at a time: all words of a very long talk at once take much memory."""
    some: list[str] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size > _AT_ONCE:
            yield some
            some, size = [], 0
    yield some


def _spelled(run: str) -> str:
    return run.translate(_LETTERS)


def pieces(form: str) -> list[Piece]:
    """Return what stands in the terms of each text that holds a word in this spelling; nothing if all do."""
    text = folded(form)
    runs = [*_WORD.findall(text), *map(_spelled, _MARKS.findall(text))]
    found = [Piece(run[:LONGEST], within=True) for run in runs]
    for run in _DENSE.findall(text):
        found += (Piece(term, within=False) for term in map(add, run, run[1:]))
        if len(run) == 1:
            found.append(Piece(run, within=False))
    return found
