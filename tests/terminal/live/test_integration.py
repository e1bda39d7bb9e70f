"""What the terminal is told besides text, where it stands then, and that nothing of it stays."""

import asyncio
import io
import re
import signal
from pathlib import Path

import pyte
import pytest
from prompt_toolkit.data_structures import Size
from prompt_toolkit.output.vt100 import Vt100_Output

from tests.support.emulator import sitting
from tests.support.program import Program
from tests.support.server import fails, says, serve
from zatsudan.base.printable import printable
from zatsudan.config.settings import Config, Screen
from zatsudan.terminal.live.integration import Integration
from zatsudan.terminal.text import sequences

GHOSTTY = {"TERM": "xterm-ghostty", "TERM_PROGRAM_VERSION": "1.2.0"}
KITTY = {"TERM": "xterm-kitty"}


def marks(raw: str, columns: int = 80, rows: int = 24) -> list[tuple[str, str]]:
    """Return the marks of turns, each with the row of the whole talk that it stands on at the end."""
    screen = pyte.HistoryScreen(columns, rows, history=10_000)
    stream = pyte.Stream(screen)
    found: list[tuple[str, int]] = []
    for piece in re.split(r"(\x1b\]133;[^\x1b]*\x1b\\)", raw):
        if piece.startswith("\x1b]133;"):
            found.append((piece[6:7], len(screen.history.top) + screen.cursor.y))
        else:
            stream.feed(re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b_[^\x1b]*\x1b\\", "", piece))
    lines = ["".join(line[x].data for x in range(columns)) for line in screen.history.top]
    lines += screen.display
    return [(mark, lines[at].rstrip()) for mark, at in found]


async def test_turns_are_marked_where_they_stand_at_the_end() -> None:
    long = "".join(f"line {number}\n\n" for number in range(30))
    async with sitting(says("first"), says(*long), environ=KITTY, rows=16) as person:
        await person.say("one")
        person.type("draft ")
        await person.say("of two")
        await person.say("/system")
    found = marks("".join(person.screen.raw), rows=16)
    assert [mark for mark, _ in found] == [*"ABCDABCDABCD"]
    prompts = [row for mark, row in found if mark in "AB"]
    assert prompts == ["» one"] * 2 + ["» draft of two"] * 2 + ["» /system"] * 2
    # An output begins with the blank row behind a message.
    assert [row for mark, row in found if mark == "C"][:2] == ["", ""]
    # It ends where the next message stands.
    assert [row for mark, row in found if mark == "D"][:2] == ["» draft of two", "» /system"]


async def test_a_message_that_is_marked_may_be_wider_than_the_screen_and_of_several_rows() -> None:
    async with sitting(says("yes"), environ=KITTY, columns=40) as person:
        await person.say("一二三四五六七八九十" * 4)
    assert "» 一二三四五六七八九" in person.screen.scrollback()
    found = marks("".join(person.screen.raw), columns=40)
    assert [mark for mark, _ in found] == [*"ABCD"]
    assert found[0][1].startswith("»")


async def test_a_reply_that_failed_ends_so() -> None:
    async with sitting(fails(400, {"error": {"message": "no"}}), environ=KITTY) as person:
        await person.say("one")
    assert "\x1b]133;D;1\x1b\\" in "".join(person.screen.raw)


async def test_progress_is_told_while_a_reply_comes_and_at_the_end_no_more() -> None:
    async with sitting(says(*"abc", pause=0.1), environ=GHOSTTY) as person:
        assert sequences.BUSY not in "".join(person.screen.raw)
        await person.say("one")
        raw = "".join(person.screen.raw)
        assert raw.rfind(sequences.BUSY) < raw.rfind(sequences.IDLE)
        assert sequences.BUSY in raw


async def test_a_run_tells_how_much_of_it_is_done() -> None:
    async with sitting(*[says("x")] * 5, environ=GHOSTTY) as person:
        await person.say("one")
        await person.say("/sweep temperature 0 0.5 1 1.5")
    raw = "".join(person.screen.raw)
    found = [int(share) for share in re.findall(r"\x1b\]9;4;1;(\d+)\x1b", raw)]
    assert found[0] == 0
    assert sorted(set(found)) == [0, 25, 50, 75, 100]


async def test_the_window_is_called_by_the_talk_and_as_before_at_the_end() -> None:
    async with sitting(says("x"), environ=KITTY) as person:
        await person.say("Why is the sky blue?")
        await person.say("/rename blue sky")
    raw = "".join(person.screen.raw)
    assert raw.count(sequences.PUSH_TITLE) == raw.count(sequences.POP_TITLE) == 1
    titles = re.findall(r"\x1b\]0;([^\x1b]*)\x1b\\", raw)
    assert titles[0] == "zatsudan"
    assert "zatsudan: Why is the sky blue?" in titles
    assert titles[-1] == "zatsudan: blue sky"
    assert raw.rfind("\x1b]0;") < raw.rfind(sequences.POP_TITLE)


async def test_a_private_talk_does_not_call_the_window() -> None:
    async with sitting(says("x"), environ=KITTY, private=True) as person:
        await person.say("my secret")
    titles = re.findall(r"\x1b\]0;([^\x1b]*)\x1b\\", "".join(person.screen.raw))
    assert titles == ["zatsudan: private"]


@pytest.mark.parametrize(
    ("environ", "begins"),
    [
        (KITTY, "\x1b]99;i=zatsudan:d=0;"),
        (GHOSTTY, "\x1b]9;zatsudan: "),
        ({"TERM": "foot"}, "\x1b]777;notify;zatsudan;"),
        ({"TERM": "xterm"}, "\a"),
    ],
)
async def test_a_long_reply_is_told_of_as_the_terminal_takes_it(
    environ: dict[str, str], begins: str
) -> None:
    config = Config(screen=Screen(notify_seconds=0.05))
    async with sitting(says(*"abc", pause=0.15), environ=environ, config=config) as person:
        person.type("one\r")
        await person.until("» one")
        person.type("\x1b[O")
        await person.at_rest()
    assert begins in "".join(person.screen.raw)


async def test_one_key_has_the_terminal_told_nothing() -> None:
    config = Config(screen=Screen(integration="never", notify_seconds=0.05))
    async with sitting(says(*"abc", pause=0.15), environ=GHOSTTY, config=config) as person:
        person.type("one\r")
        await person.until("» one")
        person.type("\x1b[O")
        await person.at_rest()
    raw = "".join(person.screen.raw)
    assert not re.search(r"\x1b\](?!8;|11|52)|\x1b\[2[23];0t", raw)
    assert "\a" in raw


async def test_a_terminal_that_is_not_known_is_told_nothing() -> None:
    async with sitting(says("x"), environ={"TERM": "xterm-256color"}) as person:
        await person.say("one")
    assert not re.search(r"\x1b\](?!8;)|\x1b\[2[23];0t", "".join(person.screen.raw))


async def test_a_reply_that_is_under_way_at_the_end_leaves_nothing() -> None:
    async with sitting(says(*"abcdef", pause=0.3), environ=GHOSTTY) as person:
        person.type("one\r")
        await person.until(lambda: "\na\n" in person.screen.shown())
    raw = "".join(person.screen.raw)
    assert raw.rfind(sequences.BUSY) < raw.rfind(sequences.IDLE)
    assert raw.count("\x1b[?1004h") == raw.count("\x1b[?1004l") == 1
    assert raw.rfind("\x1b]133;A") < raw.rfind("\x1b]133;D")


@pytest.mark.tty
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
async def test_a_signal_amid_a_reply_leaves_nothing_in_the_terminal(
    number: int, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TMUX", "STY", "NVIM", "INSIDE_EMACS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in GHOSTTY.items():
        monkeypatch.setenv(name, value)
    async with serve(says(*"abcdefgh", pause=0.5)) as server:
        program = Program("--base-url", server.base_url, "-m", "m", home=clean_environment)
        try:
            await asyncio.to_thread(program.until, "m at ")
            program.press("one\r")
            await asyncio.to_thread(program.until, r"~2 tok")
            program.process.send_signal(number)
            if number == signal.SIGINT:  # it stops the reply alone
                await asyncio.to_thread(program.until, "interrupted")
                await asyncio.to_thread(program.drain, 0.3)
                assert program.seen.rfind(sequences.IDLE) > program.seen.rfind(sequences.BUSY)
                program.press("\x04")
            await asyncio.to_thread(program.wait)
        finally:
            program.close()
    seen = program.seen
    assert program.process.returncode == (0 if number == signal.SIGINT else 128 + number)
    assert 0 < seen.rfind(sequences.BUSY) < seen.rfind(sequences.IDLE)
    assert 0 < seen.rfind("\x1b[?1004h") < seen.rfind("\x1b[?1004l")
    assert seen.count(sequences.PUSH_TITLE) == seen.count(sequences.POP_TITLE) == 1
    assert seen.rfind("\x1b]0;") < seen.rfind(sequences.POP_TITLE)
    assert seen.count("\x1b]133;A") == seen.count("\x1b]133;D") == 1


async def test_while_another_program_has_the_terminal_nothing_of_ours_is_in_it() -> None:
    output = io.StringIO()
    clock = iter(range(1000))
    integration = Integration(
        Vt100_Output(output, lambda: Size(rows=24, columns=80), enable_cpr=False),
        GHOSTTY,
        Screen(),
        lambda: float(next(clock)),
    )

    def written() -> str:
        told = output.getvalue()
        output.seek(0)
        output.truncate()
        return told

    integration.name(printable("one"))
    integration.begin()
    assert written() == ""  # the terminal is not ours yet
    integration.hold(on=True)
    title = "\x1b]0;zatsudan: one\x1b\\"
    assert written() == f"\x1b[22;0t{title}{sequences.BUSY}\x1b[?1004h"
    integration.hold(on=False)
    assert written() == f"\x1b[23;0t{sequences.IDLE}\x1b[?1004l"
    integration.name(printable("two"))
    integration.end(printable("ended"))
    assert written() == ""
    integration.hold(on=True)
    assert written() == f"\x1b[22;0t\x1b]0;zatsudan: two\x1b\\{sequences.IDLE}"


async def test_a_link_is_one_though_its_text_takes_several_rows() -> None:
    address = "https://example.com/a"
    text = " ".join(["long"] * 30)
    async with sitting(says(f"[{text}]({address})\n\nend"), environ=KITTY, columns=40) as person:
        await person.say("go")
    links = re.findall(r"\x1b\]8;([^;]*);([^\x1b]+)\x1b", "".join(person.screen.raw))
    assert len(links) >= 4
    assert {there for _, there in links} == {address}
    assert len({key for key, _ in links}) == 1
    assert links[0][0].startswith("id=")
