"""What is read aloud: a whole talk in a real terminal, of which no cell is written twice."""

import asyncio
import io
import re
import signal
from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from tests.support.program import Program
from tests.support.server import Request, Script, chunk, says, serve, usage
from zatsudan.base.printable import printable
from zatsudan.commands import COMMANDS
from zatsudan.commands.parts import Table
from zatsudan.servers.engine.progress import Progress
from zatsudan.sessions.made import FAILED, INTERRUPTED, Made
from zatsudan.terminal.plain.aloud import AloudTerminal, ended
from zatsudan.terminal.plain.sentences import Sentences
from zatsudan.terminal.text.tablelines import table_lines
from zatsudan.wire.messages import Usage

#: What is no cell: orders about pastes, and notices.
_ORDERS = re.compile(r"\x1b\[\?2004[hl]|\x1b\][^\x1b\a]*(?:\x1b\\|\a)")


def rewritten(seen: str, columns: int = 80) -> tuple[int, list[str]]:
    """Return how many cells were written more than once, and all that could move the cursor back."""
    text = _ORDERS.sub("", seen)
    moves = re.findall(r"\x1b.{0,6}|[\b\v\f]|\r(?!\r*\n)", text)
    written: set[tuple[int, int]] = set()
    row = column = twice = 0
    for char in text:
        if char == "\n":
            row += 1
        elif char == "\r":
            column = 0
        elif char == "\b":
            column -= 1
        elif char.isprintable():
            if column >= columns:
                row, column = row + 1, 0
            twice += (row, column) in written
            written.add((row, column))
            column += 1
    return twice, moves


def test_the_count_counts() -> None:
    assert rewritten("a\r\nb\r\n") == (0, [])
    assert rewritten("abc\rxy") == (2, ["\r"])
    assert rewritten("ab\b\x1b[Kc")[0] == 1
    assert rewritten("ab\b\x1b[Kc")[1] == ["\b", "\x1b[Kc"]


class _Heard(io.StringIO):
    def isatty(self) -> bool:
        return True


def _thought(text: str) -> bytes:
    delta = {"reasoning_content": text}
    return chunk(choices=[{"index": 0, "delta": delta, "finish_reason": None}])


THINKS = Script(
    [
        _thought("Let me "),
        _thought("see."),
        chunk("It is "),
        0.05,
        chunk("blue. Mor"),
        0.05,
        chunk("e follows"),
        usage(3, 45),
        b"data: [DONE]\n\n",
    ]
)


def _reply(request: Request) -> Script:
    said = str(request.body["messages"][-1]["content"])
    return THINKS if "sky" in said else says("Yes", ", it ", "is. ", "And so on.")


#: Lines that are typed, and what stands there when they are carried out.
TALK = (
    ("Why is the sky blue?", r"The reply has ended: 45 tokens, \d+\.\d seconds\."),
    ("And the sea?", r"The reply has ended"),
    ("/temperature 0.7", "0.7"),
    ("/params", "temperature"),
    ("/retry", r"The reply has ended"),
    ("/variants", "»"),
    ("/compare temperature=0 temperature=1", "All replies have ended"),
    ("/pick", "»"),
    ("/sweep temperature 0 0.5 1", "All replies have ended"),
    ("/pick 1", "»"),
    ("/tokens", "»"),
    ("/tree", "sea"),
    ("/new", "»"),
    ("/sessions", "Write a number"),
    ("sky", "Write a number"),
    ("1", "»"),
    ("/help", "/quit"),
    ("!echo one; echo two", "two"),
    ("/connect", "Ctrl-C leaves"),
    ("127.0.0.1:9", "Try again"),
)


