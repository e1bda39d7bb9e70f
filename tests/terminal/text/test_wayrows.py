"""The tree of ways on: rows that fit, and lines to be read aloud."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.emulator import sitting
from tests.support.toymodel import model
from zatsudan.lab.ways import Way, parted, tree
from zatsudan.terminal.text.clusters import cells
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.terminal.text.wayrows import way_lines, way_rows
from zatsudan.wire.tokenview import Option, Token

TOKENS = st.builds(
    lambda text, p, q: Token(text.encode(), p, (Option(text.encode(), p), Option(b"\tx", q))),
    st.text(st.sampled_from("a 雑é\n\t👩🏽"), min_size=1, max_size=20),
    st.floats(0.001, 1),
    st.floats(0.001, 1),
)
WAYS = st.lists(
    st.lists(TOKENS, min_size=1, max_size=8).map(lambda tokens: Way(tuple(tokens))),
    min_size=1,
    max_size=5,
)


@given(WAYS, st.integers(30, 150))
def test_no_row_is_wider_than_the_screen_and_each_branch_has_one(
    ways: list[Way], width: int
) -> None:
    branches = tree([parted(way) for way in ways])
    rows = [uncoloured(row) for row in way_rows(branches, width)]
    assert all(cells(row) <= width for row in rows)
    assert len(rows) == len(branches) + sum(len(branch.behind) for branch in branches)


def test_what_parts_shows_its_end_where_it_is_too_long() -> None:
    long = Way((Token(b"begin" + 40 * b"-" + b"end", 0.5), Token(b"x", 0.5, (Option(b"y", 0.4),))))
    rows = [uncoloured(row) for row in way_rows(tree([parted(long)]), 40)]
    assert rows[0].startswith("└─ 50 %    begin-")
    assert rows[0].endswith("-end")
    assert "…" in rows[0]
    assert rows[1] == "     ├─ 50 % a  x …"


async def test_a_way_is_chosen_by_its_letter_and_gone_on_with() -> None:
    async with sitting(model(said=("The", " sky"))) as person:
        await person.say("/logprobs on 5")
        await person.say("go")
        shown = await person.say("/forks 2 3 1")
        assert "At most 9 requests of at most 1 tokens each" in shown
        assert "├─ 50 % a  ·sea·is …" in shown
        assert "└─ 15 %    ·海" in shown
        shown = await person.say("/forks a")
        assert "On with way a, from 'The sea is':" in shown
        assert "The sea is calm." in shown
        shown = await person.say("/why")
        assert "goes on from" in shown


def test_it_is_read_aloud_way_by_way() -> None:
    own = Way((Token(b"c", 0.2),), own=True, ended=True)
    ways = [
        parted(Way((Token(b" a", 0.5), Token(b"b", 0.5, (Option(b"x", 0.4),))))),
        own,
        Way((Token(b"\xe9", 0.1),)),
    ]
    assert list(way_lines(tree(ways))) == [
        "way a, 50 %: ·ab …",
        "way b, 40 %: ·ax …",
        "as it stands, 20 %: c (end)",
        "no way on, 10 %: <E9>",
    ]
