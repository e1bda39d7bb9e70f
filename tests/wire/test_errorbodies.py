"""What a refusal says, in all the forms of its body."""

import pytest

from zatsudan.wire.errorbodies import error_hint, error_message, read_error


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b'{"error": {"message": "bad", "code": "c", "param": "p"}}', ("bad", "c", "p")),
        (b'{"error": {"message": "bad", "type": "t", "code": null}}', ("bad", "t", "")),
        (b'{"error": "bad"}', ("bad", "", "")),
        (b'[{"error": {"message": "bad", "code": 400}}]', ("bad", "400", "")),
        (b'{"object": "error", "message": "bad", "code": 400}', ("bad", "400", "")),
        (b'{"detail": "Not Found"}', ("Not Found", "", "")),
        (b'{"detail": [{"loc": ["body"], "msg": "field required"}]}', ("field required", "", "")),
        (b'{"message": "{\\"a\\":\\"b\\"}"}', ('{"a":"b"}', "", "")),  # of whom nobody knows
        (b'{"Message": "not authorised"}', ("not authorised", "", "")),  # Amazon
        (b"plain words\n", ("plain words", "", "")),
        (b'"words in JSON"', ("words in JSON", "", "")),
        (b"", ("", "", "")),
        (b"{}", ("", "", "")),
        (b"null", ("", "", "")),
        (b"\xff\xfe", ("\ufffd\ufffd", "", "")),
        (
            b"<!DOCTYPE html><html><head><title>502 Bad&nbsp;Gateway</title></head></html>",
            ("502 Bad Gateway (a web page, not an API's reply)", "", ""),
        ),
        (
            b"<html><body><h1>It <i>works</i></h1></body></html>",
            ("It works (a web page, not an API's reply)", "", ""),
        ),
        (b"<html></html>", ("a web page (a web page, not an API's reply)", "", "")),
    ],
)
def test_bodies_of_errors(body: bytes, read: tuple[str, str, str]) -> None:
    assert read_error(body) == read


def test_a_message_without_end_is_cut() -> None:
    assert len(error_message({"error": {"message": "x" * 100_000}})) == 300


def test_hints_are_text_on_one_line() -> None:
    assert error_hint({"error": {"code": ["a\n", 1]}}, "code") == "['a\\n', 1]"
    assert error_hint({"error": "bad"}, "code") == ""
    assert error_hint([], "code") == ""
