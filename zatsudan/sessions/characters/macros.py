"""The macros of character cards, filled in: `{{user}}`, `{{char}}`, `{{random:a,b}}` and their like.

Time and randomness are given. A text is filled in once, when its card is taken: what is sent then
stays the same from turn to turn, and the server's cache keeps working.

Sources: character card specification V3, "Curly braced syntaxes"; SillyTavern's documentation of macros.
"""

import re
from collections.abc import Callable
from datetime import datetime
from random import Random
from typing import NamedTuple

from zatsudan.base.errors import ImportRefused
from zatsudan.base.language import say

#: Characters that the macros of a text may make of it.
LONGEST = 4_000_000
#: Macros within macros are filled in from the innermost; so many times.
_ROUNDS = 5
_MACRO = re.compile(r"\{\{([^{}]*)\}\}")
_ANGLED = re.compile(r"<(USER|BOT|CHAR)>", re.IGNORECASE)
_TRIM = re.compile(r"\{\{trim\}\}", re.IGNORECASE)
_DICE = re.compile(r"(\d{0,3})d?(\d{1,9})", re.IGNORECASE)
_COMMA = re.compile(r"(?<!\\),")


class Filling(NamedTuple):
    """What macros stand for."""

    char: str
    user: str
    persona: str
    now: datetime
    random: Random

    def fill(self, text: str) -> str:
        """Return a text with its macros filled in; one that is unknown stays as it stands."""
        if "<" in text:
            text = _ANGLED.sub(lambda found: self._angled(found[1]), text)
        for _ in range(_ROUNDS):
            if "{{" not in text:
                return text
            filled = self._round(_trimmed(text))
            if filled == text:
                return text
            text = filled
        return text

    def _round(self, text: str) -> str:
        grown = 0

        def one(found: re.Match[str]) -> str:
            nonlocal grown
            filled = self._one(found[0], found[1])
            grown += len(filled)
            if grown > LONGEST:
                raise ImportRefused(
                    say("The card's macros make far too long a text."),
                    say("No real card does this: do not use this file."),
                )
            return filled

        return _MACRO.sub(one, text)

    def _angled(self, name: str) -> str:
        return self.user if name.upper() == "USER" else self.char

    def _one(self, whole: str, inner: str) -> str:
        inner = inner.strip()
        if inner.startswith("//"):
            return ""
        simple = self._simple().get(inner.lower())
        if simple is not None:
            return simple
        name, colon, given = inner.partition(":")
        known = _GIVEN.get(name.strip().lower())
        if known is None or not colon:
            # SillyTavern writes {{roll 1d6}} too.
            name, blank, given = inner.partition(" ")
            known = _roll if blank and name.lower() == "roll" else None
        filled = known(given, self.random) if known is not None else None
        return whole if filled is None else filled

    def _simple(self) -> dict[str, str]:
        return {
            "user": self.user,
            "char": self.char,
            "bot": self.char,
            "charifnotgroup": self.char,
            "persona": self.persona,
            "newline": "\n",
            "noop": "",
            "date": self.now.strftime("%Y-%m-%d"),
            "isodate": self.now.strftime("%Y-%m-%d"),
            "time": self.now.strftime("%H:%M"),
            "isotime": self.now.strftime("%H:%M"),
            "weekday": self.now.strftime("%A"),
        }


def _trimmed(text: str) -> str:
    """Return a text without `{{trim}}` and the line ends around it."""
    parts = _TRIM.split(text)
    last = len(parts) - 1
    cut = (part.lstrip("\r\n") if at else part for at, part in enumerate(parts))
    return "".join(part.rstrip("\r\n") if at < last else part for at, part in enumerate(cut))


def _choices(given: str) -> list[str]:
    """Return what there is to choose from: `a::b`, or `a,b` where a comma may stand behind a backslash."""
    if given.startswith(":"):
        return given.removeprefix(":").split("::")
    return [choice.strip().replace("\\,", ",") for choice in _COMMA.split(given)]


def _random(given: str, random: Random) -> str:
    return random.choice(_choices(given))


def _roll(given: str, random: Random) -> str | None:
    given = given.strip().removeprefix(":")
    dice = _DICE.fullmatch(given)
    if dice is None:
        return None
    # Without a d all digits are the sides.
    count, sides = (dice[1], dice[2]) if "d" in given.lower() else ("", given)
    if not int(sides):
        return None
    return str(sum(random.randint(1, int(sides)) for _ in range(int(count or 1))))


def _nothing(_given: str, _random: Random) -> str:
    return ""


def _reversed(given: str, _random: Random) -> str:
    return given[::-1]


_GIVEN: dict[str, Callable[[str, Random], str | None]] = {
    "random": _random,
    "pick": _random,
    "roll": _roll,
    "comment": _nothing,
    "hidden_key": _nothing,
    "reverse": _reversed,
}
