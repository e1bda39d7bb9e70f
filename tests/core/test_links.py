"""Links of replies."""

import pytest

from zatsudan.core.links import links


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("see [docs](https://a.org/b_(c)) now", ["https://a.org/b_(c)"]),
        ("(https://a.org/x), <https://b.org>.", ["https://a.org/x", "https://b.org"]),
        ("[https://a.org](https://b.org)", ["https://a.org", "https://b.org"]),
        ("[1]: http://a.org 'title'", ["http://a.org"]),
        ("これはhttps://a.org/日本。続く", ["https://a.org/日本"]),
        ("https://a.org https://a.org", ["https://a.org"]),
        ("file:///etc/passwd javascript:alert(1) ftp://a.org https://", []),
        ("**https://a.org/**", ["https://a.org/"]),
    ],
)
def test_links(text: str, expected: list[str]) -> None:
    assert links(text) == expected
