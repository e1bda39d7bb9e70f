"""What the terminal is asked, once: how wide it takes what terminals disagree about."""

import asyncio
import unicodedata
from collections.abc import Iterator, Mapping

import pyte
import pytest
from pyte import modes, screens

from tests.support.emulator import sitting
from tests.support.looks import DEFAULT
from tests.support.server import says
from zatsudan.terminal.live.measuring import ANSWER_SECONDS, Measuring, question
from zatsudan.terminal.markdown.rendering import render
from zatsudan.terminal.markdown.segments import plain
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.widths import PROBES, TOLD, set_told

JOINED = dict.fromkeys(PROBES, 2) | {"ambiguous": 1}


@pytest.fixture(autouse=True)
def _nothing_told() -> Iterator[None]:
    set_told({})
    yield
    set_told({})


def _wide(char: str) -> int:
    """A terminal in which ambiguous characters are wide, and marks have no width."""
    if unicodedata.category(char)[0] == "M":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


@pytest.mark.posix
async def test_the_terminal_is_asked_once_and_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "wcwidth", _wide)
    async with sitting(says("one"), says("two"), answers=True) as person:
        await person.until(lambda: bool(TOLD))
        assert TOLD["ambiguous"] == 2
        assert TOLD["devanagari"] == TOLD["burmese"] == 1
        await person.say("①")
        await person.say("②")
        person.type("①x")
        await asyncio.sleep(0.1)
        assert sum(written.count("\x1b[6n") for written in person.screen.raw) == len(PROBES)
        row = [cell.data for cell in person.screen.cells()[person.screen.cursor[1]]]
        assert person.screen.cursor[0] == row.index("x") + 1
        assert person.terminal._prompt.buffer.text == "①x"
        assert not any(probe in person.screen.scrollback() for probe in PROBES.values())


async def test_a_terminal_that_is_none_is_asked_nothing() -> None:
    async with sitting(says("one")) as person:
        await person.say("go")
        assert "\x1b[6n" not in "".join(person.screen.raw)
        assert not TOLD


async def test_keys_between_the_answers_are_kept() -> None:
    async with sitting(says("one"), answers=True) as person:
        person.terminal._measuring.ask()
        answers = [f"\x1b[3;{2 + at % 2}R" for at in range(len(PROBES))]
        person.type(
            "".join(f"{key}{answer}" for key, answer in zip("abcdefgh", answers, strict=True))
        )
        await person.until("abcdefgh")


async def test_answers_that_do_not_come_hold_nothing_up() -> None:
    told: list[Mapping[str, int]] = []
    now = 0.0
    measuring = Measuring(told.append, lambda: now)
    measuring.ask()
    measuring.answered("\x1b[1;2R")
    now = ANSWER_SECONDS
    measuring.answered("\x1b[1;2R")
    await measuring.settled()
    for _ in PROBES:
        measuring.answered("\x1b[1;2R")
    assert told == []


def test_the_question_leaves_a_blank_row() -> None:
    screen = screens.Screen(20, 3)
    stream = pyte.Stream(screen)
    stream.feed("row\r\n" + question())
    assert [row.strip() for row in screen.display] == ["row", "", ""]
    assert (screen.cursor.x, screen.cursor.y) == (0, 1)
    assert modes.DECAWM in screen.mode


@pytest.mark.parametrize(
    ("told", "sizes"),
    [
        ({}, {"👩‍💻": 4, "👍🏽": 4, "❤️": 3, "1️⃣": 3, "कि": 2, "→": 1}),
        (JOINED, {"👩‍💻": 2, "👍🏽": 2, "❤️": 2, "1️⃣": 2, "🇯🇵": 2, "कि": 2, "→": 1}),
        (JOINED | {"ambiguous": 2}, {"→": 2, "α": 2, "é": 2, "a": 1, "日": 2}),
        (JOINED | {"devanagari": 1, "burmese": 1}, {"कि": 1, "ကာ": 1}),
        (JOINED | {"devanagari": 1}, {"कि": 2}),
        (JOINED | {"styled": 1, "keycap": 1}, {"❤️": 1, "1️⃣": 1, "⚡️": 2}),
        (JOINED | {"flag": 4}, {"🇯🇵": 4}),
        (JOINED | {"joined": 8, "toned": 4}, {"👩‍💻": 4, "🤷🏽‍♀️": 6}),
        ({"joined": 77, "ambiguous": 0}, {"👩‍💻": 4, "→": 1}),
    ],
)
def test_what_was_told_counts(told: dict[str, int], sizes: dict[str, int]) -> None:
    set_told(told)
    assert {text: cells(text) for text in sizes} == sizes


@pytest.mark.parametrize("width", [20, 40, 61])
def test_rows_fit_where_ambiguous_characters_are_wide(width: int) -> None:
    set_told(JOINED | {"ambiguous": 2})
    text = "手順①→②…“完了”です。※±2℃αβ×÷ αβγδ αβγδεζη ±±±±±±± Привет" * 3
    reply = f"{text}\n\n| 項目 | 値→ |\n|---|---|\n| 温度の上限 | ±2℃ |\n\n- {text}\n\n---\n\n> {text}\n"
    rows = [plain(row) for row in render(reply, width, DEFAULT)]
    assert max(map(cells, rows)) <= width
    assert any(set(row) == {"─"} for row in rows)
