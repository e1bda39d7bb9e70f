"""Pictures of a reply stand in the talk, where the terminal has answered that it shows them."""

import base64
from typing import TYPE_CHECKING

import pytest
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.input.vt100_parser import Vt100Parser

from tests.support.calls import tool_call
from tests.support.emulator import Sitting, sitting
from tests.support.png import png
from tests.support.server import DONE, Script, chunk, event, says
from zatsudan.config.settings import Config, Screen
from zatsudan.terminal.live.graphics import QUERY, Graphics
from zatsudan.terminal.live.sieve import ANSWER_SECONDS
from zatsudan.terminal.text.pictures import Protocol

if TYPE_CHECKING:
    from prompt_toolkit.key_binding import KeyPress

OK = "\x1b_Gi=31;OK\x1b\\"
REFUSED = "\x1b_Gi=31;ENOTSUPPORTED:no pictures\x1b\\"
XTERM, KITTY = {"TERM": "xterm-256color"}, {"TERM": "xterm-kitty"}
PICTURE = png(200, 100)


def _drawn(data: bytes = PICTURE, kind: str = "png") -> Script:
    url = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    image = {"type": "image_url", "image_url": {"url": url}}
    delta = {"content": "Here it is.", "images": [image]}
    return Script([event({"choices": [{"index": 0, "delta": delta}]}), chunk(finish="stop"), DONE])


@pytest.mark.posix  # no console of Windows is asked
async def test_a_picture_stands_in_its_own_rows() -> None:
    async with sitting(_drawn(), says("After."), answers=True, takes_pictures=OK) as person:
        await person.at_rest()
        await person.say("draw")
        await person.say("and now?")
        (picture,) = person.screen.pictures
        assert base64.b64decode(picture.data) == PICTURE
        assert "r=5" in picture.keys.split(",")
        rows = person.screen.scrollback().split("\n")
        reply, note = (next(i for i, row in enumerate(rows) if text in row)
                       for text in ("Here it is.", "· /open]"))  # fmt: skip
        assert picture.row > reply
        assert rows[picture.row : picture.row + 5] == [""] * 5
        assert picture.row + 5 == note
        assert sum(QUERY in written for written in person.screen.raw) == 1
        assert person.terminal._prompt.buffer.text == ""


async def test_a_talk_that_is_shown_again_shows_its_pictures_where_they_stood() -> None:
    async with sitting(_drawn(), says("After."), environ=KITTY) as person:
        await person.say("draw")
        await person.say("and now?")
        await person.say("/show 2")
        assert len(person.screen.pictures) == 2
        picture = person.screen.pictures[-1]
        assert base64.b64decode(picture.data) == PICTURE
        rows = person.screen.scrollback().split("\n")
        reply = max(i for i, row in enumerate(rows) if "Here it is." in row)
        after = max(i for i, row in enumerate(rows) if "After." in row)
        assert reply < picture.row < after
        assert "· /open]" in rows[picture.row + 5]
        await person.say("/show")
        assert len(person.screen.pictures) == 2  # the last turn has none
        path = person.chat.talk.journal.path
        assert path is not None
        await person.say("/new")
        await person.say(f"/load {path.stem}")
        assert len(person.screen.pictures) == 3


async def test_a_private_talk_shows_what_it_does_not_keep() -> None:
    async with sitting(_drawn(), environ=KITTY, private=True) as person:
        assert "[png, 340 B, not kept]" in await person.say("draw")
        assert len(person.screen.pictures) == 1


async def test_the_rows_are_reserved_at_the_bottom_of_a_full_screen() -> None:
    scripts = [says("\n".join(f"- {n}" for n in range(30))), _drawn(png(500, 500)), says("Yes.")]
    async with sitting(*scripts, rows=12, environ=KITTY) as person:
        await person.say("fill")
        await person.say("draw")
        await person.say("more")
        (picture,) = person.screen.pictures
        rows = person.screen.scrollback().split("\n")
        assert "r=8" in picture.keys.split(",")
        assert rows[picture.row : picture.row + 8] == [""] * 8
        assert "· /open]" in rows[picture.row + 8]


