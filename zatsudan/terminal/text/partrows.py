"""The parts of an outcome as rows of escape text."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby, islice

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.commands.parts import (
    Diff,
    Figure,
    Line,
    Part,
    Picture,
    Reshaped,
    Rows,
    Table,
    Talk,
    Tokens,
    Ways,
)
from zatsudan.sessions.session import Node
from zatsudan.terminal.text.replyrows import source_rows, status_rows, thought_rows
from zatsudan.terminal.text.rows import PROMPT, cut, set_off, sgr, together, wrap
from zatsudan.terminal.text.tablelines import table_lines
from zatsudan.terminal.text.tablerows import table_rows

#: A message of more rows than this is shown by its first rows.
FOLD_ROWS = 12
FOLDED_ROWS = 8

#: Makes rows of a reply: of its text, in so many cells, with the words that a person gave it.
Render = Callable[[str, int, str], Sequence[Styled]]


def parts_rows(
    parts: Sequence[Part],
    width: int,
    render: Render,
    *,
    coloured: bool,
    lines: bool,
    above: Callable[[Part, int], Iterable[Styled]],
) -> list[Styled]:
    """Return parts as rows, the last of them blank: what comes next stands apart.

    `above` gives rows that stand above a part, as those of a picture.
    """
    rows: list[Styled] = []
    for part in parts:
        rows += above(part, width)
        rows += part_rows(part, width, render, coloured=coloured, lines=lines)
    return rows if not rows or rows[-1] == "" else [*rows, EMPTY]


def part_rows(
    part: Part, width: int, render: Render, *, coloured: bool = False, lines: bool = False
) -> Iterator[Styled]:
    """Return a part as rows; `render` makes rows of a reply's text. `lines`: tables have no columns."""
    part = part.line if isinstance(part, Picture) else part
    if isinstance(part, Line):
        if part.spans:
            yield from set_off(part.text, part.spans, width, part.tone)
            return
        for row in wrap(part.text, width):
            yield sgr(row, part.tone)
    elif isinstance(part, Table):
        yield from table_lines(part, width) if lines else table_rows(part, width)
    elif isinstance(part, Diff):
        yield from diff_rows(part, width)
    elif isinstance(part, Rows):
        for line in part.lines:
            yield sgr(cut(printable(line.text.replace("\n", " ")), width), line.tone)
    elif isinstance(part, Talk):
        yield from talk_rows(part, width, render, lines=lines)
    else:
        yield from _lab_rows(part, width, coloured=coloured, lines=lines)


def _lab_rows(
    part: Tokens | Reshaped | Ways | Figure, width: int, *, coloured: bool, lines: bool
) -> Iterator[Styled]:
    """Return what the lab draws as rows; it is imported then alone."""
    from zatsudan.terminal.text.figurerows import figure_rows
    from zatsudan.terminal.text.tokenrows import reshaped_rows, token_rows
    from zatsudan.terminal.text.wayrows import way_lines, way_rows

    if isinstance(part, Tokens):
        yield from token_rows(part.tokens, width, coloured=coloured)
    elif isinstance(part, Reshaped):
        yield from reshaped_rows(part.tokens, part.shapes, width, coloured=coloured)
    elif isinstance(part, Ways):
        yield from way_lines(part.branches) if lines else way_rows(part.branches, width)
    else:
        yield from figure_rows(part.drawn, width, coloured=coloured)


def diff_rows(part: Diff, width: int) -> Iterator[Styled]:
    """Return changes as wrapped rows: marks in any case, colours where there are some."""
    from zatsudan.lab.diff import mark

    text, tones = "", []
    for change in part.changes:
        # A tab becomes blanks before it is wrapped: rows must be pieces of the text.
        piece = mark(change._replace(text=printable(change.text).expandtabs(4)))
        text += piece
        tones += [change.kind] * len(piece)
    at = 0
    for row in wrap(printable(text), width, rest=EMPTY):
        at = text.index(row, at)
        runs = groupby(zip(row, tones[at : at + len(row)], strict=True), key=lambda pair: pair[1])
        at += len(row)
        yield together(sgr(printable("".join(char for char, _ in run)), tone) for tone, run in runs)


