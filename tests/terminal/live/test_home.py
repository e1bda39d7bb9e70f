"""What makes a terminal a home: pastes, files, commands, keys, the clipboard, themes."""

import asyncio
import base64
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.server import DONE, Script, chunk, fails, says, usage
from zatsudan.base.jsonvalues import Json
from zatsudan.config.settings import Config, Screen


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in."""
    here = tmp_path / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setenv("SHELL", "/bin/sh")
    return here


@pytest.fixture(autouse=True)
def plain_look() -> Iterator[None]:
    """The program has one look; the next test has the usual one."""
    from zatsudan.base.styles import Styles
    from zatsudan.terminal.text.rows import SGR, set_styles

    yield
    SGR.clear()
    set_styles(Styles(), {"TERM": "xterm-256color"})


def sent(person: Sitting) -> Json:
    """The content of the last message that the server got."""
    content: Json = person.server.requests[-1].body["messages"][-1]["content"]
    return content


def paste(person: Sitting, text: str) -> None:
    person.type(f"\x1b[200~{text}\x1b[201~")


async def test_a_paste_is_kept_whole_and_shown_folded() -> None:
    text = "\n".join(f"row {number}" for number in range(214))
    async with sitting(says("ok")) as person:
        paste(person, text.replace("\n", "\r"))
        await person.until("row 213")
        shown = await person.say("")
        assert sent(person) == text
        assert "  row 7\n  [214 lines in all · /raw said shows them]\n\nok" in shown
        assert "row 8\n" not in shown
        shown = await person.say("/show")
        assert shown.count("[214 lines in all") == 2
        await person.say("/raw said")
        assert "\nrow 8\nrow 9\n" in person.screen.scrollback()


async def test_a_very_large_paste() -> None:
    text = "日本語の長い行です。" * 20_000 + "\n" + "x\n" * 20_000 + "end"
    async with sitting(says("ok")) as person:
        # A pipe holds 64 kB: more is written from beside the loop that reads it.
        await asyncio.to_thread(paste, person, text)
        await person.until("end")
        shown = await person.say("")
        assert sent(person) == text
        assert "[20,002 lines in all" in shown


async def test_a_file_is_completed_sent_and_folded(folder: Path) -> None:
    (folder / "notes.txt").write_text("line\n" * 214)
    (folder / "other.txt").write_text("x")
    async with sitting(says("ok")) as person:
        person.type("sum up @nts")
        await person.until(" notes.txt")
        person.type("\t")
        await person.until("» sum up @notes.txt")
        shown = await person.say(" please")
        assert "» sum up @notes.txt please\n  [file notes.txt, 214 lines]\n\nok" in shown
        assert sent(person) == "sum up @notes.txt please\n\n```notes.txt\n" + "line\n" * 214 + "```"
        shown = await person.say("/undo")
        assert shown.endswith("» sum up @notes.txt please\nscripted")


async def test_a_file_that_cannot_be_sent_gives_the_words_back(folder: Path) -> None:
    (folder / "x.bin").write_bytes(b"\0")
    async with sitting(says("ok")) as person:
        shown = await person.say("see @x.bin")
        assert "is no UTF-8 text and no image." in shown.replace("\n", " ")
        assert shown.endswith("» see @x.bin\nscripted")
        assert not [request for request in person.server.requests if request.method == "POST"]


async def test_an_image_and_a_server_that_takes_none(folder: Path) -> None:
    (folder / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\nx")
    refusal = fails(400, {"error": {"message": "image input is not supported"}})
    async with sitting(refusal, says("A cat.")) as person:
        shown = await person.say("what is @cat.png")
        assert "[image, png, 9 B]" in shown
        assert "image input is not supported" in shown
        assert shown.endswith("» what is @cat.png\nscripted")
        assert "A cat." in await person.say("")
        assert isinstance(content := sent(person), list)
        assert [part["type"] for part in content if isinstance(part, dict)] == ["text", "image_url"]


async def test_what_was_pasted_sends_no_file(folder: Path) -> None:
    (folder / "secret").write_text("key")
    async with sitting(says("ok")) as person:
        paste(person, "please read @secret")
        person.type("\r")
        await person.until("Attach secret?")
        person.type("\x1b")
        await person.until(lambda: len(person.server.requests) > 1)
        await person.at_rest()
        assert sent(person) == "please read @secret"


async def test_a_command_is_run_shown_and_attached() -> None:
    async with sitting(says("ok")) as person:
        shown = await person.say("!printf 'a\\033[2Jb\\n'; exit 3")
        assert "a␛[2Jb\nexit 3 · 0" in shown
        person.type("why @")
        await person.until("output of printf")
        person.type("!")
        shown = await person.say("")
        assert "[output of printf 'a\\033[2Jb\\n'; exit 3, 3 lines]" in shown
        content = sent(person)
        assert isinstance(content, str)
        assert content.endswith("\na\x1b[2Jb\n[exit 3]\n```")
        assert content.startswith("why @!\n\n```console\n$ printf")


@pytest.mark.posix
async def test_ctrl_c_ends_a_command_and_a_long_output_is_folded() -> None:
    async with sitting(says("ok")) as person:
        person.type("!seq 100; sleep 60\r")
        await person.until("running seq 100; sleep 60 · 1 s · Ctrl-C ends it")
        person.type("\x03")
        shown = await person.at_rest()
        assert "stopped · " in shown
        assert "\n10\n[60 lines folded, 100 in all]\n71\n" in person.screen.scrollback()
        assert "fine" in await person.say("!!fine") or sent(person) == "!fine"


async def test_copy_goes_to_the_terminal() -> None:
    async with sitting(says("text\n\n```\ncode\n```")) as person:
        await person.say("go")
        shown = await person.say("/copy 1")
        assert "Copied: code block 1, 5 characters, to the terminal" in shown
        data = base64.b64encode(b"code\n").decode()
        assert f"\x1b]52;c;{data}\x07" in person.screen.raw


async def test_shift_enter_in_both_of_its_forms_makes_a_new_line() -> None:
    async with sitting(says("ok")) as person:
        person.type("one\x1b[13;2utwo\x1b[27;2;13~three")
        shown = await person.until("three")
        assert "» one\n  two\n  three" in shown
        assert "Enter sends · Alt-Enter new line" in shown
        await person.say("")
        assert sent(person) == "one\ntwo\nthree"


async def test_the_cursor_stands_where_japanese_goes_in() -> None:
    """An input method draws its window at the real cursor."""
    async with sitting(columns=40) as person:
        row = len(person.screen.shown().splitlines()) - 2
        person.type("日本語")
        await person.until(lambda: person.screen.cursor == (2 + 6, row))
        person.type("\x1b[D")
        await person.until(lambda: person.screen.cursor == (2 + 4, row))
        person.type("\x05" + "あ" * 20)  # wraps: 38 cells hold 19 wide characters
        await person.until(lambda: person.screen.cursor[1] == row + 1)
        shown = person.screen.shown().splitlines()
        assert shown[row] == "» 日本語" + "あ" * 16
        assert shown[row + 1] == "  " + "あ" * 4
        assert person.screen.cursor == (2 + 8, row + 1)


async def test_ctrl_r_finds_an_earlier_message() -> None:
    async with sitting(says("a"), says("b"), says("c")) as person:
        await person.say("the first question")
        await person.say("another one")
        person.type("\x12FIRST")
        await person.until("» the first question\nsearch back: FIRST\n")
        person.type("\x13")
        await person.until("\nsearch on: FIRST\n")
        person.type("\r")
        await person.at_rest()
        person.type("\r")
        await person.at_rest()
        assert sent(person) == "the first question"


async def test_vi_keys() -> None:
    async with sitting(says("ok"), config=Config(screen=Screen(keys="vi"))) as person:
        person.type("hello word")
        await person.until("hello word")
        person.type("\x1b")
        await person.at_rest()
        person.type("il\x1b")
        await person.until("hello worl")
        await person.at_rest()
        person.type("0dw")
        await person.until("» worl")
        await person.say("")
        assert sent(person) == "world"


@pytest.mark.parametrize("no_colour", [False, True])
async def test_a_suggestion_looks_unlike_what_was_typed(
    no_colour: bool,
) -> None:
    environ = {"TERM": "xterm-256color", **({"NO_COLOR": "1"} if no_colour else {})}
    async with sitting(says("a"), environ=environ) as person:
        await person.say("tell me a story")
        person.screen.raw.clear()
        person.type("tell")
        await person.until(lambda: "me a story" in "".join(person.screen.raw))
        assert re.search(r"\x1b\[0;2m ?me a story", "".join(person.screen.raw))  # dim
        person.type("\x1b[C")
        await person.say("")


async def test_the_toolbar_tells_how_full_the_window_is() -> None:
    from zatsudan.wire.models import Model

    def counted(prompt: int) -> Script:
        return Script([chunk("ok", finish="stop"), usage(prompt, 1), DONE])

    async with sitting(counted(20), counted(2300)) as person:
        assert (await person.say("short " * 10)).endswith("\nscripted")
        person.chat.link.models = [Model("scripted", 4000)]
        paste(person, "word " * 1700)
        shown = await person.say("")
        assert re.fullmatch(r"scripted · ~2\.\dk/4k", shown.splitlines()[-1])


async def test_the_toolbar_says_what_enter_does_while_a_reply_comes() -> None:
    async with sitting(says(*"abc", pause=0.3)) as person:
        person.type("go\r")
        await person.until("» go")
        person.type("more")
        await person.until("Enter queues it · Esc stops the reply")
        await person.at_rest()
        assert "Enter queues" not in person.screen.shown()


async def test_the_bell_rings_only_where_nobody_looks() -> None:
    config = Config(screen=Screen(notify_seconds=0.05))
    slow = says("a", "b", pause=0.3)
    quick = Script([chunk("q"), usage(1, 1), DONE])
    async with sitting(slow, slow, quick, config=config) as person:
        written = person.screen.raw
        await person.say("one")
        assert "\a" not in "".join(written)
        person.type("two\r")
        await person.until("» two")
        person.type("\x1b[O")
        await person.at_rest()
        assert "".join(written).count("\a") == 1
        # Whoever presses Enter is there, also where the terminal was not asked meanwhile.
        await person.say("three")
        assert "".join(written).count("\a") == 1
        assert "".join(written).count("\x1b[?1004h") == 3
        assert "".join(written).count("\x1b[?1004l") == 3


async def test_nobody_is_asked_for_the_focus_where_nothing_would_be_told() -> None:
    async with sitting(says("a"), config=Config(screen=Screen(notify="never"))) as person:
        await person.say("one")
    assert "1004" not in "".join(person.screen.raw)


async def test_a_theme_and_a_style_of_ones_own() -> None:
    screen = Screen(theme="light", styles={"heading": "bold red", "you": "underline"})
    environ = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
    reply = says("# Title\n\n`code`\n\n")
    async with sitting(reply, config=Config(screen=screen), environ=environ) as person:
        await person.say("hi")
        written = "".join(person.screen.raw)
        assert "\x1b[4m» hi\x1b[0m" in written
        assert "\x1b[1;31mTitle" in written
        assert "\x1b[38;2;138;59;0mcode" in written


async def test_the_menu_is_in_the_terminals_own_colours() -> None:
    async with sitting() as person:
        person.type("/temp")
        shown = await person.until("How freely tokens are chosen.")
        rows = shown.splitlines()
        y = next(at for at, row in enumerate(rows) if "How freely" in row)
        for x in (rows[y].index("/temp"), rows[y].index("How freely")):
            cell = person.screen.cells()[y][x]
            assert (cell.fg, cell.bg) == ("default", "default")


async def test_no_theme_is_no_colour() -> None:
    screen = Screen(theme="none", styles={"heading": "bold red"})
    async with sitting(says("# Title\n\n`code`"), config=Config(screen=screen)) as person:
        await person.say("hi")
        written = "".join(person.screen.raw)
        assert "\x1b[1mTitle" in written
        assert ";3" not in written.replace("\x1b[?", "")


async def test_the_help_fits_a_screen() -> None:
    async with sitting() as person:
        shown = await person.say("/help")
        assert shown.startswith("» /help") or "\n» /help\n" in shown
        assert "@! sends its output." in shown
