"""What is kept of an answer: as much as tells of a tag or a mark behind it what all of it would tell."""

from hypothesis import given
from hypothesis import strategies as st

from zatsudan.wire.spoken import Spoken, is_in_code

_pieces = st.lists(
    st.sampled_from(
        [
            *("```\n", "~~~\n", "- ```py\n", "> ```\n", "    x\n", "1. a\n\n   b\n", "```", "``` "),
            *("so\n", "so\n\n", "word ", "\n", "\n\n", "<s>", "`<|im_end|>`", "|a|\n|-|\n"),
        ]
    ),
    max_size=40,
)


@given(_pieces)
def test_code_the_last_line_and_the_tags_are_known(pieces: list[str]) -> None:
    text, kept = "".join(pieces), Spoken(kept=12)
    for piece in pieces:
        kept.add(piece)
    assert is_in_code(str(kept)) == is_in_code(text)
    assert str(kept).rpartition("\n")[2] == text.rpartition("\n")[2]
    assert bool(str(kept).strip()) == bool(text.strip())
    assert [tag in str(kept) for tag in ("<s>", "<|im_end|>")] == [
        tag in text for tag in ("<s>", "<|im_end|>")
    ]


def test_a_long_answer_is_not_kept_twice() -> None:
    kept = Spoken()
    for number in range(20_000):
        kept.add(f"Paragraph {number}.\n\n```\nx = {number}\n```\n\n")
    assert len(str(kept)) < 50_000
