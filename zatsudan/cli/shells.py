"""Completion in shells: what a short script for each is answered at every Tab.

So it knows what the parsers and tables of this very version know, and the names of
sessions, presets, profiles and models as they are now.

A script (scripts.py) runs `zatsudan completion --candidates SHELL WORDS…`, and reads how the
candidates are meant (`files`: the shell's own; `open`: no blank behind them; `whole`),
then a candidate a line, with what it is behind a tab.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from zatsudan.base.language import say
from zatsudan.cli.arguments import parser as talk
from zatsudan.cli.parsing import ANY, MAYBE, NONE, SOME, Argument, Parser
from zatsudan.cli.subcommands import SUBCOMMANDS, parser_of

FILES, OPEN, WHOLE = "files", "open", "whole"

#: The latest sessions are those that one goes on with.
SESSIONS = 50


class Candidates(NamedTuple):
    """What may stand at the cursor: each as it is written, and what it is."""

    kind: str = WHOLE
    rows: Sequence[tuple[str, str]] = ()


def answer(shell: str, words: Sequence[str]) -> str:
    """Return the candidates as lines for a shell's script. The last word is the one at the cursor.

    Bash hands over its line and the characters that break its words instead.
    """
    if shell == "bash":
        line = _Line(words[0])
        found = candidates(line.words[1:] or [""])
        rows = [line.behind_break(value, words[1]) for value, _ in found.rows]
    else:
        *before, typed = words or [""]
        if shell == "powershell":
            typed = typed.removeprefix(":").strip("\"'")
        if shell == "fish":  # gives the word as it stands there, and matches it itself
            typed = typed.lstrip("\"'").replace("\\", "")
        found = candidates([*before, typed])
        rows = [f"{value}\t{_one_line(text)}" if text else value for value, text in found.rows]
    return "".join(f"{row}\n" for row in (found.kind, *rows))


def candidates(words: Sequence[str]) -> Candidates:
    """Return what may stand in place of the last word; `words` are all behind `zatsudan`."""
    *before, typed = words
    if not before and not typed.startswith("-"):
        rows = [(name, say(entry.help)) for name, entry in SUBCOMMANDS.items()]
        return _beginning(Candidates(WHOLE, rows), typed)
    if before and before[0] in SUBCOMMANDS:
        parser, before = parser_of(before[0]), before[1:]
    else:
        parser = talk()
    awaited, others = _read(parser, before)
    if awaited is not None and not (awaited.count == MAYBE and typed.startswith("-")):
        return _values(awaited, typed)
    if typed.startswith("-") and "--" not in before:
        return _at_flag(parser, before, typed)
    places = [argument for argument in parser.arguments if not argument.flags]
    if others < len(places) or (places and places[-1].count in (ANY, SOME)):
        return _values(places[min(others, len(places) - 1)], typed)
    return Candidates()


def _at_flag(parser: Parser, before: Sequence[str], typed: str) -> Candidates:
    """Return the flags, or behind `--flag=` its values."""
    flag, equals, begun = typed.partition("=")
    if not flag.startswith("--") or not equals:
        return _beginning(Candidates(WHOLE, list(_flags(parser, before))), typed)
    argument = _valued(parser, flag)
    if argument is None:
        return Candidates()
    found = _values(argument, begun)
    return found._replace(rows=[(f"{flag}={value}", text) for value, text in found.rows])


def _valued(parser: Parser, flag: str) -> Argument | None:
    """Return the argument of a flag that takes a value."""
    return next((row for row in parser.arguments if flag in row.flags and row.count != NONE), None)


def _read(parser: Parser, before: Sequence[str]) -> tuple[Argument | None, int]:
    """Return the flag whose value comes next, if one does, and how many words are no flag's."""
    awaited: Argument | None = None
    others, flags = 0, True
    for word in before:
        if awaited is not None and not (awaited.count == MAYBE and word.startswith("-")):
            awaited = None
        elif flags and word == "--":
            flags, awaited = False, None
        elif flags and word.startswith("-") and len(word) > 1:
            awaited = _valued(parser, word)
        else:
            others += 1
    return awaited, others


