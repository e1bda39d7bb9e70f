"""What a line is: by where its characters came from, not by how it looks."""

from collections.abc import Callable
from itertools import takewhile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.entering import PREFIXED, TABLE, argument
from zatsudan.talk.attachments import Mention, compose
from zatsudan.talk.deciding import OFFERED, Asked, Decision, Shell, Slash, Words, decide
from zatsudan.talk.entered import KEYS, RECALLED, SAID, TEXT, Entered, given_back

FILES = {"notes.txt", "~/.ssh/id_rsa"}


def named(mention: Mention) -> str | None:
    """What a mention attaches where these files are, and a command was run."""
    if mention.is_output:
        return "the output of make"
    return next((name for name in mention.names() if name in FILES), None)


def what(line: Entered) -> Decision:
    return decide(line, {"write!", "retry"}.__contains__, named)


# --- the table ------------------------------------------------------------------
#
# Every way by which a line comes, as the line that it becomes.


def foreign(text: str) -> Entered:
    """The words of a message that came from elsewhere, or from another run."""
    return given_back(text)


ORIGINS: dict[str, Callable[[str], Entered]] = {
    "typed": lambda text: Entered.of(text, KEYS),
    "pasted": lambda text: Entered.of(text, TEXT),
    "pasted, then typed on": lambda text: Entered.of(text, TEXT).spliced(len(text), 0, " x", KEYS),
    "pasted, a word put into it": lambda text: Entered.of(text, TEXT).spliced(
        text.index(" "), 0, " x", KEYS
    ),
    "from the editor": lambda text: Entered().became(text),
    "recalled, was typed": lambda text: Entered.recalled(text, KEYS),
    "recalled, was recalled": lambda text: Entered.recalled(text, RECALLED),
    "recalled, was pasted": lambda text: Entered.recalled(text, TEXT),
    "recalled, of an old history": lambda text: Entered.recalled(text, TEXT),
    "recalled, was given back": lambda text: Entered.recalled(text, SAID),
    "given back": foreign,
    "given back, then typed on": lambda text: foreign(text).spliced(len(text), 0, " x", KEYS),
    "an argument": argument,
    "an argument with --typed": lambda text: argument("--typed", text),
    "an argument behind --": lambda text: argument("--", text),
    "an argument before a pipe": lambda text: argument(text, piped="data"),
    "a pipe": lambda text: argument(piped=text),
    "a pipe with --typed": lambda text: argument("--typed", piped=text),
}


def outcome(line: Entered) -> str:
    decision = what(line)
    match decision:
        case Asked():
            return "asks"
        case Words(text, attached):
            if attached:
                return "runs"
            return "text" if text == line.text else "one" if text == line.text[1:] else "?"
        case Shell() | Slash():
            return "runs"


@pytest.mark.parametrize(
    ("origin", "prefixed", "expected"),
    [
        (origin, prefixed, expected)
        for origin, row in TABLE.items()
        for prefixed, expected in zip(PREFIXED, row.split(), strict=True)
    ],
)
def test_the_table(origin: str, prefixed: str, expected: str) -> None:
    assert outcome(ORIGINS[origin](prefixed)) == expected


def test_the_table_is_whole() -> None:
    assert list(TABLE) == list(ORIGINS)


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("prefixed", PREFIXED)
def test_after_the_answer_nothing_is_asked_again(origin: str, prefixed: str) -> None:
    line = ORIGINS[origin](prefixed)
    decision = what(line)
    if not isinstance(decision, Asked):
        return
    assert outcome(decision.granted) == "runs"
    assert what(decision.refused) == Words(line.text)
    assert decision.granted.text == decision.refused.text == line.text


# --- the odd ones ---------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "/usr/bin/env python3\nimport os",
        "/* a comment */",
        "// a comment\nint x;",
        "/wri F",
        "/",
        "![an image](x.png)",
        "!",
        "! ",
        "mail @alice about @nothing.txt",
        "```\n@notes.txt\n```",
        "me@notes.txt",
    ],
)
def test_a_paste_that_names_nothing_of_ours_is_not_asked_about(text: str) -> None:
    assert what(Entered.of(text, TEXT)) == Words(text)


