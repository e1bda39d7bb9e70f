"""Styles: the parts of the screen that have one, the themes, and the grammar of both.

A style is written as in `bold cyan on #202020`: weights, a colour, and behind
`on` the ground. Only the terminal knows how to draw it.
"""

from collections.abc import Mapping
from typing import NamedTuple

from zatsudan.base.jsonvalues import NOTHING
from zatsudan.base.language import say

WEIGHTS = ("bold", "dim", "italic", "underline", "reverse", "strike")

_NAMES = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
#: The sixteen colours of the terminal, which its own theme defines.
COLOURS = (*_NAMES, *(f"bright_{name}" for name in _NAMES))

#: What of the screen has a style.
PARTS = {
    "text": "a reply's prose",
    "heading": "headings, where a level has no style of its own",
    **{f"heading{level}": f"headings of level {level}" for level in range(1, 7)},
    "strong": "**strong**",
    "emphasis": "*emphasis*",
    "strike": "~~struck~~",
    "code": "code inside a line",
    "code_text": "blocks of code in no language that is known",
    "keyword": "in code: keywords",
    "string": "in code: strings",
    "comment": "in code: comments",
    "number": "in code: numbers and constants",
    "name": "in code: names that are defined",
    "builtin": "in code: built-in names and types",
    "quote": "quotations",
    "quote_bar": "the bar beside them",
    "rule": "lines across",
    "marker": "bullets and numbers of lists",
    "link": "a link's text",
    "address": "its address",
    "image": "an image's text",
    "math": "formulas",
    "table_head": "heads of tables",
    "table_rule": "lines of tables",
    "you": "your messages",
    "dim": "what is said aside: the line under a reply, hints",
    "good": "that something was done",
    "warn": "that something went wrong",
    "mark": "rows that are set off",
    "prompt": "the mark before the input line",
    "toolbar": "the line under it",
    "suggestion": "the rest of an earlier line, offered behind the cursor",
    "menu": "the menu of completions",
    "menu_help": "what it says beside them",
}

#: `terminal` can be read on any ground: its colours are half as light as white, and the same
#: in all terminals that have 256. `none` is weight alone.
THEMES: dict[str, dict[str, str]] = {
    "terminal": {
        "heading1": "bold underline #0087af",
        "heading2": "bold #0087af",
        "code": "#008787",
        "code_text": "#008787",
        "keyword": "#af5faf",
        "string": "#5f8700",
        "number": "#af5f00",
        "name": "#0087d7",
        "builtin": "#008787",
        "marker": "#0087af",
        "address": "#0087d7",
        "warn": "#d75f5f",
        "mark": "#008787",
    },
    "dark": {
        "heading1": "bold underline #7dd3fc",
        "heading2": "bold #7dd3fc",
        "code": "#f0c674",
        "code_text": "#f0c674",
        "keyword": "#c4a7e7",
        "string": "#a3d9a5",
        "comment": "italic #9aa0a6",
        "number": "#f0c674",
        "name": "#81c8f0",
        "builtin": "#7dd3c0",
        "quote_bar": "#9aa0a6",
        "rule": "#9aa0a6",
        "table_rule": "#9aa0a6",
        "marker": "#7dd3fc",
        "address": "#81c8f0",
        "dim": "#9aa0a6",
        "good": "#a3d9a5",
        "warn": "#f0c674",
        "mark": "#7dd3c0",
        "toolbar": "#9aa0a6",
        "suggestion": "#9aa0a6",
        "menu_help": "#9aa0a6",
    },
    "light": {
        "heading1": "bold underline #00588a",
        "heading2": "bold #00588a",
        "code": "#8a3b00",
        "code_text": "#8a3b00",
        "keyword": "#7a2a9a",
        "string": "#1d6b2f",
        "comment": "italic #5f6368",
        "number": "#8a3b00",
        "name": "#0b57a4",
        "builtin": "#006a6a",
        "quote_bar": "#5f6368",
        "rule": "#5f6368",
        "table_rule": "#5f6368",
        "marker": "#00588a",
        "address": "#0b57a4",
        "dim": "#5f6368",
        "good": "#1d6b2f",
        "warn": "#8a3b00",
        "mark": "#006a6a",
        "toolbar": "#5f6368",
        "suggestion": "#5f6368",
        "menu_help": "#5f6368",
    },
    "none": {},
}


#: The theme `terminal` where there are but sixteen colours, which each terminal has of its own:
#: those that can be read in all of them on a dark and on a light ground. None can on both.
SIXTEEN: dict[str, dict[str, str]] = {
    "dark": {
        "heading1": "bold underline cyan",
        "heading2": "bold cyan",
        "code": "cyan",
        "code_text": "cyan",
        "keyword": "yellow",
        "string": "green",
        "number": "cyan",
        "name": "bold",
        "builtin": "cyan",
        "marker": "cyan",
        "address": "cyan",
        "warn": "yellow",
        "mark": "cyan",
    },
    "light": {
        "heading1": "bold underline magenta",
        "heading2": "bold magenta",
        "code": "magenta",
        "code_text": "magenta",
        "keyword": "magenta",
        "string": "bright_red",
        "number": "red",
        "name": "bold",
        "marker": "magenta",
        "address": "magenta",
        "warn": "red",
        "mark": "magenta",
    },
    "": {
        "heading1": "bold underline",
        "heading2": "bold",
        "code": "bold",
        "keyword": "bold",
        "name": "bold",
        "warn": "bold",
    },
}


class Paint(NamedTuple):
    """A style that was read: colours are a name of COLOURS, `#rrggbb`, or empty."""

    weights: tuple[str, ...] = ()
    colour: str = ""
    ground: str = ""


def read(text: str) -> Paint:
    """Read a style; raises ValueError with what is wrong with it."""
    weights: list[str] = []
    colours = {"colour": "", "ground": ""}
    where = "colour"
    for word in text.lower().split():
        if word == "on" and where == "colour":
            where = "ground"
        elif word in WEIGHTS:
            weights.append(word)
        elif word in ("none", "default"):
            continue
        elif word in COLOURS or _is_rgb(word):
            if colours[where]:
                raise ValueError(
                    say("two colours, {first} and {second}", first=colours[where], second=word)
                )
            colours[where] = word
        else:
            from zatsudan.base.matching import meant  # only where a style is wrong

            near = meant(word, (*COLOURS, *WEIGHTS), 1)
            raise ValueError(
                say(
                    "no colour or weight is called {word!r}, did you mean {near}",
                    word=word,
                    near=near[0],
                )
                if near
                else say("no colour or weight is called {word!r}", word=word)
            )
    return Paint(tuple(weights), colours["colour"], colours["ground"])


def _is_rgb(word: str) -> bool:
    return (
        len(word) == 7 and word[0] == "#" and all(digit in "0123456789abcdef" for digit in word[1:])
    )


class Styles(NamedTuple):
    """A theme, and single styles of the person's own over it.

    `sixteen`: the ground of a terminal that has but sixteen colours: one of SIXTEEN.
    """

    theme: str = "terminal"
    own: Mapping[str, str] = NOTHING
    sixteen: str | None = None

    def paints(self) -> dict[str, Paint]:
        """Return the parts whose style is not the default; raises ValueError."""
        few = self.theme == "terminal" and self.sixteen is not None
        theme = SIXTEEN[self.sixteen or ""] if few else THEMES[self.theme]
        chosen = {**theme, **self.own}
        if "heading" in self.own:
            for level in range(1, 7):
                if f"heading{level}" not in self.own:
                    chosen[f"heading{level}"] = self.own["heading"]
        return {name: read(text) for name, text in chosen.items()}
