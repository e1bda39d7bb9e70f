"""Ways on from a place of a reply: the tokens that could stand there and what would follow them, as a tree."""

from collections.abc import Iterable, Iterator, Sequence
from string import ascii_lowercase
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json
from zatsudan.wire.tokenview import Option, Token, entries_before

#: The least share with which another token parts a way once more.
ASIDE = 0.1


class Way(NamedTuple):
    """Tokens from a place on, with their log probabilities as they came: all of them, or none.

    `own`: the reply has them. `ended`: nothing follows. Before token `at` another way, `aside`, parts from it.
    """

    tokens: tuple[Token, ...]
    entries: tuple[Json, ...] = ()
    own: bool = False
    ended: bool = False
    at: int = 0
    aside: "Way | None" = None


class Branch(NamedTuple):
    """Tokens that no other way parts, and the branches behind them, the likeliest first.

    `path` are all tokens from the place to its end, with their `entries`. `letter` names a way that
    a reply can take.
    """

    tokens: tuple[Option, ...]
    path: tuple[Option, ...]
    entries: tuple[Json, ...] = ()
    behind: tuple["Branch", ...] = ()
    letter: str = ""
    own: bool = False
    ended: bool = False

    @property
    def share(self) -> float | None:
        """The probability of its first token at its place."""
        return self.tokens[0].p

    @property
    def text(self) -> str | None:
        """What stands from the place to its end; None where it ends within a character, or is an end."""
        return _decoded(self.path) if _continues(self.path[-1]) else None


def others_at(token: Token, count: int) -> list[Option]:
    """Return the likeliest other tokens at a place, so that with its own they are at most `count`."""
    found = [option for option in token.options if option.data != token.data]
    return sorted(found, key=lambda option: -(option.p or 0.0))[: count - 1]


def step(option: Option, entries: tuple[Json, ...] = ()) -> Way:
    """Return a way of one token, behind which nothing is known."""
    return Way((Token(option.data, option.p, id=option.id),), entries)


def parted(way: Way) -> Way:
    """Return a way with another that parts from it where it was least decided, if it was anywhere."""
    found = [
        (at, other)
        for at, token in enumerate(way.tokens)
        if at and _decoded(way.tokens[:at]) is not None
        for other in others_at(token, 2)
        if (other.p or 0.0) >= ASIDE and not other.refusal
    ]
    if not found:
        return way
    at, other = max(found, key=lambda pair: pair[1].p or 0.0)
    entries = tuple(entries_before(way.entries, at, other))[at:] if way.entries else ()
    return way._replace(at=at, aside=step(other, entries))


def whole(tokens: Sequence[Token]) -> int:
    """Return how many of the tokens make up whole characters, without the marks of an end."""
    size = len(tokens)
    while size and (_decoded(tokens[:size]) is None or not _continues(tokens[size - 1])):
        size -= 1
    return size


def tree(ways: Sequence[Way], *, lettered: bool = True) -> tuple[Branch, ...]:
    """Return ways as branches, the likeliest first."""
    letters = iter(ascii_lowercase if lettered else "")
    return tuple(_lettered(branch, letters) for branch in _ranked(map(_branch, ways)))


def ends(branches: Sequence[Branch]) -> Iterator[Branch]:
    """Yield the branches that nothing stands behind, from the top."""
    for branch in branches:
        if branch.behind:
            yield from ends(branch.behind)
        else:
            yield branch


def _branch(way: Way) -> Branch:
    tokens, at, aside = way.tokens, way.at, way.aside
    if aside is None:
        return Branch(tokens, tokens, way.entries, own=way.own, ended=way.ended)
    path = (*tokens[:at], *aside.tokens)
    entries = (*way.entries[:at], *aside.entries) if way.entries and aside.entries else ()
    behind = (
        Branch(tokens[at:], tokens, way.entries, own=way.own, ended=way.ended),
        Branch(aside.tokens, path, entries, ended=aside.ended),
    )
    return Branch(tokens[:at], tokens[:at], behind=_ranked(behind))


def _ranked(branches: Iterable[Branch]) -> tuple[Branch, ...]:
    return tuple(sorted(branches, key=lambda branch: -(branch.share or 0.0)))


def _lettered(branch: Branch, letters: Iterator[str]) -> Branch:
    if branch.behind:
        return branch._replace(behind=tuple(_lettered(each, letters) for each in branch.behind))
    if branch.own or branch.text is None:
        return branch
    return branch._replace(letter=next(letters, ""))


def _continues(token: Option) -> bool:
    """Tell whether a token is no mark of an end; one that is a part of a character is none."""
    return not token.refusal or _decoded((token,)) is None


def _decoded(tokens: Sequence[Option]) -> str | None:
    try:
        return b"".join(token.data for token in tokens).decode()
    except UnicodeDecodeError:
        return None
