"""A reply as the desk shows it: its tokens by the share that these settings would give each, or its text.

One that is under way grows: what comes is laid out behind what stands.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

from prompt_toolkit.formatted_text import StyleAndTextTuples

from zatsudan.base.printable import EMPTY, printable
from zatsudan.lab.board import window
from zatsudan.lab.diff import NEW, OLD, Change, diff
from zatsudan.lab.weighing import Weighed, Weighing
from zatsudan.terminal.text.rows import wrap
from zatsudan.terminal.text.tokenrows import Cell, layout, reshaped
from zatsudan.wire.protocol import Delta
from zatsudan.wire.tokenview import Piece, pieces, read_tokens

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import Json

#: The id of a reply that is under way, which has no message yet.
GROWING = ""
#: Tokens at the end of a growing reply that may be a part of a character: it has four bytes at most.
OPEN = 4

_KINDS = {OLD: "class:old", NEW: "class:new"}


class ReplyPane:
    """A reply in a pane of the page; one without an id is under way."""

    def __init__(self, reply: Weighed, *, coloured: bool) -> None:
        self._coloured = coloured
        self._top = 0
        self._thought = ""
        self.become(reply)
        self.grows = reply.id == GROWING
        self._against: tuple[str, str] = ("", "")
        self._changes: tuple[Change, ...] = ()

    def become(self, reply: Weighed) -> None:
        """Show a reply that is whole; of one that grew, the whole of what was so far."""
        self.grows = False
        self.reply = reply
        # Their share stands in the pane below: it changes with every key.
        self._pieces = [replace(piece, note=EMPTY) for piece in pieces(reply.tokens)]
        self._width = 0
        self._laid: list[list[Cell]] = []
        self._seen: list[list[Cell]] = []

    @property
    def tokens(self) -> int:
        """How many tokens are known."""
        return len(self.reply.tokens)

    @property
    def weighing(self) -> Weighing | None:
        """What weighs them; None where none is known."""
        return self.reply.weighing if self.reply.tokens else None

    def scroll(self, by: int) -> None:
        """Go so many rows on in a reply that is shown as text."""
        self._top = max(0, self._top + by)

    # --- growing ------------------------------------------------------------

    def grow(self, deltas: Sequence[Delta]) -> None:
        """Take what came of a reply that is under way."""
        entries: list[Json] = []
        texts, thoughts = [self.reply.text], [self._thought]
        for delta in deltas:
            entries += delta.logprobs
            texts.append(delta.content)
            thoughts.append(delta.reasoning)
        more = read_tokens(entries)
        self.reply = self.reply._replace(
            text="".join(texts), tokens=(*self.reply.tokens, *more) if more else self.reply.tokens
        )
        self._thought = "".join(thoughts)
        if more and self.reply.weighing is not None:
            self.reply.weighing.grow(more)
            self._lay_on(self.tokens - len(more))

    def _lay_on(self, before: int) -> None:
        """Lay out what came behind the first `before` tokens; rows that it may change are laid out anew."""
        known = len(self._pieces)
        while known and self._pieces[known - 1].last >= before - OPEN:
            known -= 1
        begin = self._pieces[known - 1].last + 1 if known else 0
        fresh = pieces(self.reply.tokens, begin)
        self._pieces[known:] = [replace(piece, note=EMPTY) for piece in fresh]
        rows = len(self._laid)
        while rows and not (self._laid[rows - 1][0].piece <= known and self._begins(rows - 1)):
            rows -= 1
        first = self._laid[rows - 1][0].piece if rows else 0
        self._laid[max(0, rows - 1) :] = layout(self._pieces, self._width or 1, first)

    def _begins(self, row: int) -> bool:
        """Tell whether a row begins with a whole piece."""
        return row == 0 or self._laid[row - 1][-1].piece != self._laid[row][0].piece

    # --- rows ---------------------------------------------------------------

    def rows(
        self, width: int, height: int, token: int, *, lit: bool = True
    ) -> list[StyleAndTextTuples]:
        """Return the rows that are in sight, that of the token among them; `lit`: it is set off."""
        if self.weighing is None:
            return self._as_text(width, height)
        if self._width != width:
            self._width, self._laid = width, layout(self._pieces, width)
        token = min(token, self.tokens - 1)
        here = next(
            (
                at
                for at, row in enumerate(self._laid)
                if any(self._is_of(token, self._pieces[cell.piece]) for cell in row)
            ),
            0,
        )
        top = window(here, len(self._laid), height)
        self._seen = self._laid[top : top + height]
        return [self._row(row, token if lit else -1) for row in self._seen]

    def _is_of(self, token: int, piece: Piece) -> bool:
        return piece.first <= token <= piece.last

    def _row(self, row: Sequence[Cell], token: int) -> StyleAndTextTuples:
        found: StyleAndTextTuples = []
        for cell in row:
            piece = self._pieces[cell.piece]
            found.append((self._style(piece, here=self._is_of(token, piece)), cell.text))
        return found

    def _style(self, piece: Piece, *, here: bool) -> str:
        """Return the style of a piece by its least likely token; struck out where it is cut.

        The one under the cursor has no colour: reversed it would be dark on a dark ground.
        """
        weighing = self.weighing
        if weighing is None:
            return ""
        shown = reshaped(piece, [weighing.at(at) for at in range(piece.first, piece.last + 1)])
        style = f"class:bin{shown.bin}" if self._coloured and shown.bin else ""
        style = "class:here" if here else style
        if shown.struck:
            return f"{style} class:struck"
        return f"{style} class:doubtful" if shown.doubtful or shown.bin > 1 else style

    def _as_text(self, width: int, height: int) -> list[StyleAndTextTuples]:
        """Return the reply as its text; the end of one that is under way."""
        self._seen = []
        dim = [*wrap(self.reply.without, width), EMPTY] if self.reply.without else []
        dim += wrap(printable(self._thought), width) if self._thought and self.grows else []
        shown = self.reply.text
        if self.grows:  # each frame lays it out: from the last line on that is surely above
            shown = shown[shown.rfind("\n", 0, max(0, len(shown) - 2 * width * height)) + 1 :]
        text = wrap(printable(shown), width) if shown else []
        looks = [*(("class:dim", row) for row in dim), *(("", row) for row in text)]
        return self._in_sight([[look] for look in looks], height)

    def _in_sight(self, rows: list[StyleAndTextTuples], height: int) -> list[StyleAndTextTuples]:
        end = max(0, len(rows) - height)
        self._top = end if self.grows else min(self._top, end)
        return rows[self._top : self._top + height]

    def compared(self, other: "ReplyPane", width: int, height: int) -> list[StyleAndTextTuples]:
        """Return the words that went and came from another reply to this one."""
        self._seen = []
        both = other.reply.text, self.reply.text
        if self._against != both:
            self._against, self._changes = both, diff(*both)
        text, kinds = "", []
        for change in self._changes:
            # A tab becomes blanks before it is wrapped: rows must be pieces of the text.
            piece = printable(change.text).expandtabs(4)
            text += piece
            kinds += [change.kind] * len(piece)
        rows: list[StyleAndTextTuples] = []
        at = 0
        for row in wrap(printable(text), width, rest=EMPTY):
            at = text.index(row, at)
            runs = groupby(zip(row, kinds[at : at + len(row)], strict=True), key=lambda one: one[1])
            at += len(row)
            rows.append(
                [(_KINDS.get(kind, ""), "".join(char for char, _ in run)) for kind, run in runs]
            )
        return self._in_sight(rows, height)

    def token_at(self, x: int, y: int) -> int | None:
        """Return the token that stands at a character of a row in sight; None where there is none."""
        if y >= len(self._seen):
            return None
        for cell in self._seen[y]:
            x -= len(cell.text)
            if x < 0:
                return self._pieces[cell.piece].first
        return None
