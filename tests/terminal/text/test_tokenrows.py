"""The token view and the inspector, as a person sees them."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.utils import get_cwidth

from tests.support.emulator import Sitting, sitting
from tests.support.server import DONE, Script, chunk, event, says
from zatsudan.base.printable import EMPTY
from zatsudan.lab.reshaping import Chain, read, reshaped
from zatsudan.terminal.pages.inspector import Inspector
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.terminal.text.tokenrows import Choice, layout, reshaped_rows, token_rows
from zatsudan.wire.tokenview import Option, Token, pieces

PARTS: list[tuple[str | bytes, float]] = [
    ("The", 0.95),
    (" sky", 0.6),
    (" is", 0.3),
    ("雑".encode()[:1], 0.1),
    ("雑".encode()[1:], 1.0),
    (".\n", 0.02),
]


def scored(parts: list[tuple[str | bytes, float]]) -> Script:
    """A reply with logprobs, and one alternative to each token."""
    data = [text.encode() if isinstance(text, str) else text for text, _ in parts]
    entries: list[Any] = [
        {
            "token": piece.decode("utf-8", "replace"),
            "bytes": list(piece),
            "logprob": math.log(p),
            "top_logprobs": [
                {"token": " sea", "bytes": list(b" sea"), "logprob": math.log(0.5)},
                {"token": "", "bytes": [], "logprob": math.log(0.25)},
            ],
        }
        for piece, (_, p) in zip(data, parts, strict=True)
    ]
    whole = b"".join(data).decode()
    choice = {"index": 0, "delta": {"content": whole}, "logprobs": {"content": entries}}
    return Script([event({"model": "scripted", "choices": [choice]}), chunk(finish="stop"), DONE])


def background(person: Sitting, text: str) -> str:
    """The background of a part of the row of tokens."""
    rows = person.screen.shown().splitlines()
    y = next(at for at, row in enumerate(rows) if row.startswith("The·sky"))
    return person.screen.background(get_cwidth(rows[y][: rows[y].index(text)]), y)


async def test_tokens_stand_on_a_scale_with_a_legend() -> None:
    async with sitting(scored(PARTS)) as person:
        await person.say("go")
        shown = await person.say("/tokens")
        assert "p: 90 % and more  50 to 90  20 to 50  5 to 20  below 5 %" in shown
        assert "The·sky·is°‹30›雑°‹10›.↵°‹2›" in shown.replace("雑 ", "雑")
        assert "6 tokens, perplexity" in shown
        assert [background(person, text) for text in ("The·", "·sky·", "·is°", "雑", ".↵")] == [
            "default",
            "afd7ff",
            "ffffaf",
            "ffaf5f",
            "ff5f00",
        ]


@pytest.mark.parametrize(
    "environ", [{"TERM": "xterm-256color", "NO_COLOR": "1"}, {"TERM": "vt100"}]
)
async def test_without_colours_there_are_marks(environ: dict[str, str]) -> None:
    async with sitting(scored(PARTS), environ=environ) as person:
        await person.say("go")
        shown = await person.say("/tokens")
        assert "The·sky·is°‹30›雑°‹10›.↵°‹2›" in shown.replace("雑 ", "雑")
        assert "a token that the model gave 8 %" in shown


async def test_the_inspector_takes_another_token_and_the_reply_goes_on() -> None:
    async with sitting(scored(PARTS), says(" o p"), says(" and", " on")) as person:
        await person.say("go")
        person.type("/inspect\r")
        await person.until("token 1 of 6")
        assert "▸• 95 % The" in person.screen.shown()
        person.type("\x1b[C")
        await person.until("token 2 of 6")
        person.type("n")
        shown = await person.until("token 4 of 6 (1/2 of 雑")
        assert "50 % ·sea" in shown
        person.type("NN")
        await person.until("token 4 of 6")  # past the first one: around the end
        person.type("\x1b[H\x1b[C")
        await person.until("token 2 of 6")
        person.type("\x1b[B")
        await person.until("▸  50 % ·sea")
        person.type("\r")
        await person.at_rest()
        shown = person.screen.shown()
        assert "On from 'The' with ' sea' (50 %):" in shown
        assert "The sea and on" in shown
        assert person.server.requests[-1].body["messages"][-1]["content"] == "The sea"
        assert len(person.chat.talk.session.variants(person.chat.talk.session.path()[-1])) == 2


async def test_the_mark_of_the_end_cannot_be_taken_and_q_leaves() -> None:
    async with sitting(scored(PARTS), says(" o p")) as person:
        await person.say("go")
        person.type("/inspect\r")
        await person.until("token 1 of 6")
        person.type("\x1b[B\x1b[B\x1b[B")
        await person.until("▸  25 % (end)")
        person.type("\r")
        await person.until("Not possible: it is the mark at which a reply ends.")
        person.type("q")
        await person.at_rest()
        assert len(list(person.chat.talk.session.replies())) == 1
        assert "»" in await person.say("/help")  # the prompt is alive again


async def test_a_server_that_is_slow_to_say_whether_it_goes_on_is_waited_for_with_a_word() -> None:
    slow = says(" o p", pause=30.0)
    async with sitting(scored(PARTS), slow, says("fine")) as person:
        await person.say("go")
        person.type("/inspect\r")
        await person.until("asking the server whether it goes on from a given text · Esc stops")
        person.type("\x1b")
        await person.until("Stopped.")
        shown = await person.say("hi")
        assert "fine" in shown
        assert "asking the server" not in shown


async def test_the_inspector_says_beforehand_where_no_reply_can_go_on() -> None:
    async with sitting(scored(PARTS), says("a b c")) as person:
        await person.say("go")
        person.type("/inspect\r")
        await person.until("To look only: this server does not go on from a given text.")
        person.type("\r")
        await person.until("Not possible")
        person.type("\x03")
        await person.at_rest()


async def test_replay_is_said_and_the_talk_stays() -> None:
    async with sitting(says("one"), says("two"), says("one")) as person:
        await person.say("first")
        await person.say("second")
        shown = await person.say("/replay 2")
        assert "The same text, all 3 characters of it." in shown
        assert "Kept as variant 5; the talk stays where it was." in shown
        assert person.chat.talk.session.head == "4"


async def test_params_fit_80_columns_with_their_names_whole() -> None:
    async with sitting(says("fine"), rows=40) as person:
        await person.say("/set temperature 0.7 max_completion_tokens 5 repetition_penalty 1.1")
        shown = await person.say("/params")
        for name in ("frequency_penalty", "max_completion_tokens", "repetition_penalty"):
            assert f"\n  {name} " in shown
        assert "How freely tokens are" in shown
        assert all(len(row) <= 80 for row in shown.splitlines())


TOKENS = st.lists(
    st.builds(
        Token,
        st.text(st.sampled_from("a é雑\n\t"), min_size=1, max_size=12).map(str.encode),
        st.none() | st.floats(0, 1),
    ),
    min_size=1,
    max_size=20,
).map(tuple)


@given(TOKENS, st.integers(8, 40))
def test_rows_hold_every_piece_once_within_the_width(tokens: tuple[Token, ...], width: int) -> None:
    shown = pieces(tokens)
    rows = layout(shown, width)

    assert all(sum(get_cwidth(cell.text) for cell in row) <= width for row in rows)
    numbers = [cell.piece for row in rows for cell in row]
    assert sorted(set(numbers)) == list(range(len(shown)))
    assert numbers == sorted(numbers)


@given(TOKENS)
def test_colours_change_no_text(tokens: tuple[Token, ...]) -> None:
    plain, coloured = (
        [uncoloured(row) for row in token_rows(tokens, 30, coloured=each)] for each in (False, True)
    )
    # The scale of the colours is all that comes to it: they are not the only sign of anything.
    assert coloured[1:] == plain


def test_the_inspector_stays_within_the_reply() -> None:
    tokens = tuple(Token(b"x", 0.5, (Option(b"y", 0.4),)) for _ in range(3))
    inspector = Inspector(tokens, EMPTY, coloured=True)
    inspector.move(-5)
    assert inspector.at == 0
    inspector.move(99)
    assert inspector.at == 2
    inspector.step(-9)
    assert inspector.take() == Choice(2, Option(b"x", 0.5))
    inspector.step(9)
    assert inspector.take() == Choice(2, Option(b"y", 0.4))
    inspector.jump(1)  # nothing was unlikely: the least likely are gone to instead
    assert inspector.at == 0


def test_a_share_of_which_nothing_can_be_told_bears_a_question_mark_and_no_colour() -> None:
    tokens = [Token(b"cat", 0.6, (Option(b"cat", 0.6), Option(b"dog", 0.4)))]
    now = Chain(("penalties", "temperature"), {"repeat_penalty": 1.1})
    rows = list(reshaped_rows(tokens, reshaped(read(tokens), now, now), 60, coloured=True))
    assert "\x1b[4mcat‹?›" in rows[-2]
    sure = Chain(("temperature",), {"temperature": 1.0})
    rows = list(reshaped_rows(tokens, reshaped(read(tokens), sure, sure), 60, coloured=True))
    assert "?" not in rows[-2]
