"""Fenced blocks: what is written can be found again, and what models write is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.core.fences import blocks, fenced

TEXTS = st.text(
    st.sampled_from(["`", "~", "\n", "a", " ", ">", "あ"])
    | st.characters(exclude_categories=["Cs"])
)


@given(TEXTS, st.sampled_from(["", "py", "notes.txt", "odd`name", "メモ.txt"]))
def test_whatever_a_file_holds_its_block_is_one_and_holds_it(text: str, info: str) -> None:
    found = blocks(fenced(text, info))

    assert [block.info for block in found] == [info]
    assert found[0].text in (text, f"{text}\n")


def test_the_fence_is_longer_than_any_in_the_text() -> None:
    assert fenced("a\n````\nb", "md") == "`````md\na\n````\nb\n`````"
    assert fenced("", "txt") == "```txt\n```"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```python\nx = 1\n```", [("python", "x = 1\n")]),
        ("- run\n  ```sh\n  a\n    b\n  ```\n", [("sh", "a\n  b\n")]),
        ("> ```\n> quoted\n> ```", [("", "quoted\n")]),
        ("1. ```py\n   x\n   ```", [("py", "x\n")]),
        ("```\ncut off", [("", "cut off")]),
        ("~~~\n```\n~~~\n\n``` not `a` fence", [("", "```\n")]),
        ("````md\n```\ninner\n```\n````", [("md", "```\ninner\n```\n")]),
        ("no ``` block", []),
    ],
)
def test_blocks_of_replies(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(block.language, block.text) for block in blocks(text)] == expected
