"""What stands on the desk, as rows: its knobs, the reply, the place under the cursor, sums, and what its keys do."""

from collections.abc import Sequence
from typing import NamedTuple

from prompt_toolkit.formatted_text import StyleAndTextTuples

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.commands.shares import share, why_open
from zatsudan.lab.board import Board, window
from zatsudan.lab.knob import Knob
from zatsudan.lab.reshaping import Shape, middle
from zatsudan.sessions.tree import differences
from zatsudan.terminal.pages.deskpage import DeskPage
from zatsudan.terminal.pages.replypane import ReplyPane
from zatsudan.terminal.text.clusters import cells as cells_of
from zatsudan.terminal.text.onerow import BETWEEN, Piece, at_word, one_row
from zatsudan.terminal.text.rows import cut, wrap

#: Cells of a knob's name and value.
KNOB = 25
#: Cells of a slider; where there is room for a longer one.
SLIDER, LONG_SLIDER = 10, 20
#: Cells of a share among the alternatives, and of its bar; of a token's name at most, and where something else gives way.
SHARE, BAR, TOKEN, NAME = 8, 10, 20, 8
#: Rows of a distribution: from so many on there is one for a note.
LEAST = 3
#: Rows that what is said may take at most.
SAID = 3


def knobs_width(slider: int) -> int:
    """Return the cells of a row with a knob."""
    return KNOB + slider + 2


def first_knob(board: Board, height: int) -> int:
    """Return the first knob that is in sight, so that the one under the cursor is."""
    return window(board.at, len(board.knobs), height)


def knob_rows(board: Board, slider: int, height: int) -> list[StyleAndTextTuples]:
    """Return the knobs that fit into so many rows."""
    if not board.knobs:
        none = say("This server takes no number.")
        return [[("class:dim", row)] for row in wrap(none, knobs_width(slider))]
    top = first_knob(board, height)
    shown = board.knobs[top : top + height]
    marks = [" "] * len(shown)
    if top:  # there are more
        marks[0] = "↑"
    if top + height < len(board.knobs):
        marks[-1] = "↓"
    marks[board.at - top] = "▸"
    return [
        _knob(knob, board, slider, mark, here=at == board.at)
        for at, (knob, mark) in enumerate(zip(shown, marks, strict=True), top)
    ]


def _knob(knob: Knob, board: Board, slider: int, mark: str, *, here: bool) -> StyleAndTextTuples:
    style = "class:here" if here and not board.on_tokens else ""
    value = f"{board.typed}_" if here and board.typed else knob.shown
    name = cut(one_line(knob.name), KNOB - len(value) - 1)
    return [
        (style, f"{mark}{name}{_blanks(name, KNOB - len(value))}{value} "),
        ("class:dim", knob.slider(slider)),
    ]


def slider_cell(x: int) -> int:
    """Return which cell of the slider stands at a column of a knob's row; below 0 for none."""
    return x - KNOB - 2


class _Columns(NamedTuple):
    """What a row of the distribution has room for: so many cells of a token's name, and these beside the share."""

    name: int
    asked: bool
    bar: bool


def _columns(width: int) -> _Columns:
    """Return what fits: the bar is the first to go, then the share as asked for."""
    with_bar, with_asked, alone = (
        width - 2 * SHARE - BAR - 6,
        width - 2 * SHARE - 5,
        width - SHARE - 2,
    )
    if with_bar >= NAME:
        return _Columns(min(TOKEN, with_bar), asked=True, bar=True)
    if with_asked >= NAME:
        return _Columns(with_asked, asked=True, bar=False)
    return _Columns(max(2, min(TOKEN, alone)), asked=False, bar=False)


def place_rows(
    shape: Shape, at: int, count: int, width: int, height: int
) -> list[StyleAndTextTuples]:
    """Return the distribution at token `at` of `count`, as asked for and as these settings have it."""
    columns = _columns(width)
    token = say("token {at:,} of {all:,}", at=at + 1, all=count)
    asked, then = say("as asked"), say("reshaped")
    heads = printable(f"{asked} → {then}") if columns.asked else then
    head = one_row([Piece(1, token), Piece(0, heads)], width)
    ranked = sorted(range(len(shape.options)), key=lambda at: -max(_both(shape, at)))
    room = max(2, height - 1)
    if shape.chosen not in ranked[:room]:
        ranked = [*ranked[: room - 1], shape.chosen]
    rows: list[StyleAndTextTuples] = [[("class:head", head)]]
    rows += [_option(shape, at, columns) for at in ranked[:room]]
    return rows


def _both(shape: Shape, at: int) -> tuple[float, float]:
    return middle(shape.now, at), middle(shape.then, at)


def _option(shape: Shape, at: int, columns: _Columns) -> StyleAndTextTuples:
    """Return a row of the distribution: the token, its share before and after, and a bar.

    Of a share that is not told to the end the bar is faint from the least to the most that it may be.
    """
    name = cut(one_line(shape.options[at].name), columns.name)
    mark = "•" if at == shape.chosen else " "
    low, high = shape.then.low[at], shape.then.high[at]
    row = f"{mark}{name}{_blanks(name, columns.name)} "
    if columns.asked:
        now = share(shape.now.low[at], shape.now.high[at])
        row += f"{_blanks(now, SHARE)}{now} → "
    then = share(low, high)
    row += f"{_blanks(then, SHARE)}{then}"
    if columns.bar:
        sure, open_ = round(BAR * low), round(BAR * high)
        row += f" {'█' * sure}{'░' * (open_ - sure)}" if open_ else f" {shape.then.cut[at]}"
    return [("class:dim" if high <= 0 else "", row)]


