"""Mentions in a message, and a sent message taken apart again."""

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zatsudan.talk.attachments import Mention, compose, mentioned, mentions, said

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("see @notes.txt please", ["notes.txt"]),
        ("@a @b and @a", ["a", "b"]),
        ('@"my notes.txt", yes', ["my notes.txt"]),
        # What terminals write of a file that is dropped on them (warpdotdev/warp 446, coollabsio/jean 436).
        ("@'/home/ada/my notes.txt' and so on", ["/home/ada/my notes.txt"]),
        pytest.param(
            "see @/home/ada/a\\ b\\ \\(1\\).txt now",
            ["/home/ada/a b (1).txt"],
            marks=pytest.mark.posix,
        ),
        ("@'tis", ["'tis"]),
        ("これ@メモ.txtを", ["メモ.txtを"]),
        ("what is @! about", ["!"]),
        ("mail me@example.org or `@decorator`", []),
        ("(@x)", ["x)"]),
        ("@ alone, @@ twice", []),
        ("```\n@inside\n```\n@outside", ["outside"]),
        ("`cat @a.txt` @b.txt", ["b.txt"]),
    ],
)
def test_mentions(text: str, names: list[str]) -> None:
    found = list(mentions(text))
    assert list(dict.fromkeys(mention.name for _, mention in found)) == names
    assert all(text[at] == "@" for at, _ in found)


def test_a_name_ends_where_a_sentence_goes_on() -> None:
    names = list(Mention("メモ.txtを要約").names())
    assert names[0] == "メモ.txtを要約"
    assert "メモ.txt" in names
    assert list(Mention("notes.txt.").names()) == ["notes.txt.", "notes.txt", "notes"]
    assert list(Mention("a b.", exact=True).names()) == ["a b."]


@pytest.mark.parametrize(
    ("before", "typed"),
    [
        ("see @no", "no"),
        ("see @", ""),
        ('@"my no', '"my no'),
        ("no", None),
        ("@a b", None),
        ("a@b", None),
    ],
)
def test_what_completion_goes_on_from(before: str, typed: str | None) -> None:
    assert mentioned(before) == typed


LINES = st.text(st.sampled_from([*"`~ab \n", "あ"]))


@given(st.lists(st.tuples(st.sampled_from(["a.txt", "b c.txt", "d`.md"]), LINES), max_size=3))
def test_a_sent_message_comes_apart_as_it_was_put_together(files: list[tuple[str, str]]) -> None:
    typed = 'look at @a.txt @"b c.txt" @d`.md'
    message = said(compose(typed, files))

    assert message.typed == typed
    assert message.again == typed
    assert [label.partition(",")[0] for label in message.labels] == [f"[file {n}" for n, _ in files]


@pytest.mark.parametrize(
    "typed", ["@'b c.txt' is it", pytest.param("@b\\ c.txt is it", marks=pytest.mark.posix)]
)
def test_a_dropped_file_comes_apart_too(typed: str) -> None:
    assert said(compose(typed, [("b c.txt", "x\n")])).typed == typed


def test_a_block_of_the_persons_own_is_no_file() -> None:
    text = "what is wrong?\n\n```py\nx\n```"
    assert said(text).typed == text
    assert said(text).labels == ()
    # Not one that stands in the middle either.
    text = "@a.txt\n\n```a.txt\nx\n```\n\nand so on"
    assert said(text).typed == text


def test_labels() -> None:
    output = compose("why? @!", [("console", "$ make\nfails\n[exit 2]\n")])
    assert said(output).labels == ("[output of make, 3 lines]",)
    assert said(output).again == output  # it is not run again
    image: JsonObject = {
        "type": "image_url",
        "image_url": {"url": "data:image/png;base64," + "A" * 8000},
    }
    message = said([{"type": "text", "text": "what is @cat.png"}, image])
    assert message.typed == "what is @cat.png"
    assert message.labels == ("[image, png, 6.0 kB]",)
    assert said(None).typed == ""


def test_the_names_that_are_tried_are_bounded() -> None:
    long = Mention("a" + "、" * 500)
    assert [len(name) for name in long.names(120)] == list(range(120, 0, -1))
    assert len(list(long.names())) == 501


def test_many_blocks_and_many_mentions_are_read_in_one_pass() -> None:
    """A log of half a megabyte and more: what grows with the square of it would not end."""
    log = "```\n@inside\n```\n@outside\n" * 20_000
    assert [mention.name for _, mention in mentions(log)] == ["outside"] * 20_000
    assert said(log).typed == log
    blocks = [(f"f{number}", "x\n") for number in range(5_000)]
    text = " ".join(f"@{name}" for name, _ in blocks)
    message = said(compose(text, blocks))
    assert message.typed == text
    assert len(message.files) == 5_000
