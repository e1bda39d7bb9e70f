"""What a person typed is carried out; what came otherwise is asked about, or is text."""

import asyncio
import os
import pty
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.emulator import Sitting, sitting
from tests.support.entering import PREFIXED, TABLE, asked_for
from tests.support.server import DONE, Script, chunk, fails, says
from zatsudan.config.settings import Config
from zatsudan.config.settings import Screen as Look
from zatsudan.sessions.records import message_record
from zatsudan.talk.entered import BURST_SECONDS, KEYS, SAID, TEXT, Entered
from zatsudan.terminal.live.history import LineHistory
from zatsudan.terminal.plain.linereader import BEGIN, END, LineReader, marked
from zatsudan.wire.messages import Message


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, with a file that nobody should send."""
    here = tmp_path / "here"
    here.mkdir()
    (here / "secret.txt").write_text("the key")
    monkeypatch.chdir(here)
    monkeypatch.setenv("SHELL", "/bin/sh")
    return here


def paste(person: Sitting, text: str) -> None:
    person.type(f"\x1b[200~{text}\x1b[201~")


def made(folder: Path) -> list[str]:
    """What was made in the folder."""
    return sorted(path.name for path in folder.iterdir() if path.name != "secret.txt")


# --- the table, by the way of the live prompt -------------------------------------


async def enter_typed(person: Sitting, text: str) -> None:
    person.type(text)


async def enter_pasted(person: Sitting, text: str) -> None:
    paste(person, text)


async def enter_recalled(person: Sitting, text: str) -> None:
    """Type it, take it back with Ctrl-C, and recall it."""
    person.type(text)
    await recall(person, text)


async def enter_recalled_paste(person: Sitting, text: str) -> None:
    paste(person, text)
    await recall(person, text)


async def recall(person: Sitting, text: str) -> None:
    await person.until(f"» {text}")
    person.type("\x03")
    await person.at_rest()
    person.type("\x1b[A")


async def enter_given_back(person: Sitting, text: str) -> None:
    """It stands in the talk of another run, and is undone."""
    person.chat.talk.new()
    foreign_talk(person, text)
    await person.say("/undo")


def editor_that_writes(text: str) -> None:
    """Make ./editor a program that leaves a text in the file that it is given."""
    editor = Path("editor")
    editor.write_text(f"#!/bin/sh\ncat >\"$1\" <<'END'\n{text}\nEND\n")
    editor.chmod(0o755)


async def enter_edited(person: Sitting, text: str) -> None:
    editor_that_writes(text)
    person.type("\x18\x05")


WAYS: dict[str, Callable[[Sitting, str], Awaitable[None]]] = {
    "typed": enter_typed,
    "pasted": enter_pasted,
    "recalled, was typed": enter_recalled,
    "recalled, was pasted": enter_recalled_paste,
    "given back": enter_given_back,
    "from the editor": enter_edited,
}


@pytest.mark.parametrize("origin", WAYS)
async def test_the_table_holds_in_the_live_prompt(origin: str, folder: Path) -> None:
    environ = {"TERM": "xterm-256color", "VISUAL": str(folder / "editor")}
    (folder / "notes.txt").write_text("n")
    found: list[str] = []
    async with sitting(says("a"), environ=environ) as person:
        await person.say("!printf made")  # which @! stands for
        await person.say("hello")  # which /write! writes
        for prefixed in PREFIXED:
            await WAYS[origin](person, prefixed)
            await person.until(f"» {prefixed}")
            await person.at_rest()
            before = len(asked_for(person.server))
            person.type("\r")
            await person.at_rest()
            if "Esc sends it as text" in person.screen.shown():
                found.append("asks")
                person.type("\x1b")
                await asyncio.sleep(0.4)
                await person.at_rest()
                assert asked_for(person.server)[-1] == prefixed
                continue
            sent = asked_for(person.server)[before:]
            found.append(
                "text" if sent == [prefixed] else "one" if sent == [prefixed[1:]] else "runs"
            )
    assert " ".join(found) == TABLE[origin]
    ran = {"X", "F"} if origin == "typed" else {"F"} if origin == "recalled, was typed" else set()
    assert {name for name in made(folder) if name in "XF"} == ran


# --- given back -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "words"), [("!!touch X", "!touch X"), ("//write! X", "/write! X")]
)
async def test_what_was_said_stays_words_over_undo_and_edit(
    typed: str, words: str, folder: Path
) -> None:
    async with sitting(says("a")) as person:
        await person.say(typed)
        for command in ("/undo", "/edit", "/undo"):
            await person.say(command)
            await person.until(f"» {words}\n")
            await person.say("")
        assert asked_for(person.server) == [words] * 4
    assert made(folder) == []


@pytest.mark.parametrize("typed", ["!!touch X", "//write! X"])
async def test_what_was_refused_stays_words(typed: str, folder: Path) -> None:
    async with sitting(fails(400, "no"), fails(400, "no"), says("a")) as person:
        await person.say(typed)
        await person.say("")
        await person.say(" more")
        assert asked_for(person.server) == [typed[1:], typed[1:], f"{typed[1:]} more"]
    assert made(folder) == []


async def test_a_sign_that_is_typed_anew_is_carried_out(folder: Path) -> None:
    async with sitting(says("a")) as person:
        await person.say("!!touch X")
        await person.say("/undo")
        person.type("\x01\x1b[3~!")  # to the first column, away with the character, and typed
        await person.say("")
        assert asked_for(person.server) == ["!touch X"]
    assert made(folder) == ["X"]


def foreign_talk(person: Sitting, *texts: str) -> None:
    """Put messages into the talk that nobody typed here."""
    parent = None
    for number, text in enumerate(texts):
        role = "assistant" if number % 2 else "user"
        node = person.chat.talk.session.next_id()
        person.chat.talk.record(message_record(node, parent, Message(role, text), ""))
        parent = node


@pytest.mark.parametrize(
    "text", ["!touch X", "/write! X", "see @secret.txt", "far down:\n" * 40 + "@secret.txt"]
)
@pytest.mark.parametrize("command", ["/undo", "/edit", "/edit 1"])
async def test_what_was_imported_is_words(text: str, command: str, folder: Path) -> None:
    async with sitting(says("a")) as person:
        foreign_talk(person, text, "done")
        await person.say(command)
        await person.say("")
        assert asked_for(person.server) == [text]
    assert made(folder) == []


async def test_a_file_of_an_earlier_run_is_asked_about() -> None:
    text = "see @secret.txt\n\n```secret.txt\nold\n```"
    async with sitting(says("a"), says("b")) as person:
        foreign_talk(person, text, "done")
        await person.say("/edit")
        person.type("\r")
        await person.until("Attach secret.txt? Enter attaches it, Esc sends it as text.")
        await person.say("")
        assert asked_for(person.server) == ["see @secret.txt\n\n```secret.txt\nthe key\n```"]


async def test_a_file_that_was_attached_here_stays_attached() -> None:
    async with sitting(says("a")) as person:
        await person.say("see @secret.txt")
        await person.say("/edit")
        await person.say(" again")
        assert asked_for(person.server)[-1] == (
            "see @secret.txt again\n\n```secret.txt\nthe key\n```"
        )


# --- pasted ---------------------------------------------------------------------


async def test_a_pasted_command_is_asked_about_and_enter_runs_it(folder: Path) -> None:
    async with sitting(says("a")) as person:
        paste(person, "!touch X")
        person.type(" Y\r")
        shown = await person.until("Run touch X Y? Enter runs it, Esc sends it as text.")
        assert "» !touch X Y" in shown
        assert made(folder) == []
        await person.say("")
    assert made(folder) == ["X", "Y"]


async def test_a_question_that_nobody_can_have_read_is_not_answered(folder: Path) -> None:
    async with sitting(says("a")) as person:
        paste(person, "!touch X")
        person.type("\r\r")
        await person.until("Run touch X?")
        await person.at_rest()
        assert "Run touch X?" in person.screen.shown()
    assert made(folder) == []


async def test_escape_sends_a_pasted_command_as_text(folder: Path) -> None:
    cell = "!pip install x\nimport os"
    async with sitting(says("a"), says("b")) as person:
        paste(person, cell)
        person.type(" what is this?\r")
        await person.until("Run pip install x (and 1 more line)?")
        person.type("\x1b")
        await person.until(lambda: bool(asked_for(person.server)))
        await person.at_rest()
        assert asked_for(person.server) == [f"{cell} what is this?"]
        # From the history it is words still.
        person.type("\x1b[A\x1b[A\r")
        await person.until(lambda: len(asked_for(person.server)) == 2)
        assert asked_for(person.server)[1] == f"{cell} what is this?"
    assert made(folder) == []


async def test_a_pasted_slash_command_is_asked_about_and_a_path_is_not(folder: Path) -> None:
    async with sitting(says("a"), says("b")) as person:
        await person.say("hi")
        paste(person, "/write! X")
        person.type("\r")
        await person.until("Carry out /write! X? Enter carries it out, Esc sends it as text.")
        assert made(folder) == []
        await person.say("")
        assert made(folder) == ["X"]
        paste(person, "/usr/bin/env python3\rimport os")
        await person.say("")
        assert asked_for(person.server)[-1] == "/usr/bin/env python3\nimport os"


async def test_ctrl_c_and_a_change_leave_the_question_and_the_line(folder: Path) -> None:
    async with sitting(says("a")) as person:
        paste(person, "!touch X")
        person.type("\r")
        await person.until("Enter runs it")
        person.type("\x03")
        await person.until(lambda: "Enter runs it" not in person.screen.shown())
        assert "» !touch X" in person.screen.shown()
        person.type("\r")
        await person.until(lambda: "Enter runs it" in person.screen.shown())
        person.type(" Y")
        await person.until(lambda: "Enter runs it" not in person.screen.shown())
        assert "» !touch X Y" in person.screen.shown()
        assert not asked_for(person.server)
    assert made(folder) == []


async def test_a_pasted_file_stays_pasted_whatever_is_typed_into_the_line() -> None:
    async with sitting(says("a"), says("b")) as person:
        paste(person, "read @secret.txt now")
        person.type("\x1b[D\x1b[D\x1b[DX\r")
        await person.until("Attach secret.txt?")
        person.type("\x1b")
        await person.until(lambda: bool(asked_for(person.server)))
        assert asked_for(person.server) == ["read @secret.txt Xnow"]


async def test_every_pasted_file_is_named_and_attached_by_one_key(folder: Path) -> None:
    (folder / "notes.txt").write_text("n")
    async with sitting(says("a")) as person:
        paste(person, "see @secret.txt, @notes.txt, @nothing.txt and @secret.txt")
        person.type("\r")
        await person.until("Attach secret.txt, notes.txt? Enter attaches it")
        await person.say("")
        (content,) = asked_for(person.server)
        assert str(content).count("```secret.txt") == str(content).count("```notes.txt") == 1


async def test_a_paste_of_two_hundred_lines_and_a_question_that_a_resize_does_not_lose(
    folder: Path,
) -> None:
    text = "!touch X\n" + "\n".join(f"row {number}" for number in range(199))
    async with sitting(says("a")) as person:
        paste(person, text)
        await person.until("row 198")
        person.type("\r")
        shown = await person.until("Run touch X (and 199 more lines)?")
        assert "row 198" in shown
        person.resize(44, 12)
        await person.until(lambda: "199 more" in person.screen.shown().replace("\n", " "))
        person.type("\x1b")
        await person.until(lambda: bool(asked_for(person.server)))
        assert asked_for(person.server) == [text]
    assert made(folder) == []


async def test_a_question_while_a_reply_comes_holds_up_nothing(folder: Path) -> None:
    async with sitting(says(*"abcdef", pause=0.2), says("b")) as person:
        person.type("go\r")
        await person.until("ab")
        paste(person, "!touch X")
        person.type("\r")
        await person.until("Run touch X?")
        person.type("\x1b")  # answers; the reply goes on
        await person.until("queued: !touch X")
        await person.at_rest()
        assert asked_for(person.server) == ["go", "!touch X"]
    assert made(folder) == []


# --- the history ----------------------------------------------------------------


def test_the_history_keeps_whether_the_sign_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("\n# 2024-01-01 00:00:00\n+!old\n")
    history = LineHistory(path)
    entries = [("/retry", KEYS), ("!pasted\nmore", TEXT), ("!said", SAID)]
    marks = iter([mark for _, mark in entries])
    history.mark = lambda: next(marks)
    for text, _ in entries:
        history.append_string(text)

    again = LineHistory(path)
    assert list(again.load_history_strings()) == ["!said", "!pasted\nmore", "/retry", "!old"]
    assert [again.mark_of(number) for number in range(5)] == [SAID, TEXT, KEYS, TEXT, TEXT]
    assert path.stat().st_mode & 0o777 == 0o600
    from prompt_toolkit.history import FileHistory

    assert list(FileHistory(path).load_history_strings()) == list(again.load_history_strings())


async def test_up_after_a_restart(folder: Path, tmp_path: Path) -> None:
    history = tmp_path / "history"
    async with sitting(says("a"), history=history) as person:
        paste(person, "read @secret.txt")
        person.type("\r")
        await person.until("Attach secret.txt?")
        person.type("\x1b")
        await person.until(lambda: bool(asked_for(person.server)))
        await person.at_rest()
        await person.say("!!touch X")
        await person.say("!true")
        await person.say("/retry")
    async with sitting(says("a"), history=history) as person:
        await person.at_rest()
        person.type("\x1b[A\r")  # /retry: carried out at once
        await person.until("There is no message to ask again about.")
        await person.at_rest()
        person.type("\x1b[A\x1b[A\r")
        await person.until("Run true?")
        person.type("\x03\x03")
        await person.at_rest()
        person.type("\x1b[A\x1b[A\x1b[A\x1b[A\r")
        await person.until(lambda: asked_for(person.server) == ["!touch X"])
        await person.at_rest()
        person.type("\x1b[A" * 6 + "\r")
        await person.until("Attach secret.txt?")
    assert made(folder) == []


async def test_a_draft_keeps_its_marks_when_one_looks_into_the_history(folder: Path) -> None:
    async with sitting(says("a")) as person:
        await person.say("one")
        paste(person, "!touch P")
        person.type("\x1b[A\x1b[B\r")
        await person.until("Run touch P?")
        person.type("\x03\x03")
        await person.at_rest()
        person.type("!touch T\x1b[A\x1b[B")
        await person.say("")
    assert made(folder) == ["T"]


# --- edits of the line -------------------------------------------------------------


async def edited(*keys: str, vi: bool = False) -> Entered:
    """What the line is after some keys."""
    config = Config(screen=Look(keys="vi")) if vi else None
    async with sitting(says("a"), config=config) as person:
        person.type("".join(keys))
        await person.at_rest()
        await asyncio.sleep(0.3)
        return person.terminal._prompt.buffer.line


PASTED = "\x1b[200~!x\x1b[201~"


@pytest.mark.parametrize(
    ("keys", "text", "marks"),
    [
        ("!x", "!x", "kk"),
        (PASTED, "!x", "tt"),
        (PASTED + "\x01!", "!!x", "ktt"),
        ("!" + PASTED, "!!x", "ktt"),
        ("!" + PASTED + "\x01\x1b[3~", "!x", "tt"),  # the typed one goes, which looks the same
        ("!" + PASTED + "\x01\x1b[C\x1b[3~", "!x", "kt"),
        (PASTED + "\x15\x19", "!x", "tt"),  # killed and yanked
        ("!x\x15\x19", "!x", "tt"),  # a yank is text, whatever it was
        (PASTED + "\x01\x1bu", "!X", "tk"),  # a word in capitals: not the first character
        ("a\x1b\rb", "a\nb", "ktk"),
    ],
)
async def test_marks_over_edits(keys: str, text: str, marks: str) -> None:
    line = await edited(keys)
    assert line.text == text
    assert all(mark != "k" or want == "k" for mark, want in zip(line.marks, marks, strict=True))
    assert line.first_mark == marks[0]


async def test_a_completed_command_is_still_typed() -> None:
    async with sitting(says("a")) as person:
        person.type("/tempera")
        await person.until("How freely")
        person.type("\t")
        await person.until("» /temperature\n")
        shown = await person.say(" 0.5")
        assert "temperature  unset → 0.5" in shown


async def test_marks_in_vi() -> None:
    assert (await edited("!x", vi=True)).marks == "kk"
    line = await edited(PASTED + "\x1b", "0", "x", "P", vi=True)
    assert (line.text, line.first_mark) == ("!x", "t")


async def test_a_question_is_answered_in_vi(folder: Path) -> None:
    async with sitting(says("a"), config=Config(screen=Look(keys="vi"))) as person:
        paste(person, "!touch X")
        person.type("\r")
        await person.until("Run touch X?")
        person.type("\x1b")
        await person.until(lambda: asked_for(person.server) == ["!touch X"])
        await person.at_rest()
    assert made(folder) == []


# --- a command behind words that were given back ----------------------------------


async def test_a_command_behind_given_back_words_is_carried_out_and_they_come_back() -> None:
    async with sitting(fails(400, "no"), says("fine")) as person:
        await person.say("a question")
        assert person.screen.shown().splitlines()[-2] == "» a question"
        person.type("/temp")
        shown = await person.until("Your words come back behind the command")
        assert "» /temp\n" in shown
        person.type("\x7f" * 5)
        await person.until(lambda: person.screen.shown().splitlines()[-2] == "» a question")
        shown = await person.say("/temperature 0.2")
        assert "temperature  unset → 0.2" in shown
        assert shown.splitlines()[-2] == "» a question"
        await person.say("")
        assert asked_for(person.server) == ["a question"] * 2
        assert person.server.requests[-1].body["temperature"] == 0.2


async def test_retry_behind_given_back_words_answers_them() -> None:
    async with sitting(fails(400, "no"), says("fine")) as person:
        await person.say("a question")
        shown = await person.say("/retry")
        assert "fine" in shown
        assert shown.splitlines()[-2] == "»"
        assert asked_for(person.server) == ["a question"] * 2


async def test_undo_twice_goes_back_twice() -> None:
    async with sitting(says("a")) as person:
        await person.say("one")
        await person.say("two")
        await person.say("/undo")
        shown = await person.say("/undo")
        assert shown.splitlines()[-2] == "» one"
        assert person.chat.talk.session.path() == []


async def test_a_slash_in_words_that_were_changed_is_a_slash() -> None:
    async with sitting(fails(400, "no"), says("fine")) as person:
        await person.say("yes")
        await person.say(" and/or no")
        assert asked_for(person.server)[-1] == "yes and/or no"


async def test_queued_commands_stay_commands_when_a_reply_does_not_come() -> None:
    slow = Script([5.0, chunk("late"), DONE])
    async with sitting(slow, says("fine")) as person:
        for line in ("one", "/temperature 0.2", "two", "/undo", "three"):
            person.type(f"{line}\r")  # not all at once, which would be a paste
            await person.until(line)
        person.type("\x1b")
        shown = await person.until("Not carried out: /undo")
        shown = await person.at_rest()
        assert "temperature  unset → 0.2" in shown
        assert "» one\n  two\n  three\n" in shown
        assert len(asked_for(person.server)) == 1


# --- plain and dumb terminals --------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "text", "marks"),
    [
        ("!ls", "!ls", "kkk"),
        (f"{BEGIN}!ls{END}", "!ls", "ttt"),
        (f"a{BEGIN}b{END}c{BEGIN}d{END}", "abcd", "ktkt"),
        (f"{BEGIN}!ls", "!ls", "ttt"),
        (f"!ls{END}x", "!lsx", "tttk"),
        (f"{BEGIN}{END}!ls", "!ls", "kkk"),
    ],
)
def test_the_marks_of_a_line_with_pastes(line: str, text: str, marks: str) -> None:
    assert marked(line) == Entered(text, marks)


async def test_lines_of_a_terminal() -> None:
    master, slave = pty.openpty()
    reader = LineReader(slave)

    async def after(seconds: float, text: str) -> None:
        await asyncio.sleep(seconds)
        os.write(master, text.encode())

    try:
        reader.listen()
        await after(0, "!typed\n")
        assert await reader.line() == Entered.of("!typed", KEYS)
        await after(0.1, "!one\n!two\n")  # at once: a paste where no marks come
        assert await reader.line() == Entered.of("!one", SAID)
        assert await reader.line() == Entered.of("!two", SAID)
        await after(0.1, "hello\n!busy meanwhile\n")
        assert await reader.line() == Entered.of("hello", SAID)
        time.sleep(0.1)  # noqa: ASYNC251  what is done with a line may hold all up
        reader.spoke()
        assert await reader.line() == Entered.of("!busy meanwhile", SAID)
        await after(0.1, "hello\n")
        assert await reader.line() == Entered.of("hello", KEYS)
        reader.spoke()
        await after(0, "!an answer, by a quick script\n")
        assert (await reader.line()).first_mark == KEYS  # type: ignore[union-attr]
        await after(0.1, f"{BEGIN}!a\n@b\n{END}\n")
        assert await reader.line() == Entered.of("!a\n@b\n", TEXT)
        # The last line of a paste comes with the person's Enter, whenever that is.
        await after(0.1, f"{BEGIN}!a\n@b")
        waiting = asyncio.ensure_future(reader.line())
        await after(0.5, f"{END} c\n")
        assert await waiting == Entered("!a\n@b c", "tttttkk")
        await after(0.1, f"{BEGIN}!end\nwas era")
        waiting = asyncio.ensure_future(reader.line())
        await after(0.5, "sed\n")
        assert await waiting == Entered.of("!end\nwas erased", TEXT)
        await after(0.1, f"{BEGIN}!dropped\nby Ctrl-C")
        waiting = asyncio.ensure_future(reader.line())
        await asyncio.sleep(0.1)
        reader.drop()
        await after(0, "\x15/typed\n")
        assert await waiting == Entered.of("/typed", KEYS)
        await after(0.1, "/typed\n")
        assert await reader.line() == Entered.of("/typed", KEYS)
        await after(0.1, "last\n\x04")
        assert await reader.line() == Entered.of("last", KEYS)
        assert await reader.line() is None
        await after(0.1, "on\n")
        assert await reader.line() == Entered.of("on", KEYS)
    finally:
        reader.close()
        os.close(master)
        os.close(slave)


async def test_an_answer_is_what_comes_behind_the_question() -> None:
    master, slave = pty.openpty()
    reader = LineReader(slave)
    try:
        reader.listen()
        os.write(master, b"\n\nearlier\n")

        def asked() -> None:
            os.write(master, f"{BEGIN}n{END}\n".encode())

        assert await reader.answer(asked, hidden=False, fresh=True) == "n"
        assert [await reader.line() for _ in range(3)][2] == Entered.of("earlier", SAID)
    finally:
        reader.close()
        os.close(master)
        os.close(slave)


@pytest.mark.parametrize(
    ("lines", "then"),
    [
        ("!touch P\rmore", "Run touch P (and 1 more line)?"),
        ("!touch P\rread @secret.txt\r", "Run touch P (and 1 more line)?"),
        ("\x1b[200~x\x1b[201~\x15!touch P\rmore\x1b[201~", "Run touch P (and 1 more line)?"),
        ("hello\r!touch P\rread @secret.txt\r", "Attach secret.txt?"),
    ],
)
async def test_lines_that_came_at_once_are_a_paste(lines: str, then: str, folder: Path) -> None:
    """As where the terminal marks no paste, or lets the end of one stand in its middle."""
    async with sitting(says("fine")) as person:
        person.type(lines)
        await person.until("touch P")
        await asyncio.sleep(5 * BURST_SECONDS)  # it is over when nothing more comes
        person.type("\r")
        await person.until(then)
        assert made(folder) == []
        assert asked_for(person.server) == []


async def test_the_file_that_was_named_is_the_one_that_is_attached(folder: Path) -> None:
    """Of several that a mention may mean the longest is attached, also if it is too long to name."""
    (folder / "notes.txt").write_text("harmless")
    (folder / "notes.txt.key").write_text("the key")
    for far in ("./" * 54, "./" * 55, "./" * 56, "./" * 300):
        async with sitting(says("fine")) as person:
            paste(person, f"see @{far}notes.txt.key now")
            await person.until("now")
            person.type("\r")
            await person.at_rest()
            shown = person.screen.shown().replace("\n", "")
            if "Attach" in shown:
                assert "notes.txt.key?" in shown
                person.type("\x1b")
                await person.until("fine")
            assert "the key" not in str(asked_for(person.server))
