"""What files hold that can be imported, numbered, and the choice of some of it."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import one_line
from zatsudan.sessions.imports.draft import Draft
from zatsudan.sessions.records import replay

_HOW = later("Choose by the numbers of the list or by a part of a title.")
_NUMBERS = re.compile(r"[0-9]{1,9}(?:-(?:[0-9]{1,9})?)?")


class Offer(NamedTuple):
    """A session that a file holds. `title` is its first words where it has none, `at` its last day, or empty."""

    program: str
    title: str
    messages: int
    at: str


def offer(draft: Draft) -> Offer:
    """Return what is told of a session before it is imported."""
    session = replay(draft.records)
    title = session.title or session.first_words()
    day = (draft.last_at or draft.created)[:10]
    return Offer(draft.program, title, len(session.nodes), day)


def chosen(wanted: Iterable[str], drafts: Sequence[Draft]) -> list[int]:
    """Return the places of the sessions that are wanted, in their order; raises CommandError.

    One is wanted by its number, counted from 1 (`1,3-5`, `7-`), or by a part of its title.
    """
    found: set[int] = set()
    titles: list[str] | None = None
    for text in wanted:
        numbers = _numbered(text, len(drafts))
        if numbers is None:
            if titles is None:
                titles = [offer(draft).title.casefold() for draft in drafts]
            numbers = {i for i, title in enumerate(titles) if text.strip().casefold() in title}
            if not numbers or not text.strip():
                raise CommandError(
                    say("No title here holds {text!r}.", text=one_line(text, 60)),
                    say(_HOW),
                )
        found |= numbers
    return sorted(found)


def _numbered(text: str, count: int) -> set[int] | None:
    """Return the places that numbers name; None for what is no numbers. Raises CommandError."""
    pieces = [piece.strip() for piece in text.split(",")]
    if not all(_NUMBERS.fullmatch(piece) for piece in pieces):
        return None
    found: set[int] = set()
    for piece in pieces:
        first, dash, last = piece.partition("-")
        begin, end = int(first), int(last or count) if dash else int(first)
        if not 1 <= begin <= end <= count:
            raise CommandError(
                say_count(
                    "There is {n:,} talk here, and no number {piece}.",
                    "There are {n:,} talks here, and no numbers {piece}.",
                    count,
                    piece=piece,
                ),
                say(_HOW),
            )
        found.update(range(begin - 1, end))
    return found
