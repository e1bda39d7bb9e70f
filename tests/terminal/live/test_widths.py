"""Nothing is torn or missing where a terminal finds characters wider than they were counted."""

import asyncio
import re
import unicodedata
from types import SimpleNamespace

import pytest
from pyte import screens

from tests.support.emulator import sitting
from tests.support.server import pieces_of, says
from zatsudan.terminal import typed

HINDI = "यह एक लंबा वाक्य है जिसमें कई संयुक्ताक्षर हैं और यह देखना है कि पंक्ति कहाँ टूटती है।"
BURMESE = "မြန်မာဘာသာစကားသည် တရုတ်-တိဘက်မိသားစုဝင် ဘာသာစကားတစ်ခု ဖြစ်သည်။"
THAI = "ภาษาไทยเขียนโดยไม่มีช่องว่างระหว่างคำจึงต้องตัดบรรทัดระหว่างพยางค์"
EMOJI = "Developers 👩‍💻 and families 👨‍👩‍👧‍👦 and shrugs 🤷🏽‍♀️ on one long row."
AMBIGUOUS = "手順①→②→③…“完了”です。※±2℃以内、Ⅲ章を参照。αとβは×ではなく÷です。"
TEXTS = [HINDI, BURMESE, THAI, EMOJI, AMBIGUOUS]


def test_where_a_release_keeps_its_widths_elsewhere_they_stay(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    typed.recount()
    monkeypatch.setattr(typed, "screen", SimpleNamespace())
    typed.recount()


def generous(char: str) -> int:
    """A terminal that joins nothing: marks with a width have one, ambiguous characters two."""
    category = unicodedata.category(char)
    if category in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WFA" else 1


def sparing(char: str) -> int:
    """A terminal in which no mark has a width."""
    return 0 if unicodedata.category(char)[0] == "M" else generous(char)


def letters(text: str) -> list[str]:
    """What is drawn by itself; pyte puts marks together with their letters."""
    decomposed = unicodedata.normalize("NFD", text)
    return [char for char in decomposed if unicodedata.category(char)[0] in "LNPS"]


@pytest.mark.parametrize("width", [generous, sparing])
@pytest.mark.parametrize("text", TEXTS)
async def test_each_row_stands_once(
    text: str, width: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(screens, "wcwidth", width)
    reply = "\n\n".join(f"{number}. {text}" for number in range(1, 9))
    async with sitting(says(*pieces_of(reply, 4), pause=0.004), columns=40, rows=12) as person:
        await person.say("go")
        shown = person.screen.scrollback()
    body = shown[shown.index("» go") + 4 : shown.rindex("\n", 0, shown.rindex(" in, "))]
    assert letters(re.sub(r"\s", "", body)) == letters(re.sub(r"\s", "", reply))
    assert "Esc stops" not in shown


async def test_what_is_typed_stands_as_it_was_typed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "wcwidth", generous)
    async with sitting(says("fine"), columns=40) as person:
        for char in HINDI:
            person.type(char)
            await asyncio.sleep(0)
        shown = await person.until("टूटती है।")
        assert letters(re.sub(r"\s", "", HINDI)) == letters(
            re.sub(r"\s|scripted$", "", shown[shown.rindex("»") + 1 :])
        )


async def test_bars_of_a_table_stand_in_their_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screens, "wcwidth", sparing)
    table = "| a | b |\n|---|---|\n| हिन्दी किताबें | x |\n| 👨‍👩‍👧‍👦 | y |\n| plain | z |\n"
    async with sitting(says(table)) as person:
        await person.say("go")
        columns = {
            [cell.data for cell in row].index("│")
            for row in person.screen.cells()
            if any(cell.data == "│" for cell in row)
        }
    assert len(columns) == 1
