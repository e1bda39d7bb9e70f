"""A row of the table: all that is known of one parameter, and how its values are read and checked."""

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import NOTHING, Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import printable
from zatsudan.base.words import Word, quote
from zatsudan.parameters.fromfile import inserted
from zatsudan.parameters.values import Kind, show_value

#: Forms of replies other than free text: JSON (also by a schema), what a grammar gives, calls of tools, sound.
JSON, GRAMMAR, CALLS, SOUND = "json", "grammar", "calls", "sound"


class Recipe(NamedTuple):
    """How /probe finds out whether a parameter takes effect.

    `test` is one of `lab.trials.TESTS`; `taken` sees no more than whether it is refused.
    `value` is what such a test sends that serves several rows; None: `told`, or else the
    neutral value. `told` is a value unlike every server's default: a server that says which
    settings it used is asked for it. `usual`: it is probed where no name is given.
    `beside` is what every request of the test holds, the control too: without it this row
    would do nothing.
    """

    test: str = "taken"
    value: Json = None
    told: Json = None
    usual: bool = False
    beside: Mapping[str, Json] = NOTHING


class Remark(NamedTuple):
    """What is said of a parameter in view of another; `text` is a constant.

    `hosted`: it is advice for hosted servers; one that is near takes both as they are.
    """

    other: str
    text: str
    hosted: bool = False


class Parameter(NamedTuple):
    """One row: all that is known of a parameter, but for its names at servers (`servers.kinds`).

    `name`: the wire name, as OpenAI or most servers have it, and the command.
    `kind`: what values it takes.
    `help`, `advice`: what it does, and when one would change it; constants that are said where shown.
    `group`: under which title it stands.
    `neutral`: the value with which it does nothing; None where there is none, or where it is not known.
    `off`: tells with which numbers it does nothing, where those are several.
    `probe`: how it is tested.
    `keyword`: every openai package since 1.20 takes it by name; others go into `extra_body`.
    `same_as`: the row that sets the same under its earlier name; a server takes one of them.
    `clashes`: what is said where another is set too. `needs`: without which it is an error.
    `delivery`: it says how the reply comes, not what it says: it is not probed, and not imported.
    `form`: in what other form than free text replies come with it: JSON, GRAMMAR, CALLS or SOUND.
    `everyday`: its command is one of the few to be learned first.
    `local`: OpenAI's own API has it not: a server takes it where its kind says so (`servers.kinds`).
    `aliases`: names that programs and files of others have for it; they are read as it.
    `under`: the row without which, or with which at its neutral value, it does nothing.
    `sampler`: the step of the chain of samplers to which it belongs, by llama.cpp's name.
    `reach`: it is how far back that step looks, which does nothing by itself; at 0 the step does nothing.
    `takes_over`: while it is not neutral, the other steps of the chain do nothing.
    `wide`, `wide_advice`: values and advice at servers that know no bound.
    `everywhere`: where a server does not take it, zatsudan sees to it.
    `own_command`: its command is made from the row; False: a hand-written one has its name.
    """

    name: str
    kind: Kind
    help: str
    advice: str = ""
    group: str = "more"
    neutral: Json = None
    off: Callable[[float], bool] | None = None
    probe: Recipe = Recipe()
    keyword: bool = False
    same_as: str = ""
    clashes: tuple[Remark, ...] = ()
    needs: Remark | None = None
    delivery: bool = False
    form: str = ""
    everyday: bool = False
    local: bool = False
    aliases: tuple[str, ...] = ()
    under: str = ""
    sampler: str = ""
    reach: bool = False
    takes_over: bool = False
    wide: Kind | None = None
    wide_advice: str = ""
    own_command: bool = True
    everywhere: bool = False

    def at(self, *, wide: bool) -> "Parameter":
        """Return the row as it is at a server that knows no bound (`wide`), or as it is elsewhere."""
        if not wide or self.wide is None:
            return self
        return self._replace(kind=self.wide, advice=self.wide_advice or self.advice)

    def read(self, words: Sequence[Word], current: Json = None, *, force: bool = False) -> Json:
        """Read a value from what was typed; `current` is what `+0.1` adds to.

        Raises CommandError with the range, unless `force` (`/set!`) is given.
        """
        given = inserted(words) if self.kind.long else words
        try:
            value = self.kind.read(given, current)
        except ValueError:
            value = None
        if value is not None and (force or self.kind.check(value)):
            if self.kind.verify is not None and not force:
                self.kind.verify(value)
            return value
        from zatsudan.parameters.misread import advice as meant

        typed = " ".join(quote(word.text) for word in words)
        advice = (
            later("/help {name} explains it.")
            if value is None
            else later("/help {name} explains it. /set! {name} sends it all the same.")
        )
        raise CommandError(
            say(
                "{name} takes {range}, not {value}.",
                name=self.name,
                range=self.kind.range,
                value=typed[:80],
            ),
            printable(
                f"{meant(self.name, self.kind, words)} {say(advice, name=self.name)}".strip()
            ),
        )

    def check(self, value: Json, where: str) -> Json:
        """Return `value` if some server may take it; raises CommandError naming `where` it stands."""
        if self.kind.check(value) or (self.wide is not None and self.wide.check(value)):
            return value
        raise CommandError(
            say(
                "{name} takes {range}, not {value} ({where}).",
                name=self.name,
                range=self.kind.range,
                value=show_value(value),
                where=where,
            )
        )
