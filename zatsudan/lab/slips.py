"""What is missing in a sweep as it was typed, where a word of it cannot be read."""

import re
from collections.abc import Collection, Sequence

from zatsudan.base.language import say
from zatsudan.base.matching import meant
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.base.words import Word, quote
from zatsudan.parameters.table import named

_NUMBER = r"[-+]?(?:\d{1,12}(?:\.\d{0,6})?|\.\d{1,6})"
_SPAN = re.compile(rf"({_NUMBER})(?:-|–|/|to|\.\.\.)({_NUMBER})")
_VALUES = re.compile(rf"{_NUMBER}(?:(?:,|\.\.|:){_NUMBER})*")


def advice(
    words: Sequence[Word], at: int, axis: str, *, special: Collection[str], others: Collection[str]
) -> Printable:
    """Return what to write where word `at` cannot be read; nothing where that is not known.

    It was to be a value of `axis`, or where that is empty the name of one. `special` are the names
    that are said of the whole sweep, `others` what is swept and is no parameter.
    """
    word = words[at]
    if word.quoted:
        return EMPTY
    if word.name is not None:
        return _of_setting(word.name, word.value, special)
    if not axis:
        return _of_name(words, at)
    return _of_value(words, at, axis, special, others)


def names_axis(words: Sequence[Word], at: int, others: Collection[str]) -> bool:
    """Tell whether word `at`, which could be a text, begins what else is to be swept: values follow it."""
    if words[at].quoted or at + 1 == len(words):
        return False
    name, value = words[at].text, words[at + 1]
    if name in others:
        return value.quoted or value.text.startswith("@")
    return named(name) is not None and _VALUES.fullmatch(value.text) is not None


def _of_value(
    words: Sequence[Word], at: int, axis: str, special: Collection[str], others: Collection[str]
) -> Printable:
    word, behind = words[at], [word.text for word in words[at + 1 :]]
    second = word.text if _is_axis(word.text, others) else next(iter(behind), "")
    if second != word.text and not _is_axis(second, others):
        second = ""
    if second and second == word.text and len(behind) == 1:
        return say(
            "Write {name}={value} for all, or x {name} … to cross it.",
            name=second[:40],
            value=one_line(quote(behind[0]), 40),
        )
    if second:
        return say(
            "x stands between two parameters: {first} … x {second} …",
            first=axis,
            second=second[:40],
        )
    if word.text in special:
        value = one_line(behind[0], 40) if behind else "8"
        return say("Write {name}={value}.", name=word.text, value=value)
    joined = words[at - 1].text + "".join([word.text, *behind[:1]])
    span = _SPAN.fullmatch(word.text) or _SPAN.fullmatch(joined)
    if span is None:
        return _of_text(words, at)
    wide = abs(float(span[2]) - float(span[1]))
    step = "1" if wide > 4 else "0.25" if wide >= 1 else "0.1"
    return say("A range is written {first}..{last}:{step}.", first=span[1], last=span[2], step=step)


def _is_axis(text: str, others: Collection[str]) -> bool:
    return named(text) is not None or text in others


def _of_text(words: Sequence[Word], at: int) -> Printable:
    """Return how a message is written, where that is what seems to stand there."""
    text = words[at].text.lstrip("-")
    if not text[:1].isalpha():
        return EMPTY
    message = " ".join([text, *(word.text for word in words[at + 1 :])])
    return say("A message stands behind --, as in -- {message}", message=one_line(message, 60))


def _of_setting(name: str, value: str, special: Collection[str]) -> Printable:
    if named(name) is not None:
        if not _VALUES.fullmatch(value):
            return EMPTY
        return say(
            "name=value holds for all; values to try stand without =: {name} {values}",
            name=name[:40],
            values=value.replace(",", " ")[:80],
        )
    near = meant(name, special)
    if not near:
        return EMPTY
    return say("Did you mean {name}?", name=f"{near[0]}={one_line(value, 40)}")


def _of_name(words: Sequence[Word], at: int) -> Printable:
    if not _VALUES.fullmatch(words[at].text):
        return EMPTY
    if at:
        return say("Behind x stands another parameter with its values: x top_p 0.5 1")
    values = " ".join(word.text for word in words)
    return say("Name the parameter first: /sweep temperature {values}", values=one_line(values, 60))
