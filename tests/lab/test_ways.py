"""Ways on from a place as a tree: what parts where, which ends have letters, and what text they stand for."""

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.lab.ways import ASIDE, Branch, Way, ends, others_at, parted, step, tree, whole
from zatsudan.wire.tokenview import Option, Token

KANJI = "雑".encode()


def token(text: str, p: float, **others: float) -> Token:
    options = [Option(text.encode(), p), *(Option(k.encode(), v) for k, v in others.items())]
    return Token(text.encode(), p, tuple(options))


def test_the_likeliest_others_stand_at_a_place_without_its_own() -> None:
    place = token("b", 0.2, c=0.1, a=0.6)
    assert [option.text for option in others_at(place, 2)] == ["a"]
    assert [option.text for option in others_at(place, 9)] == ["a", "c"]


def test_a_way_parts_where_another_token_was_likeliest_but_not_at_its_first() -> None:
    way = Way((token("a", 0.5, x=0.5), token("b", 0.8, y=0.15), token("c", 0.7, z=0.3)))
    found = parted(way)
    assert found.at == 2
    assert found.aside == step(Option(b"z", 0.3))
    sure = Way((token("a", 0.5, x=0.5), token("b", 0.95, y=ASIDE - 0.01)))
    assert parted(sure) == sure
    assert parted(Way((token("a", 0.5), Token(b"rest of it", None)))).aside is None


def test_no_way_parts_within_a_character_nor_at_an_end() -> None:
    pieces = (Token(KANJI[:1], 0.5), Token(KANJI[1:], 0.5, (Option(b"x", 0.4),)), token("c", 1.0))
    assert parted(Way((token("a", 1.0), *pieces))).aside is None
    assert parted(Way((token("a", 1.0), Token(b".", 0.5, (Option(b"", 0.4),))))).aside is None
    assert whole((token("a", 1.0), *pieces[:1])) == 1
    assert whole((token("a", 1.0), *pieces[:2])) == 3
    assert whole((token("a", 1.0), Token(b"<|im_end|>", 1.0))) == 1


def test_parts_of_a_character_and_ends_have_no_letter() -> None:
    ways = [step(Option(data, 0.1)) for data in (b"a", KANJI[:2], b"<|im_end|>", b"", b"b")]
    own = step(Option(b"c", 0.1))._replace(own=True)
    assert [(branch.letter, branch.text) for branch in tree([*ways, own])] == [
        *(("a", "a"), ("", None), ("", None), ("", None), ("b", "b"), ("", "c")),
    ]
    assert not any(branch.letter for branch in tree(ways, lettered=False))


TOKENS = st.builds(
    lambda data, p, others: Token(
        data, p, (Option(data, p), *(Option(other, q) for other, q in others.items()))
    ),
    st.sampled_from([b"a", b" b", b"\n", KANJI, KANJI[:1], KANJI[1:], b"</s>", b""]),
    st.floats(0.01, 1),
    st.dictionaries(st.sampled_from([b"x", b"\xe9\x9b", b"", b" y"]), st.floats(0.01, 1)),
)
WAYS = st.lists(TOKENS, min_size=1, max_size=6).map(lambda tokens: Way(tuple(tokens)))


def walked(branches: tuple[Branch, ...], before: bytes = b"") -> Iterator[tuple[Branch, bytes]]:
    for branch in branches:
        data = before + b"".join(token.data for token in branch.tokens)
        if branch.behind:
            yield from walked(branch.behind, data)
        else:
            yield branch, data


@given(st.lists(WAYS, min_size=1, max_size=6))
def test_each_end_stands_for_what_is_drawn_up_to_it_byte_for_byte(ways: list[Way]) -> None:
    branches = tree([parted(way) for way in ways])
    found = list(walked(branches))
    assert [branch for branch, _ in found] == list(ends(branches))
    for branch, data in found:
        assert data == b"".join(option.data for option in branch.path)
        if branch.text is not None:
            assert branch.text.encode() == data
        assert bool(branch.letter) == (branch.text is not None)
    letters = [branch.letter for branch, _ in found if branch.letter]
    assert letters == sorted(set(letters))
    drawn = {data for _, data in found}
    assert all(b"".join(token.data for token in way.tokens) in drawn for way in ways)
