"""A line of input that knows of each of its characters who wrote it, and what such a line is.

Whether a leading `!` or `/` is a command and an `@` attaches a file is decided here, by
where the sign came from, never by how the line looks.
"""

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from zatsudan.core.language import say, say_count
from zatsudan.core.messages import Json
from zatsudan.core.printable import Printable, one_line

if TYPE_CHECKING:
    from zatsudan.core.attachments import Mention

#: The marks of a character. Typed by a person's key: a sign counts.
KEYS = "k"
#: Typed in an earlier line, from the history: a slash counts, the rest is asked about.
RECALLED = "r"
#: Pasted, from the editor, an argument: a sign is asked about.
TEXT = "t"
#: Words of a message, or what the person wants to be words: a sign is a character.
SAID = "s"

#: From the one that is trusted least.
_RANKS = SAID + TEXT + RECALLED + KEYS

#: So many files are offered in one question, and so many names are looked up for it.
OFFERED, LOOKED_UP = 10, 200
#: A longer name is not offered: the person is to read what is attached.
NAME_LENGTH = 120


class Entered(NamedTuple):
    """A text and a mark for each of its characters."""

    text: str = ""
    marks: str = ""

    @classmethod
    def of(cls, text: str, mark: str) -> "Entered":
        """Return a text that is all of one origin."""
        return cls(text, mark * len(text))

    @classmethod
    def recalled(cls, text: str, sign: str) -> "Entered":
        """Return a line from the history whose first character had the mark `sign`."""
        first = RECALLED if sign == KEYS else sign
        return cls(text, (first + TEXT * (len(text) - 1))[: len(text)])

    @classmethod
    def joined(cls, lines: "Iterable[Entered]", between: str) -> "Entered":
        """Return several lines as one."""
        whole = cls()
        for number, line in enumerate(lines):
            glue = between if number else ""
            whole = cls(whole.text + glue + line.text, whole.marks + SAID * len(glue) + line.marks)
        return whole

    @property
    def sign(self) -> str:
        """The mark of the first character; `SAID` if there is none."""
        return self.marks[:1] or SAID

    @property
    def unsure(self) -> bool:
        """May there be a sign in it that a person is to be asked about?"""
        told = TEXT not in self.marks and RECALLED not in self.marks
        return not told and (self.text[:1] in ("!", "/") or "@" in self.text)

    def spliced(self, at: int, gone: int, text: str, mark: str) -> "Entered":
        """Return the line with `gone` characters at a place replaced by a text."""
        end = at + gone
        return Entered(
            self.text[:at] + text + self.text[end:],
            self.marks[:at] + mark * len(text) + self.marks[end:],
        )

    def became(self, text: str) -> "Entered":
        """Return the line after a change of which only the result is known.

        What it begins and ends with as before keeps its marks, the rest is `TEXT`. Where
        several places may have changed, the characters in question get the mark that is
        trusted least.
        """
        old, new = len(self.text), len(text)
        begin, end = _common(self.text, text), _common(self.text[::-1], text[::-1])
        kept = min(begin + end, old, new)
        first, last = max(0, kept - end), min(begin, kept)
        candidates = set(self.marks[first : old - kept + last]) | ({TEXT} if new > kept else set())
        middle = new - kept + last - first
        mark = min(candidates, key=_RANKS.index, default=TEXT)
        marks = self.marks[:first] + mark * middle + self.marks[old - kept + last :]
        return Entered(text, marks)

    def marked(self, places: Collection[int], mark: str) -> "Entered":
        """Return the line with another mark at some places."""
        marks = list(self.marks)
        for place in places:
            marks[place] = mark
        return Entered(self.text, "".join(marks))

    def as_words(self) -> "Entered":
        """Return the line as words: only what keys typed in it still counts, and no first sign."""
        marks = "".join(KEYS if mark == KEYS else SAID for mark in self.marks)
        return Entered(self.text, SAID * bool(marks) + marks[1:])


def _common(one: str, other: str) -> int:
    """Return how many characters two texts begin with alike."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


# --- what a line is -----------------------------------------------------------


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
    act = _shell(line.text) or _slash(line.text)
    if act is not None:
        at_once = (KEYS, RECALLED) if isinstance(act, Slash) else (KEYS,)
        if line.sign in at_once:
            return act
        known = isinstance(act, Shell) or is_command(act.name)
        if line.sign != SAID and known:
            return Asked(line.marked((0,), KEYS), line.as_words(), act)
    return _words(line, names)


def _words(line: Entered, names: "Callable[[Mention], str | None]") -> Words | Asked:
    # Of what a person wrote with two signs, to begin a message with one.
    doubled = line.text[:2] in ("//", "!!") and line.sign in (KEYS, RECALLED)
    text = line.text[doubled:]
    if "@" not in text:
        return Words(text)
    from zatsudan.core.attachments import mentions

    attached: dict[Mention, None] = {}
    unsure: dict[Mention, list[int]] = {}
    for at, mention in mentions(text):
        mark = line.marks[at + doubled]
        if mark == KEYS:
            attached[mention] = None
        elif mark != SAID:
            unsure.setdefault(mention, []).append(at + doubled)
    there: dict[str, list[int]] = {}
    for mention in [each for each in unsure if each not in attached][:LOOKED_UP]:
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
    name, _, args = line[1:].partition(" ")
    if "\n" in name:
        name, _, rest = name.partition("\n")
        args = f"{rest} {args}".strip()
    return name, args.strip()


def _slash(text: str) -> Slash | None:
    found = parse(text)
    return Slash(*found) if found is not None else None


def _shown(command: str) -> str:
    """Return a command as it is named in a question, with what there is more of it."""
    first, _, rest = command.partition("\n")
    shown = one_line(first, 200)
    if rest:
        shown = say_count(
            "{first} (and {n} more line)",
            "{first} (and {n} more lines)",
            rest.count("\n") + 1,
            first=shown,
        )
    return shown


# --- words that are given back --------------------------------------------------


def given_back(content: Json, attached: "Collection[Mention]" = ()) -> Entered:
    """Return what a message's words are in the input line: words still, whatever they begin with.

    `attached` is what the person attached to it here, which stays so. Where the message
    holds a file of that name, it is asked about; no other `@` attaches anything.
    """
    from zatsudan.core.attachments import mentions, said

    message = said(content)
    text = message.again
    images = isinstance(content, list)
    own: list[int] = []
    asked: list[int] = []
    for at, mention in mentions(text) if "@" in text else ():
        if mention in attached:
            own.append(at)
        elif images or any(name in message.files for name in mention.names()):
            asked.append(at)
    return Entered.of(text, SAID).marked(asked, TEXT).marked(own, KEYS)
