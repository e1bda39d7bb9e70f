"""Where an address that stands as such begins and ends, and how it is written and sent."""

import pytest

from zatsudan.markdown.bareaddresses import as_sent, bare_addresses, open_address, readable


def test_bare_addresses_of_code() -> None:
    assert bare_addresses("curl -d '{}' http://a:1/x?y=(z), https://b/日本。HTTPS://c; xhttp://d http://") == [
        "http://a:1/x?y=(z)",
        "https://b/日本",
        "HTTPS://c",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(see https://a.example/x_(y))", "https://a.example/x_(y)"),
        ("**https://a.example/x**", "https://a.example/x"),
        ("https://a.example/docを見て", "https://a.example/doc"),
        ("https://a.example/?q=1&amp;", "https://a.example/?q=1"),
        ("www.a.example/__init__.py.", "www.a.example/__init__.py"),
        ("x.www.a.example", None),
        ("https://", None),
    ],
)
def test_the_sentence_around_an_address_is_no_part_of_it(text: str, found: str | None) -> None:
    assert bare_addresses(text) == ([found] if found else [])


@pytest.mark.parametrize(
    ("text", "at"),
    [("see https://a.exa", 9), ("see www", 4), ("see www.a", 4), ("https://a b", -1), ("no", -1)],
)
def test_what_follows_may_belong_to_an_address_that_is_open(text: str, at: int) -> None:
    assert open_address(text) == at


def test_an_address_is_read_and_sent() -> None:
    sent = "https://a.example/%E6%96%87%E6%9B%B8"

    assert readable(sent) == "https://a.example/文書"
    assert as_sent(readable(sent)) == sent
    assert as_sent("www.a.example") == "http://www.a.example"
    assert "\n" not in readable("https://a.example/%0A\n")
