"""Terminals and pipes of other encodings: what they lack has a plain form, and nothing fails."""

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.data_structures import Size
from prompt_toolkit.utils import get_cwidth

from tests.support.oneshot import run
from tests.support.server import says, serve
from zatsudan.base.encodings import PLAINLY, fitting
from zatsudan.terminal.live.ptk import ReservingOutput

PACKAGE = Path(__file__).parents[2] / "zatsudan"


@pytest.mark.parametrize(
    ("encoding", "text", "shown"),
    [
        ("ascii", "» a · b…", "> a - b."),
        ("ascii", "↪ rest", "> rest"),
        ("latin-1", "» a · b…", "» a · b."),
        ("ascii", "│ ─┼─ • ☑ → “x”", '| -+- * * > "x"'),
        ("ascii", "猫é👩", "?????"),
        ("latin-1", "猫é", "??é"),
        ("shift_jis", "猫 é", "猫 ?"),
    ],
)
def test_what_is_missing_has_a_form(encoding: str, text: str, shown: str) -> None:
    assert fitting(text, encoding) == shown
    assert text.encode(encoding, PLAINLY).decode(encoding) == shown


@given(st.text(), st.sampled_from(["ascii", "latin-1", "cp1252", "shift_jis", "euc_kr", "koi8-r"]))
def test_no_text_fails(text: str, encoding: str) -> None:
    fitting(text, encoding)


def test_rows_of_our_own_keep_their_width_and_have_no_question_mark() -> None:
    own = {
        char
        for path in (PACKAGE / "terminal").rglob("*.py")
        for text in re.findall(r'"([^"\n]*)"', path.read_text(encoding="utf-8"))
        for char in text
        if not char.isascii() and get_cwidth(char) == 1 and not "\uff00" <= char <= "\uffef"
    }
    own -= set("‼⁇⁈⁉‥‰℃–—£¥")  # rules of Japanese typesetting, never written
    assert {"»", "…", "⠋", "│"} <= own
    for char in own:
        form = fitting(char, "ascii")
        assert len(form) == 1, char
        assert form != "?", char


async def test_the_live_terminal_writes_what_the_encoding_holds() -> None:
    class Ascii(io.StringIO):
        encoding = "ascii"

    file = Ascii()
    output = ReservingOutput(file, lambda: Size(24, 80), "xterm")
    output.write_raw("\x1b[1m» 猫…\x1b[0m")
    output.write("│ é")
    output.flush()
    assert file.getvalue() == "\x1b[1m> ??.\x1b[0m| ?"


@pytest.mark.parametrize(
    ("environ", "text"),
    [
        ({"PYTHONIOENCODING": "ascii"}, "it is - so, ?? and ?."),
        ({"PYTHONIOENCODING": "latin-1"}, "it is - so, ?? and \ufffd."),
        ({"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
         "it is - so, ?? and ?."),
    ],
)  # fmt: skip
@pytest.mark.parametrize("plain", [(), ("--plain",)])
async def test_a_reply_in_a_pipe_of_another_encoding(
    environ: dict[str, str], text: str, plain: tuple[str, ...], clean_environment: Path
) -> None:
    async with serve(says("it is — so, ", "猫 and é…\n")) as server:
        arguments = (*plain, "--base-url", server.base_url, "-m", "scripted", "go")
        code, out, err = await run(arguments, clean_environment, environ)
    assert code == 0, err
    assert text in out
    assert "rror" not in err
