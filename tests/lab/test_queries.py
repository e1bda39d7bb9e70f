"""What an answer to the request of a probe says."""

import pytest

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.lab.queries import choices_of, texts_of


@pytest.mark.parametrize(
    ("choices", "texts"),
    [
        ([{"message": {"content": "a"}}, {"message": {"content": "b"}}], ["a", "b"]),
        ([{"message": {"reasoning_content": "hm ", "content": "a"}}], ["hm a"]),
        ([{"message": {"reasoning": "hm ", "content": None}}], ["hm "]),
        ([{"message": {"content": [{"type": "text", "text": "a"}]}}], ["a"]),
        ([{"text": "a"}], ["a"]),
        ([{"message": None, "text": "a"}, "no choice"], ["a"]),
        ([], [""]),
        (None, [""]),
        ("a", [""]),
    ],
)
def test_the_texts_of_an_answer(choices: Json, texts: list[str]) -> None:
    answer: JsonObject = {"choices": choices}
    assert texts_of(answer) == texts
    assert all(isinstance(choice, dict) for choice in choices_of(answer))


def test_an_answer_without_choices_has_none() -> None:
    assert choices_of({}) == []
    assert texts_of({}) == [""]
