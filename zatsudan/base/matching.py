"""What was typed of a name or a title, and what fits it: for menus, lists and questions.

To find the one thing that somebody named (a session, a parameter) is another matter: there
nothing loose counts. For a name that is none, `meant` tells which ones come near.
"""

import functools
import re
from collections.abc import Iterable, Sequence


def fold(text: str) -> str:
    """Return `text` as it is compared: without case, full and half width alike."""
    if text.isascii():
        return text.lower()
    import unicodedata  # not needed to start

    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def loosely(typed: str, text: str) -> bool:
    """Tell whether the characters of `typed` stand in `text` in their order; both are folded."""
    at = -1
    for char in typed:
        at = text.find(char, at + 1)
        if at < 0:
            return False
    return True


@functools.lru_cache(64)
def _in_one_run(word: str) -> re.Pattern[str]:
    """Return a pattern of the characters of a word in their order within one run without blanks.

    It begins with a character, which is found faster in thousands of lines than a run's beginning.
    """
    steps = (f"[^\\s{re.escape(char)}]*+{re.escape(char)}" for char in word[1:])
    return re.compile(re.escape(word[0]) + "".join(steps))


def rank(words: Sequence[str], folded: str) -> int | None:
    """Tell how well a text fits: 0 if every word stands in it, 1 if loosely, None if not.

    Loosely: the characters of a word stand in their order within one run without
    blanks, so that `tmp` finds `temperature` but not letters strewn over a
    sentence. Words and text, a line of some hundred characters at most, must be folded.
    """
    loose = 0
    for word in words:
        if word not in folded:
            # A lone character stands in it or not.
            if len(word) == 1 or _in_one_run(word).search(folded) is None:
                return None
            loose = 1
    return loose


def meant(typed: str, names: Iterable[str], most: int = 3, *, cutoff: float = 0.6) -> list[str]:
    """Return the names that one which is none may stand for, the likeliest first.

    One that has the same letters, whatever its case and marks, is the one that was meant.
    """
    import difflib

    known, letters = list(names), _letters(typed)
    same = [name for name in known if _letters(name) == letters] if letters else []
    return same[:1] or difflib.get_close_matches(typed, known, n=most, cutoff=cutoff)


def _letters(name: str) -> str:
    return "".join(char for char in fold(name) if char.isalnum())
