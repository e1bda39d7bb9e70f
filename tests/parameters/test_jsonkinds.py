"""Values that are JSON: how they are read from words, and which are right."""

import pytest

from zatsudan.base.jsonvalues import Json
from zatsudan.base.words import split
from zatsudan.parameters.jsonkinds import bias, json_of, response_format, words_or_object
from zatsudan.parameters.values import Kind


@pytest.mark.parametrize(
    ("kind", "words", "value", "right"),
    [
        (json_of("a list", list), "'[1, 2]'", [1, 2], True),
        (json_of("a list", list), "'{}'", {}, False),
        (bias, "'{\"1\": -100}'", {"1": -100}, True),
        (bias, "'{\"1\": 101}'", {"1": 101}, False),
        (bias, "'{\"1\": true}'", {"1": True}, False),
        (response_format, "json_object", {"type": "json_object"}, True),
        (response_format, "'{}'", {}, False),
        (words_or_object("auto", "none"), "auto", "auto", True),
        (words_or_object("auto", "none"), '\'{"type": "x"}\'', {"type": "x"}, True),
        (words_or_object("auto", "none"), "[]", [], False),
    ],
)
def test_json_is_read_and_checked(kind: Kind, words: str, value: Json, right: bool) -> None:
    read = kind.read(split(words), None)

    assert read == value
    assert kind.check(read) is right


@pytest.mark.parametrize("words", ["other", "'{'", "NaN", "'[Infinity]'"])
def test_what_is_no_json_is_refused(words: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  whoever reads it says what is right
        words_or_object("auto").read(split(words), None)