def test_a_sign_typed_in_front_of_a_paste_is_meant() -> None:
    assert what(Entered.of("touch X", TEXT).spliced(0, 0, "!", KEYS)) == Shell("touch X")
    assert what(Entered.of("notes.txt", TEXT).spliced(0, 0, "@", KEYS)) == Words(
        "@notes.txt", (Mention("notes.txt"),)
    )
    assert what(Entered.of("!touch X", TEXT).spliced(0, 0, "!", KEYS)) == Words("!touch X")


def test_no_sends_all_of_it_as_text_and_keeps_what_was_typed() -> None:
    line = Entered.of("!cat @notes.txt", TEXT).spliced(15, 0, " @~/.ssh/id_rsa", KEYS)
    asked = what(line)
    assert isinstance(asked, Asked)
    assert asked.act == Shell(line.text[1:])
    assert what(asked.refused) == Words(line.text, (Mention("~/.ssh/id_rsa"),))


def test_every_file_is_named_and_no_other_is_attached() -> None:
    many = [f"f{number:02}" for number in range(OFFERED + 5)]
    text = " ".join(f"@{name}" for name in many) + " @" + "x" * 300
    asked = decide(Entered.of(text, TEXT), lambda _: False, lambda mention: mention.name)
    assert isinstance(asked, Asked)
    assert asked.names == tuple(many[:OFFERED])
    assert "(only these 10 of 15)" in asked.sentence("Esc")
    granted = decide(asked.granted, lambda _: False, lambda mention: mention.name)
    assert isinstance(granted, Words)
    assert [mention.name for mention in granted.attached] == many[:OFFERED]


def test_a_question_is_safe_to_show_and_tells_of_more_lines() -> None:
    asked = what(Entered.of("!pip \x1b[2Jinstall\nrm x\nrm y", TEXT))
    assert isinstance(asked, Asked)
    assert asked.sentence("Esc") == (
        "Run pip ␛[2Jinstall (and 2 more lines)? Enter runs it, Esc sends it as text."
    )
    asked = what(Entered.of("!true" + " " * 900 + "; rm x", TEXT))
    assert isinstance(asked, Asked)
    assert asked.what == "true ; rm x"


def test_what_is_looked_up_is_bounded() -> None:
    asked: list[Mention] = []
    text = " ".join(f"@word{number}" for number in range(5000))

    def none(mention: Mention) -> None:
        asked.append(mention)

    assert decide(Entered.of(text, TEXT), lambda _: False, none) == Words(text)
    assert len(asked) == 200
    assert sum(1 for _ in Mention("a" + "、" * 100_000).names()) < 5000


# --- given back -----------------------------------------------------------------


def test_what_was_attached_here_stays_and_what_a_file_says_does_not() -> None:
    text = "see @notes.txt and @~/.ssh/id_rsa"
    content = compose(text, [("notes.txt", "x")])
    here = what(given_back(content, [Mention("notes.txt")]))
    assert here == Words(text, (Mention("notes.txt"),))
    # Of another run: the block says that the file was part of it. It is asked about.
    elsewhere = what(given_back(content))
    assert isinstance(elsewhere, Asked)
    assert elsewhere.names == ("notes.txt",)
    assert what(given_back(text)) == Words(text)


def test_the_output_of_a_command_goes_along_as_it_was() -> None:
    content = compose("why @!", [("console", "$ make\nno rule\n")])
    assert what(given_back(content)) == Words(content)
    assert what(given_back(content, [Mention("!")])) == Words(content, (Mention("!"),))


@given(st.text(), st.sampled_from(["", "!", "/", "!!", "/retry ", "@notes.txt "]))
def test_words_given_back_are_words_whatever_they_are(text: str, begin: str) -> None:
    line = given_back(begin + text)
    decision = what(line)
    assert not isinstance(decision, Shell | Slash)
    if isinstance(decision, Words):
        assert decision == Words(line.text)


# --- marks ----------------------------------------------------------------------

_SMALL = st.text("!/@a", max_size=4)
_EDITS = st.lists(
    st.tuples(
        st.sampled_from(["type", "paste", "delete", "replace"]),
        st.integers(0, 12),
        st.integers(0, 4),
        _SMALL,
    ),
    max_size=12,
)


def alike(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return len(list(takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))))


