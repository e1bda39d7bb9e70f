"""The picker as a person sees it."""

from pathlib import Path

import pytest
from prompt_toolkit.utils import get_cwidth

from tests.support.emulator import Sitting, sitting
from tests.support.server import says
from tests.support.stored import write
from zatsudan.base.printable import Printable
from zatsudan.commands import sessions as commands
from zatsudan.sessions import shelf
from zatsudan.sessions.summary import Summary

UP, DOWN, END, HOME, PAGE_DOWN, DELETE = (
    "\x1b[A",
    "\x1b[B",
    "\x1b[F",
    "\x1b[H",
    "\x1b[6~",
    "\x1b[3~",
)
FOOT = "Esc leaves"


@pytest.fixture
def sessions(tmp_path: Path) -> Path:
    talks = [
        ("雑談サンプリング温度を下げると返事はどう変わりますか", "落ち着きます。"),
        ("How do I reverse a list?", "Use `items.reverse()`."),
        ("猫の名前を考えてください", "「こはる」はいかがでしょう。\n\nそれとも「むぎ」。"),
    ]
    for number, talk in enumerate(talks):
        write(tmp_path, f"s{number}", *talk, age=number, title="Lists" if number == 1 else "")
    return tmp_path


async def opened(person: Sitting, line: str = "/sessions") -> str:
    person.type(line + "\r")
    return await person.until(lambda: FOOT in person.screen.shown())


async def closed(person: Sitting) -> str:
    await person.until(lambda: FOOT not in person.screen.shown())
    return await person.at_rest()


async def test_it_lists_previews_and_loads(sessions: Path) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        rows = (await opened(person)).splitlines()
        assert len(rows) == 24
        assert rows[0] == " Sessions 3 »"
        assert rows[1].split() == ["title", "age", "turns", "model", "first", "words"]
        assert rows[2].startswith(" 雑談サンプリング")
        assert rows[3].startswith(" Lists")
        # Every column stands at the same cell, whatever is before it.
        assert len({get_cwidth(row[: row.index(" ago")]) for row in rows[2:5]}) == 1
        assert all(get_cwidth(row) <= 80 for row in rows)
        assert "落ち着きます。" in "\n".join(rows[14:])
        person.type(DOWN + DOWN)
        await person.until("それとも「むぎ」。")
        person.type("\r")
        shown = await closed(person)
        assert "猫の名前を考えてください · 1 turn" in shown
        assert "just write" in shown  # the talk stood untouched behind it
        assert person.chat.talk.session.id == "s2"
        assert shown.endswith("»\nneedle-model")


async def test_typing_filters_also_in_japanese(sessions: Path) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        await opened(person)
        person.type("猫 名前")
        shown = await person.until("1 of 3 » 猫 名前")
        assert "こはる" in shown
        assert "Lists" not in shown
        person.type("x")
        assert "nothing fits" in await person.until("0 of 3")
        person.type("\r\x15")  # Enter takes nothing where nothing is
        await person.until(lambda: "Sessions 3" in person.screen.shown())
        person.type("list")
        await person.until("1 of 3")
        person.type("\r")
        await closed(person)
        assert person.chat.talk.session.id == "s1"


async def test_delete_asks_first(sessions: Path) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        await opened(person)
        person.type(DOWN + "\x04")
        await person.until("Delete “Lists” for good? y deletes")
        person.type("n")
        await person.until(FOOT)
        person.type(DELETE)
        await person.until(lambda: "Delete “Lists”" in person.screen.shown())
        assert len(shelf.summaries(sessions)) == 3
        person.type("y")
        await person.until(lambda: "Sessions 2" in person.screen.shown())
        assert [entry.id for entry in shelf.summaries(sessions)] == ["s0", "s2"]
        person.type("\x1b")
        await closed(person)


async def test_rename(sessions: Path) -> None:
    async with sitting(says("ok"), sessions=sessions) as person:
        await opened(person)
        person.type("\x12")
        await person.until("new name » 雑談サンプリング")
        person.type("\x15温度の話\r")
        shown = await person.until(lambda: "new name" not in person.screen.shown())
        assert shown.splitlines()[2].startswith(" 温度の話 ")
        assert [entry.name for entry in shelf.summaries(sessions)][:2] == ["温度の話", "Lists"]
        person.type("\x12\x15not this")
        await person.until("not this")
        person.type("\x1b")
        await person.until(lambda: "not this" not in person.screen.shown())
        person.type("\x03")
        await closed(person)
        assert shelf.summaries(sessions)[0].title == "温度の話"


