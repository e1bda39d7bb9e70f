"""A text that comes in pieces gives the blocks of the whole."""

from dataclasses import asdict

from hypothesis import given, settings

from tests.support.texts import markdown, pieces
from zatsudan.markdown.growing import Growing
from zatsudan.markdown.leaves import Event, Work
from zatsudan.markdown.reading import events


@settings(max_examples=200, deadline=None)
@given(pieces(markdown))
def test_what_opens_and_closes_is_that_of_the_whole(text: tuple[str, list[str]]) -> None:
    whole, cut = text
    growing = Growing(Work())
    found: list[Event] = []
    for at, piece in enumerate(cut):
        found += growing.feed(piece)[0]
        if at % 5 == 0:
            growing.ending(100, hold=at % 2 == 0)
    found += growing.finish()

    expected = list(events(whole))
    assert [_text(event) for event in found] == [_text(event) for event in expected]


def _text(event: Event) -> object:
    if event[0] == "close":
        # In the middle of a long line a paragraph is settled, so it heads no table.
        return asdict(event[1]) | {"may_head": None}
    container = event[1]
    return event[0], container.kind, container.marker, container.after_blank


def test_the_ending_shows_a_table_as_what_it_will_be() -> None:
    growing = Growing(Work())
    assert growing.feed("| a | b |")[:2] == ([], None)

    (closed,) = growing.ending(100, hold=True)
    assert closed[0] == "close"
    assert closed[1].kind == "table"
    assert growing.feed("\nnone\n\n")[0][0][1].kind == "paragraph"


@settings(max_examples=100, deadline=None)
@given(pieces(markdown))
def test_whole_blocks_hang_on_nothing_around_them(text: tuple[str, list[str]]) -> None:
    whole, _ = text
    growing = Growing(Work())
    for piece in (whole[: len(whole) // 3], whole[len(whole) // 3 :]):
        fed = growing.feed(piece)

        inside = fed.events[fed.first.events : fed.last.events]
        assert [_inside(event) for event in inside] == [
            _inside(event) for event in events(fed.whole)
        ]
        assert (fed.whole + fed.behind).endswith(fed.rest)


def _inside(event: Event) -> object:
    """An event without what tells of the line before."""
    if event[0] == "close":
        return asdict(event[1]) | {"after_blank": None, "may_head": None}
    return event[0], event[1].kind, event[1].marker
