"""An experiment in the journal: what is read is what was written, and what is odd does no harm."""

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tests.support.talks import json_values
from zatsudan.sessions.planned import Lab, Plan, read_lab
from zatsudan.sessions.records import apply, message_record
from zatsudan.sessions.session import Session
from zatsudan.wire.messages import Message

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject

KNOWN = {"1": None, "2": None, "3": None}

plans = st.builds(
    Plan,
    setting=st.integers(0, 9),
    axes=st.lists(st.text(max_size=5), max_size=2).map(tuple),
    parameters=st.dictionaries(st.sampled_from(["temperature", "stop"]), json_values, max_size=2),
    model=st.text(max_size=5),
    profile=st.text(max_size=5),
    system=st.none() | st.text(max_size=5),
    begin=st.text(max_size=5),
    parent=st.sampled_from(["", "1", "2"]),
)


@given(st.lists(plans, min_size=1, max_size=4), st.booleans(), st.sampled_from(["", "-likeness"]))
def test_what_is_written_is_read(planned: list[Plan], blind: bool, by: str) -> None:
    cells = tuple((f"cell {at}", "3" if at % 2 else None) for at in range(len(planned)))
    lab = Lab("1", cells, blind, tuple(planned), by)
    assert read_lab(lab.to_json(), KNOWN) == lab
    without = lab._replace(plans=())
    assert read_lab(without.to_json(), KNOWN) == without


def test_what_makes_the_request_is_no_parameter_of_a_plan() -> None:
    plan = Plan(parameters={"temperature": 1, "messages": [], "model": "x"})
    read = Plan.from_json(plan.to_json())
    assert read is not None
    assert read.parameters == {"temperature": 1}


def test_a_plan_that_is_none_leaves_the_cells_without() -> None:
    odds: list[JsonObject] = [
        {"setting": -1, "parameters": {}},
        {"setting": 0},
        {"setting": "0", "parameters": {}},
    ]
    for odd in odds:
        assert Plan.from_json(odd) is None
    lab = Lab("1", (("a", None), ("b", None)), plans=(Plan(0), Plan(1, parent="9")))
    read = read_lab(lab.to_json(), KNOWN)  # the message 9 is not there
    assert read is not None
    assert read.plans == ()
    assert read.settings == (0, 1)


def test_replies_come_one_by_one_and_are_numbered_wherever_they_stand() -> None:
    session = Session()
    for node_id, text in (("1", "one"), ("2", "two")):
        apply(session, message_record(node_id, None, Message("user", text), ""))
    planned = (Plan(0, parent="1"), Plan(0, parent="2"))
    apply(session, Lab("1", (("a", None), ("b", None)), plans=planned).to_json())
    for node_id, parent in (("3", "2"), ("4", "1")):
        apply(session, message_record(node_id, parent, Message("assistant", "x"), ""))
    apply(session, {"type": "cell", "at": 1, "id": "3"})
    assert session.lab is not None
    assert session.lab.cells == (("a", None), ("b", "3"))
    for parent in ("1", "2"):
        numbered = session.numbered(parent)
        assert numbered[0] is None
        assert numbered[1] == session.nodes["3"]
    odds: list[JsonObject] = [
        {"at": 2, "id": "3"},
        {"at": -1, "id": "3"},
        {"at": 0, "id": "9"},
        {"id": "3"},
    ]
    for odd in odds:
        before = session.lab
        apply(session, {"type": "cell", **odd})
        assert session.lab == before
