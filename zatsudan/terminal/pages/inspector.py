"""The inspector: a reply's tokens on the whole screen, with what could have stood in their places."""

import asyncio
from collections.abc import Callable, Sequence

from prompt_toolkit.application import Application
from prompt_toolkit.data_structures import Point, Size
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout import (
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    UIContent,
    VSplit,
    Window,
)
from prompt_toolkit.output import Output
from prompt_toolkit.styles import Style

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.terminal.pages.borrowing import page_application
from zatsudan.terminal.text.onerow import Piece, one_row
from zatsudan.terminal.text.rows import cut, wrap
from zatsudan.terminal.text.tokenrows import BINS, Choice, layout
from zatsudan.wire.tokenview import Option, Token, least_likely, percent, pieces, surprises

STYLE = Style.from_dict({**BINS, "here": "reverse bold", "dim": "dim", "head": "bold"})

#: Cells of the pane with the alternatives; on a screen of fewer than these columns it stands below the text.
SIDE, NARROW = 30, 64


class Inspector:
    """The state of the screen: which token, and which of its alternatives."""

    def __init__(self, tokens: Sequence[Token], refusal: Printable, *, coloured: bool) -> None:
        self._tokens = tokens
        self._pieces = pieces(tokens)
        self._refusal = refusal
        self._coloured = coloured
        self._surprises = surprises(tokens) or sorted(least_likely(tokens, 5))
        self._said = EMPTY
        self.at = 0
        self.option = 0

    @property
    def options(self) -> list[Option]:
        """The token itself and the others, the likeliest first."""
        token = self._tokens[self.at]
        found: list[Option] = list(token.options)
        if all(option.data != token.data for option in found):
            found.append(Option(token.data, token.p))
            found.sort(key=lambda option: -(option.p or 0.0))
        return found

    def move(self, to: int) -> None:
        """Go to a token, its own place among the alternatives chosen."""
        self.at = max(0, min(len(self._tokens) - 1, to))
        own = self._tokens[self.at].data
        self.option = next(at for at, option in enumerate(self.options) if option.data == own)
        self._said = EMPTY

    def step(self, by: int) -> None:
        """Choose the next or the previous alternative."""
        self.option = max(0, min(len(self.options) - 1, self.option + by))
        self._said = EMPTY

    def jump(self, by: int) -> None:
        """Go to the next surprise, or the previous; around the end."""
        places = self._surprises
        if by > 0:
            self.move(next((at for at in places if at > self.at), places[0]))
        else:
            self.move(next((at for at in reversed(places) if at < self.at), places[-1]))

    def take(self) -> Choice | None:
        """Return the choice, or say why it cannot be taken."""
        option = self.options[self.option]
        if self._refusal or option.refusal:
            self._said = say("Not possible: {why}.", why=self._refusal or option.refusal)
            return None
        return Choice(self.at, option)

    def text(self, width: int) -> tuple[list[StyleAndTextTuples], int]:
        """Return the rows of the reply, and the number of the one with the token."""
        rows: list[StyleAndTextTuples] = []
        here = 0
        for number, row in enumerate(layout(self._pieces, width)):
            fragments: StyleAndTextTuples = []
            for cell in row:
                piece = self._pieces[cell.piece]
                style = f"class:bin{piece.bin}" if self._coloured and piece.bin else ""
                if piece.first <= self.at <= piece.last:
                    style, here = "class:here", number
                fragments.append((style, cell.text))
            rows.append(fragments)
        return rows, here

    def side(self) -> StyleAndTextTuples:
        """Return the pane with the alternatives."""
        token = self._tokens[self.at]
        here, count = self.at + 1, len(self._tokens)
        piece = next(piece for piece in self._pieces if piece.first <= self.at <= piece.last)
        if piece.last == piece.first:
            where = say("token {at:,} of {all:,}", at=here, all=count)
        else:
            where = say(
                "token {at:,} of {all:,} ({part}/{parts} of {character})",
                at=here,
                all=count,
                part=self.at - piece.first + 1,
                parts=piece.last - piece.first + 1,
                character=piece.text,
            )
        found: StyleAndTextTuples = [("class:head", f"{_in_side(where)}\n\n")]
        for at, option in enumerate(self.options):
            mark = "▸" if at == self.option else " "
            own = "•" if option.data == token.data else " "
            bar = "█" * round(8 * (option.p or 0.0))
            name = cut(one_line(option.name), 12)
            style = "class:here" if at == self.option else ""
            found.append((style, f"{mark}{own}{percent(option.p):>5} {name}"))
            found.append(("class:dim", f" {bar}\n"))
        rest = 1.0 - sum(option.p or 0.0 for option in self.options)
        if len(self.options) > 1 and rest > 0.005:
            others = say("all others")
            found.append(("class:dim", f"  {percent(rest):>5} {others}\n"))
        elif len(self.options) == 1:
            none = say("No alternatives were asked\nfor: /logprobs on 5")
            found.append(("class:dim", f"\n{_in_side(none)}\n"))
        return found

    def foot(self, width: int) -> StyleAndTextTuples:
        """Return the lines at the bottom: what the keys do, and what was said."""
        keys = [
            Piece(5, say("←→ token")),
            Piece(4, say("↑↓ alternative")),
            Piece(2, say("n N surprise")),
            Piece(1, say("PgUp PgDn far")),
            Piece(3, say("q leaves")),
        ]
        first = one_row(keys, width) + "\n"
        if self._said or self._refusal:
            said = self._said or say("To look only: {why}.", why=self._refusal)
            return [("class:dim", first), ("", "\n".join(wrap(said, width)))]
        enter = say("Enter takes the alternative: the model goes on from there")
        brief = say("Enter takes the alternative")
        return [("class:dim", first + one_row([Piece(1, enter, brief)], width))]


