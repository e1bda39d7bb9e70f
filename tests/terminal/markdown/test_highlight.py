"""Colours line by line are those Pygments gives the whole, and the text is the text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name
from rich.style import Style

from tests.support.looks import DEFAULT
from zatsudan.terminal.markdown import highlight
from zatsudan.terminal.markdown.highlight import Highlighter
from zatsudan.terminal.markdown.look import token_style

_SAMPLES = {
    "python": '''import os
from dataclasses import dataclass


@dataclass
class Point:
    """A point
    in the plane."""

    x: float = 0.0

    def move(self, by: "Point") -> None:
        """Move."""
        text = f"{self.x!r:>10} and {by}" + \'\'\'a
long "string" of
lines\'\'\'
        raise ValueError(text)  # never
''',
    "javascript": """/* A comment
 * of three lines
 */
export async function load(url) {
  const reply = await fetch(`${url}/x
    and a second line ${1 + 2}`, { method: "POST" });
  return reply.ok ? /a+b/i.test("x") : null; // done
}
""",
    "typescript": "interface A { x: number; y?: string }\n/** doc\n * more */\nconst f = <T,>(a: T): T => a;\n",
    "c": """#include <stdio.h>
/* many
   lines */
int main(void) {
    uint32_t n = 0x1F; // hex
    printf("%d\\n", n);
    return 0;
}
""",
    "go": 'package main\n\n/* a\nb */\nfunc f(x int) string {\n\treturn `raw\nstring` + "x"\n}\n',
    "rust": 'fn main() {\n    let x: Vec<u8> = vec![1, 2];\n    /* a /* b */\n    c */\n    println!("{:?}", x);\n}\n',
    "bash": "set -e\nfor f in *.txt; do\n  echo \"$f\" | sed 's/a/b/'\ndone\ncat <<EOF > x\nfor $x in\nEOF\necho done\n",
    "json": '{\n  "a": [1, 2.5, true, null],\n  "b": {"c": "d"}\n}\n',
    "yaml": "a: 1\nb:\n  - x: yes\n  - 'quoted'  # why\nc: {d: e}\n",
    "sql": "SELECT a, count(*) FROM t -- why\nWHERE b = 'x' /* and\nso on */ GROUP BY a;\n",
    "css": "/* a\nb */\n.x > p:hover {\n  color: #fff;\n  margin: 0 auto;\n}\n",
    "html": '<!-- a\nb -->\n<p class="x">Text &amp; more</p>\n',
    "toml": '[a]\nb = "c"  # why\nd = [1, 2]\n',
    "diff": "--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n",
    "java": "/** Doc.\n * more\n */\npublic class A {\n  private final int x = 1;\n}\n",
    "lua": "--[[ a\nb ]]\nlocal x = string.format('%d', 1)\nprint(x)\n",
    "ruby": 'class A\n  def b(c) = puts "#{c}"\nend\n',
    "kotlin": '/* a\nb */\nfun f(x: Int): String = "$x"\n',
}

Characters = list[tuple[str, Style]]


def _characters(parts: list[tuple[str, Style]]) -> Characters:
    return [(char, style) for text, style in parts for char in text if not char.isspace()]


@pytest.mark.parametrize("name", _SAMPLES)
def test_colours_are_those_of_the_whole(name: str) -> None:
    code = _SAMPLES[name]
    highlighter = Highlighter(name, DEFAULT)
    ours = [char for line in code.split("\n") for char in _characters(highlighter.line(line))]
    whole = [
        (text, token_style(DEFAULT, kind))
        for _, kind, text in get_lexer_by_name(name).get_tokens_unprocessed(code)
    ]
    assert ours == _characters(whole)
    assert len({style for _, style in ours}) > 2


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([*_SAMPLES, "php", "perl", "haskell", "html+jinja", "console", "tsx", "make"]),
    st.lists(
        st.sampled_from(
            [
                "/*",
                "*/",
                '"""',
                "'''",
                "`",
                "<!--",
                "-->",
                "{{",
                "}}",
                "<<EOF",
                "EOF",
                "=begin",
                "(",
                ")",
                "\t",
                "é",
                "日",
                "\\",
                "#",
            ]
        )
    )
    .map(" ".join)
    .flatmap(lambda start: st.text(max_size=20).map(lambda end: start + end)),
)
def test_text_stays_as_it_is(name: str, code: str) -> None:
    highlighter = Highlighter(name, DEFAULT)
    for line in code.split("\n"):
        fork = highlighter.fork()
        assert "".join(text for text, _ in fork.line(line + " x")) == line + " x"
        assert "".join(text for text, _ in highlighter.line(line)) == line


def test_unknown_languages_are_shown_in_one_colour() -> None:
    assert Highlighter("no-such", DEFAULT).line("x = 1") == [("x = 1", DEFAULT.code_text)]


@pytest.mark.parametrize("info", ["python", "bash", "c", "lua"])
def test_without_the_private_states_of_pygments_each_line_is_coloured_by_itself(
    info: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(highlight, "has_states", lambda _lexer: False)
    monkeypatch.setattr(highlight, "_states", None)

    highlighter = Highlighter(info, DEFAULT)
    lines = ['print("one")', "", "if x then return 2 end"]
    shown = [highlighter.line(line) for line in lines]

    assert ["".join(text for text, _ in pieces) for pieces in shown] == lines
    assert len({style for _, style in shown[0]}) > 1


@pytest.mark.parametrize(
    ("name", "line"),
    [
        *((name, '"' + "\\" * 400) for name in ("fish", "scala", "chapel", "factor", "smithy")),
        ("scala", '"' + "\\\\a" * 100),
        ("scheme", "'" + "$(" * 200),
        ("racket", "a " + "(*" * 200),
        ("tads3", "a{" * 249),
        ("maple", '"' + "\\n" * 200),
        ("easytrieve", "'" + "\t" * 499),
    ],
)
def test_no_line_is_looked_at_for_ever(name: str, line: str) -> None:
    """Each of these takes a lexer longer than anybody waits."""
    highlighter = Highlighter(name, DEFAULT)
    assert "".join(text for text, _ in highlighter.line(line)) == line


def test_many_long_lines_of_what_is_no_code() -> None:
    highlighter = Highlighter("c", DEFAULT)
    line = "a" + " " * 1990
    for _ in range(500):  # half a second each, if they were lexed
        assert highlighter.line(line) == [(line, DEFAULT.text)]


def test_escapes_on_one_line_keep_their_colour() -> None:
    highlighter = Highlighter("python", DEFAULT)
    assert len(highlighter.line('path = "C:\\\\a\\\\b\\\\c"')) > 1
