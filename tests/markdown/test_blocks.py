"""Our blocks are those of CommonMark, with markdown-it as the witness."""

import re

import pytest
from hypothesis import example, given, settings

from tests.support.reference import our_structure, their_structure
from tests.support.texts import line_soup, well_formed
from zatsudan.markdown.blocks import MAX_DEPTH
from zatsudan.markdown.codeblocks import code_blocks
from zatsudan.markdown.leaves import LIMIT, Leaf, table_cells

#: Behind an item without text, markdown-it ends the list at the second blank line.
_BLANKS_BEHIND_A_MARKER = re.compile(
    r"^([ >]*(?:(?:[-+*]|\d{1,9}[.)])[ >]*)+\n[ >]*\n)(?:[ >]*(?:\n|\Z))+", re.MULTILINE
)


def _without_math(text: str) -> str:
    """Displayed mathematics is ours alone."""
    return text.replace("$$", "$").replace("\\[", "[")


# What cannot begin a list in a paragraph heads a table there for GitHub, and is an item for markdown-it.
_NUMBERED_HEAD = re.compile(r"^[ >]*(?!1[.)])\d{1,9}[.)] .*\n(?=[ >]*[|:-][|: -]*$)", re.MULTILINE)
_STARTS = re.compile(r"[ >]*(?:(?:[-+*]|\d{1,9}[.)])[ >]+)*")


def _without_miscounts(text: str) -> str:
    """A table whose second line has more or fewer cells than its head is ours alone."""
    lines: list[str] = []
    for line in text.split("\n"):
        head, under = (
            _STARTS.sub("", each, count=1) for each in (lines[-1] if lines else "", line)
        )
        both = head.startswith("|") and under.startswith("|")
        if both and len(table_cells(head)) != len(table_cells(under)):
            lines.append("")
        lines.append(line)
    return "\n".join(lines)


@settings(max_examples=300, deadline=None)
@given(well_formed)
@example("- a\n\n  b\n- c\n   - d\n\n      e\n")
@example("> a\nlazy\n> - b\nlazy too\n\nnot lazy")
@example("1. a\n2. b\n- c\n* d\n3) e")
def test_well_formed_text_has_the_structure_markdown_it_gives(text: str) -> None:
    # markdown-it counts the columns of a tab behind two quote marks differently.
    text = _without_miscounts(_without_math(text.replace("\t", " ")))
    if max(map(len, text.split("\n"))) <= LIMIT:
        assert our_structure(text) == their_structure(text)


@settings(max_examples=300, deadline=None)
@given(line_soup)
@example("- \n\n\n- ")
def test_soup_has_the_structure_markdown_it_gives(text: str) -> None:
    # markdown-it lets a line that is indented as code end a lazy paragraph or
    # go on with a quote, and a second blank line end a list whose item has no text yet,
    # against the specification; keep such lines out.
    text = re.sub(r"^[ >]*(?: {4}|\t).*$", "", text.replace("\t", " "), flags=re.MULTILINE)
    text = _without_math(re.sub(r"^[ \t]{2,}", "", text, flags=re.MULTILINE))
    text = _BLANKS_BEHIND_A_MARKER.sub(r"\1", _without_miscounts(_NUMBERED_HEAD.sub("", text)))
    assert our_structure(text) == their_structure(text)


@pytest.mark.parametrize(
    ("text", "structure"),
    [
        ("a\nb\n\nc", ["p a\nb", "p c"]),
        ("# a #\n#b", ["h1 a", "p #b"]),
        ("a\n---\n---", ["h2 a", "rule"]),
        ("- a\n- b\n\n\nc", ["list - 0(", "item(", "p a", ")", "item(", "p b", ")", ")", "p c"]),
        ("7. a\n   b", ["list . 7(", "item(", "p a\nb", ")", ")"]),
        ("a\n7. b", ["p a\n7. b"]),
        ("a\n2) b | c\n|---|---|", ["p a", "row", "cell 2) b", "cell c"]),
        ("> a\nb\n\nc", ["quote(", "p a\nb", ")", "p c"]),
        ("- ```x y\n  code\n\n  more\n- b", [
            "list - 0(", "item(", "code x y\ncode\n\nmore", ")", "item(", "p b", ")", ")",
        ]),
        ("```\nopen", ["code \nopen"]),
        ("    code\n\n    more\ntext", ["code \ncode\n\nmore", "p text"]),
        ("|a|b|\n|-|-|\n|c|d|\ne\n\nf", [
            "row", "cell a", "cell b", "row", "cell c", "cell d", "row", "cell e", "cell ", "p f",
        ]),
        ("text\n|a|b|\n|-|-|", ["p text", "row", "cell a", "cell b"]),
        ("|a|b|\n|-|", ["p |a|b|\n|-|"]),
        ("<div>\n\n[x]: /url", ["p <div>", "p [x]: /url"]),
        ("-\n\n\n- b", ["list - 0(", "item(", ")", "item(", "p b", ")", ")"]),
        ("-\n\n  a", ["list - 0(", "item(", ")", ")", "p a"]),
        ("-\ta\n\n\tb", ["list - 0(", "item(", "p a", "p b", ")", ")"]),
    ],
)  # fmt: skip
def test_examples(text: str, structure: list[str]) -> None:
    assert our_structure(text) == structure


def test_a_very_long_paragraph_becomes_no_heading_nor_table() -> None:
    words = "word " * LIMIT
    assert our_structure(f"{words}\n===")[0].startswith("p word")
    assert our_structure(f"{words}\n---")[1] == "rule"
    assert len(our_structure(f"{words}|b\n-|-")) == 1


def test_depth_has_an_end_and_no_character_is_lost() -> None:
    structure = our_structure("> " * 500 + "x")
    assert structure.count("quote(") == MAX_DEPTH
    assert structure[MAX_DEPTH].count(">") == 500 - MAX_DEPTH


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| `a || b` | 2 | 3 |", ["`a || b`", "2", "3"]),
        ("| `a || b` ||", ["`a || b`", "", ""]),
        ("| $|x|$ | 2 | 3 |", ["$|x|$", "2", "3"]),
        ("| ``a`|`` | `\\|` | 3 |", ["``a`|``", "`|`", "3"]),
        ("| `a | b` | 2 |", ["`a", "b`", "2"]),  # as GitHub parts it, where that fits
        ("| a | b | c | d |", ["a", "b", "c | d"]),
    ],
)
def test_pipes_of_code_part_no_cells_where_that_makes_too_many(line: str, cells: list[str]) -> None:
    assert Leaf("table", after_blank=False, aligns=("", "", "")).cells(line) == cells


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("```markdown\n# T\n```py\nx\n```\nend\n```\nafter", ["# T\n```py\nx\n```\nend\n"]),
        (
            "```md\n```a\n~~~b\n````c\n```\n````py\n```\n````\n```\nafter",
            ["```a\n~~~b\n````c\n```\n````py\n```\n````\n"],
        ),
        ("````md\n```py\nx\n```\n````\nafter", ["```py\nx\n```\n"]),
        ("```py\n```py\n```\nafter", ["```py\n"]),
        ("```md\n    ```py\n```\nafter", ["    ```py\n"]),
        ("> ```md\n> ```py\n> x\n> ```\n> ```\n\nafter", ["```py\nx\n```\n"]),
        ("```md\n```py\nx\n```\nthe end is missing", ["```py\nx\n```\nthe end is missing"]),
    ],
)
def test_a_block_of_markdown_holds_blocks(text: str, blocks: list[str]) -> None:
    assert [block.text for block in code_blocks(text)] == blocks
