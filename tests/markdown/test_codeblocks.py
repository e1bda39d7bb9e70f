"""Code blocks: what is written can be found again, and what is found is what the screen draws."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.token import Token
from rich.style import Style

from tests.support.looks import DEFAULT
from tests.support.steps import growth
from tests.support.texts import markdown, pieces
from zatsudan.base.printable import printable
from zatsudan.markdown.codeblocks import ats_in_code, code_blocks, fenced
from zatsudan.markdown.colouring import language
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import Row, plain
from zatsudan.terminal.text.widths import expanded

TEXTS = st.text(
    st.sampled_from(["`", "~", "\n", "\r", "\t", "a", " ", ">", "あ"])
    | st.characters(exclude_categories=["Cs"])
)

_CODE = Style(reverse=True)
_LOOK = replace(DEFAULT, code_text=_CODE, code_tokens={Token: _CODE})
_WIDTH = 100_000  # no row breaks


@given(TEXTS, st.sampled_from(["", "py", "notes.txt", "odd`name", "メモ.txt"]))
def test_whatever_a_file_holds_its_block_is_one_and_holds_it(text: str, info: str) -> None:
    (block,) = code_blocks(fenced(text, info))

    assert block.info == info
    assert block.text in (text, f"{text}\n")
    assert block.closed


def test_the_fence_is_longer_than_any_in_the_text() -> None:
    assert fenced("a\n````\nb", "md") == "`````md\na\n````\nb\n`````"
    assert fenced("", "txt") == "```txt\n```"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("```python\nx = 1\n```", [("python", "x = 1\n")]),
        (
            "```md\nSo:\n\n    ```\n    code\n    ```\n\nEnd.\n```",
            [("md", "So:\n\n    ```\n    code\n    ```\n\nEnd.\n")],
        ),
        ("- run\n  ```sh\n  a\n    b\n  ```\n", [("sh", "a\n  b\n")]),
        ("> ```\n> quoted\n> ```", [("", "quoted\n")]),
        ("> ```\n> left\nafter", [("", "left\n")]),
        ("1. ```py\n   x\n   ```", [("py", "x\n")]),
        ("- ```\n  a\n\n  b\n- c", [("", "a\n\nb\n")]),
        ("- ```sh\n  ls\n\nafter\n\n```py\nx=1\n```\n", [("sh", "ls\n"), ("py", "x=1\n")]),
        ("> ```\n> a\n>\n> b\n>\n\nafter", [("", "a\n\nb\n")]),
        ("```\na\n\n```", [("", "a\n\n")]),
        (
            '```python\ndef f():\n    """So:\n\n    ```\n    f()\n    ```\n    """\n```\n\n```sh\nls\n```',
            [
                ("python", 'def f():\n    """So:\n\n    ```\n    f()\n    ```\n    """\n'),
                ("sh", "ls\n"),
            ],
        ),
        ("```\ncut off", [("", "cut off")]),
        ("```\ncut off\n", [("", "cut off\n")]),
        ("~~~\n```\n~~~\n\n``` not `a` fence", [("", "```\n")]),
        ("````md\n```\ninner\n```\n````", [("md", "```\ninner\n```\n")]),
        ("words\n\n    a\n\n\tb\n\nmore", [("", "a\n\nb\n")]),
        ("words\n    no code", []),
        ("no ``` block", []),
        ("$$\n```\n$$", []),
        ("```\na\x1b[1m\x0cb\r\n\x85\n```", [("", "a\x1b[1m\x0cb\r\n\x85\n")]),
        ("-\t```\n\t\tx\n\t```", [("", "\tx\n")]),
        ("- ```\n\tx\n  ```", [("", "  x\n")]),
        ("", []),
    ],
)
def test_blocks_of_replies(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(block.language, block.text) for block in code_blocks(text)] == expected


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("a\n\n```py\nx\n```\nb", ["```py\nx\n```"]),
        ("a\r\n\r\n```\r\nx\r\n```\r\nb", ["```\r\nx\r\n```"]),
        ("- ~~~\n  x\n  ~~~\n\n```\ny", ["- ~~~\n  x\n  ~~~", "```\ny"]),
        ("a\n\n    x\n\n\nb", ["    x"]),
        ("> ```\n> x\n\n```\ny\n", ["> ```\n> x", "```\ny"]),
    ],
)
def test_the_place_of_a_block(text: str, places: list[str]) -> None:
    assert [text[block.start : block.end] for block in code_blocks(text)] == places


def _drawn(rows: list[Row]) -> list[str]:
    found = [
        plain(tuple(part for part in row if part.style == _CODE))
        for row in rows
        if any(part.style == _CODE for part in row)
    ]
    return [line for line in found if line]


def _as_drawn(text: str) -> list[str]:
    """The lines of code in `text` as the screen draws them, without blank ones."""
    lines = [line for block in code_blocks(text) for line in printable(block.text).split("\n")]
    # The screen takes a carriage return before a newline for a part of it.
    return [expanded(line.rstrip("␍ \t"), 4) for line in lines if line.rstrip("␍ \t")]


@settings(max_examples=250, deadline=None)
@given(pieces(markdown))
def test_what_the_screen_draws_as_code_is_found(text: tuple[str, list[str]]) -> None:
    whole, cut = text
    expected = [line.rstrip("␍") for line in _as_drawn(whole)]

    assert [line.rstrip("␍ ") for line in _drawn(render(whole, _WIDTH, _LOOK))] == expected
    stream = Stream(_WIDTH, _LOOK)
    rows = [row for piece in cut for row in stream.feed(piece)] + stream.finish()
    assert [line.rstrip("␍ ") for line in _drawn(rows)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@a `@b` ``c `@d` ` @e`` @f", "bde"),
        ("`@a\n@b` @c\n\n> `@d\n> @e`", "abde"),
        ("@a\n\n```@b\n@c\n```\n\n    @d\n\n@e", "bcd"),
        ("# `@a` @b\n\n| `@c` | @d |\n|-|-|\n| @e | `@f` |", "acf"),
        ("`@a @b", ""),
        ("\\`@a\\` [`@b`](http://@c) **`@d`**", "bd"),
        ("\U000f0000@a `\U000f0000@b`", "b"),
        ("no code @a", ""),
    ],
)
def test_what_stands_in_code(text: str, expected: str) -> None:
    assert "".join(text[at + 1] for at in sorted(ats_in_code(text))) == expected


@settings(max_examples=100, deadline=None)
@given(markdown.map(lambda text: text.replace("a", "@")))
def test_all_of_a_fenced_block_stands_in_code(text: str) -> None:
    places = ats_in_code(text)

    assert all(text[at] == "@" for at in places)
    for block in code_blocks(text):
        first, _, _ = block.text.partition("\n")
        assert first.count("@") <= len([at for at in places if block.start <= at < block.end])


@settings(max_examples=100, deadline=None)
@given(markdown)
def test_blocks_stand_one_behind_the_other(text: str) -> None:
    places = [at for block in code_blocks(text) for at in (block.start, block.end)]

    assert places == sorted(places)
    assert all(0 <= at <= len(text) for at in places)


@pytest.mark.parametrize(
    "unit",
    ["```\n", "> ```\n", "- ```\n", "\tx\n", "- ", "> ", "| a\n", "`", "~~~~\na\n", "a " * 80],
)
def test_steps_grow_with_the_text(unit: str) -> None:
    assert growth(code_blocks, unit) < 2.5


@pytest.mark.parametrize(
    ("info", "name"),
    [
        ("python", "python"),
        ("Python title=x.py", "python"),
        ("{.python}", "python"),
        ("js{1,3}", "js"),
        ("c,linenos", "c"),
        ("", ""),
    ],
)
def test_language(info: str, name: str) -> None:
    assert language(info) == name
