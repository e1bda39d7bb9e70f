"""What is read the short way is what the parser would have read."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from zatsudan.markdown.inline import parsed
from zatsudan.markdown.usualinline import read_usual

_PIECES = (
    *(
        "a",
        "words, more",
        "3.14",
        "強調",
        "「b」",
        "é",
        "🙂",
        "x:/y",
        "www.",
        "a://b",
        "http",
        ":",
        "/",
    ),
    *(" ", "  ", "\n", "\t", "\u00a0", "\u3000", "\u200b", "(", ")", ".", ",", "!", "?", '"', "。"),
    *("*", "**", "***", "`", "``", "_", "~~", "[", "]", "](", "<", ">", "<br>", "&amp;", "&", "\\"),
    *("$", "`code`", "**b**", "*e*", "**bold words**", "[a link](https://a.example/b_c/d.html)"),
    *("](https://a.example)", "#", "|", "-", "+", "=", "^", "%", "@", "{", "}", "\r", "\0", "\x0b"),
)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(_PIECES), max_size=14).map("".join))
@example("これは**強調**です。*a*、`b`。")
@example("a **b** *c* **d**e*f*g")
@example("**`a`** and **b`c`**. *d*")
@example("a  \n  b `c` \nd")
@example("a** b**")
@example("a_b_c _a_ a_é __a_b__ a&b & c&amp;")
@example("[a www.b](https://a.example) [www.c](https://a.example)")
def test_what_is_read_the_short_way_is_what_the_parser_reads(source: str) -> None:
    usual = read_usual(source)

    assert usual is None or usual == parsed(source)


@pytest.mark.parametrize(
    "source",
    [
        "",
        "Words, and (more of) them: 3.14, 100 %!",
        "A **strong** word, *another* one, `code` and [a link](https://example.org/path).",
        "**Bold at the start**: and `code_with_marks*`\nand a second line.",
        "これは**強調**です。`コード`もあります。",
        "snake_case_name, Q & A, wow!",
    ],
)
def test_usual_texts_are_read_the_short_way(source: str) -> None:
    assert read_usual(source) is not None
