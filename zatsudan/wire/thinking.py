"""Tags around reasoning that a server leaves in the text of the reply.

An opening tag counts at the very start, where models put it; elsewhere it is text. Where the
template has put it into the prompt (DeepSeek-R1, QwQ), the text begins with the thought, and only
its end has a tag: then all before that was a thought, which is told when it shows. Where that is
expected, the text is a thought from the first word; if no tag ends it, it is told anew as text.

Some models think again in the middle of their answer (Qwen, as HenriGrimm/Minnow 957 tells). Behind a
thought a further tag of its kind begins one where a model would put it: on a line of its own, or glued
to the end of a sentence.
"""

from typing import TYPE_CHECKING

from zatsudan.wire.spoken import Spoken, is_in_code
from zatsudan.wire.textpieces import BLOCK, Pieces
from zatsudan.wire.thoughttags import (
    ALL_TAGS,
    ANSWERS,
    BARE,
    BARE_BEGUN,
    BARE_END,
    BEGINNINGS,
    BOX,
    CLOSES,
    ENDS,
    FORMS,
    LONE,
    LONE_TAGS,
    MARK,
    OPENINGS,
    OPENS,
)

if TYPE_CHECKING:
    from collections.abc import Callable


#: What is told of all that came of a choice before: it was a thought; it was not as told, and comes anew.
THOUGHT, TEXT = "thought", "text"

#: Blanks behind a closing tag for whose next word it is waited.
_BLANKS = 64
#: Tags that are looked at: those that may end a thought, and with those that may begin a further one.
_LOOKED_AT, _LOOKED_AT_BEHIND = 8, 64
_SENTENCE_ENDS = frozenset(".!?…。！？")
#: What parts a thought from the one before.
_GAP = "\n\n"
_QUOTES = frozenset("\"'`“”‘’「」『』«»()（）[]")

#: Text, reasoning, and what is told of all before them.
Parted = tuple[str, str, str]
_NOTHING: Parted = ("", "", "")


