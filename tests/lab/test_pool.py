"""The queue of cells that servers share, as values: who takes what, who rests, who is left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.doubles import Time
from zatsudan.base.errors import ConnectionFailed, StatusError, StreamError, ZatsudanError
from zatsudan.base.printable import printable
from zatsudan.lab.pool import FAILURES, Place, Queue, is_of_server
from zatsudan.lab.slots import Cell, Slot

GONE = ConnectionFailed(printable("Nothing answers."))
CUT = StreamError(printable("The reply was cut off."))


def queue_of(settings: int, runs: int, *profiles: str) -> tuple[Queue, list[Place]]:
    cells = [Cell("", {}, setting=at) for _ in range(runs) for at in range(settings)]
    places = [Place(name) for name in profiles]
    return Queue([Slot(cell) for cell in cells], range(len(cells)), places), places


@given(st.integers(1, 5), st.integers(1, 8), st.lists(st.integers(0, 2), max_size=200))
def test_each_cell_is_taken_once_and_settings_are_spread_over_the_servers(
    settings: int, runs: int, order: list[int]
) -> None:
    queue, places = queue_of(settings, runs, "a", "b", "c")
    taken: list[int] = []
    for who in [*order, *[0] * settings * runs]:
        number = queue.take(places[who], 0.0)
        if number is not None:
            taken.append(number)
            queue.done(number)
    assert sorted(taken) == list(range(settings * runs))
    assert queue.over.is_set()
    # Each setting once before any comes a second time in the list of one that takes them all.
    if not order:
        assert taken == list(range(settings * runs))


def test_two_servers_that_take_turns_get_as_many_of_each_setting() -> None:
    queue, (a, b) = queue_of(2, 8, "a", "b")
    for _ in range(8):
        assert queue.take(a, 0.0) is not None
        assert queue.take(b, 0.0) is not None
    assert a.had == b.had == {(0, ""): 4, (1, ""): 4}


async def test_what_one_failed_to_make_is_for_another() -> None:
    queue, (a, b) = queue_of(1, 2, "a", "b")
    assert queue.take(a, 0.0) == 0
    a.fail(GONE, 0.0, 1.0)
    assert queue.back(0, a, failed=True)
    time = Time()
    time.now = 1.5
    await queue.ready(a, time.clock, time.sleep)
    assert time.now == 2.0  # it rested a second
    assert queue.take(a, time.now) == 1
    assert queue.take(a, time.now) is None
    assert queue.take(b, time.now) == 0
    # Where no other is left, it may try once more.
    b.fault = GONE
    assert queue.back(0, b, failed=True)
    queue.done(1)
    assert queue.take(a, time.now) == 0


def test_a_cell_that_fails_everywhere_is_given_up_and_the_servers_stay() -> None:
    queue, places = queue_of(1, 1, "a", "b", "c")
    for at, place in enumerate(places, 1):
        assert queue.take(place, 9.0 * at) == 0
        place.fail(CUT, 0.0, 0.0)
        assert queue.back(0, place, failed=True) == (at < FAILURES)
    assert not queue.over.is_set()
    queue.done(0)
    assert queue.over.is_set()
    assert [place.fault for place in places] == [None] * 3


def test_nobody_left_is_the_end_and_what_waits_is_left() -> None:
    queue, (a,) = queue_of(1, 4, "a")
    assert queue.take(a, 0.0) == 0
    a.fault = GONE
    assert queue.back(0, a, failed=True)
    assert queue.over.is_set()
    assert queue.waiting == [0, 1, 2, 3]


# --- failures -----------------------------------------------------------------------


def rests(*errors: ZatsudanError) -> list[float | None]:
    """How long a server is left alone after each of these in a row; None once it is left out."""
    place, now = Place("a"), 0.0
    found: list[float | None] = []
    for error in errors:
        place.fail(error, now, now)
        found.append(None if place.fault is not None else place.rests - now)
        now = max(now, place.rests)
    return found


def test_one_that_fails_three_times_in_a_row_is_left_out() -> None:
    assert rests(GONE, CUT, StatusError(502)) == [1.0, 2.0, None]
    place = Place("a")
    for now in (0.0, 10.0, 20.0, 30.0):
        place.fail(GONE, now, now)
        place.went_well()
    assert place.fault is None


def test_requests_that_were_under_way_together_fail_as_one() -> None:
    place = Place("a")
    for at in range(8):
        place.fail(CUT, 0.0, 5.0 + at / 10)
    assert (place.failures, place.fault) == (1, None)


@pytest.mark.parametrize(
    ("error", "rest"),
    [
        (StatusError(429, retry_after=7.0), 7.0),
        (StatusError(503, retry_after=7.0), 7.0),
        (StatusError(429), 1.0),
        (StatusError(503, "Loading model"), 2.0),
        (StatusError(429, retry_after=3600.0), None),
        (StatusError(429, code="insufficient_quota"), None),
        (StatusError(401), None),
        (StatusError(404), None),
    ],
)
def test_who_has_too_much_to_do_is_waited_for_and_who_refuses_is_not(
    error: StatusError, rest: float | None
) -> None:
    assert rests(error) == [rest]
    assert is_of_server(error)
    carried = StreamError(printable("An error came."))
    carried.refused = error
    assert rests(carried) == [rest]


def test_too_much_to_do_is_no_failure() -> None:
    busy = StatusError(429, retry_after=1.0)
    assert rests(GONE, GONE, *[busy] * 20)[-1] == 1.0
    assert rests(*[StatusError(429)] * 8) == [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, None]


def test_what_is_wrong_with_the_request_is_nobody_elses() -> None:
    assert not is_of_server(StatusError(400, "temperature is too high"))
    assert not is_of_server(StatusError(422))