async def test_pictures_go_where_rows_are_wrapped_anew() -> None:
    async with sitting(_drawn(), environ=KITTY) as person:
        await person.say("draw")
        ((_, keys, _),) = person.screen.pictures
        (number,) = (key for key in keys.split(",") if key.startswith("i="))
        person.resize(60, 24)
        await person.until(lambda: not person.screen.pictures)
        assert any(f"a=d,d=I,{number}" in written for written in person.screen.raw)
        await person.until("· /open]")


async def _pictures(person: Sitting) -> int:
    await person.at_rest()
    shown = await person.say("draw")
    assert "· /open]" in shown
    return len(person.screen.pictures)


@pytest.mark.posix  # no console of Windows is asked
@pytest.mark.parametrize(
    ("environ", "answer", "data", "count"),
    [
        (XTERM, OK, PICTURE, 1),
        (XTERM, REFUSED, PICTURE, 0),
        (XTERM, "", PICTURE, 0),
        (KITTY, "", PICTURE, 1),
        (KITTY, REFUSED, PICTURE, 0),
        ({**KITTY, "TMUX": "x"}, OK, PICTURE, 0),
        (XTERM | {"TERM_PROGRAM": "iTerm.app"}, "", PICTURE, 1),
        ({**KITTY, "SSH_CONNECTION": "x"}, OK, PICTURE + bytes(1_000_000), 0),
        (KITTY, OK, PICTURE + bytes(1_000_000), 1),
        (KITTY, OK, b"\xff\xd8\xff\xe0" + bytes(4000), 0),
    ],
)
async def test_pictures_are_drawn_where_they_are_known_to_be_shown(
    environ: dict[str, str], answer: str, data: bytes, count: int
) -> None:
    async with sitting(
        _drawn(data), environ=environ, answers=True, takes_pictures=answer, columns=200
    ) as person:
        assert await _pictures(person) == count


async def test_never_means_that_nothing_is_asked_and_nothing_drawn() -> None:
    config = Config(screen=Screen(pictures="never"))
    async with sitting(
        _drawn(), environ=KITTY, config=config, answers=True, takes_pictures=OK, columns=200
    ) as person:
        assert await _pictures(person) == 0
        assert not any("\x1b_G" in written for written in person.screen.raw)


@pytest.mark.parametrize("cut", range(1, len(OK)))
async def test_an_answer_in_pieces_among_keys_is_none_of_them(cut: int) -> None:
    pressed: list[KeyPress] = []
    parser = Vt100Parser(pressed.append)
    graphics = Graphics(XTERM, lambda: 0.0, on=True)
    with create_pipe_input() as keys:
        vars(keys)["vt100_parser"] = parser
        graphics.ask(keys)
        parser.feed("ab" + OK[:cut])
        parser.feed(OK[cut:] + "c")
        parser.feed("d" + OK)  # a second one is nobody's, and no longer looked for
    assert [press.data for press in pressed[:4]] == ["a", "b", "c", "d"]
    assert graphics.protocol is Protocol.KITTY


async def test_keys_that_begin_like_an_answer_are_keys() -> None:
    now = 0.0
    pressed: list[KeyPress] = []
    parser = Vt100Parser(pressed.append)
    with create_pipe_input() as keys:
        vars(keys)["vt100_parser"] = parser
        Graphics(XTERM, lambda: now, on=True).ask(keys)
        for text in ("\x1b", "\x1b_", "\x1b_G", "\x1b[A"):
            parser.feed(text)
            parser.flush()
        now = ANSWER_SECONDS
        parser.feed("\x1b")
        parser.flush()
        parser.feed("x")
    assert [press.data for press in pressed] == [
        "\x1b", "\x1b", "_", "\x1b", "_", "G", "\x1b[A", "\x1b", "x"]  # fmt: skip


async def test_escape_is_a_key_while_an_answer_is_expected() -> None:
    asked = event({"choices": [{"index": 0, "delta": {"tool_calls": [tool_call("sky", "c")]}}]})
    call = Script([chunk(""), asked, chunk(finish="tool_calls"), DONE])
    async with sitting(call, says("Pity."), answers=True, environ=XTERM) as person:
        await person.say("How is Kyoto?")
        person.type("\x1b")
        await person.until("Pity.")
        await person.at_rest()