@given(_EDITS)
def test_only_what_keys_made_is_marked_so_after_any_edits(
    edits: list[tuple[str, int, int, str]],
) -> None:
    """A model that keeps each character with its origin is never trusted less than the line.

    `replace` is a change of which the line hears only the result: a character that stands
    where the same one stood has not been changed, for any who look at it.
    """
    model: list[tuple[str, str]] = []
    line, exact = Entered(), True
    for kind, place, count, new in edits:
        at = min(place, len(model))
        gone = 0 if kind in ("type", "paste") else min(count, len(model) - at)
        text = "" if kind == "delete" else new
        mark = KEYS if kind == "type" else TEXT
        if kind == "replace":
            before = "".join(char for char, _ in model[at : at + gone])
            same = alike(before, text)
            at, gone, text, before = at + same, gone - same, text[same:], before[same:]
            same = alike(before[::-1], text[::-1])
            gone, text = gone - same, text[: len(text) - same]
        model[at : at + gone] = [(char, mark) for char in text]
        whole = "".join(char for char, _ in model)
        if kind == "replace":
            line, exact = line.became(whole), False
        else:
            line = line.spliced(at, gone, text, mark)
        assert line.text == whole
        assert len(line.marks) == len(whole)
        if exact:
            assert line.marks == "".join(mark for _, mark in model)
        for (_, origin), mark in zip(model, line.marks, strict=True):
            assert mark != KEYS or origin == KEYS


@given(_SMALL, st.text("xyz", min_size=1), _SMALL)
def test_a_change_in_the_middle_keeps_both_ends(begin: str, middle: str, end: str) -> None:
    line = Entered.of(begin + end, KEYS).became(begin + middle + end)
    assert line.marks.count(KEYS) == len(begin + end)


@given(st.lists(_SMALL), st.lists(st.sampled_from([KEYS, TEXT, SAID])))
def test_joined_lines_keep_their_marks(texts: list[str], marks: list[str]) -> None:
    lines = [Entered.of(text, mark) for text, mark in zip(texts, marks, strict=False)]
    whole = Entered.joined(lines, "\n")
    assert whole.text == "\n".join(line.text for line in lines)
    assert [mark for mark, char in zip(whole.marks, whole.text, strict=True) if char != "\n"] == [
        mark for line in lines for mark in line.marks
    ]


# --- leaving --------------------------------------------------------------------


@pytest.mark.parametrize("text", ["exit", "quit", " exit ", ":q", "exit()"])
@pytest.mark.parametrize("mark", [KEYS, RECALLED])
def test_who_types_what_ends_other_programs_is_asked(text: str, mark: str) -> None:
    line = Entered.of(text, mark)
    assert line.unsure
    asked = what(line)
    assert isinstance(asked, Asked)
    assert asked.act == Slash("quit")
    assert what(asked.granted) == Slash("quit")
    assert what(asked.refused) == Words(text)


@pytest.mark.parametrize("text", ["exit the loop", "Exit", "bye", "q", "exit\nquit"])
def test_words_that_only_begin_so_are_words(text: str) -> None:
    assert what(Entered.of(text, KEYS)) == Words(text)


@pytest.mark.parametrize("mark", [TEXT, SAID])
def test_what_was_pasted_or_given_back_leaves_nothing(mark: str) -> None:
    assert what(Entered.of("exit", mark)) == Words("exit")


# --- as Japanese input writes it ----------------------------------------------------


@pytest.mark.parametrize(
    ("text", "act"),
    [
        ("／help", Slash("help")),
        ("／ｗｒｉｔｅ！　a.txt", Slash("write!", "a.txt")),
        ("／temp ０．５", Slash("temp", "０．５")),
        ("/temp　0.5", Slash("temp", "0.5")),
        ("/system\nBe brief.  Be kind.", Slash("system", "Be brief.  Be kind.")),
        ("／人◕‿‿◕人＼", Words("／人◕‿‿◕人＼")),
        ("／ help", Words("／ help")),
        ("／／help", Words("／／help")),
        ("／", Words("／")),
    ],
)
def test_a_slash_and_a_blank_of_full_width_are_taken(text: str, act: Decision) -> None:
    assert what(Entered.of(text, KEYS)) == act


@pytest.mark.parametrize("mark", [TEXT, SAID])
def test_a_slash_of_full_width_that_no_key_typed_is_a_character(mark: str) -> None:
    assert what(Entered.of("／retry", mark)) == Words("／retry")
