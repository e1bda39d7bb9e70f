"""Ways on from a place as a tree of rows; or as lines to be read aloud."""

from collections.abc import Iterator, Sequence

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, printable
from zatsudan.lab.ways import Branch
from zatsudan.terminal.text.clusters import cells, sized_clusters
from zatsudan.terminal.text.rows import BLANK, cut, sgr, together
from zatsudan.wire.tokenview import percent, visible

#: What stands where a way has no letter: it is the reply's own.
OWN = "•"
#: Cells of a share.
_SHARE = 5


def way_rows(branches: Sequence[Branch], width: int, lead: Printable = EMPTY) -> Iterator[Styled]:
    """Return the tree, a row for each branch: its share at its place, its letter, and its tokens cut to the width."""
    for number, branch in enumerate(branches, 1):
        is_last = number == len(branches)
        stem = printable(f"{lead}{'└' if is_last else '├'}─{percent(branch.share):>{_SHARE}} ")
        name = printable(OWN if branch.own and not branch.behind else branch.letter or " ")
        room = max(8, width - cells(stem) - 3)
        if branch.behind:
            text = _both_ends(_text(branch), room)
        else:
            text = cut(printable(f"{_text(branch)}{_end(branch)}"), room)
        yield together((sgr(stem, "dim"), sgr(name, "bold"), BLANK, BLANK, text))
        below = printable(f"{lead}{' ' if is_last else '│'}{' ' * (_SHARE - 1)}")
        yield from way_rows(branch.behind, width, below)


def way_lines(branches: Sequence[Branch], before: Printable = EMPTY) -> Iterator[Styled]:
    """Return each way as a line of its own, with what stands before it since the place."""
    for branch in branches:
        text = printable(f"{before}{_text(branch)}")
        if branch.behind:
            yield from way_lines(branch.behind, text)
            continue
        share = percent(branch.share)
        whole = printable(f"{text}{_end(branch)}")
        if branch.own:
            yield say("as it stands, {share}: {text}", share=share, text=whole)
        elif branch.letter:
            yield say(
                "way {letter}, {share}: {text}", letter=branch.letter, share=share, text=whole
            )
        else:
            yield say("no way on, {share}: {text}", share=share, text=whole)


def _text(branch: Branch) -> Printable:
    """Return the tokens of a branch with their blanks to be seen; parts of a character as bytes."""
    tokens = branch.tokens
    data = b"".join(token.data for token in tokens)
    try:
        return visible(data.decode()) or say("(end)")
    except UnicodeDecodeError:
        return printable("".join(token.name for token in tokens))


def _both_ends(text: Printable, room: int) -> Printable:
    """Return a text that is too long with its begin and its end: what parts from it goes on there."""
    if cells(text) <= room:
        return text
    head = cut(text, room - room // 2)
    used, tail = cells(head), len(text)
    for _, size, length in reversed(sized_clusters(text)):
        used += size
        if used > room:
            break
        tail -= length
    return printable(f"{head}{text[tail:]}")


def _end(branch: Branch) -> Printable:
    """Return what tells whether a way goes on."""
    if branch.behind:
        return EMPTY
    if branch.ended:
        ending = say("(end)")
        return printable(f" {ending}")
    return printable(" …") if branch.text is not None else EMPTY
