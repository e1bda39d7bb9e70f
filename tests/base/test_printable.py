"""Foreign text: nothing steers the terminal, nothing is deleted."""

import ast
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, assert_type

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zatsudan
from tests.support.strategies import any_text
from zatsudan.base.language import say, say_count
from zatsudan.base.printable import Printable, end_of, one_line, printable

if TYPE_CHECKING:
    from zatsudan.base.errors import ZatsudanError
    from zatsudan.commands.asking import Question
    from zatsudan.commands.outcomes import Copy, tell
    from zatsudan.commands.parts import Line, Table
    from zatsudan.commands.picking import Row
    from zatsudan.commands.registry import Choice
    from zatsudan.terminal.live.painter import Painter
    from zatsudan.terminal.plain.output import Output
    from zatsudan.terminal.surface import Surface
    from zatsudan.terminal.text.rows import cut, painted, set_off, sgr, together, wrap


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain, あ, 😀, é", "plain, あ, 😀, é"),
        ("two\nlines\tand a tab", "two\nlines\tand a tab"),
        ("\x1b[31mred", "␛[31mred"),
        ("bell\x07 and nul\x00", "bell␇ and nul␀"),
        ("a\rb", "a␍b"),
        ("\x7f", "␡"),
        ("\x9b31m", "\ufffd31m"),
        ("abc\u202egnp.exe", "abc\ufffdgnp.exe"),
        ("a\u2028b\u2029c", "a\u2424b\u2424c"),
        ("tag\U000e0041", "tag\ufffd"),
        ("half \ud83d", "half \ufffd"),
        ("שלום\u200f! C\u200e++ عربي\u061c", "שלום\u200f! C\u200e++ عربي\u061c"),
        ("\u2067עברית\u2069", "\u2060עברית\u2060"),
        (
            "🏴\U000e0067\U000e0062\U000e0065\U000e007f\x07",
            "🏴\U000e0067\U000e0062\U000e0065\U000e007f␇",
        ),
        ("🏴\U000e0067", "🏴\ufffd"),
    ],
)
def test_what_steers_becomes_one_visible_sign(raw: str, shown: str) -> None:
    assert printable(raw) == shown


def test_joiners_of_emoji_and_scripts_stay() -> None:
    assert printable("👩\u200d👩\u200d👧 and\u200cnon") == "👩\u200d👩\u200d👧 and\u200cnon"


def test_no_control_sign_is_left() -> None:
    left = {
        char
        for code in range(0x110000)
        if unicodedata.category(char := printable(chr(code))) in ("Cc", "Cs", "Zl", "Zp")
    }

    assert left == {"\n", "\t"}


@given(any_text)
def test_one_sign_for_one_and_twice_is_once(text: str) -> None:
    shown = printable(text)

    assert len(shown) == len(text)
    assert printable(shown) == shown
    shown.encode()  # no lone surrogate is left


@given(any_text, st.integers(0, 40))
def test_a_cut_changes_nothing(text: str, place: int) -> None:
    assert printable(text[:place]) + printable(text[place:]) == printable(text)


def test_one_line_joins_and_cuts() -> None:
    assert one_line("  a\n\tb  c ") == "a b c"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("abcd", 4) == "abcd"
    assert one_line("\x1b[2J gone") == "␛[2J gone"
    assert one_line("a" + " " * 99 + "b", 4) == "a…"
    assert one_line("a" + " " * 99, 4) == "a"


def test_the_end_of_a_text_is_one_line_too() -> None:
    assert end_of("  a\n\tb  c ", 9) == "a b c"
    assert end_of("abcdef", 4) == "…def"
    assert end_of("abcd", 4) == "abcd"
    assert end_of("gone \x1b[2J", 99) == "gone ␛[2J"
    assert end_of("b" + " " * 99 + "a", 4) == "…a"
    assert end_of(" " * 99 + "a", 4) == "a"


if TYPE_CHECKING:

    def text_that_was_not_made_printable_is_refused(text: str, shown: Printable) -> None:
        """Each line is a type error: mypy complains of an `ignore` that is not needed."""
        Line(text)  # type: ignore[arg-type]
        Line("a literal")  # type: ignore[arg-type]
        Line(f"{shown}: {text}")  # type: ignore[arg-type]
        Line(shown + text)  # type: ignore[arg-type]
        Line(", ".join(sorted((shown, text))))  # type: ignore[arg-type]
        Line(shown.replace("a", text))  # type: ignore[arg-type]
        tell(text)  # type: ignore[arg-type]
        Table((text,), ())  # type: ignore[arg-type]
        Table((shown,), ((text,),))  # type: ignore[arg-type]
        Table((shown,), (), text)  # type: ignore[arg-type]
        Row("key", (text,))  # type: ignore[arg-type]
        Question(text)  # type: ignore[arg-type]
        Question(shown, help=text)  # type: ignore[arg-type]
        Choice("text", text)  # type: ignore[arg-type]
        Copy("text", text)  # type: ignore[arg-type]
        ZatsudanError(text)  # type: ignore[arg-type]
        ZatsudanError(shown, text)  # type: ignore[arg-type]
        sgr(text, "dim")  # type: ignore[arg-type]
        wrap(text, 80)  # type: ignore[arg-type]
        cut(text, 80)  # type: ignore[arg-type]
        set_off(text, (), 80)  # type: ignore[arg-type]
        together((shown, text))  # type: ignore[arg-type]
        painted(text, "1")  # type: ignore[arg-type]

    def rows_that_were_not_are_refused(
        text: str, shown: Printable, painter: Painter, output: Output, surface: Surface
    ) -> None:
        painter.show((text,), ())  # type: ignore[arg-type]
        painter.show((), (f"{sgr(shown, 'dim')} {text}",))  # type: ignore[arg-type]
        output.write(text)  # type: ignore[arg-type]
        output.write(sgr(shown, "dim"))  # type: ignore[arg-type]
        surface.note(text)  # type: ignore[arg-type]
        surface.hint(text)  # type: ignore[arg-type]
        surface.doing(text)  # type: ignore[arg-type]

    def what_is_said_is_printable(text: str, shown: Printable) -> None:
        """None of these is: whatever values are filled in, and whatever was marked for later."""
        assert_type(say("There is no file {name}.", name=text), Printable)
        assert_type(say(text), Printable)
        assert_type(say_count("{n} turn of {name}", "{n} turns of {name}", 2, name=text), Printable)
        assert_type(shown[2:] + shown, Printable)
        Line(printable(f"{shown}: {text}"))


@given(any_text)
def test_what_is_said_is_printable_whatever_it_is_filled_with(text: str) -> None:
    for said in (
        say("There is no file {name}.", name=text),
        say("There is no profile {name!r}.", name=text),
        say(text),
        say_count("{n} model at {server}", "{n} models at {server}", 2, server=text),
    ):
        assert printable(said) == said


#: Where text becomes printable, and where printable text gets its styles.
HOMES = (
    "base/printable.py",
    "terminal/text/rows.py",
    "terminal/text/pictures.py",
    "terminal/text/sequences.py",
)


def test_only_their_own_modules_call_a_text_printable_or_styled() -> None:
    """A cast, or the type as a function, would pass what was not looked at."""
    package = Path(zatsudan.__file__).parent
    found = [
        f"{path.relative_to(package)}:{node.lineno}"
        for path in sorted(package.rglob("*.py"))
        if path.relative_to(package).as_posix() not in HOMES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("Printable", "Styled", "cast")
    ]

    assert found == []
