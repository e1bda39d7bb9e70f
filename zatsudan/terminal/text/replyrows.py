"""What stands around a reply's text, as rows of escape text: its thought, its sources, its status."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, Styled, one_line, printable
from zatsudan.sessions.made import FAILED, FINISHED, INTERRUPTED, Made
from zatsudan.sessions.session import Node
from zatsudan.terminal.text.onerow import Piece, one_row, whole
from zatsudan.terminal.text.rows import cut, linked, sgr, wrap
from zatsudan.wire.ends import LENGTH, STOP, meaning_of

if TYPE_CHECKING:
    from zatsudan.talk.turn import Turn

#: Of more sources than this their number is told.
SOURCES = 5


#: What is said where a text that is shown turns out to have been a thought.
THOUGHT_ABOVE = later("What stands above was its thought.")


def thought_rows(
    size: int, seconds: float | None = None, *, above: bool = False
) -> Iterator[Styled]:
    """Return the line to which reasoning is folded when it is done; `size` in characters.

    `above`: its beginning stands there as text, for nobody knew.
    """
    if above:
        text = say("thought: {size:,} characters, with what stands above", size=size)
    elif seconds is None:
        text = say("thought {size:,} characters · /reasoning shows it", size=size)
    else:
        text = say(
            "thought for {seconds:.1f} s, {size:,} characters · /reasoning shows it",
            seconds=seconds,
            size=size,
        )
    yield sgr(text, "dim")
    yield EMPTY


def ended_rows(turn: "Turn", width: int, *, links: bool) -> list[Styled]:
    """Return what stands below the text of a turn that has ended; nothing where it failed without a reply.

    `links`: the terminal has links.
    """
    from zatsudan.terminal.text.shortfalls import misformed

    if turn.nodes:
        note = misformed(turn.nodes[0])  # a call is shown by itself
        sources = source_rows(turn.nodes[0], width, links=links)
        above = [*(wrap(note, width) if note else ()), *sources]
        return [*above, EMPTY, *status_rows(turn.made, width), EMPTY]
    if turn.error is not None:
        return []
    return [sgr(nothing_came(turn.made), "dim"), EMPTY]


def nothing_came(made: Made) -> Printable:
    """Say how a turn ended in which nothing came, and nothing failed."""
    if made.ended == FINISHED:
        return say("The server sent nothing.")
    return say("stopped before the first token")


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
    elif made.ended == FINISHED and (why := why_ended(made)):
        reason = meaning_of(made.finish_reason or "")
        brief = say("cut at the token limit, /continue") if reason == LENGTH else EMPTY
        pieces.append(Piece(5, why, brief))
    return pieces


def why_ended(made: Made) -> Printable:
    """Return why the server ended a reply; nothing where the model came to its end."""
    reason = meaning_of(made.finish_reason) if made.finish_reason else STOP
    if reason == STOP:
        return EMPTY
    return say(_ENDS[reason]) if reason in _ENDS else one_line(made.finish_reason or "", 30)


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