def _blanks(text: Printable, width: int) -> str:
    return " " * (width - cells_of(text))


def foot_rows(board: Board, said: Printable, width: int, *, many: bool) -> list[StyleAndTextTuples]:
    """Return what the keys do, or what is asked; behind it what was said. `many`: there are variants."""
    if board.naming is not None:
        asked = say("Name of the preset:")
        hint = one_row([Piece(1, say("Enter saves")), Piece(0, say("Esc leaves it"))], width)
        return [[("", f"{asked} {board.naming}_")], [("class:dim", hint)]]
    if board.leaving:
        changed = ", ".join(f"{name} {value}" for name, value in board.changed().items())
        asked = say("Keep these settings? {changed}", changed=one_line(changed, 60))
        keys = say("y keeps them, n leaves them as they were, Esc goes back")
        looks = [("", row) for row in wrap(asked, width)]
        looks += [("class:dim", row) for row in wrap(keys, width)]
        return [[look] for look in looks]
    hints: list[StyleAndTextTuples] = [
        [("class:dim", one_row(keys, width))] for keys in (_moves(board), _ways(board, many=many))
    ]
    if said:
        hints[1:] = [[("", row)] for row in list(wrap(said, width))[:SAID]]
    return hints


def _moves(board: Board) -> list[Piece]:
    """Return the keys that move and turn."""
    if board.on_tokens:
        return [
            Piece(4, say("←→ token")),
            Piece(2, say("↑↓ far")),
            Piece(1, say("Home End")),
            Piece(3, say("Tab knobs")),
        ]
    return [
        Piece(6, say("←→ turn")),
        Piece(1, say("Shift small")),
        Piece(2, say("0 neutral")),
        Piece(4, say("digits type")),
        Piece(3, say("u undo")),
        Piece(5, say("Tab tokens")),
    ]


def _ways(board: Board, *, many: bool) -> list[Piece]:
    """Return the keys that lead on."""
    if board.busy:
        stop = say("Esc stops the reply, and what came is kept")
        return [Piece(0, say("v variants")), Piece(1, stop, say("Esc stops the reply"))]
    others = [Piece(3, say("v variants")), Piece(1, say("c compares"))] if many else []
    return [
        Piece(5, say("Enter asks again")),
        *others,
        Piece(2, say("s saves a preset"), say("s saves")),
        Piece(4, say("Esc leaves")),
    ]


def fitting_sums(sums: Sequence[tuple[Printable, Printable]], width: int) -> Printable:
    """Return sums as one row, each in its long form or, the longest first where there is no room, in its short one."""
    shown = [long for long, _ in sums]
    for at in sorted(range(len(sums)), key=lambda at: -len(sums[at][0])):
        if cells_of(printable(BETWEEN.join(shown))) <= width:
            break
        shown[at] = sums[at][1]
    return one_row([Piece(len(shown) - at, text) for at, text in enumerate(shown)], width)


class DeskRows:
    """What stands on the page, part by part."""

    def __init__(self, page: DeskPage) -> None:
        self._page = page

    def title(self) -> StyleAndTextTuples:
        """Return the first row."""
        return [("class:head", say("Desk  {model}", model=self._page.desk.model))]

    def text(self, pane: ReplyPane, width: int, height: int) -> list[StyleAndTextTuples]:
        """Return a reply under its heading."""
        here, pair = pane is self._page.panes.pane, self._page.panes.pair
        if self._page.board.comparing and here and pair is not None:
            rows = pair[1].compared(pair[0], width, height - 1)
        else:
            rows = pane.rows(width, height - 1, self._page.board.token, lit=here)
        heading = cut(
            self._page.panes.heading(pane, self._asked, comparing=self._page.board.comparing), width
        )
        return [[("class:head" if here else "class:dim", heading)], *rows]

    def _asked(self, at: int) -> Printable:
        """Return with which of the knobs' values a variant was asked for, where they are not the same in all."""
        found = differences(list(self._page.desk.variants()))
        values = found[at] if at < len(found) else {}
        told = [
            f"{knob.name} {values[knob.name]}"
            for knob in self._page.board.knobs
            if values.get(knob.name) is not None
        ]
        return one_line(" ".join(told))

    def place(self, width: int, height: int) -> list[StyleAndTextTuples]:
        """Return the distribution at the token under the cursor, before and after."""
        weighing, at = self._page.panes.pane.weighing, self._page.board.token
        if weighing is None or at >= len(weighing):
            return []
        note = why_open(weighing, at) if height > LEAST else EMPTY
        rows = place_rows(weighing.at(at), at, len(weighing), width, height - bool(note))
        return [*rows, [("class:dim", at_word(note, width))]] if note else rows

    def sums(self, width: int) -> StyleAndTextTuples:
        """Return the line of totals; while a reply grows, how far it is."""
        if progress := self._page.progress(width):
            return [("class:dim", progress)]
        weighing = self._page.panes.pane.weighing
        if weighing is None:
            return []
        both = weighing.totals()
        if both is None:
            return [("class:dim", say("counting …"))]
        return [("", fitting_sums(self._page.desk.totals(*both), width))]

    def foot(self, width: int) -> list[StyleAndTextTuples]:
        """Return what the keys do, and what was said."""
        return foot_rows(
            self._page.board, self._page.said, width, many=len(self._page.panes.ids()) > 1
        )