def said_rows(content: Json, width: int) -> Iterator[Styled]:
    """Return a user message as it stands in the talk: a long one folded, files by their names."""
    from zatsudan.talk.attachments import said

    message = said(content)
    text = printable(message.typed)
    rows = list(islice(wrap(text, width, PROMPT), FOLD_ROWS + 1))
    folded = ""
    if len(rows) > FOLD_ROWS:
        del rows[FOLDED_ROWS:]
        lines = text.rstrip("\n").count("\n") + 1
        folded = (
            say("[{count:,} lines in all · /raw said shows them]", count=lines)
            if lines > 1
            else say("[{count:,} characters in all · /raw said shows them]", count=len(text))
        )
    for row in rows:
        yield sgr(row, "you")
    for label in filter(None, (folded, *message.labels)):
        yield sgr(cut(printable("  " + one_line(label, 4 * width)), width), "dim")


def talk_rows(talk: Talk, width: int, render: Render, *, lines: bool = False) -> Iterator[Styled]:
    """Return messages as they looked when they were said."""
    if talk.above:
        above = say("{count} earlier messages stand above; /show all shows them.", count=talk.above)
        yield sgr(above, "dim")
        yield EMPTY
    for node in talk.nodes:
        if node.message.role == "user":
            yield from said_rows(node.message.content, width)
        elif node.message.role == "assistant":
            if node.made is not None and node.made.reasoning:
                yield from thought_rows(len(node.made.reasoning))
            yield from render(node.message.text, width, node.begun)
            yield from call_rows(node, width, lines=lines)
            yield from source_rows(node, width)
            if node.made is not None:
                yield EMPTY
                yield from status_rows(node.made, width)
        else:
            yield from _other_rows(node, width)
        yield from _marks(node, hidden=node.id in talk.hidden)
        yield EMPTY


def _marks(node: Node, *, hidden: bool) -> Iterator[Styled]:
    """Return the line that tells of a message what its text does not: made by hand, not sent."""
    marks: list[Printable] = []
    if node.by_hand is not None:
        marks.append(node.by_hand.said())
    if hidden:
        marks.append(say("hidden: not sent"))
    if marks:
        yield sgr(printable(f"[{' · '.join(marks)}]"), "dim")


def _other_rows(node: Node, width: int) -> Iterator[Styled]:
    """Return a message of a role that is neither the person's nor the model's; a long one folded."""
    text = printable(f"[{one_line(node.message.role, 40)}] {node.message.text}")
    rows = list(islice(wrap(text, width), FOLD_ROWS + 1))
    if len(rows) > FOLD_ROWS:
        size = say(
            "[{count:,} characters in all · /raw {id} shows them]", count=len(text), id=node.id
        )
        rows[FOLDED_ROWS:] = [size]
    for row in rows:
        yield sgr(row, "dim")


def call_rows(node: Node, width: int, *, lines: bool) -> Iterator[Styled]:
    """Return the calls that a reply ends with, each with its arguments."""
    if not node.message.extra:
        return
    from zatsudan.commands.calling import form
    from zatsudan.sessions.calls import calls_of

    for call in calls_of(node.message):
        title = say("The model calls {name}", name=one_line(call.name, 64))
        table = form(call, title)
        yield from table_lines(table, width) if lines else table_rows(table, width)


def error_rows(error: ZatsudanError, width: int) -> Iterator[Styled]:
    """Return a failure: what happened, and what to do next."""
    for row in wrap(error.sentence, width):
        yield sgr(row, "warn")
    if error.advice:
        for row in wrap(error.advice, width):
            yield sgr(row, "dim")