class ThinkSplitter:
    """Parts a reply into reasoning and content, however it is cut.

    `expected`: it begins with a thought that no tag begins. `apart`: its reasoning has a field of
    its own, so that a word alone parts nothing.
    """

    def __init__(self, *, expected: bool = False, apart: bool = False) -> None:
        self.apart = apart
        self._then = self._supposed if expected else self._plain
        self._step: Callable[[str, bool], Parted] = self._beginning
        self._held = ""  # what may be a part of a tag
        self._blanks: list[str] = []  # that the reply begins with
        self._form = FORMS[0]  # of the thought, once a tag began it or ended it
        self._said = Pieces()  # what may have to be told anew, or looked at once more
        self._latest: list[str] = []  # of it
        self._easy = False  # is there nothing but text so far?
        self._looked_at = 0  # tags that began or ended no thought
        self._glued = False  # does the answer go on in its line, behind a thought?

    def feed(self, text: str) -> Parted:
        """Return the content and the reasoning in `text`; what may be a part of a tag is held."""
        if self._easy and not self._held and not MARK.search(text):  # so is nearly all
            self._latest.append(text)
            if len(self._latest) == BLOCK:
                self._keep()
            return text, "", ""
        return self._step(text, False)

    def _keep(self) -> None:
        self._said.add("".join(self._latest))
        self._latest.clear()

    @property
    def said(self) -> str:
        """The text so far, without the thought."""
        self._keep()
        return str(self._said)

    def close(self) -> Parted:
        """Return what is held, at the end of the reply."""
        return self._step("", True)

    def _beginning(self, text: str, whole: bool) -> Parted:
        if not self._held:
            start = text.lstrip()
            # In pieces: there may be as many blanks as a server likes to send.
            self._blanks.append(text[: len(text) - len(start)])
            text = start
        start, self._held = self._held + text, ""
        if not start and not whole:
            return _NOTHING
        if start.startswith(BOX):
            self._form, self._step = ANSWERS, self._fresh
            return self._fresh(start[len(BOX) :], whole)
        found = next(((tag, form) for tag, form in OPENS if start.startswith(tag)), None)
        open_yet = start and any(tag.startswith(start) and tag != start for tag in BEGINNINGS)
        if open_yet and not whole:
            self._held = start
            return _NOTHING
        blanks = "".join(self._blanks)
        self._blanks.clear()
        if found is not None:
            tag, self._form = found
            self._step = self._inside
            return self._step(start[len(tag) :], whole)
        self._step = self._then
        if self._then == self._plain and _may_be_bare(start):
            self._step = self._bare
        return self._step(blanks + start, whole)

    def _bare(self, text: str, whole: bool) -> Parted:
        """Take text that may begin with the word which stands for a tag."""
        said = f"{self._said}{text}"
        if BARE_BEGUN.match(said):
            self._said, self._step = Pieces(said.removesuffix(text)), self._supposed
            content, reasoning, before = self._supposed(text, whole)
            return content, reasoning, before or THOUGHT
        if whole or not _may_be_bare(said) or len(said.lstrip()) > len(BARE.opens[0]):
            self._step = self._plain
            return self._plain(text, whole)
        self._said.add(text)
        return text, "", ""

    def _inside(self, text: str, whole: bool) -> Parted:
        """Take a thought that a tag began."""
        text, self._held = self._held + text, ""
        start, end = CLOSES[self._form].find(text, whole=whole)
        if end:
            self._form = LONE[text[start:end]]
            return self._answered(text[:start], text[end:], whole)
        self._held = text[start:]
        return "", text[:start], ""

    def _supposed(self, text: str, whole: bool) -> Parted:
        """Take what is taken for a thought though no tag began it."""
        text, self._held = self._held + text, ""
        start, end = ALL_TAGS.find(text, whole=whole)
        if end:
            self._form = LONE.get(text[start:end], BARE)
            return self._answered(text[:start], text[end:], whole)
        self._held = text[start:]
        self._said.add(text[:start])
        if not whole:
            return "", text[:start], ""
        self._step = self._plain  # no tag has ended it: it was the answer
        said = str(self._said)
        return (said, "", TEXT) if said else _NOTHING

    def _plain(self, text: str, whole: bool) -> Parted:
        """Take text, which may turn out to have been a thought."""
        text, self._held = self._held + text, ""
        start, end = LONE_TAGS.find(text, whole=whole)
        while end:
            behind = text[end:]
            if not behind.strip() and not whole and len(behind) < _BLANKS:
                break  # the next word tells
            if behind.strip() and self._ends_thought(text[:start], text[start:end], behind):
                self._form = LONE[text[start:end]]
                self._easy = False
                content, reasoning, _ = self._answered(text[:start], behind, whole)
                return content, reasoning, THOUGHT
            self._looked_at += 1
            if self._looked_at == _LOOKED_AT:
                self._easy, self._step, self._said = False, self._rest, Spoken(str(self._said))
                return self._rest(text, whole)
            start, end = LONE_TAGS.find(text, end, whole=whole)
        if whole and (parts := self._bare_parts(text)) is not None:
            return parts
        text, self._held = (text, "") if whole else (text[:start], text[start:])
        self._easy = True
        self._latest.append(text)
        return text, "", ""

    def _bare_parts(self, last: str) -> Parted | None:
        """Return a text anew, in parts, where a word alone stands between thought and answer."""
        if self.apart:
            return None
        self._keep()
        said = f"{self._said}{last}"
        found = BARE_END.search(said)
        if found is None or is_in_code(said[: found.start()]):
            return None
        self._easy, self._step, self._said = False, self._rest, Spoken(said[found.end() :])
        return said[found.end() :], said[: found.start()], TEXT

    def _ends_thought(self, last: str, tag: str, behind: str) -> bool:
        """Tell whether a tag ended a thought that began the reply, or is spoken of.

        Models end a thought with a line, or glue the tag to its last word; who speaks of one
        writes it between blanks, in quotes or in code.
        """
        self._keep()
        before = f"{self._said}{last}"
        line = before.rpartition("\n")[2]
        if any(each in before for each in LONE[tag].opens) or line.count("`") % 2:
            return False
        if line.strip() and (before[-1].isspace() or {before[-1], behind[0]} & _QUOTES):
            return False
        return not is_in_code(before)

    def _answered(self, thought: str, behind: str, whole: bool) -> Parted:
        if not isinstance(self._said, Spoken):
            self._said = Spoken()
        self._step = self._fresh
        content, further, _ = self._fresh(behind, whole)
        return content, thought + further, ""

    def _fresh(self, text: str, whole: bool) -> Parted:
        """Take what stands right behind the closing tag, where blank lines mean nothing."""
        if not self._glued:
            text = text.lstrip("\n")
        if not text:
            return _NOTHING
        self._step = self._answer if self._form in OPENINGS else self._rest
        if self._form in ENDS:
            self._step = self._ending
        return self._step(text, whole)

    def _answer(self, text: str, whole: bool) -> Parted:
        """Take an answer in which a further thought may begin."""
        if not self._held and not MARK.search(text):  # so is nearly all
            self._said.add(text)
            return text, "", ""
        text, self._held = self._held + text, ""
        tags = OPENINGS[self._form]
        start, end = tags.find(text, whole=whole)
        while end and self._looked_at < _LOOKED_AT_BEHIND:
            self._looked_at += 1
            if self._begins_thought(text[:start]):
                self._said.add(text[:start])
                self._step = self._inside
                content, reasoning, _ = self._inside(text[end:], whole)
                return text[:start] + content, _GAP + reasoning, ""
            start, end = tags.find(text, end, whole=whole)
        if not whole and not end:
            text, self._held = text[:start], text[start:]
        return self._rest(text, whole)

    def _begins_thought(self, last: str) -> bool:
        """Tell whether a further tag begins a thought, or is spoken of; note how the answer goes on behind it."""
        before = f"{self._said}{last}"
        line = before.rpartition("\n")[2]
        if line.strip() and (before[-1] not in _SENTENCE_ENDS or line.count("`") % 2):
            return False
        self._glued = bool(line)
        return not is_in_code(before)

    def _rest(self, text: str, _whole: bool) -> Parted:
        """Take an answer in which nothing more is looked for."""
        self._said.add(text)
        return text, "", ""

    def _ending(self, text: str, whole: bool) -> Parted:
        """Take an answer behind which a tag may stand."""
        text, self._held = self._held + text, ""
        start, end = ENDS[self._form].find(text, whole=whole)
        if end and (text[end:].strip() or len(text) > end + _BLANKS):
            start = len(text)  # it goes on: that was none
        elif not whole:
            self._held = text[start:]
        self._said.add(text[:start])
        return text[:start], "", ""


def _may_be_bare(text: str) -> bool:
    word = BARE.opens[0]
    return word.startswith(text.lstrip()[: len(word)])


def parted(text: str) -> tuple[str, str]:
    """Return the content and the reasoning of a reply that is whole."""
    splitter = ThinkSplitter()
    content, reasoning, _ = splitter.feed(text)
    rest, thought, before = splitter.close()
    return (rest, thought) if before == TEXT else (content + rest, reasoning + thought)
