"""Diffs and messages as rows; the lab on a plain terminal."""

import io
from itertools import groupby

from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from tests.support.chats import chat_with
from tests.support.server import CUT, Request, Script, chunk, says, serve
from zatsudan.base.printable import Styled, printable
from zatsudan.base.styles import Styles
from zatsudan.commands import COMMANDS
from zatsudan.commands.parts import Diff, Line, Talk
from zatsudan.lab.diff import diff, marked
from zatsudan.sessions.session import Node
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.plain.terminal import PlainTerminal
from zatsudan.terminal.text.partrows import diff_rows, part_rows, talk_rows
from zatsudan.terminal.text.rows import set_styles, uncoloured
from zatsudan.wire.messages import Message


def rows(old: str, new: str, width: int = 40) -> list[Styled]:
    return list(diff_rows(Diff(diff(old, new)), width))


def test_what_went_and_what_came_have_marks_and_colours() -> None:
    set_styles(Styles(), {"TERM": "xterm", "COLORFGBG": "0;15"})
    assert rows("a red cat", "a blue cat") == [
        "a \x1b[31m[-red-]\x1b[0m\x1b[91m{+blue+}\x1b[0m cat"
    ]


@given(st.text("ab 猫犬。\n"), st.text("ab 猫鳥。\n"), st.integers(8, 30))
def test_rows_of_a_diff_hold_all_of_it_and_fit(old: str, new: str, width: int) -> None:
    plain = [uncoloured(row) for row in rows(old, new, width)]
    assert all(get_cwidth(row) <= width for row in plain)
    assert "".join("".join(plain).split()) == "".join(marked(diff(old, new)).split())


def test_what_is_off_in_a_chain_is_dim_and_what_is_on_is_set_off() -> None:
    set_styles(Styles(), {"TERM": "xterm"})
    line = Line(printable("(a) → b 1"), "dim", ((6, 9),))
    (row,) = part_rows(line, 40, lambda text, *_: [printable(text)])
    assert row == "\x1b[2m(a) → \x1b[0m\x1b[1mb 1\x1b[0m"


async def test_many_replies_on_a_plain_terminal_come_one_after_another() -> None:
    def answer(request: Request) -> Script:
        if request.body["temperature"] == 1:
            return Script([chunk("half"), CUT])
        return says("at ", str(request.body["temperature"]))

    async with serve(answer) as server, chat_with(server.base_url) as chat:
        out, err = io.StringIO(), io.StringIO()
        terminal = PlainTerminal(chat, COMMANDS, out=out, err=err)
        assert not await terminal.once(Entered.of("/sweep temperature 0 1 2 -- hi", KEYS))
        assert out.getvalue() == "at 0.0\n\nhalf\n\nat 2.0\n\n"
        heads = [line for line, _ in groupby(err.getvalue().splitlines()) if line.startswith("[")]
        assert [head[:4] for head in heads] == ["[1  ", "[2  ", "[The", "[3  "]
        assert "temperature 2" in err.getvalue()


def test_the_role_of_a_message_is_text_on_one_line() -> None:
    node = Node("3", "2", Message("\x1b]52;c;UFdORUQ=\x07\u202eboss\nof all", "x"))
    shown = list(talk_rows(Talk((node,)), 80, lambda text, *_: [printable(text)]))

    assert [uncoloured(row) for row in shown] == ["[␛]52;c;UFdORUQ=␇�boss of all] x", ""]
