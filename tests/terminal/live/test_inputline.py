"""The input line by whole characters: no cursor inside of one, none deleted by half, none that shifts the next."""

import unicodedata

import pytest
from pyte import screens

from tests.support.emulator import sitting
from tests.support.server import says

FAMILY = "👨‍👩‍👧‍👦"
WHOLE = [FAMILY, "🤷🏽‍♀️", "❤️", "1️⃣", "🇯🇵", "e\u0301", "कि", "क्षि", "กำ", "မြ"]


def _sparing(char: str) -> int:
    """A terminal in which no mark has a width, and joined emoji the width of the first."""
    return 0 if unicodedata.category(char)[0] == "M" else 1 + (char > "\U0001f000")


LEFT, RIGHT, BACK, DELETE = "\x1b[D", "\x1b[C", "\x7f", "\x1b[3~"


@pytest.mark.parametrize("whole", WHOLE)
async def test_a_character_is_passed_and_deleted_whole(whole: str) -> None:
    async with sitting(says("fine")) as person:
        buffer = person.terminal._prompt.buffer
        assert await person.press(f"a{whole}b") == f"a{whole}b"
        assert await person.press(LEFT, LEFT, "x") == f"ax{whole}b"
        assert await person.press(RIGHT, "y") == f"ax{whole}yb"
        assert await person.press(BACK, BACK) == "axb"
        assert await person.press(whole, LEFT, DELETE) == "axb"
        assert buffer.cursor_position == 2


async def test_what_is_joined_in_the_middle_is_typed_piece_by_piece() -> None:
    async with sitting(says("fine")) as person:
        await person.press("a🙂", LEFT)
        assert await person.press(*FAMILY) == f"a{FAMILY}🙂"


@pytest.mark.parametrize("whole", WHOLE)
async def test_nothing_behind_a_character_is_shifted(
    whole: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = []
    for width in (screens.wcwidth, _sparing):
        monkeypatch.setattr(screens, "wcwidth", width)
        async with sitting(says("fine")) as person:
            await person.press(f"{whole}{whole}", "x", "y", LEFT, "z")
            await person.until("xzy")
            cells = [cell.data for cell in person.screen.cells()[person.screen.cursor[1]]]
            at = cells.index("x")
            places.append(("".join(cells[at:]).rstrip(), person.screen.cursor[0] - at))
    assert places == [("xzy", 2), ("xzy", 2)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今日はいい天気", ["今日", "はいい", "天気"]),
        ("サーバーに接続する", ["サーバー", "に", "接続", "する"]),
        ("two words, three", ["two ", "words", ", ", "three"]),
        ("한국어 문장", ["한국어 ", "문장"]),
        ("हिन्दी किताबें", ["हिन्दी ", "किताबें"]),
        ("a👨‍👩‍👧b", ["a", "👨‍👩‍👧", "b"]),
        ("snake_case は x2", ["snake_case ", "は ", "x2"]),
    ],
)
async def test_words_are_passed_and_deleted(text: str, words: list[str]) -> None:
    async with sitting(says("fine")) as person:
        buffer = person.terminal._prompt.buffer
        await person.press(text)
        for word in reversed(words):
            assert buffer.text.endswith(word)
            await person.press("\x1b\x7f")
            text = text.removesuffix(word)
            assert buffer.text == text
        await person.press(*words, "\x1bb")
        assert buffer.document.text_after_cursor == words[-1]
        await person.press("\x1bf")
        assert buffer.document.text_after_cursor == ""
        await person.press("\x1bb", "\x1bd")
        assert buffer.text == "".join(words[:-1])


async def test_what_stands_behind_a_blank_is_deleted_at_once_where_blanks_part_words() -> None:
    async with sitting(says("fine")) as person:
        assert await person.press("cat path/to-a.file ", "\x17") == "cat "
        assert await person.press("今日はいい天気", "\x17") == "cat 今日はいい"
