"""Texts as models write them, whose rows were reported wrong somewhere; streamed they are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.looks import DEFAULT
from zatsudan.markdown.links import links
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import plain

CASES = [
    # Dollars of a shell are no mathematics; mathematics keeps its signs.
    ("Set **$HOME** and **$PATH**, then *$A* or *$B*.", ["Set $HOME and $PATH, then $A or $B."]),
    ("`x` ${A}/${C} and $A:*b*:$D", ["x ${A}/${C} and $A:b:$D"]),
    ("$a_1*b_2*c$ and は$x_1$で", ["$a_1*b_2*c$ and は$x_1$で"]),
    (
        "\\begin{align}\na &= b \\\\\n+ c &= *d* \\\\\n\\end{align}",
        ["\\begin{align}", "a &= b \\\\", "+ c &= *d* \\\\", "\\end{align}"],
    ),
    ("With \\begin{cases} a_1 \\\\ b_1 \\end{cases} so.", ["With \\begin{cases} a_1 \\\\ b_1 \\end{cases} so."]),
    # Addresses are whole.
    (
        "See https://a.example/_next_/x and https://a.example/lib/__init__.py?q=*a*&r=_b_ here.",
        ["See https://a.example/_next_/x and https://a.example/lib/__init__.py?q=*a*&r=_b_", "here."],
    ),
    ("**https://a.example/x**: *https://a.example/_y_*, ~~http://b.example/~~.", ["https://a.example/x: https://a.example/_y_, http://b.example/."]),
    ("https://a.example/~~x~~/y", ["https://a.example/~~x~~/y"]),
    ("<mailto:x@y.example> and <x@y.example>", ["mailto:x@y.example and x@y.example"]),
    # Names of code keep their underscores.
    (
        "Edit src/__init__.py and call __main__ or obj.__dict__ there.",
        ["Edit src/__init__.py and call __main__ or obj.__dict__ there."],
    ),
    ("**__init__.py** uses `__all__`, __FILE__ and __VA_ARGS__.", ["__init__.py uses __all__, __FILE__ and __VA_ARGS__."]),
    ("__Note:__ pages/_app_/x and a._b_ are _not_ __two words__.", ["Note: pages/_app_/x and a._b_ are not two words."]),
    ("売上_2024_東京 と変数_名前_値", ["売上_2024_東京 と変数_名前_値"]),
    # Marks pair in scripts that write no blanks beside them.
    ("ใช้**คำสั่ง(cmd)**ที่ถูก และ**\"ดี\"**ครับ", ["ใช้คำสั่ง(cmd)ที่ถูก และ\"ดี\"ครับ"]),
    ("هذا**\"مهم\"**جدا و**(نص)**هنا", ["هذا\"مهم\"جدا و(نص)هنا"]),
    ("これは~~「古い」~~新しい、__「強調」__と__重要__です、*「斜体」*も_「斜体」_も。", ["これは「古い」新しい、「強調」と重要です、「斜体」も「斜体」も。"]),
    ("한국어**'강조'**입니다 और**(यह)**है", ["한국어'강조'입니다 और(यह)है"]),
    # Asterisks between numbers and names of one letter multiply (catchorg/Catch2 1973, opencost/opencost-website 258,
    # typora/typora-issues 3847).
    ("x**2 + y**2 = z**2, 2*3*4 = 24, 5*x + 3*y and a*b*c.", ["x**2 + y**2 = z**2, 2*3*4 = 24, 5*x + 3*y and a*b*c."]),
    ("*We have 2*2 apples* and **2**10.", ["We have 2*2 apples and 210."]),
    ("**H**2O, **N**ASA, **A**I, im**por**tant and 第*2*章", ["H2O, NASA, AI, important and 第2章"]),
    # Paths of Windows keep their backslashes (anthropics/claude-code 88952, Kilo-Org/kilocode 7907, langgenius/dify 31992).
    ("D:\\proj\\data\\_scratch\\out\\A0_raw.wav, C:\\Users\\user1\\.config.", ["D:\\proj\\data\\_scratch\\out\\A0_raw.wav, C:\\Users\\user1\\.config."]),
    ("\\\\server\\share$\\a_b_c, .\\_b, ~\\.ssh and %APPDATA%\\.foo", ["\\\\server\\share$\\a_b_c, .\\_b, ~\\.ssh and %APPDATA%\\.foo"]),
    ("(C:\\) and **C:\\Users\\_me_**, C:\\a\\*.txt, [C:\\_x](https://a.example/)", ["(C:\\) and C:\\Users\\_me_, C:\\a\\*.txt, C:\\_x (https://a.example/)"]),
    ("C:\\\\Users\\\\me, \\\\\\\\server\\\\x, snake\\_case, 1\\. \\*x\\*", ["C:\\Users\\me, \\\\server\\x, snake_case, 1. *x*"]),
    # What ends with a stop ends (nuxt-content/mdc 454).
    ("**English:**next, **Q:**What, **\"x\"**y, **`a`:**b, **(c)**d", ["English:next, Q:What, \"x\"y, a:b, (c)d"]),
    ("(**b**), \"**c**\", :**d** and **a (**b**) c**", ["(b), \"c\", :d and a (b) c"]),
    # Numbers are those that were written.
    ("Top three:\n\n3. bronze\n2. silver\n1. gold", ["Top three:", "", "3. bronze", "2. silver", "1. gold"]),
    ("1. a\n1. b\n1. c", ["1. a", "2. b", "3. c"]),
    ("2020. a\n2022. b\n\n10) x\n20) y", ["2020. a", "2022. b", "", "10) x", "20) y"]),
    # Lines end at <br>.
    ("One line<br>next line<br/>last.", ["One line", "next line", "last."]),
    ("- a<br>\n  b\n- `<br>`", ["• a", "  b", "• <br>"]),
    ("> **a<br />b**", ["│ a", "│ b"]),
    # Tab stops count cells.
    ("```\nab\tx\n日本\tx\n日本語\tx\n```", ["ab  x", "日本    x", "日本語  x"]),
    # What is not seen unmakes nothing.
    ("\ufeff# Title\n\n\ufeff- a", ["Title", "", "• a"]),
    ("🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f **x**", ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f x"]),
    ("# T\r\n\r\na\r\nb\r\n", ["T", "", "a", "b"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "rows"), CASES)
def test_rows(text: str, rows: list[str]) -> None:
    assert [plain(line) for line in render(text, 80, DEFAULT)] == rows


@given(st.sampled_from([text for text, _ in CASES]), st.sampled_from([12, 40]), st.data())
def test_streamed_rows_are_those_of_the_whole(text: str, width: int, data: st.DataObject) -> None:
    text = f"{text} " * 12 + f"\n\n{text}"
    whole = [plain(line) for line in render(text, width, DEFAULT)]
    stream, rows, at = Stream(width, DEFAULT), [], 0
    while at < len(text):
        size = data.draw(st.integers(1, 40))
        rows += stream.feed(text[at : at + size])
        stream.tail(5)
        at += size
    assert [plain(line) for line in rows + stream.finish()] == whole


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            ("[#17](https://a.example/17)에 있고、[文書](https://b.example/doc)を見て（https://c.example/x）。"
            "“https://d.example/q” ja: https://e.example/docsを参照、https://f.example/a_(b)."),
            ("https://a.example/17 https://b.example/doc https://c.example/x https://d.example/q "
            "https://e.example/docs https://f.example/a_(b)"),
        ),
        ("「https://a.example/」 «https://b.example» 'https://c.example/x' \"https://d.example\"", "https://a.example/ https://b.example https://c.example/x https://d.example"),
        ("https://a.example/Ohm's_law [https://b.example/x] {https://c.example/{id}}", "https://a.example/Ohm's_law https://b.example/x https://c.example/%7Bid%7D"),
        ("https://a.example/search?q=(business))+ok (https://b.example/c)", "https://a.example/search?q=(business) https://b.example/c"),
        ("https://a.example/x&copy; https://b.example/を開く https://c.example/文書/を", "https://a.example/x https://b.example/ https://c.example/%E6%96%87%E6%9B%B8/"),
        ("https://a.example/x…", "https://a.example/x"),
    ],
)  # fmt: skip
def test_addresses(text: str, expected: str) -> None:
    assert [link.address for link in links(text)] == expected.split(" ")
