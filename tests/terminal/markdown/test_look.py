"""What replies look like, as text to be read."""

import pytest

from tests.support.looks import DEFAULT
from zatsudan.terminal.markdown.look import without_colour
from zatsudan.terminal.markdown.rendering import render
from zatsudan.terminal.markdown.segments import plain


def _shown(text: str, width: int = 60) -> str:
    return "\n".join(plain(row) for row in render(text, width, DEFAULT))


def _block(text: str) -> str:
    return text.strip("\n")


@pytest.mark.parametrize(
    ("source", "screen"),
    [
        pytest.param("# One\n## Two\ntext\n\n\n\nmore", "One\n\nTwo\n\ntext\n\nmore", id="headings"),
        pytest.param("a\n\n---\n\nb", "a\n\n" + "─" * 40 + "\n\nb", id="rule"),
        pytest.param("- a\n- b\n  - c\n\n- d", "• a\n• b\n  ◦ c\n\n• d", id="list"),
        pytest.param("9. a\n10. b\n    more", "9. a\n10. b\n    more", id="numbers"),
        pytest.param("- [ ] a\n- [x] b\n1. [x] c", "☐ a\n☑ b\n\n1. ☑ c", id="tasks"),
        pytest.param("-\n- b", "•\n• b", id="empty item"),
        pytest.param("> a\n>\n> - b\n>> c", "│ a\n│\n│ • b\n│\n│ │ c", id="quote"),
        pytest.param("[a](http://b) <http://c> [http://d](http://d)",
                     "a (http://b) http://c http://d", id="links"),
        pytest.param("![alt](http://x/y.png)", "alt (http://x/y.png)", id="image"),
        pytest.param("[x](http://h/%E6%97%A5)", "x (http://h/日)", id="address as people write it"),
        pytest.param("~~a~~ `b` ***c***", "a b c", id="marks"),
        pytest.param("<b>x</b> &lt;y&gt; &copy;", "<b>x</b> <y> ©", id="html and entities"),
        pytest.param("a[^1]\n\n[^1]: note\n[x]: http://y",
                     "a[^1]\n\n[^1]: note\n[x]: http://y", id="footnotes and definitions"),
        pytest.param(r"\(a_b*c*\) and \[x\] $p_i * q_i$, $5 *or* $6",
                     r"\(a_b*c*\) and \[x\] $p_i * q_i$, $5 or $6", id="mathematics"),
        pytest.param("\\[\n\\sum_i x_i\n\\]", "\\[\n\\sum_i x_i\n\\]", id="display mathematics"),
        pytest.param("$$\na\n+ b\n=\n$$\n- c", "$$\na\n+ b\n=\n$$\n\n• c", id="no list in mathematics"),
        pytest.param("これは**「強調」**です。", "これは「強調」です。", id="japanese emphasis"),
        pytest.param("日本語\nの文\nword", "日本語\nの文\nword", id="line ends are kept"),
        pytest.param("a  \nb\\\nc", "a\nb\nc", id="hard breaks"),
        pytest.param("```\n\na\n\n\tb\n\n```", "a\n\n    b", id="code without blank edges"),
        pytest.param("- a\n\n  ```\n  x\n  ```\n- b", "• a\n\n  x\n• b", id="code in an item"),
    ],
)  # fmt: skip
def test_shown(source: str, screen: str) -> None:
    assert _shown(source) == screen


def test_hanging_indent_and_japanese_line_breaks() -> None:
    source = (
        "12. 「返答」は、単語の間に空白がないので、どこでも折り返せます。\n    - nested words here"
    )
    assert _shown(source, 24) == _block("""
12. 「返答」は、単語の間
    に空白がないので、ど
    こでも折り返せます。
    • nested words here
""")


def test_table_that_fits() -> None:
    source = "| 名前 | value | note |\n|:-:|--:|---|\n| a | 1 | `x` |\n| 日本語 | 1000 |"
    assert _shown(source) == _block("""
 名前  │ value │ note
───────┼───────┼─────
  a    │     1 │ x
日本語 │  1000 │
""")


def test_table_whose_cells_wrap() -> None:
    source = (
        "| k | what it does |\n|---|---|\n| a | one two three four five |\n| b | six<br>seven |"
    )
    assert _shown(source, 20) == _block("""
k │ what it does
──┼─────────────────
a │ one two three
  │ four five
──┼─────────────────
b │ six
  │ seven
""")


def test_table_too_narrow_for_columns() -> None:
    source = (
        "| name | kind | size | default |\n|-|-|-|-|\n| top_p | float | 0 to 1 | 1 |\n| n | | | |"
    )
    assert _shown(source, 20) == _block("""
name: top_p
kind: float
size: 0 to 1
default: 1
──────
name: n
""")


def test_cells_too_many_are_not_lost() -> None:
    assert _shown("|a|b|\n|-|-|\n|1|2|3|").endswith("1 │ 2 | 3")


def test_deep_nesting_leaves_room_for_text() -> None:
    lines = _shown("> " * 30 + "- some words to read", 30).split("\n")
    assert [line.lstrip("│ ") for line in lines] == ["• some", "words to", "read"]


def test_heading_levels_differ_and_keep_their_weight_without_colour() -> None:
    styles = [render("#" * level + " x", 20, DEFAULT)[0][0].style for level in range(1, 7)]
    assert len(set(styles)) == 6
    for level in range(1, 4):
        style = render("#" * level + " x", 20, without_colour(DEFAULT))[0][0].style
        assert style
        assert style.bold
        assert style.color is None


def test_code_indented_beyond_the_screen_stays_on_it() -> None:
    assert _shown("```\n" + " " * 500 + "x\n```", 20) == " " * 19 + "x"


def test_code_sets_no_background() -> None:
    for row in render("```python\nx = 'a'  # b\n```", 40, DEFAULT):
        assert all(part.style is None or part.style.bgcolor is None for part in row)
