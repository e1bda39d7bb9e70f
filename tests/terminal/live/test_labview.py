"""Many replies on the screen: side by side where they fit, else one after another."""

import asyncio
import re

from tests.support.emulator import sitting
from tests.support.server import (
    CUT,
    DONE,
    Piece,
    Request,
    Script,
    chunk,
    fails,
    pieces_of,
    says,
    usage,
)
from zatsudan.config.settings import Config, Profile

COLD = "The lamp is lit.\n\nIt turns all night."
WARM = "- salt\n- storm\n- stars\n\nand **gulls** again and again over the cliffs"


def both(request: Request) -> Script:
    text = COLD if request.body["temperature"] == 0 else WARM
    return says(*pieces_of(text))


def halves(shown: str) -> list[tuple[str, str]]:
    """The rows that stand in two columns."""
    rows = [row.split("│") for row in shown.splitlines() if row.count("│") == 1]
    return [(left.strip(), right.strip()) for left, right in rows]


async def test_a_thought_that_shows_late() -> None:
    slow = Script(
        [chunk("Let me see.\n\n"), 0.3, chunk("Hm.\n</think>\n\nYes."), chunk(finish="stop"), DONE]
    )
    async with sitting(slow, columns=120, rows=40) as person:
        shown = await person.say("/compare temperature=0 temperature=1.2 -- A lighthouse")
        first, second = zip(*halves(shown), strict=True)
        assert [row for row in first if row][1:4] == [
            "Let me see.",
            "What stands above was its thought.",
            "Yes.",
        ]
        assert [row for row in second if row][1:2] == ["Yes."]
        assert "Hm." not in shown


async def test_side_by_side_at_120() -> None:
    async with sitting(both, columns=120, rows=40) as person:
        shown = await person.say("/compare temperature=0 temperature=1.2 -- A lighthouse")
        assert "2 requests, 1 at a time" in shown
        rows = halves(shown)
        assert rows[0] == ("1  temperature 0", "2  temperature 1.2")
        assert [left for left, _ in rows[1:-1]] == [
            "The lamp is lit.",
            "",
            "It turns all night.",
            "",
            "",
        ]
        assert [right for _, right in rows[1:-1]] == [
            "• salt",
            "• storm",
            "• stars",
            "",
            "and gulls again and again over the cliffs",
        ]
        assert re.fullmatch(r"\d+ tok · .* tok/s · .* s · stop", rows[-1][0])
        assert "1 is on the path. /pick N goes on with another" in shown
        # The bar stands in one column of the screen.
        places = {row.index("│") for row in shown.splitlines() if row.count("│") == 1}
        assert len(places) == 1


async def test_one_after_another_where_two_do_not_fit() -> None:
    async with sitting(both, columns=70, rows=60) as person:
        shown = await person.say("/sweep temperature 0 1 2 -- A lighthouse")
        assert "│" not in shown
        heads = ("1  temperature 0", "2  temperature 1", "3  temperature 2")
        order = [shown.index(text) for text in heads]
        assert order == sorted(order)
        assert shown.count("The lamp is lit.\n\nIt turns all night.") == 1
        assert shown.count("and gulls again and again over the cliffs") == 2


async def test_three_at_80_are_two_and_one() -> None:
    async with sitting(both, columns=80, rows=60) as person:
        shown = await person.say("/sweep temperature 0 1 2 -- A lighthouse")
        assert halves(shown)[0] == ("1  temperature 0", "2  temperature 1")
        assert shown.index("3  temperature 2\n• salt") > shown.index("1  temperature 0")
        assert all(len(row) < 80 for row in shown.splitlines())


async def test_columns_stand_in_scrollback_once() -> None:
    def answer(request: Request) -> Script:
        name = "cold" if request.body["temperature"] == 0 else "warm"
        count = 60 if name == "cold" else 90
        return says(*(f"{name} {number}\n\n" for number in range(count)))

    async with sitting(answer, columns=100, rows=24) as person:
        await person.say("/compare temperature=0 temperature=1 -- go")
        rows = halves(person.screen.scrollback())
        assert [left for left, _ in rows if left.startswith("cold")] == [
            f"cold {at}" for at in range(60)
        ]
        assert [right for _, right in rows if right.startswith("warm")] == [
            f"warm {at}" for at in range(90)
        ]


