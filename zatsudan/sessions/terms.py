"""The terms by which a text is found again: its words, and pairs of characters where no blanks part them.

A term never says less than the search does (search.py): where a word stands in a text, each of
the word's pieces stands in one of the text's terms. The other way round it may say too much.
"""

import re
from collections.abc import Iterable
from operator import add
from typing import NamedTuple

#: From here on scripts without blanks (Thai, kana, kanji) and with short words (Hangul) prevail.
_DENSE = "\u0900"
# Controls and lone surrogates part terms, and so do most blanks.
_RUNS = re.compile(
    "(?P<word>[0-9a-z\u00a1-\u08ff]+)"
    "|(?P<signs>[!-/:-@\\[-`{-~]+)"
    "|[\u0900-\u1fff\u200b-\u2027\u202a-\u202e\u2030-\u2fff\u3001-\ud7ff\ue000-\U0010ffff]+"
)
#: Signs of ASCII by letters of their own: a tokenizer would part terms at them.
_SIGNS = {ord(sign): 0xF700 + ord(sign) for sign in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"}
#: A long run is kept as pieces of twice this, each beginning this much behind the one before:
#: what is looked for, if it is no longer than this, stands whole in one of them.
LONGEST = 32


class Piece(NamedTuple):
    """A part of what is looked for: a term itself, or (`within`) what stands within one."""

    term: str
    within: bool


def folded(text: str) -> str:
    """Return a text without case, character by character, so that a part of it folds to a part."""
    return text.lower() if text.isascii() else text.upper().casefold()


def terms(texts: Iterable[str]) -> set[str]:
    """Return the terms of texts, each once."""
    found: set[str] = set()
    for text in texts:
        for match in _RUNS.finditer(folded(text)):
            run, kind = match.group(), match.lastgroup
            if kind is None:
                found.update(run)
                found.update(map(add, run, run[1:]))
                continue
            if kind == "signs":
                run = run.translate(_SIGNS)
            if len(run) <= LONGEST:
                found.add(run)
            else:
                found.update(run[at : at + 2 * LONGEST] for at in range(0, len(run), LONGEST))
    return found


def is_word(term: str) -> bool:
    """Tell whether a term is a run, in which others may be looked for; a character or a pair is none."""
    return term[0] < _DENSE or "\uf700" < term[0] < "\uf780"


def pieces(form: str) -> list[Piece]:
    """Return what stands in the terms of each text that holds a word in this spelling; nothing if all do."""
    found: list[Piece] = []
    for match in _RUNS.finditer(folded(form)):
        run, kind = match.group(), match.lastgroup
        if kind is not None:
            run = run.translate(_SIGNS) if kind == "signs" else run
            found.append(Piece(run[:LONGEST], within=True))
        elif len(run) == 1:
            found.append(Piece(run, within=False))
        else:
            found += (Piece(pair, within=False) for pair in map(add, run, run[1:]))
    return found
