"""Secrets in text: found in every form in which they come back, and nothing else taken out."""

import base64
import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.secrets import FORMS
from zatsudan.base.errors import CommandError
from zatsudan.base.secrets import (
    HIDDEN,
    Secrets,
    is_secret,
    secret_values,
    shown_address,
    shown_line,
)
from zatsudan.base.words import Word
from zatsudan.parameters.assignments import read_assignments

if TYPE_CHECKING:
    from zatsudan.base.jsonvalues import JsonObject

KEY = "sk-very/secret+123456="

#: Characters of keys and of passwords: those that encodings change, and those that they do not.
chars = st.sampled_from(list("abcXYZ019-_.~/+=:@&<>\"'\\%$ é日😀"))
secrets = (
    st.text(chars, min_size=6, max_size=60)
    .filter(
        lambda text: (
            len(" ".join(text.split())) >= 6 and not re.fullmatch(r"[./\\… ]+|.*( \+|\+ ).*", text)
        )
    )
    .map(str.strip)
)


@given(secrets, st.sampled_from(sorted(FORMS)), st.text("xyz .,;'\"<>\n", max_size=20))
def test_a_secret_is_found_in_every_form(secret: str, form: str, around: str) -> None:
    written, known = FORMS[form](secret), Secrets([secret])
    assume(not known.found(around))
    shown = known.hidden(f"{around} {written} {around}")

    assert written not in shown
    assert shown == f"{around} {HIDDEN} {around}"


@given(secrets, st.sampled_from(sorted(FORMS)), st.data())
def test_what_is_cut_short_is_no_better(secret: str, form: str, data: st.DataObject) -> None:
    secret = re.sub(r"\\+", r"\\", " ".join(secret.split())) + "abcdef"
    # Python escapes one kind of quote only where both kinds stand in the text.
    assume(not {"'", '"'} <= set(secret))
    written = FORMS[form](secret)
    # What is shorter may stay; a blank at its end is no character on one line.
    least = max(6, len(FORMS[form](secret[:6])))
    kept = data.draw(st.integers(least, max(least, len(written))))
    for end in ("", "…", "..."):
        shown = Secrets([secret]).hidden(f"key {written[:kept]}{end}")
        # Half of how its last character is encoded may be left, which tells nothing.
        assert re.fullmatch(r"key \[key\][%&\\#\w]{0,6}[.…]*", shown)


def test_a_plain_key_that_is_cut_leaves_five_characters_at_most() -> None:
    known = Secrets(["sk-0123456789abcdef"])
    for size in range(1, 20):
        cut = "sk-0123456789abcdef"[:size]
        assert known.hidden(f"x {cut}…") == (f"x {cut}…" if size < 6 else "x [key]…")
    # In the middle of a sentence the beginning that many keys share is no secret, most of one is.
    assert known.hidden("sk-01234 is wrong") == "sk-01234 is wrong"
    assert known.hidden("sk-0123456789 is wrong") == "[key] is wrong"


@given(st.lists(secrets, max_size=4), st.text(max_size=60))
def test_what_holds_no_secret_stays(values: list[str], text: str) -> None:
    known = Secrets(values)
    if not known.found(text):
        assert known.hidden(text) == text
        assert known.hidden_json({"a": [text, 1, None]}) == {"a": [text, 1, None]}


@given(st.lists(secrets, min_size=1, max_size=4), st.data())
def test_several_secrets_in_one_text(values: list[str], data: st.DataObject) -> None:
    order = data.draw(st.lists(st.sampled_from(values), min_size=1, max_size=6))
    shown = Secrets(values).hidden("\n\n".join(order))

    # Where one holds another, a part may be taken for the whole.
    assert all(value not in shown or value in HIDDEN for value in order)


def test_names_and_strings_of_json() -> None:
    known = Secrets([KEY])
    value: JsonObject = {f"x {KEY}": [KEY, {"a": f"Bearer {KEY}"}, 5, True, None]}

    assert known.hidden_json(value) == {"x [key]": ["[key]", {"a": "Bearer [key]"}, 5, True, None]}
    assert KEY not in repr(known)


