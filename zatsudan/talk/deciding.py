"""What an entered line is: a message, a command, or a question to the person first.

Whether a leading `!` or `/` is a command and an `@` attaches a file is decided here, by
where the character came from, never by how the line looks.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from zatsudan.base.language import say, say_count
from zatsudan.base.matching import fold
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.talk.entered import KEYS, RECALLED, SAID, Entered

if TYPE_CHECKING:
    from zatsudan.talk.attachments import Mention

#: So many files are offered in one question, and so many names are looked up for it.
OFFERED, LOOKED_UP = 10, 200
#: A longer name is not offered: the person is to read what is attached.
NAME_LENGTH = 120
#: A longer mention is not looked up: each beginning of it may be a file, and the longest is
#: attached, which is to be the one that was named.
MENTION_LENGTH = 300
_NAME = re.compile(r"[a-z][\w-]*!?", re.ASCII)


class Shell(NamedTuple):
    """A command of the person's shell."""

    command: str


class Slash(NamedTuple):
    """A slash command: its name, which may be none of ours, and its arguments."""

    name: str
    args: str = ""


class Words(NamedTuple):
    """A message, and what it attaches."""

    text: str
    attached: "tuple[Mention, ...]" = ()


class Asked(NamedTuple):
    """What the person is asked before anything is done: `granted` and `refused` are the line after it.

    `act` is what would be carried out, else `names` are what would be attached, of `found`
    in all.
    """

    granted: Entered
    refused: Entered
    act: Shell | Slash | None = None
    names: tuple[str, ...] = ()
    found: int = 0

    @property
    def what(self) -> str:
        """What would be done, by name."""
        if isinstance(self.act, Shell):
            return _shown(self.act.command)
        if self.act is not None:
            return _shown(f"/{self.act.name} {self.act.args}".rstrip())
        names = ", ".join(self.names)
        if self.found == len(self.names):
            return names
        return say(
            "{names} (only these {n} of {all})", names=names, all=self.found, n=len(self.names)
        )

    def sentence(self, key: str) -> Printable:
        """Return the question, and what Enter and the other key do."""
        if isinstance(self.act, Shell):
            return say(
                "Run {what}? Enter runs it, {key} sends it as text.", what=self.what, key=key
            )
        if self.act is not None:
            return say(
                "Carry out {what}? Enter carries it out, {key} sends it as text.",
                what=self.what,
                key=key,
            )
        return say(
            "Attach {what}? Enter attaches it, {key} sends it as text.", what=self.what, key=key
        )


Decision: TypeAlias = "Shell | Slash | Words | Asked"


def decide(
    line: Entered,
    is_command: Callable[[str], bool],
    names: "Callable[[Mention], str | None]",
) -> Decision:
    """Tell what a line is.

    `is_command` knows the slash commands by their whole names. `names` says what a mention
    would attach, None for nothing; it is asked of those alone that no key typed.
    """
    if line.leaves:
        return Asked(Entered.of("/quit", KEYS), Entered.of(line.text, SAID), Slash("quit"))
    act = _shell(line.text) or _slash(line.text)
    if act is None and line.first_mark in (KEYS, RECALLED):
        act = _wide_slash(line.text)
    if act is not None:
        at_once = (KEYS, RECALLED) if isinstance(act, Slash) else (KEYS,)
        if line.first_mark in at_once:
            return act
        known = isinstance(act, Shell) or is_command(act.name)
        if line.first_mark != SAID and known:
            return Asked(line.marked((0,), KEYS), line.as_words(), act)
    return _words(line, names)


def _words(line: Entered, names: "Callable[[Mention], str | None]") -> Words | Asked:
    # Of what a person wrote with two of them, to begin a message with one.
    doubled = line.text[:2] in ("//", "!!") and line.first_mark in (KEYS, RECALLED)
    text = line.text[doubled:]
    if "@" not in text:
        return Words(text)
    from zatsudan.talk.attachments import mentions

    attached: dict[Mention, None] = {}
    unsure: dict[Mention, list[int]] = {}
    for at, mention in mentions(text):
        mark = line.marks[at + doubled]
        if mark == KEYS:
            attached[mention] = None
        elif mark != SAID:
            unsure.setdefault(mention, []).append(at + doubled)
    there: dict[str, list[int]] = {}
    short = (each for each in unsure if len(each.name) <= MENTION_LENGTH)
    for mention in [each for each in short if each not in attached][:LOOKED_UP]:
        name = names(mention)
        if name is not None and len(name) <= NAME_LENGTH:
            there.setdefault(name, []).extend(unsure[mention])
    if not there:
        return Words(text, tuple(attached))
    offered = list(there)[:OFFERED]
    refused = line.marked([at for places in unsure.values() for at in places], SAID)
    granted = refused.marked([at for name in offered for at in there[name]], KEYS)
    shown = tuple(one_line(name) for name in offered)
    return Asked(granted, refused, names=shown, found=len(there))


def _shell(text: str) -> Shell | None:
    """Read a line that begins with one `!`; `![` is an image in Markdown."""
    if not text.startswith("!") or text.startswith(("!!", "![")) or not text[1:].strip():
        return None
    return Shell(text[1:].strip())


def parse(line: str) -> tuple[str, str] | None:
    """Return name and arguments of a line that begins with one slash; None for any other."""
    if not line.startswith("/") or line.startswith("//"):
        return None
    name, _, args = re.sub(r"\s", " ", line[1:], count=1).partition(" ")
    return name, args.strip()


def _slash(text: str) -> Slash | None:
    found = parse(text)
    return Slash(*found) if found is not None else None


def _wide_slash(text: str) -> Slash | None:
    """Read a command whose slash, and maybe name, has full width, as Japanese input writes it."""
    if not text.startswith("／"):
        return None
    found = _slash(f"/{text[1:]}")
    name = fold(found.name) if found is not None else ""
    return found._replace(name=name) if found is not None and _NAME.fullmatch(name) else None


def _shown(command: str) -> str:
    """Return a command as it is named in a question, with what there is more of it."""
    first, _, rest = command.partition("\n")
    # Blanks are no reason not to name what stands behind them.
    shown = one_line(" ".join(printable(first).split()), 200)
    if rest:
        shown = say_count(
            "{first} (and {n} more line)",
            "{first} (and {n} more lines)",
            rest.count("\n") + 1,
            first=shown,
        )
    return shown
