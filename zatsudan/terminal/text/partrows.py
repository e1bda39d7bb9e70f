"""The parts of an outcome as rows of escape text."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby, islice

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.commands.parts import Diff, Line, Part, Rows, Table, Talk, Tokens
from zatsudan.sessions.session import FAILED, FINISHED, INTERRUPTED, Made, Node
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.onerow import Piece, one_row, whole
from zatsudan.terminal.text.rows import (
    PROMPT,
    columns_of,
    cut,
    linked,
    set_off,
    sgr,
    together,
    wrap,
)
from zatsudan.wire.ends import LENGTH, STOP, meaning_of

#: A message of more rows than this is shown by its first rows.
FOLD_ROWS = 12
FOLDED_ROWS = 8
#: Of more sources than this their number is told.
SOURCES = 5

#: A brief column narrower than this says nothing: it is left out.
BRIEF = 12
#: Cells that hold a few words: a spare column goes before the last one is cut to fewer.
FEW_WORDS = 30

#: Makes rows of a reply: of its text, in so many cells, with the words that a person gave it.
Render = Callable[[str, int, str], Sequence[Styled]]


def part_rows(
    part: Part, width: int, render: Render, *, coloured: bool = False
) -> Iterator[Styled]:
    """Return a part as rows; `render` makes rows of a reply's text."""
    if isinstance(part, Line):
        if part.spans:
            yield from set_off(part.text, part.spans, width, part.tone)
            return
        for row in wrap(part.text, width):
            yield sgr(row, part.tone)
    elif isinstance(part, Table):
        yield from table_rows(part, width)
    elif isinstance(part, Diff):
        yield from diff_rows(part, width)
    elif isinstance(part, Rows):
        for line in part.lines:
            yield sgr(cut(printable(line.text.replace("\n", " ")), width), line.tone)
    elif isinstance(part, Tokens):
        from zatsudan.terminal.text.tokenrows import token_rows

        yield from token_rows(part.tokens, width, coloured=coloured)
    else:
        yield from talk_rows(part, width, render)


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


def talk_rows(talk: Talk, width: int, render: Render) -> Iterator[Styled]:
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
            yield from call_rows(node, width)
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


def call_rows(node: Node, width: int) -> Iterator[Styled]:
    """Return the calls that a reply ends with, each with its arguments."""
    if not node.message.extra:
        return
    from zatsudan.commands.calling import form
    from zatsudan.sessions.calls import calls_of

    for call in calls_of(node.message):
        title = say("The model calls {name}", name=one_line(call.name, 64))
        yield from table_rows(form(call, title), width)


def thought_rows(size: int, seconds: float | None = None) -> Iterator[Styled]:
    """Return the line to which reasoning is folded when it is done; `size` in characters."""
    if seconds is None:
        text = say("thought {size:,} characters · /reasoning shows it", size=size)
    else:
        text = say(
            "thought for {seconds:.1f} s, {size:,} characters · /reasoning shows it",
            seconds=seconds,
            size=size,
        )
    yield sgr(text, "dim")
    yield EMPTY


#: Blanks between the columns of a table.
GAP = 2


def error_rows(error: ZatsudanError, width: int) -> Iterator[Styled]:
    """Return a failure: what happened, and what to do next."""
    for row in wrap(error.sentence, width):
        yield sgr(row, "warn")
    if error.advice:
        for row in wrap(error.advice, width):
            yield sgr(row, "dim")


def table_rows(table: Table, width: int) -> Iterator[Styled]:
    """Lay out a table: columns as wide as needed; the last one, or the widest, gives way and wraps."""
    head, cells, widths = _fitted(table, width)
    if table.title:
        yield sgr(table.title, "bold")
    if any(head):
        yield sgr(printable("  " + _line(head, widths, table)), "dim")
    for number, row in enumerate(cells):
        if number in table.titles:
            yield sgr(cut(table.titles[number], width), "bold")
        wrapped = [list(wrap(cell, widths[at])) or [EMPTY] for at, cell in enumerate(row)]
        for line in range(max(map(len, wrapped))):
            pieces = tuple(cell[line] if line < len(cell) else EMPTY for cell in wrapped)
            mark = "* " if number in table.marks and line == 0 else "  "
            text = printable(mark + _line(pieces, widths, table))
            yield sgr(text, "mark") if number in table.marks else text
    if table.title:
        yield EMPTY


