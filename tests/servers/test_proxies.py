"""Which proxy stands between: what NO_PROXY excepts, and what of it cannot be read."""

import pytest

from zatsudan.servers.proxies import proxy_of

PROXY = "http://proxy.example:3128"
FAR = "https://api.example.com/v1"


@pytest.mark.parametrize(
    ("url", "exceptions"),
    [
        (FAR, "*"),
        (FAR, "api.example.com"),
        (FAR, "example.com"),
        (FAR, ".example.com"),
        (FAR, "*.example.com"),
        (FAR, "other.example, EXAMPLE.com "),
        ("http://api.example.com:8080/v1", "example.com:8080"),
        ("http://10.1.2.3/v1", "10.0.0.0/8"),
        ("http://10.1.2.3/v1", "10.1.2.3"),
        ("http://[fe80::1]/v1", "fe80::/10"),
        ("http://[2001:db8::1]/v1", "[2001:db8::1]"),
        ("http://[2001:db8::1]:8000/v1", "[2001:db8::1]:8000"),
        ("http://127.0.0.1:8080/v1", ""),
        ("http://[::1]/v1", ""),
    ],
)
def test_what_no_proxy_stands_before(url: str, exceptions: str) -> None:
    assert not proxy_of(url, {"http": PROXY, "https": PROXY, "no": exceptions})


@pytest.mark.parametrize(
    "exceptions",
    ["", "localhost,127.0.0.1,[::1]", "::1/128", "fe80::/10", "[[[", "::::", "/", "ample.com",
     "example.com:81", ",,", "10.0.0.0/99", "example.org"],
)  # fmt: skip
def test_all_others_go_through_the_proxy(exceptions: str) -> None:
    assert proxy_of(FAR, {"https": PROXY, "no": exceptions}) == PROXY


def test_which_variable_counts() -> None:
    assert proxy_of(FAR, {"http": PROXY}) == ""
    assert proxy_of(FAR, {"all": "proxy.example:1"}) == "http://proxy.example:1"
    assert (
        proxy_of("http://h.example/v1", {"http": "a.example", "all": PROXY}) == "http://a.example"
    )
