"""A reply that is not of the form that was asked for."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.base.jsonvalues import Json
from zatsudan.talk.conformity import misfit

SCHEMA: Json = {
    "type": "object",
    "properties": {"age": {"type": "integer"}},
    "required": ["age"],
}
#: The forms in which a schema is sent.
FORMS: list[dict[str, Json]] = [
    {"response_format": {"type": "json_schema", "json_schema": {"name": "a", "schema": SCHEMA}}},
    {"response_format": {"type": "json_schema", "schema": SCHEMA}},
    {"json_schema": SCHEMA},
    {"structured_outputs": {"json": SCHEMA}},
]
NO_JSON = "The reply is no JSON, though JSON was asked for."


@pytest.mark.parametrize("sent", FORMS)
def test_a_reply_is_held_against_its_schema(sent: dict[str, Json]) -> None:
    assert misfit(' {"age": 3}\n', sent) == ""
    assert misfit('{"age": "old"}', sent) == (
        "The reply does not fit its schema at $.age: 'old' is not of type 'integer'."
    )
    assert "'age' is a required property" in misfit("{}", sent)
    assert misfit("Three.", sent) == NO_JSON
    assert misfit('```json\n{"age": 3}\n```', sent) == NO_JSON


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"response_format": {"type": "text"}},
        {"structured_outputs": {"choice": ["a"]}},
        {"grammar": "root ::= [a]"},
    ],
)
def test_what_was_not_asked_for_is_not_missed(sent: dict[str, Json]) -> None:
    assert misfit("Three.", sent) == ""


def test_json_alone_needs_no_schema() -> None:
    sent: dict[str, Json] = {"response_format": {"type": "json_object"}}
    assert misfit("[1]", sent) == ""
    assert misfit("[1", sent) == NO_JSON


def test_without_the_package_only_what_is_no_json_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    assert misfit("{}", FORMS[0]) == ""
    assert misfit("no", FORMS[0]) == NO_JSON


@pytest.mark.parametrize(
    "schema",
    [
        {"$ref": "https://schemas.invalid/a"},
        {"$ref": "#"},
        {"type": "nonsense"},
        {"pattern": "("},
        {"properties": 3},
    ],
)
def test_a_schema_that_is_none_says_nothing_of_the_reply(schema: Json) -> None:
    assert misfit('"text"', {"json_schema": schema}) == ""


@given(st.text())
def test_no_reply_raises(text: str) -> None:
    for sent in FORMS:
        assert isinstance(misfit(text, sent), str)


def test_a_reply_of_many_brackets() -> None:
    assert misfit("[" * 100_000, FORMS[0]) == ""
