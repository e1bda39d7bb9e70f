"""The forms in which servers are told whether, how hard and how long a model thinks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import JsonObject
from zatsudan.parameters.steering import makes_request
from zatsudan.parameters.table import BY_NAME
from zatsudan.servers.kinds import KINDS
from zatsudan.servers.taking import takes
from zatsudan.servers.thinkforms import (
    ALWAYS,
    FORMS,
    LEVELS,
    Wish,
    able,
    changed,
    cleared,
    said_by,
    set_by,
    wished,
)

#: Fields of a server that no row describes: they are sent as they are.
FREE = {"thinking", "enable_thinking"}

WISHES = st.booleans() | st.sampled_from(LEVELS) | st.integers(1, 10**6)
OTHERS: JsonObject = {
    "temperature": 0.6,
    "chat_template_kwargs": {"lang": "ja"},
    "reasoning": {"exclude": True},
}


@pytest.mark.parametrize(
    ("switch", "more", "wish", "sent"),
    [
        ("effort", "", False, {"reasoning_effort": "none"}),
        ("effort", "effort", "high", {"reasoning_effort": "high"}),
        ("template", "", True, {"chat_template_kwargs": {"enable_thinking": True}}),
        ("template", "", False, {"chat_template_kwargs": {"enable_thinking": False}}),
        (
            *("template", "effort", "low"),
            {"chat_template_kwargs": {"enable_thinking": True}, "reasoning_effort": "low"},
        ),
        (
            *("template", "budget", 500),
            {"chat_template_kwargs": {"enable_thinking": True}, "thinking_token_budget": 500},
        ),
        (
            *("template", "template", "low"),
            {"chat_template_kwargs": {"enable_thinking": True, "reasoning_effort": "low"}},
        ),
        ("template-thinking", "", False, {"chat_template_kwargs": {"thinking": False}}),
        ("reasoning", "", False, {"reasoning": {"effort": "none"}}),
        ("reasoning", "reasoning", "high", {"reasoning": {"effort": "high"}}),
        ("reasoning", "reasoning", 2000, {"reasoning": {"max_tokens": 2000}}),
        ("type", "", False, {"thinking": {"type": "disabled"}}),
        ("enable", "effort", "low", {"enable_thinking": True, "reasoning_effort": "low"}),
        ("budget", "", False, {"thinking_token_budget": 0}),
        ("budget", "", True, {}),
        (ALWAYS, "effort", "low", {"reasoning_effort": "low"}),
    ],
)
def test_each_form(switch: str, more: str, wish: Wish, sent: JsonObject) -> None:
    assert changed({}, wish, switch, more) == sent
    assert changed({"reasoning_effort": "max", "top_p": 1}, wish, switch, more) == {
        "top_p": 1,
        **sent,
    }


@given(st.sampled_from(sorted(FORMS)), WISHES)
def test_what_is_said_is_read_again_and_taken_back(form: str, wish: Wish) -> None:
    if not able(form, wish) or not set_by(form, wish):
        return
    values = changed(OTHERS, wish, form, form)
    read = wished(values)
    assert read == wish or (wish is True and isinstance(read, str))
    assert cleared(values) == OTHERS
    assert cleared(said_by(values)).keys() <= {"chat_template_kwargs", "reasoning"}
    assert changed(values, None, form) == OTHERS


def test_nothing_said_is_nothing_read() -> None:
    assert wished(OTHERS) is None
    assert said_by(OTHERS) == {}
    assert wished({"chat_template_kwargs": "odd", "reasoning": None, "thinking": 5}) is None


def test_off_goes_before_all_else() -> None:
    assert wished({"reasoning_effort": "high", "thinking_token_budget": 0}) is False


def test_every_kind_takes_what_its_forms_send() -> None:
    for kind in KINDS:
        forms = (*kind.thinking.switch, kind.thinking.level, kind.thinking.budget)
        for form in filter(None, forms):
            field = FORMS[form].field
            assert not makes_request(field)
            row = BY_NAME.get(field)
            assert (row is None and field in FREE) or (row and takes(kind, row)), (kind.name, form)
        if kind.thinking.level:
            assert able(kind.thinking.level, "low")
        if kind.thinking.budget:
            assert able(kind.thinking.budget, 5)
        assert all(able(form, True) for form in kind.thinking.switch)