async def test_the_session_at_hand_is_renamed_live_and_not_deleted(tmp_path: Path) -> None:
    async with sitting(says("ok"), sessions=tmp_path) as person:
        await person.say("hello")
        await opened(person)
        person.type("\x04")
        await person.until("Delete “hello”")
        person.type("y")
        await person.until("This session is the one at hand. /new begins another one.")
        person.type("\x12\x15Greeting\r")
        await person.until(lambda: "new name" not in person.screen.shown())
        person.type("\x1b")
        assert (await closed(person)).endswith("scripted · Greeting")


async def test_many_sessions_scroll(tmp_path: Path) -> None:
    for number in range(60):
        write(tmp_path, f"s{number:02}", f"talk number {number:02}", "reply", age=number)
    async with sitting(says("ok"), sessions=tmp_path) as person:
        assert "talk number 09" in await opened(person)
        person.type(PAGE_DOWN + PAGE_DOWN)
        shown = await person.until(lambda: "talk number 18" in person.screen.shown())
        assert "talk number 08" not in shown.splitlines()[2]
        person.type(END)
        await person.until(lambda: "talk number 59" in person.screen.shown())
        person.type(HOME + UP)
        await person.until(lambda: "talk number 00" in person.screen.shown())
        person.type(DOWN + "\r")
        await closed(person)
        assert person.chat.talk.session.id == "s01"


async def test_of_many_sessions_those_are_laid_out_that_are_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(300):
        write(tmp_path, f"s{number:03}", f"talk number {number:03}", "reply", age=number)
    made: set[str] = set()
    real = commands._cells

    def counted(entry: Summary) -> tuple[Printable, ...]:
        made.add(entry.id)
        return real(entry)

    monkeypatch.setattr(commands, "_cells", counted)
    async with sitting(says("ok"), sessions=tmp_path) as person:
        await opened(person)
        assert made == {f"s{number:03}" for number in range(10)}
        person.type("29")
        await person.until("of 300")
        assert made <= {
            f"s{number:03}" for number in range(300) if number < 10 or "2" in str(number)
        }
        assert len(made) < 40
        person.type("\x1b")
        await closed(person)


async def test_a_wide_screen_has_the_preview_beside_the_list(sessions: Path) -> None:
    async with sitting(says("ok"), sessions=sessions, columns=130, rows=30) as person:
        rows = (await opened(person)).splitlines()
        assert "│" in rows[1]
        assert "落ち着きます。" in "\n".join(row.partition("│")[2] for row in rows)
        person.type("\x1b")
        await closed(person)


async def test_a_huge_message_is_previewed_by_its_end(tmp_path: Path) -> None:
    write(tmp_path, "s", "question", "長い話 " * 100_000 + "終わり")
    async with sitting(says("ok"), sessions=tmp_path) as person:
        assert "終わり" in await opened(person)
        person.type("\x1b")
        await closed(person)


async def test_foreign_titles_steer_nothing(tmp_path: Path) -> None:
    write(
        tmp_path,
        "s",
        "\x1b[2J\x1b]0;owned\x07 bad",
        "\x9b31m reply \u202e",
        title="\x1b[31mred\nrow",
    )
    async with sitting(says("ok"), sessions=tmp_path) as person:
        shown = await opened(person)
        assert "␛[31mred row" in shown
        assert "\x1b]0;owned" not in "".join(person.screen.raw)
        person.type("\x1b")
        await closed(person)


async def test_search_jumps_to_the_branch_of_a_hit(tmp_path: Path) -> None:
    texts = [f"message {number}" for number in range(1, 31)]
    texts[4] = "ここに京都の庭園がある"
    write(tmp_path, "s", *texts)
    async with sitting(says("ok"), sessions=tmp_path) as person:
        shown = await opened(person, "/search 庭園 京都")
        assert "Search 1 »" in shown
        assert "ここに京都の庭園がある" in shown.splitlines()[2]
        person.type("\r")
        shown = await closed(person)
        assert "message 1 · 15 turns" in shown
        assert "4 earlier messages stand above" in shown
        assert "» ここに京都の庭園がある" in shown
        assert "21 messages between are not shown" in shown
        assert "message 30" in shown
        assert person.chat.talk.session.head == "30"


async def test_search_without_a_hit_says_so(tmp_path: Path) -> None:
    async with sitting(says("ok"), sessions=tmp_path) as person:
        assert "無い stands in no session." in await person.say("/search 無い")
