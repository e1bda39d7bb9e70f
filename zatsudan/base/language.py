"""What is said to a person, in the person's language.

English stands in the code, where it is read together with what it is about; a
catalogue may put another language in its place. The language is the process's,
as its locale is: it is chosen once, before anything is said (`languages`), and
is the one thing here that is not passed in, since every sentence would have to
carry it.

    say("There is no file {name}.", name=path)      a sentence
    say_count("{n} turn", "{n} turns", n)           one whose form hangs on a number
    later("How freely tokens are chosen.")          a constant, said by `say(CONSTANT)`

Docstrings of commands are constants of that kind without a mark.

The first argument is a plain literal, so that the catalogue can be collected
from the source (tests/base/test_languages.py); values go in by name, so that a
language may order them as it needs. Whatever they hold, what is said is printable, and
has no more lines than the sentence.
"""

from typing import TYPE_CHECKING

from zatsudan.base.printable import NEWLINE, Printable, printable

if TYPE_CHECKING:
    from typing import Protocol

    class Words(Protocol):
        """Where sentences are looked up: the two methods of gettext's catalogues that we use."""

        def gettext(self, message: str, /) -> str: ...
        def ngettext(self, one: str, many: str, n: int, /) -> str: ...


class English:
    """The language of the code itself."""

    def gettext(self, message: str, /) -> str:
        """Return the sentence as it is."""
        return message

    def ngettext(self, one: str, many: str, n: int, /) -> str:
        """Return the form for that number."""
        return one if n == 1 else many


_spoken: "Words" = English()


def speak(words: "Words") -> "Words":
    """Say everything in another language from now on; return the one spoken before."""
    global _spoken
    before, _spoken = _spoken, words
    return before


def say(text: str, /, **values: object) -> Printable:
    """Return a sentence in the person's language, the values filled in by name."""
    found = _spoken.gettext(text) if text else ""  # gettext keeps its own notes under ""
    return _filled(found, values)


def say_count(one: str, many: str, n: int, /, **values: object) -> Printable:
    """Return a sentence in the form that fits `n`, which is filled in as `{n}`."""
    return _filled(_spoken.ngettext(one, many, n), {"n": n, **values})


def _filled(text: str, values: dict[str, object]) -> Printable:
    """Return a text with its values, which begin no line of their own."""
    if not values:
        return printable(text)
    lines = (line.format(**values).replace("\n", NEWLINE) for line in text.split("\n"))
    return printable("\n".join(lines))


def later(text: str, /) -> str:
    """Mark a constant for the catalogue; it is looked up when it is said."""
    return text
