"""What servers cut or tell twice, put together: characters, tags around reasoning, sources."""

import re

from zatsudan.wire.contents import Beside
from zatsudan.wire.endmarks import EndMark
from zatsudan.wire.ends import LENGTH, meaning_of
from zatsudan.wire.protocol import Delta
from zatsudan.wire.thinking import TEXT, Parted, ThinkSplitter

_HALVES = re.compile("[\ud800-\udfff\r]")


class Joiner:
    r"""Puts together what a server cut: `\ud83d` `\ude00`, the escapes of one character, and CR LF.

    CR LF is one line end, `\n`, from here on.
    """

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return `text` with pairs joined; a first half at its end waits for the next text."""
        if not self._held and not _HALVES.search(text):
            return text
        text = self._held + text
        self._held = (
            text[-1] if text and ("\ud800" <= text[-1] <= "\udbff" or text[-1] == "\r") else ""
        )
        if self._held:
            text = text[:-1]
        text = text.replace("\r\n", "\n")
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    def close(self) -> str:
        """Return what stands for a first half whose second never came, if there is one."""
        held, self._held = self._held, ""
        return "\N{REPLACEMENT CHARACTER}" if held and held != "\r" else held


class Joining:
    """The choices of a reply while their deltas come.

    `thinks`: they begin with a thought that no tag begins.
    """

    def __init__(self, *, thinks: bool = False) -> None:
        self._thinks = thinks
        self._joiners: dict[tuple[int, str], Joiner] = {}
        self._splitters: dict[int, ThinkSplitter] = {}
        self._finished: dict[int, bool] = {}
        self._late: set[int] = set()  # choices that went on after their finish_reason
        self._told_apart: set[int] = set()  # choices whose reasoning has a field of its own
        self._ends: dict[int, EndMark] = {}  # of choices in which a mark may have come
        self._cut: dict[int, bool] = {}  # whether a choice that has ended was cut at its limit
        self._told: dict[str, object] = {}  # what stood beside the text last, by name

    @property
    def finished(self) -> bool:
        """Whether each choice has its finish_reason."""
        return bool(self._finished) and all(self._finished.values())

    @property
    def begun(self) -> bool:
        """Whether a choice has said anything."""
        return bool(self._finished)

    @property
    def goes_on(self) -> bool:
        """Whether a choice has gone on after its finish_reason."""
        return bool(self._late)

    def whole(self, delta: Delta) -> Delta:
        """Put together what the server cut: characters, and the tags around reasoning."""
        index, content, reasoning = delta.index, delta.content, delta.reasoning
        ended = delta.finish_reason is not None
        if ended or self._finished.get(index) is not False:
            self._follow(index, delta.finish_reason, said=bool(content or reasoning))
        if (index, "content") in self._joiners or _HALVES.search(content):
            content = self._joiners.setdefault((index, "content"), Joiner()).feed(content)
        if (index, "reasoning") in self._joiners or _HALVES.search(reasoning):
            reasoning = self._joiners.setdefault((index, "reasoning"), Joiner()).feed(reasoning)
        before = ""
        splitter = self._splitters.get(index)
        if splitter is None or ended or reasoning or index in self._told_apart:
            content, reasoning, before = self._parted(index, content, reasoning, ended=ended)
        elif content:  # so are nearly all
            content, reasoning, before = splitter.feed(content)
        if "<" in content or self._ends:
            content = self._without_mark(index, content, anew=bool(before))
        if delta.beside:
            delta = delta._replace(beside=self._new(index, delta.beside))
        if content is delta.content and reasoning is delta.reasoning and not before:
            return delta
        return delta._replace(content=content, reasoning=reasoning, before=before)

    def _without_mark(self, index: int, content: str, *, anew: bool) -> str:
        """Hold back what may be the mark of a reply's end; `anew`: what came before is not what it was."""
        if anew:
            self._ends.pop(index, None)
        if "<" in content or (content and index in self._ends):
            return self._ends.setdefault(index, EndMark()).feed(content)
        return content

    def _parted(self, index: int, content: str, reasoning: str, *, ended: bool) -> Parted:
        """Part content from the reasoning in it; `reasoning` has a field of its own.

        Where there is such a field, what stands in tags as well is the same (MiniMax).
        """
        splitter = self._splitters.get(index)
        parts: list[Parted] = []
        if reasoning and index not in self._told_apart:
            self._told_apart.add(index)
            if splitter is not None:
                splitter.apart = True
                parts.append(splitter.close())
        if content:
            if splitter is None:
                apart = index in self._told_apart
                splitter = ThinkSplitter(expected=self._thinks and not apart, apart=apart)
                self._splitters[index] = splitter
            parts.append(splitter.feed(content))
        if ended and splitter is not None:
            parts.append(splitter.close())
        text, thoughts, before, apart = "", "", "", index in self._told_apart
        for said, thought, told in parts:
            if told == TEXT:
                text, thoughts, before = said, thought, told
            elif told and apart:  # what is known otherwise is no thought: only the tag goes
                text += thought + said
            else:
                text, before = text + said, told or before
                thoughts += "" if apart else thought
        return text, thoughts + reasoning, before

    def _follow(self, index: int, finish_reason: str | None, *, said: bool) -> None:
        """Note whether a choice has its finish_reason, and whether it goes on behind it."""
        if finish_reason is not None:
            self._finished[index] = True
            self._cut[index] = meaning_of(finish_reason) == LENGTH
            self._late.discard(index)
        elif self._finished.setdefault(index, False) and said:
            self._late.add(index)

    def _new(self, index: int, beside: Beside) -> Beside:
        """Leave out what was told before: some servers tell all sources again in each chunk."""
        new = [
            (name, value)
            for name, value in beside
            if self._told.get(f"{index} {name}", self._told) != value
        ]
        self._told.update({f"{index} {name}": value for name, value in new})
        return tuple(new)

    def rest(self, *, done: bool) -> tuple[tuple[Delta, ...], str]:
        """Return what is held of a stream that ended in the middle of a character or a tag.

        Behind it the mark that ended a choice, which is none of its text. `done`: the server said that
        nothing more comes.
        """
        deltas: list[Delta] = []
        for (index, field), joiner in self._joiners.items():
            character = joiner.close()
            if character and field == "content":
                splitter = self._splitters.setdefault(index, ThinkSplitter())
                deltas.append(_delta(index, splitter.feed(character)))
            elif character:
                deltas.append(Delta(index, reasoning=character))
        deltas += [_delta(index, splitter.close()) for index, splitter in self._splitters.items()]
        mark = ""
        for index, end in self._ends.items():
            deltas = [
                delta._replace(content=end.feed(delta.content)) if delta.index == index else delta
                for delta in deltas
            ]
            ended = not self._cut.get(index, not done)
            text, found = end.close(self._splitters[index].said, ended=ended)
            deltas.append(Delta(index, text))
            mark = found or mark
        return tuple(delta for delta in deltas if delta.content or delta.reasoning), mark


def _delta(index: int, parted: Parted) -> Delta:
    content, reasoning, before = parted
    return Delta(index, content, reasoning, before=before)
