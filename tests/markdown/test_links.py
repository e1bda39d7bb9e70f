"""Links: what is found is what the screen shows."""

from dataclasses import replace
from itertools import groupby
from urllib.parse import unquote

import pytest
from hypothesis import assume, given, settings

from tests.support.looks import DEFAULT
from tests.support.steps import growth
from tests.support.texts import markdown, pieces
from zatsudan.markdown.bareaddresses import readable
from zatsudan.markdown.leaves import Work
from zatsudan.markdown.links import Link, links
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import Row, plain

_LOOK = replace(DEFAULT, hyperlinks=True)
_WIDTH = 100_000  # no row breaks
# Lines in a cell would put what stands in the next cell between them, and so would
# a tab, which makes a cell wider than its column.
_TEXTS = markdown.map(lambda text: text.replace("<br>", "<b>").replace("\t", "    "))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[文書](https://b.example/doc)を見て", ["https://b.example/doc"]),
        ("**https://b.example/doc**を見て", ["https://b.example/doc"]),
        ("https://b.example/docを見て", ["https://b.example/doc"]),
        ("（https://b.example/doc）を見て (https://c.example)を", ["https://b.example/doc", "https://c.example"]),
        ("https://b.example/__init__.py", ["https://b.example/__init__.py"]),
        ("~~https://a.org/~me~~ https://a.org/x_", ["https://a.org/~me", "https://a.org/x"]),
        ("see [docs](https://a.org/b_(c)) now", ["https://a.org/b_(c)"]),
        ("(https://a.org/x), <https://b.org>.", ["https://a.org/x", "https://b.org"]),
        ("(https://a.org/x_(y)) and HTTP://[::1]:80/", ["https://a.org/x_(y)", "HTTP://[::1]:80/"]),
        ("[https://a.org](https://b.org)", ["https://a.org", "https://b.org"]),
        ("[![alt](a.png 't')](https://b.org)", ["a.png", "https://b.org"]),
        ("[1]: http://a.org 'title'", ["http://a.org"]),
        ("これはhttps://a.org/日本。続く", ["https://a.org/日本"]),
        ("https://a.org https://a.org", ["https://a.org", "https://a.org"]),
        ("www.a.org/__init__.py, (www.b.org/x_(y)) and **www.c.org**", ["http://www.a.org/__init__.py", "http://www.b.org/x_(y)", "http://www.c.org"]),
        ("参照：www.a.org/docを見て、`www.b.org`", ["http://www.a.org/doc", "http://www.b.org"]),
        ("[www.a.org](https://www.a.org)", ["https://www.a.org"]),
        ("x.www.a.org wwww.b.org www. //www.c.org me@www.d.org", []),
        ("http://www.a.org/www.b", ["http://www.a.org/www.b"]),
        ("[mail](mailto:a@b.c) [x](/y) [z]()", ["mailto:a@b.c", "/y"]),
        ("file:///etc/passwd javascript:alert(1) ftp://a.org https:// xhttps://a", []),
        ("[x](javascript:alert(1)) [x](file:///y)", []),
        ("**https://a.org/**", ["https://a.org/"]),
        ("`[a](https://a.org)` $[a](b)$", ["https://a.org"]),
        ("`curl 'http://a.org/{id}'`\n\n```sh\nopen http://b.org:80/?x=1,\n```", ["http://a.org/{id}", "http://b.org:80/?x=1"]),
        ("| [a](b) | c |\n|-|-|\n| http://d | <http://e> | f [g](h) |", ["b", "http://d", "http://e", "h"]),
        ("# [a](b)\n> - [c](d)\n>   ===\n\n1. [x] [e](f)", ["b", "d", "f"]),
        ("[a](b\x1b[1m) https://a.org/\u202ex", ["b␛[1m", "https://a.org/\ufffdx"]),
    ],
)  # fmt: skip
def test_links(text: str, expected: list[str]) -> None:
    assert [readable(link.address) for link in links(text)] == expected


def test_a_link_has_the_text_that_is_shown() -> None:
    text = "[**a** `b`\n&copy;](c) ![d e](f) <mailto:g@h.i> http://j.k/日"
    assert links(text) == [
        Link("a b ©", "c"),
        Link("d e", "f", "image"),
        Link("mailto:g@h.i", "mailto:g@h.i"),
        Link("http://j.k/日", "http://j.k/%E6%97%A5", "address"),
    ]


def test_emphasis_and_links_reach_over_no_more_than_a_page_as_on_the_screen() -> None:
    far = "[" + "word " * 2_000 + "](http://a.org/x)"
    near = "[" + "word " * 200 + "](http://a.org/x)"
    assert [link.text for link in links(far)] == ["http://a.org/x"]
    assert [link.text for link in links(near)] == ["word " * 200]


def _linked(rows: list[Row]) -> list[str]:
    """The addresses behind the labels on the screen (OSC 8), in order."""
    found = [
        unquote(part.style.link)
        for row in rows
        for part in row
        if part.style and part.style.link and part.text.strip()
    ]
    return [address for address, _ in groupby(found)]


def _labelled(found: list[Link]) -> list[str]:
    """The same of the links of the text: those that have a label."""
    labelled = [
        unquote(link.address) for link in found if link.kind == "link" and link.text.strip()
    ]
    return [address for address, _ in groupby(labelled)]


@settings(max_examples=250, deadline=None)
@given(pieces(_TEXTS))
def test_the_links_are_those_of_the_screen(text: tuple[str, list[str]]) -> None:
    whole, cut = text
    assume("![](" not in whole)  # the screen has a word of its own for such a picture
    found = links(whole)
    rows = render(whole, _WIDTH, _LOOK)
    shown = "\n".join(map(plain, rows))
    for link in found:
        address = readable(link.address)
        if link.kind == "address":
            assert link.text in shown
        elif address not in shown:  # its label says it all
            assert address.removesuffix("/").removeprefix("mailto:").rpartition("://")[2] in shown
    stream = Stream(_WIDTH, _LOOK)
    streamed = [row for piece in cut for row in stream.feed(piece)] + stream.finish()
    assert _linked(streamed) == _linked(rows)
    clickable = set(_linked(rows))  # also the addresses themselves, but for those in code
    assert clickable <= {unquote(link.address) for link in found}
    assert {address for address in _labelled(found) if "://" in address} <= clickable


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "[",
            "![",
            "http://",
            "http://(a",
            "http://a(b)",
            "https://x&",
            "https://a.org/[",
            "`a``",
        ),
        *("> ```\nhttp://x\n", "**a", "<a", "[a](", "[a](b) ", "$a", "|http://a", "日https://a/"),
        *("http://a_ ", "<mailto:a@b>", "![a](b", "[[[[a](b)", "- [x](y)\n"),
    ],
)
def test_steps_grow_with_the_text(unit: str) -> None:
    assert growth(links, unit) < 2.6


@pytest.mark.parametrize("unit", ["http://a ", "[a](b) ", "`http://` "])
def test_each_character_is_parsed_a_fixed_number_of_times(unit: str) -> None:
    work = Work()
    links(unit * 5_000, work)

    assert work.parsed <= 2 * len(unit) * 5_000
