"""Assignments: settings as one types them, several in a line."""

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.words import split
from zatsudan.parameters.assignments import free_value, read_assignments, read_flag


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("temperature 0.2 top_p 0.9", {"temperature": 0.2, "top_p": 0.9}),
        ("temperature=0.2 top_p=0.9", {"temperature": 0.2, "top_p": 0.9}),
        (r'stop "\n" "User:" temperature 1', {"stop": ["\n", "User:"], "temperature": 1.0}),
        (r'stop="\n" "User:" seed=7', {"stop": ["\n", "User:"], "seed": 7}),
        ('stop "temperature" "x"', {"stop": ["temperature", "x"]}),
        ("temperature +0.1", {"temperature": 0.6}),
        ("+top_k 40", {"top_k": 40}),
        ("+mirostat=2 +who you", {"mirostat": 2, "who": "you"}),
        ('+x "40"', {"x": "40"}),
        ('+x {"a":[1,null]}', {"x": {"a": [1, None]}}),
        ("stop END +top_k 40", {"stop": ["END"], "top_k": 40}),
        # As people write in other programs and files.
        ("temperature = 0.2 top_p = 0.9", {"temperature": 0.2, "top_p": 0.9}),
        ("temperature= 0.2, top-p=0.9, topK=40", {"temperature": 0.2, "top_p": 0.9, "top_k": 40}),
        ("TOP_K=40 max_new_tokens=9 min-p .05", {"top_k": 40, "max_tokens": 9, "min_p": 0.05}),
        ("stop = x y", {"stop": ["x", "y"]}),
        # ggml-org/llama.cpp 23460, 5494: as behind its `--samplers`.
        ("samplers=top_k;top_p;temperature", {"samplers": ["top_k", "top_p", "temperature"]}),
        ("samplers top_k, min_p", {"samplers": ["top_k", "min_p"]}),
        ("", {}),
    ],
)
def test_assignments(line: str, values: dict[str, Json]) -> None:
    assert read_assignments(split(line), {"temperature": 0.5}) == values


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("temperature", "temperature needs a value"),
        ("temprature 1", "no parameter 'temprature'"),
        ("temperature 9", "a number from 0 to 2"),
        ("max_tokens=-1", "no number for no limit"),  # lmstudio-ai/lmstudio-bug-tracker 1829
        ("max_tokens none", "no number for no limit"),
    ],
)
def test_bad_assignments(line: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence) as caught:
        read_assignments(split(line), {})

    assert caught.value.advice


@pytest.mark.parametrize("typed", ["NaN", "Infinity", "-Infinity", "[" * 100_000, "9" * 5000])
def test_what_json_has_not_is_sent_as_text(typed: str) -> None:
    assert free_value("field", split(typed)) == typed


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("temperature=0.2", {"temperature": 0.2}),
        ("modalities=text audio", {"modalities": ["text", "audio"]}),
        (r'stop="\n\n" "User:"', {"stop": ["\n\n", "User:"]}),
        ("stop=a", {"stop": ["a"]}),
        ("stop=\n", {"stop": ["\n"]}),
        ("stop=\n\nUser:", {"stop": ["\n\nUser:"]}),
        ("stop= ", {"stop": [" "]}),
        ('stop=["a", "b"]', {"stop": ["a", "b"]}),
        ("user=a person of two words", {"user": "a person of two words"}),
        ("user=it's", {"user": "it's"}),
        ("temperature=0.2 top_p=0.9", {"temperature": 0.2, "top_p": 0.9}),
        ("temperature 0.2", {"temperature": 0.2}),
        ("stop=a b=c", {"stop": ["a", "b=c"]}),
        ('metadata={"a": "b c"}', {"metadata": {"a": "b c"}}),
        ('metadata={\n "a": "b"\n}', {"metadata": {"a": "b"}}),
        ('+models=["a", "b"]', {"models": ["a", "b"]}),
        ("+note=two words", {"note": "two words"}),
    ],
)
def test_a_flag_is_read_as_set_reads(text: str, values: Json) -> None:
    assert read_flag(text) == values


@pytest.mark.parametrize(
    "text", ["temperature=0.2 0.3", "temperature", "nothing=1", 'stop="a', "modalities=text video"]
)
def test_a_flag_that_no_set_would_take(text: str) -> None:
    with pytest.raises(CommandError):
        read_flag(text)
