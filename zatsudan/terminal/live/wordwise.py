"""Words for the keys that go or delete by them, in scripts too that write no blanks.

Japanese changes its script where one word ends and the next begins, more often than not: a run
of one script is a word there, as in most editors.
"""

import re
from functools import cache

from zatsudan.terminal.text.clusters import around

_KANA = "\u3041-\u309f\u30fc"
_KATAKANA = "\u30a1-\u30ff\u31f0-\u31ff\uff66-\uff9f"
_KANJI = "\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSPACED = f"[{_KATAKANA}{_KANA}{_KANJI}]"


@cache
def _word() -> re.Pattern[str]:
    """Compiled when the first key asks: that takes longer than the start has for it."""
    return re.compile(
        rf"[{_KATAKANA}]+|[{_KANA}]+|[{_KANJI}]+"
        rf"|(?:(?![{_KATAKANA}{_KANA}{_KANJI}])[^\W_]|_|[\u0300-\u036f\u0900-\u109f\u1780-\u17ff\u200d])+|[^\w\s]+"
    )


def word_before(text: str) -> int:
    """Return how many characters the last word of `text` takes, with the blanks behind it."""
    line = text[-_FAR:]
    begin = 0
    for match in _word().finditer(line):
        begin = match.start()
    return len(line) - around(line, begin)[0]


def run_before(text: str) -> int:
    """Return the same of what stands behind the last blank: a word only where blanks part words."""
    line = text[-_FAR:]
    run = re.search(r"\S*\s*$", line)
    return (
        len(run[0])
        if run is not None and re.search(_UNSPACED, run[0]) is None
        else word_before(text)
    )


def word_after(text: str) -> int:
    """Return how many characters the first word of `text` takes, with the blanks before it."""
    line = text[:_FAR]
    match = _word().search(line)
    return around(line, match.end())[1] if match is not None else len(line)


# No word is longer.
_FAR = 4096
