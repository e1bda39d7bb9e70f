"""What a subcommand says on standard output."""

import pytest

from zatsudan.base.printable import printable
from zatsudan.base.styles import Styles
from zatsudan.cli.printing import WIDTH, print_line, print_parts
from zatsudan.commands.parts import Line, Table
from zatsudan.terminal.text.rows import set_styles


def test_a_line_is_ended(capsys: pytest.CaptureFixture[str]) -> None:
    print_line(printable("a"))
    print_line(printable("b\nc"))

    assert capsys.readouterr().out == "a\nb\nc\n"


def test_parts_have_no_colours_and_fit(capsys: pytest.CaptureFixture[str]) -> None:
    set_styles(Styles(), {"TERM": "xterm-256color"})
    words = printable("word " * 60)
    cell = printable("猫 " * 60)
    table = Table((printable("name"), printable("what it is")), ((printable("a"), cell),))

    print_parts([Line(words, "warn"), table])

    out = capsys.readouterr().out
    rows = out.split("\n")
    assert "\x1b" not in out
    assert rows.pop() == ""
    assert " ".join(rows).split().count("word") == 60
    assert out.count("猫") == 60
    assert all(len(row) + row.count("猫") <= WIDTH for row in rows)