def _in_side(text: Printable) -> str:
    """Return a text as rows of the pane."""
    return "\n".join(wrap(text, SIDE))


class _TextControl(FormattedTextControl):
    """Lays the tokens out for the width there is, and keeps the token's row in sight."""

    def __init__(self, inspector: Inspector) -> None:
        super().__init__("", focusable=True, show_cursor=False)
        self._inspector = inspector

    def create_content(self, width: int, height: int | None) -> UIContent:
        rows, here = self._inspector.text(max(8, width))
        return UIContent(
            get_line=lambda at: rows[at] if at < len(rows) else [],
            line_count=max(1, len(rows)),
            cursor_position=Point(x=0, y=here),
            show_cursor=False,
        )


def application(
    inspector: Inspector, *, input_: Input, output: Output
) -> Application[Choice | None]:
    """Return the full-screen application; its result is the choice, or None."""
    inspector.move(0)
    bindings = KeyBindings()

    def bind(*names: str, run: Callable[[KeyPressEvent], None]) -> None:
        for name in names:
            bindings.add(name)(run)

    def leave(event: KeyPressEvent) -> None:
        event.app.exit(result=None)

    def take(event: KeyPressEvent) -> None:
        choice = inspector.take()
        if choice is not None:
            event.app.exit(result=choice)

    bind("q", "escape", "c-c", "c-d", run=leave)
    bind("enter", run=take)
    bind("right", "l", run=lambda _: inspector.move(inspector.at + 1))
    bind("left", "h", run=lambda _: inspector.move(inspector.at - 1))
    bind("down", "j", run=lambda _: inspector.step(1))
    bind("up", "k", run=lambda _: inspector.step(-1))
    bind("pagedown", run=lambda _: inspector.move(inspector.at + 20))
    bind("pageup", run=lambda _: inspector.move(inspector.at - 20))
    bind("home", run=lambda _: inspector.move(0))
    bind("end", run=lambda _: inspector.move(10**9))
    bind("n", run=lambda _: inspector.jump(1))
    bind("N", run=lambda _: inspector.jump(-1))

    def size() -> Size:
        return app.output.get_size()

    def foot() -> StyleAndTextTuples:
        return inspector.foot(size().columns)

    text = Window(_TextControl(inspector), always_hide_cursor=True)
    side = Window(FormattedTextControl(inspector.side), width=Dimension.exact(SIDE))
    below = Window(
        FormattedTextControl(inspector.side), height=lambda: Dimension.exact(size().rows // 2)
    )
    narrow = Condition(lambda: size().columns < NARROW)
    body = HSplit(
        [
            ConditionalContainer(VSplit([text, Window(width=2), side]), filter=~narrow),
            ConditionalContainer(HSplit([text, Window(height=1), below]), filter=narrow),
            Window(height=1),
            Window(
                FormattedTextControl(foot),
                height=lambda: Dimension.exact(sum(text.count("\n") for _, text, *_ in foot()) + 1),
            ),
        ]
    )
    app: Application[Choice | None] = page_application(
        Layout(body), bindings, STYLE, input_, output, full_screen=True
    )
    return app


async def inspect(
    tokens: Sequence[Token], refusal: Printable, *, coloured: bool, input_: Input, output: Output
) -> Choice | None:
    """Show the inspector until the person leaves it or takes a token."""
    app = application(Inspector(tokens, refusal, coloured=coloured), input_=input_, output=output)
    try:
        return await app.run_async(handle_sigint=False)
    except asyncio.CancelledError:
        if app.is_running:
            app.exit(result=None)
        raise