def _fitted(
    table: Table, width: int
) -> tuple[tuple[Printable, ...], list[tuple[Printable, ...]], list[int]]:
    """Return head, rows and widths of the columns that fit into `width` cells."""
    head, cells = table.head, list(table.rows)
    widths = columns_of([head, *cells])
    over = sum(widths) + GAP * (len(widths) - 1) + 2 - width
    if table.spare is not None and over > 0 and widths[-1] - over < FEW_WORDS:
        at = table.spare
        head, cells = _without(head, at), [_without(row, at) for row in cells]
        over -= widths.pop(at) + GAP
    if table.brief and over > 0:
        room = widths[-1] - over
        if room < BRIEF:
            head, cells, widths = head[:-1], [row[:-1] for row in cells], widths[:-1]
            over = sum(widths) + GAP * (len(widths) - 1) + 2 - width
        else:
            widths[-1], over = room, 0
            cells = [(*row[:-1], cut(row[-1], room)) for row in cells]
    # The last column gives way first: it holds the prose.
    for at in (
        len(widths) - 1,
        *sorted(range(len(widths) - 1), key=lambda column: -widths[column]),
    ):
        less = min(max(0, over), max(0, widths[at] - 12))
        widths[at] -= less
        over -= less
    return head, cells, widths


def _without(row: tuple[Printable, ...], at: int) -> tuple[Printable, ...]:
    return (*row[:at], *row[at + 1 :])


def _line(pieces: Sequence[Printable], widths: Sequence[int], table: Table) -> Printable:
    padded = []
    for at, piece in enumerate(pieces):
        blanks = " " * max(0, widths[at] - cells_of(piece))
        padded.append(blanks + piece if at in table.right else piece + blanks)
    return printable((" " * GAP).join(padded).rstrip())


_ENDS = {
    "length": later("cut at the token limit, /continue goes on"),
    "content_filter": later("stopped by the content filter"),
    "tool_calls": later("wants to call a tool"),
    "function_call": later("wants to call a function"),
}


def status(made: Made) -> Printable:
    """Return the line under a reply: model, tokens, speed, and why it ended if that needs saying."""
    return whole(_status(made))


def status_rows(made: Made, width: int) -> Iterator[Styled]:
    """Return what fits of that line into one row; the model's name is the first to go."""
    row = one_row(_status(made), width)
    if row:
        yield sgr(row, "dim")


def _status(made: Made) -> list[Piece]:
    pieces = [Piece(0, one_line(made.model, 40))] if made.model else []
    usage = made.usage
    if usage is not None:
        mark = "~" if usage.estimated else ""
        counts = say(
            "{mark}{prompt:,} in, {mark}{completion:,} out",
            mark=mark,
            prompt=usage.prompt,
            completion=usage.completion,
        )
        pieces.append(Piece(3, counts))
        from zatsudan.sessions.estimate import speed_of

        speed = speed_of(made)
        if speed is not None:
            mark = "" if made.pace is not None else mark
            pieces.append(Piece(2, say("{speed} tok/s", speed=f"{mark}{speed:.1f}")))
    if made.first is not None:
        pieces.append(Piece(1, say("first {seconds:.2f} s", seconds=made.first)))
    if made.left_out:
        pieces.append(Piece(4, say("{count} earlier messages not sent", count=made.left_out)))
    if made.ended == INTERRUPTED:
        pieces.append(Piece(5, say("interrupted, /continue goes on")))
    elif made.ended == FAILED:
        pieces.append(Piece(5, say("cut off, /continue goes on")))
    elif made.ended == FINISHED and made.finish_reason and meaning_of(made.finish_reason) != STOP:
        reason = meaning_of(made.finish_reason)
        text = say(_ENDS[reason]) if reason in _ENDS else one_line(made.finish_reason, 30)
        brief = say("cut at the token limit, /continue") if reason == LENGTH else EMPTY
        pieces.append(Piece(5, text, brief))
    return pieces


def source_rows(node: Node, width: int, *, links: bool = False) -> Iterator[Styled]:
    """Return what stands beside a reply's text: its sources, numbered as /open counts them, and how many pictures.

    `links`: the terminal has links.
    """
    beside = node.made.beside if node.made is not None else {}
    if not beside:
        return
    from zatsudan.wire.cited import counts, sources

    found = sources(beside)
    for number, (address, title) in enumerate(list(found.items())[:SOURCES], 1):
        told = (
            f"{one_line(title, 60)}  {one_line(address, 200)}" if title else one_line(address, 200)
        )
        row = sgr(cut(printable(f"[{number}] {told}"), width), "dim")
        yield linked(row, target(address)) if links else row
    parts = [say("{count} more", count=len(found) - SOURCES)] if len(found) > SOURCES else []
    parts += [one_line(f"{name}: {count}", 40) for name, count in counts(beside).items()]
    if found:
        parts.append(say("/open N opens a source"))
    parts.append(say("/why {id} tells all", id=node.id))
    for row in wrap(printable(" · ".join(parts)), width):
        yield sgr(row, "dim")


def target(address: str) -> Printable:
    """Return an address as a link leads to it: nothing in it ends an escape sequence before its time."""
    from urllib.parse import quote

    return printable(quote(address, safe="%/:=&?~#+!$,;'@()*[]", errors="replace"))
