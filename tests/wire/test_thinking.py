"""`<think>` tags: parted from the text however they are cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.wire.thinking import ThinkSplitter


def split(*pieces: str) -> tuple[str, str]:
    splitter = ThinkSplitter()
    parts = [splitter.feed(piece) for piece in pieces] + [splitter.close()]
    return "".join(content for content, _ in parts), "".join(thought for _, thought in parts)


@pytest.mark.parametrize(
    ("text", "content", "reasoning"),
    [
        ("<think>hm</think>\n\nYes", "Yes", "hm"),
        ("\n <think>hm\nhm</think>Yes", "Yes", "hm\nhm"),
        ("<thinking>hm</thinking>Yes", "Yes", "hm"),
        ("<think>never closed", "", "never closed"),
        ("Say <think> aloud", "Say <think> aloud", ""),
        ("<thin ice>", "<thin ice>", ""),
        ("<th", "<th", ""),
        ("", "", ""),
        ("<think></think>", "", ""),
        ("<think>a</think>b<think>c</think>", "b<think>c</think>", "a"),
        ("<think>a < b </th </think>c", "c", "a < b </th "),
    ],
)
def test_what_is_thought_and_what_is_said(text: str, content: str, reasoning: str) -> None:
    assert split(text) == (content, reasoning)


@given(st.text("<think/>ab \n", max_size=40), st.lists(st.integers(0, 40)))
def test_the_cut_does_not_matter(text: str, cuts: list[int]) -> None:
    places = sorted({0, *(cut for cut in cuts if cut <= len(text)), len(text)})
    pieces = [text[start:end] for start, end in pairwise(places)]
    assert split(*pieces) == split(text)


@given(st.text(max_size=60).filter(lambda text: "<" not in text))
def test_a_reply_without_tags_is_left_alone(text: str) -> None:
    assert split(*text) == (text, "")
