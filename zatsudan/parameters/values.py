"""Kinds of values that a parameter takes: how each is read, checked, described and written."""

import json
import math
import random
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.matching import fold
from zatsudan.base.printable import Printable
from zatsudan.base.words import Word, quote

#: Stands for a value that is drawn anew for each request.
AUTO = "auto"

Read = Callable[[Sequence[Word], Json], Json]


class Phrase(NamedTuple):
    """What a person is told of a kind: a template, said anew each time, and its values."""

    text: str
    values: Mapping[str, object] = MappingProxyType({})

    def said(self) -> Printable:
        """Return it in the language that is spoken."""
        return say(self.text, **self.values)


class Kind(NamedTuple):
    """A form of value: how it is read from words, checked, and described.

    `words` stand within a sentence, `few` in a table. `verify` raises CommandError with what
    is wrong within a value of the right form. `long`: `@FILE` may stand for it.
    """

    words: Phrase
    read: Read
    check: Callable[[Json], bool]
    few: Phrase
    values: tuple[str, ...] = ()
    many: bool = False
    verify: Callable[[Json], None] | None = None
    long: bool = False

    @property
    def range(self) -> Printable:
        """What values there are, as a part of a sentence in the person's language."""
        return self.words.said()

    @property
    def short(self) -> Printable:
        """The same in a word or two, for a table."""
        return self.few.said()


def single(words: Sequence[Word]) -> str:
    """Return the text of the only word; raises ValueError."""
    if len(words) != 1:
        raise ValueError
    return words[0].text


def drawn(values: Mapping[str, Json]) -> dict[str, Json]:
    """Return parameters with a number of its own for each that is drawn anew with every request."""
    return {
        name: random.SystemRandom().randrange(2**31) if name == "seed" and value == AUTO else value
        for name, value in values.items()
    }


def number(low: float = -math.inf, high: float = math.inf) -> Kind:
    """A number within low..high; `+0.1` and `-0.1` with a current value are steps where low is 0."""

    def read(words: Sequence[Word], current: Json) -> Json:
        text = fold(single(words))
        value = float(text)
        if text[0] == "+" or (text[0] == "-" and low >= 0):
            base = current if isinstance(current, int | float) else 0.0
            value = round(base + value, 6)
        if not math.isfinite(value):
            raise ValueError
        return value

    def check(value: Json) -> bool:
        return (
            isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
        )

    if math.isfinite(high):
        words = later("a number from {low:g} to {high:g}")
    else:
        words = later("a number, {low:g} or more") if math.isfinite(low) else A_NUMBER
    return Kind(_span(words, low, high), read, check, _few(low, high), _steps(low, high))


def integer(low: float = -math.inf, high: float = math.inf, values: tuple[str, ...] = ()) -> Kind:
    """A whole number within low..high, with the same steps as `number`."""

    def read(words: Sequence[Word], current: Json) -> Json:
        text = fold(single(words)).replace("_", "")
        if text == AUTO and AUTO in values:
            return AUTO
        if text == "random":
            return random.SystemRandom().randrange(2**31)
        value = int(text)
        if text[0] == "+" or (text[0] == "-" and low >= 0):
            value += current if isinstance(current, int) else 0
        return value

    def check(value: Json) -> bool:
        if value == AUTO:
            return AUTO in values
        return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high

    if math.isfinite(high):
        words = later("a whole number from {low:g} to {high:g}")
    elif math.isfinite(low):
        words = later("a whole number, {low:g} or more")
    else:
        words = later("a whole number")
    return Kind(_span(words, low, high), read, check, _few(low, high), values)


A_NUMBER = later("a number")


def _few(low: float, high: float) -> Phrase:
    if math.isfinite(high):
        return _span(later("{low:g} to {high:g}"), low, high)
    return _span(later("from {low:g}") if math.isfinite(low) else A_NUMBER, low, high)


def _span(text: str, low: float, high: float) -> Phrase:
    return Phrase(text, {"low": low, "high": high})