async def test_japanese_columns_line_up() -> None:
    text = "雑談は楽しい。" * 12
    async with sitting(says(*pieces_of(text, 3)), columns=90, rows=40) as person:
        shown = await person.say("/compare temperature=0 temperature=1 -- 日本語で")
        rows = [row for row in shown.splitlines() if row.count("│") == 1]
        # A wide character takes two cells, of which the emulator fills one.
        assert {len(row[: row.index("│")].encode("utf-16-le")) // 2 for row in rows} <= set(
            range(20, 46)
        )
        left = "".join(left for left, _ in halves(shown)[1:-1])
        assert left.replace(" ", "") == text
        assert "dist-2: share of distinct pairs of characters" in shown


async def test_a_count_of_chunks_is_marked_and_gives_way_to_that_of_the_server() -> None:
    held = asyncio.Event()

    def answer(request: Request) -> Script:
        # Forty tokens in twenty-two chunks, as where a token ends inside a character.
        rest: list[Piece] = [chunk(finish="stop"), usage(10, 40), DONE]
        begun = [chunk("雑") for _ in range(22)]
        wait = [] if held.is_set() else [60.0]
        held.set()
        return Script([*begun, *wait, *rest])

    async with sitting(answer, columns=100, rows=40) as person:
        person.type("/compare temperature=0 temperature=1 -- 日本語で\r")
        shown = await person.until("~22 tok")
        assert " 22 tok" not in shown
        person.type("\x1b1")
        shown = await person.until("dist-2: share")
        last = next(row for row in halves(shown) if row[1].endswith("stop"))
        assert last[1].startswith("40 tok")


async def test_one_that_fails_says_so_in_its_column() -> None:
    def answer(request: Request) -> Script:
        if request.body["temperature"] == 0:
            return Script([chunk("half a rep"), CUT])
        return both(request)

    async with sitting(answer, columns=120, rows=40) as person:
        shown = await person.say("/compare temperature=0 temperature=1 -- go")
        rows = halves(shown)
        assert rows[1][0] == "half a rep"
        assert any(left.startswith("The connection") for left, _ in rows)
        assert any("gulls" in right for _, right in rows)


async def test_a_reply_that_broke_off_is_asked_of_another_server_in_its_column() -> None:
    def answer(request: Request) -> Script:
        if request.headers["authorization"] == "Bearer key-1":
            return Script([chunk("half a wo"), 0.05, CUT])
        return says("whole")

    known = {name: Profile(base_url="http://x", api_key=f"key-{name}") for name in "12"}
    async with sitting(answer, columns=120, rows=40, config=Config(profiles=known)) as person:
        shown = await person.say("/sweep seed 1 2 pool=1,2 -- go")
        left, right = zip(*halves(shown), strict=True)
        assert "1 broke off. Asked again:" in (*left, *right)
        assert sum(text == "whole" for text in (*left, *right)) == 2
        assert sum(text == "half a wo" for text in (*left, *right)) == 1
        assert "1 is left out" not in shown


async def test_where_no_server_of_a_pool_replies_the_message_is_given_back() -> None:
    config = Config(profiles={"a": Profile(base_url="http://x", model="m")})
    async with sitting(fails(401, {"error": "no"}), columns=100, rows=40, config=config) as person:
        shown = await person.say("/sweep seed 1 2 pool=a -- go")
        assert "a is left out: The server does not accept the API key (401)" in shown
        assert "/sweep continue" not in shown
        assert "» go" in shown


async def test_ctrl_c_keeps_what_is_there_and_the_talk_goes_on() -> None:
    def answer(request: Request) -> Script:
        if request.body.get("temperature") == 1:
            return Script([chunk("begun here"), *[10.0] * 3, chunk("never"), DONE])
        return says("whole reply")

    async with sitting(answer, columns=120, rows=40) as person:
        person.type("/sweep temperature 0 1 2 -- go\r")
        await person.until("begun here")
        person.type("\x03")
        shown = await person.at_rest()
        assert "interrupted" in shown
        assert "no reply" in shown
        lab = person.chat.talk.session.lab
        assert lab is not None
        assert [node_id is not None for _, node_id in lab.cells] == [True, True, False]
        assert "whole reply" in await person.say("and now?")