@pytest.mark.parametrize("key", ["", "abc", "ollama", "lm-studio", "EMPTY", "none"])
def test_what_is_no_key_stands_in_words(key: str) -> None:
    assert Secrets([key]).hidden("ollama/llama3 abc EMPTY") == "ollama/llama3 abc EMPTY"


@pytest.mark.parametrize(
    "name",
    ["Authorization", "X-API-Key", "api-key", "X-Session", "Cookie", "sig", "code", "X-Auth-Token"],
)
def test_names_that_tell_of_a_secret(name: str) -> None:
    assert is_secret(name)


def test_other_names_tell_by_their_value() -> None:
    assert not is_secret("X-Team", "chat")
    assert is_secret("X-Upstream", "Bearer abc")
    assert not is_secret("api-version", "2024-06-01")


def test_all_that_a_server_is_sent() -> None:
    basic = base64.b64encode(b"me:p@ssword").decode()
    found = secret_values(
        "https://me:p%40ssword@host/v1?sig=signed&v=1",
        "the-key",
        {
            "X-Team": "chat",
            "Authorization": "Basic " + base64.b64encode(b"you:hunter2").decode(),
            "Cookie": "a=first; b=second",
        },
        {"code": "c0de", "api-version": "1"},
    )

    assert {"the-key", "signed", "p%40ssword", "p@ssword", basic, "c0de"} <= set(found)
    assert {"hunter2", "first", "second"} <= set(found)
    assert not {"chat", "1", "me"} & set(found)
    # A name without a password is a token.
    assert "ghp_token" in secret_values("https://ghp_token@host/v1", "", {}, {})


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host/v1", "https://host/v1"),
        ("https://me:pw@host/v1", "https://[key]@host/v1"),
        ("http://me:p/w@host:8080/v1", "http://[key]@host:8080/v1"),
        ("http://host/v1/@cf/meta", "http://host/v1/@cf/meta"),
        ("https://host/v1?code=abc&v=1", "https://host/v1?code=[key]&v=1"),
        ("host", "host"),
    ],
)
def test_an_address_is_shown_without_them(url: str, shown: str) -> None:
    assert shown_address(url) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/connect openrouter", "/connect openrouter"),
        ("/connect https://host/v1", "/connect https://host/v1"),
        ("/connect https://me:pw@host/v1", "/connect https://[key]@host/v1"),
        ("/connect sk-abcdefgh12345678", "/connect [key]"),
        ("／connect　0a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f", "／connect [key]"),
        ("/connect https://host/v1　hunter2", "/connect https://host/v1 [key]"),
        ("/set +api_key=hunter2", "/set +api_key=[key]"),
        ("/set +api_key hunter2", "/set +api_key [key]"),
        ("/set api_key_env NAME", "/set api_key_env NAME"),
        ("/set max_tokens 5", "/set max_tokens 5"),
        ('/set +headers {"Authorization": "Bearer abc"}', '/set +headers {"Authorization": "Bearer [key]"}'),
        ("!curl -H 'Authorization: Bearer abc' http://h", "!curl -H 'Authorization: Bearer [key]' http://h"),
        ("/system You keep the secret plan, and the key", "/system You keep the secret plan, and the key"),
        ("/model sk-learn", "/model sk-learn"),
    ],
)  # fmt: skip
def test_a_line_is_shown_without_them(line: str, shown: str) -> None:
    assert shown_line(line) == shown


@pytest.mark.parametrize(
    "name", ["api_key", "api-key", "Authorization", "x_password", "access_token"]
)
def test_a_key_is_no_setting(name: str) -> None:
    for words in ([Word(f"+{name}"), Word(KEY)], [Word(KEY, name=f"+{name}")]):
        with pytest.raises(CommandError, match="is no setting") as caught:
            read_assignments(words, {})
        assert KEY not in str(caught.value) + caught.value.advice


@pytest.mark.parametrize(
    "name", ["max_tokens", "stop_token_ids", "keep_alive", "keywords", "session"]
)
def test_what_only_sounds_like_one_is(name: str) -> None:
    assert read_assignments([Word(f"+{name}"), Word("5")], {}) == {name: 5}