def _steps(low: float, high: float) -> tuple[str, ...]:
    if not (math.isfinite(low) and math.isfinite(high)):
        return ()
    return tuple(f"{low + (high - low) * step / 8:g}" for step in range(9))


#: What other programs call no limit (LM Studio, llama.cpp, KoboldCpp).
_ENDLESS = ("-1", "-2", "none", "inf", "infinite", "unlimited")


def limit() -> Kind:
    """A whole number, 1 or more; a word for no limit is refused, for that is said by sending none."""
    kind = integer(1)

    def read(words: Sequence[Word], current: Json) -> Json:
        if len(words) == 1 and words[0].text in _ENDLESS:
            raise CommandError(
                say("There is no number for no limit."),
                say("/unset max_tokens: without it the model ends the reply itself."),
            )
        return kind.read(words, current)

    return kind._replace(read=read)


def names(what: str) -> Kind:
    """Some names, also with commas or semicolons between them, as in llama.cpp's `--samplers`."""
    kind = texts(what)

    def read(words: Sequence[Word], current: Json) -> Json:
        value = kind.read(words, current)
        if not isinstance(value, list):
            return value
        return [name for item in value for name in re.split(r"[;,\s]+", str(item)) if name]

    return kind._replace(read=read)


def choice(*names: str) -> Kind:
    """One of some words."""

    def read(words: Sequence[Word], _current: Json) -> Json:
        return single(words)

    words = Phrase(later("one of {names}"), {"names": ", ".join(names)})
    return Kind(words, read, lambda value: value in names, Phrase(later("a word")), names)


def _read_switch(words: Sequence[Word], _current: Json) -> Json:
    text = single(words).lower()
    if text in ("on", "true", "yes", "1"):
        return True
    if text in ("off", "false", "no", "0"):
        return False
    raise ValueError


switch = Kind(
    Phrase(later("on or off")),
    _read_switch,
    lambda value: isinstance(value, bool),
    Phrase(later("on, off")),
    ("on", "off"),
)


def _read_text(words: Sequence[Word], _current: Json) -> Json:
    return " ".join(word.text for word in words)


_TEXT = Phrase(later("a text"))
text = Kind(_TEXT, _read_text, lambda value: isinstance(value, str), _TEXT)


def _read_stop(words: Sequence[Word], _current: Json) -> Json:
    if len(words) == 1 and not words[0].quoted and words[0].text.startswith("["):
        return json_words(words, None)
    return [word.text for word in words]


def _check_stop(value: Json) -> bool:
    return _check_stops(value) and len(value if isinstance(value, list) else ()) <= 4


def _check_stops(value: Json) -> bool:
    if isinstance(value, list):
        return bool(value) and all(isinstance(item, str) and item for item in value)
    return isinstance(value, str) and bool(value)


_TEXTS = Phrase(later("texts"))

stops = Kind(
    Phrase(later('one to four texts, as in "\\n\\n" "User:"')),
    _read_stop,
    _check_stop,
    _TEXTS,
    many=True,
)

#: Local servers take any number of them.
any_stops = stops._replace(words=Phrase(later('texts, as in "\\n\\n" "User:"')), check=_check_stops)


def texts(what: str) -> Kind:
    """Some texts; `what` is a constant that is said later."""
    return Kind(
        Phrase(what),
        _read_stop,
        lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
        _TEXTS,
        many=True,
    )


#: What is said of a list of texts.
A_LIST = later('texts, as in "one" "two"')


def json_words(words: Sequence[Word], _current: Json) -> Json:
    """Read words as one JSON value; raises ValueError."""
    return read_json(" ".join(word.text for word in words))


def _refuse(_constant: str) -> Json:
    raise ValueError


def read_json(text: str) -> Json:
    """Parse JSON that is going to be sent: no NaN, no Infinity; raises ValueError."""
    try:
        value: Json = json.loads(text, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def show_value(value: Json) -> str:
    """Write a value as one would type it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
        return " ".join(
            quote(item) if item != quote(item) else f'"{item}"'
            for item in value
            if isinstance(item, str)
        )
    return json.dumps(value, ensure_ascii=False)