async def test_of_what_nobody_was_asked_for_stands_nothing() -> None:
    endless = Script([chunk("begun "), 20.0, DONE])
    async with sitting(endless, columns=80, rows=60) as person:
        person.type("/sweep seed 1..6 -- go\r")
        await person.until("begun")
        person.type("\x1b")
        shown = await person.at_rest()
        assert halves(shown)[0] == ("1  seed 1", "2  seed 2")
        assert "│ 3  seed 3" not in shown
        assert "\n3  seed 3" not in shown
        # The table has all of them.
        assert re.search(r"^ *6 +seed 6 .*no reply", shown, re.MULTILINE)


async def test_alt_and_a_digit_stop_one() -> None:
    def answer(request: Request) -> Script:
        if request.body.get("temperature") == 0:
            return Script([chunk("begun here"), *[10.0] * 3, chunk("never"), DONE])
        return says("whole reply")

    async with sitting(answer, columns=120, rows=40) as person:
        person.type("/compare temperature=0 temperature=2 -- go\r")
        await person.until("begun here")
        person.type("\x1b1")
        shown = await person.at_rest()
        assert "interrupted" in shown
        assert "whole reply" in shown


async def test_blind_shows_no_settings_until_picked() -> None:
    async with sitting(both, columns=120, rows=40) as person:
        shown = await person.say("/compare temperature=0 temperature=1.2 blind -- go")
        after = shown[shown.index("requests") :]
        assert "temperature" not in after
        assert "tok/s ·" not in after
        shown = await person.say("/pick 1")
        assert "1  temperature" in shown
        assert "2  temperature" in shown
        shown = await person.say("/tally")
        assert re.search(r"temperature \S+ +temperature \S+ +1 +0 +0 +100 %", shown)


async def test_a_change_of_width_begins_the_columns_again_and_loses_nothing() -> None:
    def answer(request: Request) -> Script:
        name = "cold" if request.body["temperature"] == 0 else "warm"
        if name == "cold":
            return says(*(f"{name} {number}\n\n" for number in range(5)))
        return says(*(f"{name} {number}\n\n" for number in range(12)), pause=0.1)

    async with sitting(answer, columns=120, rows=40) as person:
        person.type("/compare temperature=0 temperature=1 -- go\r")
        await person.until("warm 3")
        person.resize(90, 40)
        shown = await person.at_rest()
        again = shown[shown.index("The width has changed: from the beginning again.") :]
        rows = halves(again)
        assert rows[0] == ("1  temperature 0", "2  temperature 1")
        assert [left for left, _ in rows if left.startswith("cold")] == [
            f"cold {at}" for at in range(5)
        ]
        assert [right for _, right in rows if right.startswith("warm")] == [
            f"warm {at}" for at in range(12)
        ]


async def test_n_choices_stand_side_by_side_and_the_fall_back_is_said() -> None:
    async with sitting(says("hello"), columns=120, rows=40) as person:
        await person.say("/n 2")
        shown = await person.say("hi")
        assert "answered n=2 with 1: 1 further requests make the rest." in shown
        assert halves(shown)[0] == ("1  choice 1", "2  choice 2")
        assert halves(shown)[1] == ("hello", "hello")


async def test_nothing_came_gives_the_message_back() -> None:
    async with sitting(fails(401, {"error": "no key"}), columns=120, rows=40) as person:
        shown = await person.say("/compare temperature=0 temperature=1 -- go on")
        assert "does not accept the API key" in shown
        assert "» go on" in shown


async def test_a_diff_marks_what_changed() -> None:
    async with sitting(both, columns=80, rows=40) as person:
        await person.say("/sweep temperature 0 1 2 -- go")
        shown = await person.say("/diff 1 2")
        assert "1 → 2 · temperature 0 → 1" in shown
        assert "[-The lamp is lit." in shown
        same = await person.say("/diff 2 3")
        assert "The two are the same, character for character." in same


async def test_esc_stops_a_probe_and_the_talk_goes_on() -> None:
    def answer(request: Request) -> Script:
        if request.body.get("stream"):
            return says("here I am")
        return Script([*[10.0] * 3, DONE])

    async with sitting(answer, rows=40) as person:
        person.type("/probe seed\r")
        await person.until("asking the server itself")
        person.type("\x1b")
        await person.until("Stopped.")
        shown = await person.at_rest()
        assert "At most 5 requests of at most 8 tokens each" in shown
        assert "asking the server itself" not in shown
        assert "here I am" in await person.say("hi")
