"""Addresses that a model file may come from, and what the file is called."""

import hashlib

import pytest

from zatsudan.base.errors import ConnectionFailed
from zatsudan.servers.engine.sources import file_name, redirected

SHA = hashlib.sha256(b"any").hexdigest()


@pytest.mark.parametrize(
    ("url", "location", "sha256", "safe"),
    [
        ("http://127.0.0.1/a", "http://far.example/x", "", False),
        ("http://127.0.0.1/a", "http://far.example/x", SHA, True),
        ("http://127.0.0.1/a", "http://localhost:9/x", "", True),
        ("http://127.0.0.1/a", "/x", "", True),
        ("http://127.0.0.1/a", "https://far.example/x", "", True),
        ("http://127.0.0.1/a", "file:///etc/passwd", SHA, False),
        ("https://far.example/a", "http://127.0.0.1/x", SHA, False),
        ("https://far.example/a", "//other.example/x", "", True),
        ("https://far.example/a", "https://[half", "", False),
    ],
)
def test_each_hop_is_held_to_the_rule_of_the_first_address(
    url: str, location: str, sha256: str, *, safe: bool
) -> None:
    if safe:
        assert redirected(url, location, sha256)
    else:
        with pytest.raises(ConnectionFailed, match="without TLS"):
            redirected(url, location, sha256)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://host/a/Tiny-1B.Q4.gguf?download=true", "Tiny-1B.Q4.gguf"),
        ("https://host/..%2F..%2Fetc%2Fpasswd", "passwd.gguf"),
        ("https://host/.gguf", "gguf.gguf"),
        ("https://host/", "model.gguf"),
        ("https://host/a%0ab%20c.gguf", "a-b-c.gguf"),
    ],
)
def test_a_file_is_called_by_the_end_of_its_address(url: str, name: str) -> None:
    assert file_name(url) == name
