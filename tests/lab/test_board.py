"""The desk's state under its keys, as values."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.lab.board import ASK, BEFORE, DROP, KEEP, LOOK, NEXT, SAVE, STOP, Board, window
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


def test_a_reply_that_is_under_way_is_stopped_before_anything_is_left() -> None:
    one = board()
    one.busy = True
    assert press(one, "right", "escape") == STOP
    assert not one.leaving
    assert press(one, "s", "escape") == LOOK  # the name first
    assert press(one, "escape") == STOP
    one.busy = False
    assert press(one, "escape", "y") == KEEP


def test_v_goes_on_to_the_next_variant_and_shift_v_back() -> None:
    assert press(board(), "v") == NEXT
    assert press(board(), "V") == BEFORE


def test_who_looks_at_the_end_of_a_growing_reply_still_does() -> None:
    one = board(tokens=0)
    one.grown(1)
    one.grown(4)
    assert one.token == 3
    press(one, "tab", "left")
    one.grown(9)
    assert one.token == 2
    one.turned_to(2)
    assert (one.token, one.on_tokens) == (1, True)
    one.turned_to(0)
    assert (one.token, one.on_tokens) == (0, False)


def test_the_mouse_goes_where_it_points_but_leaves_a_question_alone() -> None:
    one = board(tokens=5)
    one.look_at(9)
    assert (one.token, one.on_tokens) == (4, True)
    one.go_to(2)
    one.put(9, 10)
    assert (one.at, one.on_tokens) == (2, False)
    assert one.changed() == {"min_p": 1}
    one.put(3, 10)
    assert one.changed() == {"min_p": 0.33}
    press(one, "u")
    assert one.changed() == {"min_p": 1}
    press(one, "escape")
    one.go_to(0)
    one.put(0, 10)
    one.look_at(0)
    assert (one.at, one.token, one.changed()) == (2, 4, {"min_p": 1})
    bare = board(tokens=0)
    bare.look_at(0)
    assert not bare.on_tokens


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
