"""/forks and the marks of /tokens: where a reply could have gone otherwise."""

import math

from hypothesis import given
from hypothesis import strategies as st

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, refusal, run
from tests.support.server import says, serve
from tests.support.weighed import OPTIONS, reply
from zatsudan.terminal.text.tokenrows import token_rows
from zatsudan.wire.tokenview import Option, Token, entropy, undecided


def place(data: str, *shares: float) -> Token:
    options = tuple(Option(str(at).encode(), p) for at, p in enumerate(shares))
    return Token(data.encode(), shares[int(data)], options=options)


def test_the_most_open_place_stands_first_and_a_mark_counts_too() -> None:
    sure, even, three = place("0", 0.99, 0.01), place("1", 0.5, 0.5), place("0", 0.4, 0.3, 0.3)
    assert undecided([sure, even, three], 5) == [2, 1, 0]
    assert undecided([sure, even, three], 1) == [2]
    assert undecided([Token(b"x", 0.5)], 5) == []
    found = entropy(even)
    assert found is not None
    assert math.isclose(found, math.log(2))


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_the_entropy_is_that_of_what_is_told_and_the_rest_as_one(weights: list[float]) -> None:
    total = sum(weights) * 1.25  # a fifth is left for others
    shares = [weight / total for weight in weights]
    found = entropy(place("0", *shares))
    assert found is not None
    assert math.isclose(found, -sum(p * math.log(p) for p in [*shares, 0.2]), rel_tol=1e-6)
    assert 0 < found <= math.log(len(shares) + 1) + 1e-9


async def test_the_places_are_listed_with_what_else_could_have_stood_there() -> None:
    async with (
        serve(reply(" cat", " eel"), says("none")) as server,
        chat_with(server.base_url) as chat,
    ):
        await run(chat, "/logprobs on 3")
        turn, _ = await ask(chat, "which?")
        rows = lines(await run(chat, "/forks"))
        choices = math.exp(-sum(p * math.log(p) for p in OPTIONS.values()))
        # As open as each other: the one whose runner-up is likelier stands first.
        assert rows[0] == f"2 | cat | ·eel 10 % | {choices:.1f} | ·cat 60 %  ·dog 30 %"
        assert rows[1] == f"1 |  | ·cat 60 % | {choices:.1f} | ·dog 30 %  ·eel 10 %"
        assert rows[2].startswith("/forks #2 2 4 draws")
        assert rows == lines(await run(chat, "/forks 2"))
        assert len(lines(await run(chat, "/forks #2 places=1"))) == 2
        for args in ("2 none", "2 0", "1 2 1000", "1 40", "1 2 3 4", "places=0", "ways=3", "=3"):
            assert "not understood" in str(await refusal(chat, f"/forks {args}")), args
        assert "There is no reply '7'" in str(await refusal(chat, "/forks 7"))
        assert "Reply 2 has 2 tokens" in str(await refusal(chat, "/forks 3 4"))
        assert "There is no way a" in str(await refusal(chat, "/forks a"))
        await run(chat, "/logprobs off")
        await ask(chat, "and now?")
        assert "without log probabilities" in str(await refusal(chat, "/forks"))
    assert turn.nodes


def test_undecided_places_bear_a_mark_in_tokens() -> None:
    wide = place("0", 0.4, 0.3, 0.3)
    shown = "\n".join(token_rows([wide, place("0", 0.99, 0.01)], 60, coloured=False))
    assert "0°‹40›0" in shown
    assert "undecided" in shown
    assert "undecided" not in "\n".join(token_rows([place("0", 0.99, 0.01)], 60, coloured=False))