@pytest.mark.tty
@pytest.mark.parametrize("way", ["flag", "config", "environment"])
async def test_a_whole_talk_writes_no_cell_twice(
    way: str, clean_environment: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments: list[str] = []
    if way == "flag":
        arguments = ["--plain"]
    elif way == "config":
        file = clean_environment / "aloud.toml"
        file.write_text("[screen]\nplain = true\ntables = 'lines'\n", encoding="utf-8")
        arguments = ["--config", str(file)]
    else:
        monkeypatch.setenv("ACCESSIBLE", "yes")
    monkeypatch.setenv("TERM", "xterm-256color")
    async with serve(_reply) as server:
        program = Program(
            "--base-url", server.base_url, "-m", "m", *arguments, home=clean_environment
        )
        try:
            await asyncio.to_thread(program.until, r"m at .*\n(.|\n)*»")
            for line, then in TALK if way == "flag" else TALK[:6]:
                await asyncio.to_thread(program.drain, 0.2)
                program.press(line + "\n")
                await asyncio.to_thread(program.until, then, 8.0)
            await asyncio.to_thread(program.drain, 0.3)
            program.press("/quit\n")
            if way == "flag":  # the question is left, then the talk
                await asyncio.to_thread(program.drain, 0.3)
                program.process.send_signal(signal.SIGINT)
                await asyncio.to_thread(program.drain, 0.3)
                program.press("/quit\n")
            await asyncio.to_thread(program.wait)
        finally:
            program.close()
    seen = program.seen
    assert rewritten(seen.replace("^C", "")) == (0, [])
    assert "The model is thinking." in seen
    assert "The model answers." in seen
    assert "It is blue. More follows" in seen
    assert not re.search("[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏▰▱]", seen)
    assert ("parameter: temperature" in seen) == (way != "flag")


def test_a_reply_comes_in_whole_sentences() -> None:
    sentences = Sentences()
    texts = ["It", " is. An", "d then 3.", "14 is", " pi.\nLast", "! ", "no end"]
    assert [sentences.feed(text) for text in texts] == [
        "", "It is. ", "", "", "And then 3.14 is pi.\n", "Last! ", "",
    ]  # fmt: skip
    assert sentences.rest() == "no end"
    assert sentences.rest() == ""


def test_japanese_sentences_end_without_a_blank() -> None:
    sentences = Sentences()
    assert sentences.feed("空は青い。海も") == "空は青い。"
    assert sentences.rest() == "海も"


def test_what_has_no_end_is_not_kept_back_for_ever() -> None:
    sentences = Sentences()
    text = "word " * 200
    written = "".join(sentences.feed(char) for char in text)
    assert len(written) > 300
    assert written + sentences.rest() == text


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (
            Made(usage=Usage(3, 45), seconds=2.13, finish_reason="stop"),
            "The reply has ended: 45 tokens, 2.1 seconds.",
        ),
        (Made(seconds=2.0), "The reply has ended: 2.0 seconds."),
        (
            Made(usage=Usage(3, 45), seconds=2.0, finish_reason="length"),
            "The reply has ended: 45 tokens, 2.0 seconds, cut at the token limit, /continue goes on.",
        ),
        (
            Made(ended=INTERRUPTED, seconds=2.0),
            "The reply was interrupted: 2.0 seconds. /continue goes on.",
        ),
        (Made(ended=FAILED, seconds=2.0), "The reply was cut off: 2.0 seconds. /continue goes on."),
    ],
)
def test_how_a_reply_has_ended_is_a_sentence(made: Made, said: str) -> None:
    assert ended(made) == said


def _lines(table: Table) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;]*m", "", row) for row in table_lines(table, 80)]


def test_a_table_as_lines_says_the_name_of_each_value() -> None:
    one = printable("one")
    table = Table(
        (printable("name"), printable("value"), printable("note")),
        ((one, printable("1"), printable("")), (printable("two"), printable("2"), printable("x"))),
        title=printable("Numbers"),
        marks=frozenset({1}),
    )
    assert _lines(table) == [
        "Numbers", "name: one", "value: 1", "", "This one counts:", "name: two", "value: 2",
        "note: x", "",
    ]  # fmt: skip


def test_two_columns_without_a_head_are_names_and_values() -> None:
    table = Table((), ((printable("model"), printable("m")), (printable("keys"), printable("vi"))))
    assert _lines(table) == ["model: m", "keys: vi"]


def test_a_download_is_told_at_each_tenth_in_rows_of_its_own() -> None:
    err = _Heard()
    terminal = AloudTerminal(
        chat_over(ScriptedClient().connect), COMMANDS, out=_Heard(), err=err, environ={}
    )
    for have in range(0, 1001, 5):
        terminal.hint(Progress(have * 1000, 1_000_000, 10.0))
    terminal.hint(printable(""))
    told = err.getvalue().splitlines()
    assert told[:2] == ["0 % is there: 0 B of 1.0 MB.", "10 % is there: 100 kB of 1.0 MB."]
    assert len(told) == 11
    assert "\r" not in err.getvalue()
