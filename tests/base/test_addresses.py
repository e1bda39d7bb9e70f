"""How far off a host is: one function, which everybody asks."""

import pytest

from zatsudan.base.addresses import (
    Distance,
    distance,
    is_loopback,
    is_near,
    is_number,
    is_web,
    normal_url,
)

LOOPBACK, PRIVATE, FAR = Distance.LOOPBACK, Distance.PRIVATE, Distance.FAR


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("localhost", LOOPBACK), ("localhost.", LOOPBACK), ("LocalHost", LOOPBACK),
        ("api.localhost", LOOPBACK), ("api.localhost.", LOOPBACK),
        ("127.0.0.1", LOOPBACK), ("127.0.0.2", LOOPBACK), ("127.255.255.254", LOOPBACK),
        ("::1", LOOPBACK), ("[::1]", LOOPBACK), ("0:0:0:0:0:0:0:1", LOOPBACK),
        ("::ffff:127.0.0.1", LOOPBACK), ("::ffff:127.0.0.2", LOOPBACK),
        ("0.0.0.0", LOOPBACK), ("::", LOOPBACK),
        ("10.1.2.3", PRIVATE), ("172.16.0.9", PRIVATE), ("192.168.1.5", PRIVATE),
        ("169.254.0.7", PRIVATE), ("::ffff:10.0.0.1", PRIVATE),
        ("fd00::1", PRIVATE), ("fe80::1", PRIVATE), ("fe80::1%eth0", PRIVATE),
        ("[fe80::1%25eth0]", PRIVATE),
        ("box", PRIVATE), ("box.local", PRIVATE), ("box.local.", PRIVATE), ("fade", PRIVATE),
        ("8.8.8.8", FAR), ("172.32.0.1", FAR), ("2606:4700::1111", FAR),
        ("::ffff:8.8.8.8", FAR), ("100.64.0.1", FAR),
        ("api.openai.com", FAR), ("api.openai.com.", FAR), ("localhost.example", FAR),
        ("notlocalhost.example", FAR), ("127.0.0.1.example", FAR), ("127.0.0.1.nip.io", FAR),
        ("local.example", FAR), ("fade.bed", FAR), ("127.0.0.256", FAR), ("", FAR),
    ],
)  # fmt: skip
def test_how_far_off_a_host_is(host: str, expected: Distance) -> None:
    assert distance(host) is expected
    assert is_loopback(host) == (expected is LOOPBACK)
    assert is_near(host) == (expected is not FAR)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("10.0.0.1", True), ("::1", True), ("[::1]", True), ("fe80::1%eth0", True),
        ("fe80::a", True), ("::ffff:1.2.3.4", True), ("fade.bed", False), ("cafe", False),
        ("localhost", False), ("", False), ("1.2.3", False), ("host1", False),
    ],
)  # fmt: skip
def test_what_is_an_address_of_numbers(host: str, expected: bool) -> None:
    assert is_number(host) == expected


@pytest.mark.parametrize(
    ("typed", "url"),
    [
        ("127.0.0.2:8080", "http://127.0.0.2:8080/v1"),
        ("[::ffff:127.0.0.1]:8080", "http://[::ffff:127.0.0.1]:8080/v1"),
        ("localhost.:8080", "http://localhost.:8080/v1"),
        ("box:11434", "http://box:11434/v1"),
        ("example.com", "https://example.com/v1"),
    ],
)
def test_the_scheme_that_is_meant_follows_from_it(typed: str, url: str) -> None:
    assert normal_url(typed) == url


@pytest.mark.parametrize(
    ("address", "web"),
    [
        ("https://a.example", True), ("HTTP://a", True), ("http:a", False),
        ("mailto:a@b", False), ("", False), ("/http://a", False),
    ],
)  # fmt: skip
def test_what_is_an_address_of_the_web(address: str, web: bool) -> None:
    assert is_web(address) is web
