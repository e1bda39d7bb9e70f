"""The toolbar: what fits stands whole."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import chat_with
from tests.support.commands import run
from tests.support.server import says, serve
from zatsudan.base.printable import EMPTY
from zatsudan.terminal.live.toolbar import Toolbar, fitting, keys_now
from zatsudan.terminal.text.onerow import at_word
from zatsudan.terminal.text.widths import most_cells

words = st.lists(st.text("ab雑談", min_size=1, max_size=9), min_size=1, max_size=6).map(" ".join)


@given(words, st.lists(words, max_size=8), st.lists(words, max_size=2), st.integers(20, 90))
def test_what_fits_stands_whole_and_the_rest_is_counted(
    first: str, parts: list[str], last: list[str], room: int
) -> None:
    shown = fitting(first, parts, last, room)
    assert most_cells(shown) <= room
    if most_cells(" · ".join((first, *last))) + 6 <= room:
        told = shown.split(" · ")
        more = [part for part in told if part.startswith("+")]
        count = len(told) - 1 - len(last) - len(more)
        assert told == [first, *parts[:count], *more, *last]
        assert [int(part) for part in more] == ([len(parts) - count] if count < len(parts) else [])


@given(words.map(lambda text: text.replace("雑", "a").replace("談", "b")), st.integers(12, 60))
def test_a_text_is_cut_between_words(text: str, room: int) -> None:
    shown = at_word(text, room)  # type: ignore[arg-type]
    assert most_cells(shown) <= room
    kept = shown.removesuffix(" …")
    assert text.startswith(kept.removesuffix("…"))
    if kept != shown:
        assert text[len(kept)] == " "


async def test_what_a_preset_set_is_shown_as_what_was_typed() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/set temperature 0.5 top_p 0.9 presence_penalty 0.25")
        chat.talk.record({"type": "set", "name": "seed", "value": 7, "origin": "preset"})
        bar = Toolbar(chat, lambda: 0.0)

        def shown(columns: int) -> str:
            return "".join(text for _, text, *_ in bar.tuples((), EMPTY, columns))

        assert "seed 7" in shown(200)
        assert shown(60).endswith(" · +2 · private")
        assert "presence_penalty" not in shown(60)


def test_the_lines_of_a_paste_are_counted_and_not_the_end_of_the_last() -> None:
    for text in ("a\n" * 20, "a\n" * 19 + "a"):
        said = keys_now(text, busy=False, aside=False, answers=EMPTY)
        assert said == "20 lines · Enter sends · Alt-Enter new line"
