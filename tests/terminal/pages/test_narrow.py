"""Pages on narrow screens: what does not fit is left out whole, the least needed first."""

import pytest
from prompt_toolkit.utils import get_cwidth

from tests.support.emulator import sitting
from tests.support.toymodel import model
from tests.support.weighed import reply


@pytest.mark.parametrize("columns", [40, 60, 80])
async def test_the_inspector_has_its_pane_where_there_is_room(columns: int) -> None:
    async with sitting(reply(" cat", " dog"), columns=columns, rows=20) as person:
        await person.say("/logprobs on 3")
        await person.say("which?")
        person.type("/inspect\r")
        shown = await person.until("token 1 of 2")
        rows = shown.split("\n")
        beside = rows[0].endswith("token 1 of 2")
        assert beside == (columns == 80)
        assert rows[0].startswith("·cat·dog‹30›")
        assert next(row for row in rows if "▸•" in row).endswith("60 % ·cat █████")
        keys = next(
            at for at, row in enumerate(rows) if row.startswith("←→ token · ↑↓ alternative")
        )
        assert rows[keys].endswith("q leaves")
        said = " ".join(rows[keys + 1 :])
        assert said == "To look only: this server does not go on from a given text."
        assert all(get_cwidth(row) <= columns and "…" not in row for row in rows)
        person.type("q")
        await person.until(lambda: "token 1 of 2" not in person.screen.shown())


async def test_the_picker_names_the_keys_that_fit() -> None:
    async with sitting(reply(" cat"), columns=40, rows=20) as person:
        await person.say("which?")
        person.type("/sessions\r")
        shown = await person.until("Sessions 1")
        assert "Enter loads · Esc leaves" in shown
        assert "Ctrl-D" not in shown
        person.type("\x1b")
        await person.until(lambda: "Sessions 1" not in person.screen.shown())


async def test_what_helps_with_a_question_is_whole() -> None:
    async with sitting(model(), columns=40, rows=20) as person:
        await person.say("go")
        person.type("/manual\r")
        shown = await person.until("▸ 1  The")
        assert "Enter takes it · Esc leaves · what was\nchosen is kept" in shown
        person.type("\x1b")
        await person.until("Nothing was chosen.")
