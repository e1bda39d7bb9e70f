"""What may have been meant by a value that a parameter does not take: `0,7`, `90%`, `1k`, `off`."""

import re
from collections.abc import Iterator, Sequence

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.base.words import Word
from zatsudan.parameters.values import Kind

#: What people write who want a parameter out of the way.
OFF = ("off", "none", "no", "default", "null", "unset", "reset")

_NUMBER = re.compile(r"([-+]?(?:\d{1,12}(?:\.\d{0,6})?|\.\d{1,6}))([%kK])")


def advice(name: str, kind: Kind, words: Sequence[Word]) -> Printable:
    """Return what to write instead; nothing where that is not known."""
    if len(words) != 1 or words[0].quoted:
        return EMPTY
    text = words[0].text
    for other in _readings(text):
        if other != text and _is_taken(kind, other):
            return say("Did you mean {value}?", value=one_line(other, 40))
    if text.lower() in OFF:
        return say("/unset {name} leaves it to the server.", name=name)
    return EMPTY


def _readings(text: str) -> Iterator[str]:
    """Yield what a text may stand for: without marks around it, with a point, as a share, in thousands."""
    plain = text.strip("=:,;").lower()
    yield plain
    yield plain.replace(",", ".")
    found = _NUMBER.fullmatch(plain)
    if found is not None:
        number = float(found[1]) * (0.01 if found[2] == "%" else 1000)
        yield f"{number:.10g}"


def _is_taken(kind: Kind, text: str) -> bool:
    try:
        value = kind.read([Word(text)], None)
    except ValueError:
        return False
    return value is not None and kind.check(value)
