"""The desk's state under its keys, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.lab.board import ASK, DROP, KEEP, LOOK, SAVE, Board, window
from zatsudan.lab.knob import Knob, knob

INF = float("inf")
TEMPERATURE = knob("temperature", 0.7, 0.8, 1.0, (0.0, 2.0), whole=False)
TOP_K = knob("top_k", None, 40.0, 0.0, (-1.0, INF), whole=True)
MIN_P = knob("min_p", None, None, 0.0, (0.0, 1.0), whole=False)


def board(tokens: int = 5) -> Board:
    return Board([TEMPERATURE, TOP_K, MIN_P], tokens)


def press(one: Board, *keys: str) -> str:
    wanted = LOOK
    for key in keys:
        wanted = one.press(key)
    return wanted


def test_turning_goes_by_steps_of_the_slider_and_by_small_ones() -> None:
    one = board()
    press(one, "right")
    assert one.changed() == {"temperature": 0.8}
    press(one, "s-left")
    assert one.changed() == {"temperature": 0.78}
    press(one, *["right"] * 40)
    assert one.changed() == {"temperature": 2}
    press(one, "down", "right")
    assert one.changed()["top_k"] == 45  # from the server's own 40, by a twentieth of 0 to 100
    press(one, "s-right")
    assert one.changed()["top_k"] == 46


def test_digits_type_a_value_and_zero_alone_is_neutral() -> None:
    one = board()
    press(one, "1", ".", "4")
    assert one.typed == "1.4"
    assert one.changed() == {}
    press(one, "enter")
    assert one.changed() == {"temperature": 1.4}
    press(one, "0")
    assert one.changed() == {"temperature": 1}
    press(one, "1", "0", "enter")
    assert one.changed() == {"temperature": 2}  # no more than may be sent
    press(one, "5", "backspace", "1", "escape")
    assert one.changed() == {"temperature": 2}
    press(one, ".", "2", "down")  # a move takes what was typed
    assert one.changed() == {"temperature": 0.2}


def test_u_takes_back_step_by_step_and_goes_there() -> None:
    one = board()
    press(one, "right", "down", "right", "right", "u")
    assert one.changed() == {"temperature": 0.8, "top_k": 45}
    press(one, "up", "u", "u", "u", "u")
    assert one.changed() == {}
    assert one.at == 0


def test_tab_goes_to_the_tokens_where_there_are_some() -> None:
    one = board(tokens=30)
    press(one, "tab", "right", "right", "down")
    assert (one.on_tokens, one.token) == (True, 12)
    press(one, "end", "right")
    assert one.token == 29
    press(one, "tab", "right")
    assert one.changed() == {"temperature": 0.8}
    bare = board(tokens=0)
    press(bare, "tab")
    assert not bare.on_tokens


def test_esc_asks_only_where_something_was_turned() -> None:
    assert press(board(), "escape") == DROP
    one = board()
    assert press(one, "right", "escape", "x") == LOOK
    assert one.leaving
    assert press(one, "escape") == LOOK
    assert press(one, "escape", "y") == KEEP
    assert press(board(), "right", "q", "n") == DROP


def test_enter_asks_again_and_s_names_a_preset() -> None:
    one = board()
    assert press(one, "enter") == ASK
    assert press(one, "s", "enter") == LOOK
    assert press(one, "w", "a", "x", "backspace", "r", "enter") == SAVE
    assert one.naming == "war"
    press(one, "escape")
    assert one.naming is None


def test_a_slider_shows_the_value_and_where_it_does_nothing() -> None:
    assert TEMPERATURE.slider(11) == "────●┼─────"
    assert MIN_P.slider(11) == "○──────────"
    assert (TEMPERATURE.shown, MIN_P.shown, TOP_K.shown) == ("0.7", "(0)", "(40)")


@given(st.lists(st.sampled_from(["left", "right", "s-left", "s-right", "up", "down", "tab", "u", "0", "1", ".", "5", "-", "enter", "escape", "y", "n", "c", "s", "home", "end"]), max_size=40))  # fmt: skip
def test_no_keys_lead_out_of_the_bounds(keys: list[str]) -> None:
    one = board(tokens=3)
    for key in keys:
        one.press(key)
    for knob_ in one.knobs:
        assert knob_.low <= knob_.held <= knob_.high
        assert len(knob_.slider(10)) == 10
    assert 0 <= one.token < 3
    assert 0 <= one.at < 3


@pytest.mark.parametrize(("at", "count", "height", "first"), [(0, 9, 4, 0), (8, 9, 4, 5), (4, 9, 4, 2), (1, 2, 5, 0)])  # fmt: skip
def test_the_row_under_the_cursor_is_in_sight(at: int, count: int, height: int, first: int) -> None:
    assert window(at, count, height) == first


def test_a_knob_without_an_end_has_a_slider_beyond_what_is_known() -> None:
    far = knob("n", 400.0, None, 0.0, (0.0, INF), whole=True)
    assert far.end >= 400
    assert isinstance(far.turned(1).sent, int)
    assert Knob("x", None, None, None, 0, 1, 0, 1).held == 0
