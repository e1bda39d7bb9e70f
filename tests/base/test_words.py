"""A command's arguments as words."""

import pytest
from hypothesis import given

from tests.support.strategies import any_text, telling_text
from zatsudan.base.errors import CommandError
from zatsudan.base.words import Word, quote, split


def texts(line: str) -> list[str]:
    return [word.text for word in split(line)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", []),
        ("  \t\n ", []),
        ("a  b\tc", ["a", "b", "c"]),
        ('"a b" c', ["a b", "c"]),
        ('""', [""]),
        ("'a \\n b'", ["a \\n b"]),
        ('"\\n\\n" "User:"', ["\n\n", "User:"]),
        ("\\n\\t\\\\", ["\n\t\\"]),
        ("C:\\Users\\x", ["C:\\Users\\x"]),
        ('"\\u3042\\"\\q\\0"', ['あ"q\0']),
        ("don't", ["don't"]),
        ('say"it"', ['say"it"']),
        ('{"50256": -100} b', ['{"50256": -100}', "b"]),
        (r'["a b", "\n"]', [r'["a b", "\n"]']),
        ("[INST] [x", ["[INST]", "[x"]),
        ("[1]x [1", ["[1]x", "[1"]),
        ("全角　空白", ["全角", "空白"]),
    ],
)
def test_words(line: str, expected: list[str]) -> None:
    assert texts(line) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a=b", Word("a=b", name="a")),
        ("a=b=c", Word("a=b=c", name="a")),
        ('stop="x y"', Word("stop=x y", quoted=True, name="stop")),
        ("stop='='", Word("stop==", quoted=True, name="stop")),
        ('"a=b"', Word("a=b", quoted=True)),
        ("=b", Word("=b")),
        ("a=", Word("a=", name="a")),
        ('a={"b": "c=d"}', Word('a={"b": "c=d"}', name="a")),
        ('{"b": "c=d"}', Word('{"b": "c=d"}')),
    ],
)
def test_names(line: str, expected: Word) -> None:
    assert split(line) == [expected]


@pytest.mark.parametrize(
    ("word", "value"),
    [("a=b", "b"), ("a=b=c", "b=c"), ('stop="x y"', "x y"), ("a=", ""), ("plain", "plain")],
)
def test_value_is_what_stands_behind_the_name(word: str, value: str) -> None:
    assert split(word)[0].value == value


@pytest.mark.parametrize("line", ['"open', "'open", 'stop="open', '"ends in \\"', 'a "'])
def test_a_quote_that_is_not_closed_is_an_error(line: str) -> None:
    with pytest.raises(CommandError, match="is not closed") as caught:
        split(line)

    assert caught.value.advice


@given(telling_text)
def test_a_quoted_text_reads_back(text: str) -> None:
    assert texts(quote(text)) == [text]


@given(any_text, any_text)
def test_two_quoted_texts_are_two_words(one: str, two: str) -> None:
    words = split(f"{quote(one)} {quote(two)}")

    assert [word.text for word in words] == [one, two]
    assert [word.name for word in words] == [None, None]


@given(telling_text)
def test_a_quoted_value_behind_a_name_reads_back(text: str) -> None:
    (word,) = split(f"stop={quote(text)}")

    assert (word.name, word.value) == ("stop", text)


@pytest.mark.parametrize("text", ["plain", "a-b_c.d", "あ", "+0.1", "/x"])
def test_quotes_are_only_where_they_are_needed(text: str) -> None:
    assert quote(text) == text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("C:\\new\\table.txt x", ["C:\\new\\table.txt", "x"]),
        ('"C:\\My Files\\new.txt"', ["C:\\My Files\\new.txt"]),
        ("file=D:\\temp\\notes", ["file=D:\\temp\\notes"]),
        (".\\new.txt ..\\table ~\\notes", [".\\new.txt", "..\\table", "~\\notes"]),
        ("\\\\server\\new", ["\\\\server\\new"]),
        # Escapes as everywhere.
        ("Q:\\n", ["Q:\n"]),
        (".\\n\\n", [".\n\n"]),
        ('"Q:\\nA:"', ["Q:\nA:"]),
        ('"C:\\\\new"', ["C:\\new"]),
        ("\\n \\\\n", ["\n", "\\n"]),
    ],
)
def test_paths_of_windows_stay_as_they_are(
    line: str, expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert texts(line) == expected


@pytest.mark.parametrize(
    "text", [".\nUser", "C:\nnew", "C:\\new", "\\\\server\\x", "a:\u202eb", "~\tx"]
)
def test_what_is_quoted_is_read_back_where_paths_are_taken_as_they_are(
    text: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    assert texts(quote(text)) == [text]