def _flags(parser: Parser, before: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the flags that are not given yet, under all their names."""
    for argument in parser.arguments:
        if argument.again or not set(argument.flags) & set(before):
            for name in argument.flags:
                yield name, argument.help


def _values(argument: Argument, typed: str) -> Candidates:
    """Return the values of an argument that begin as what is typed of it."""
    from zatsudan.base.errors import ZatsudanError

    if argument.values:
        return _beginning(Candidates(WHOLE, [(value, "") for value in argument.values]), typed)
    kind = argument.offers
    if kind == FILES:
        return Candidates(FILES)
    if kind == "parameters":
        return _beginning(_parameters(typed), typed)
    try:
        return _beginning(Candidates(WHOLE, list(_NAMES[kind]())) if kind else Candidates(), typed)
    except ZatsudanError:  # a config that is damaged says so elsewhere
        return Candidates()


def _beginning(found: Candidates, typed: str) -> Candidates:
    # A name that could steer the terminal is not offered: what is shown would not be the name.
    rows = [row for row in found.rows if row[0].startswith(typed) and row[0].isprintable()]
    return found._replace(rows=rows)


def _parameters(typed: str) -> Candidates:
    from zatsudan.parameters.table import BY_NAME

    name, equals, _ = typed.partition("=")
    if not equals:
        return Candidates(OPEN, [(f"{row.name}=", say(row.help)) for row in BY_NAME.values()])
    row = BY_NAME.get(name)
    values = row.kind.values if row is not None else ()
    return Candidates(WHOLE, [(f"{name}={value}", "") for value in values])


def _profiles() -> Iterator[tuple[str, str]]:
    from zatsudan.config.file import load
    from zatsudan.config.settings import platform_places

    for name, profile in load(platform_places().config_file).profiles.items():
        yield name, profile.base_url


def _presets() -> Iterator[tuple[str, str]]:
    from zatsudan.config.presetfiles import Presets
    from zatsudan.config.settings import platform_places

    return ((name, "") for name in Presets(platform_places().presets).names())


def _sessions() -> Iterator[tuple[str, str]]:
    from zatsudan.config.settings import platform_places
    from zatsudan.sessions import shelf

    latest = shelf.latest(platform_places().sessions, SESSIONS)
    names = [summary.name for summary in latest]
    for summary in latest:
        if names.count(summary.name) == 1:
            yield summary.name, summary.model
        else:  # the name alone would not do
            yield summary.id, summary.name


def _models() -> Iterator[tuple[str, str]]:
    from zatsudan.config.settings import platform_places
    from zatsudan.servers.catalogue import Catalogue

    known = Catalogue(platform_places().cache / "models.json").everywhere()
    return ((model.id, server) for server, models in known.items() for model in models)


def _formats() -> Iterator[tuple[str, str]]:
    from zatsudan.sessions.exports import ROWS

    return ((row.name, say(row.help)) for row in ROWS)


_NAMES = {
    "formats": _formats,
    "profiles": _profiles,
    "presets": _presets,
    "sessions": _sessions,
    "models": _models,
}


def _one_line(text: str) -> str:
    from zatsudan.base.printable import one_line

    return one_line(text)


class _Line:
    """A line of bash up to the cursor: its words without quotes, the last one open to be completed."""

    def __init__(self, line: str) -> None:
        self.words = [""]
        self._quote = ""  # the quote that is open at the cursor
        self._break = 0  # of the last word: how much of it stands in front of the cursor's piece
        escaped = False
        for char in line:
            if escaped:
                self.words[-1] += char
                escaped = False
            elif char == "\\" and self._quote != "'":
                escaped = True
            elif char == self._quote:
                self._quote = ""
            elif not self._quote and char in "'\"":
                self._quote = char
                self._break = len(self.words[-1])
            elif not self._quote and char.isspace():
                if self.words[-1]:
                    self.words.append("")
                    self._break = 0
            else:
                self.words[-1] += char

    def behind_break(self, value: str, breaks: str) -> str:
        """Return a candidate as bash wants it: from the last break of the word on, and quoted."""
        typed = self.words[-1]
        at = self._break
        if not self._quote:
            at = max((typed.rfind(char) + 1 for char in breaks if not char.isspace()), default=0)
        rest = value[at:]
        special = '"\\$`' if self._quote == '"' else "" if self._quote else None
        return "".join(
            f"\\{char}"
            if (
                char in special
                if special is not None
                else not (char.isalnum() or char in "_-+=:,./@%")
            )
            else char
            for char in rest
        )
