"""Texts to try things on: Markdown as models write it, and as nobody would."""

from hypothesis import strategies as st

_WORDS = st.sampled_from(
    [
        *("the", "quick", "brown", "fox", "word.", "end!", "a", "well-known", "snake_case"),
        *("**bold**", "*em*", "`code`", "~~gone~~", "***both***", "`a  b`"),
        *("[a](b)", "[x](http://y.z 'ti tle')", "<http://a.b>", "![i](u)", "[^1]", "[1]"),
        *("日本語の文章、句読点。", "「括弧」", "カタカナー", "한국어", "中文", "**太字**です"),
        *("👨‍👩‍👧", "❤️", "👍🏽", "🇯🇵", "1️⃣", "e\u0301", "\u3000", "\u00a0"),
        *("$x_1$", "$5", "$$", "\\(", "\\)", "\\[a_b\\]"),
        *("*", "_", "**", "__", "`", "``", "~~", "[", "]", "](", "![", "<", ">", "&", "\\", "\\*"),
        *("&amp;", "&#27;", "&copy;", "<b>", "</kbd>", "<br>", "|", "\x1b[31m", "\t"),
        "http://long.example/" + "a" * 60,
        *("https://a.example/__init__.py", "（https://a.example/日本語の文書、）", "http://"),
        *(
            "**https://a.example/x**を見て",
            "[文書](https://b.example/doc)を見て",
            "`http://[::1]:80/`",
        ),
        *("https://a.example/(日本語)", "[https://a.example/_x_](https://b.example)", "*http://a*"),
        *(
            "www.a.example/__x__",
            "**www.a.example**を見て",
            "[www.a.example](https://b.example)",
            "草www",
        ),
    ]
)
_SPAN = st.lists(_WORDS, min_size=1, max_size=12).map(" ".join)
_LONG = st.lists(_WORDS, min_size=100, max_size=250).map(" ".join)

_STARTS = st.lists(
    st.sampled_from(
        ["", "", "> ", ">", "- ", "* ", "1. ", "2) ", "10. ", "  ", "   ", "    ", "\t"]
    ),
    max_size=3,
).map("".join)
_BLOCKS = st.sampled_from(
    [
        *("", "", "", "# ", "## ", "###### ", "#", "---", "===", "***", "- - -"),
        *("```", "```py", "~~~", "````", "```js", "- [ ] ", "- [x] ", "    "),
        *("| a | b |", "|---|:-:|", "--- | ---", "a | b", "| 日本 | `x` | y |", "|-"),
    ]
)
_LINES = st.one_of(
    st.builds("{}{}{}".format, _STARTS, _BLOCKS, st.one_of(st.just(""), _SPAN)),
    _SPAN,
    _SPAN,
)

_CODE = "def f(x):\n    '''doc\n    string'''\n    return x  # 日本\n/* c\nc */\n\nend"


def _indented(text: str, indent: str) -> str:
    return "\n".join(indent + line if line else "" for line in text.split("\n"))


def _list(items: list[str], bullet: str, gap: str) -> str:
    size = " " * (len(bullet) + 1)
    return gap.join(f"{bullet} {_indented(item, size).lstrip()}" for item in items)


def _table(rows: list[list[str]]) -> str:
    head, *body = rows
    lines = [head, [":--"] * len(head), *body]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


_LEAVES = st.one_of(
    _SPAN,
    _SPAN,
    st.builds("{} {}".format, st.sampled_from(["#", "##", "####"]), _SPAN),
    st.builds("{}\n{}".format, _SPAN, st.sampled_from(["===", "---"])),
    st.just("---"),
    st.builds("```{}\n{}\n```".format, st.sampled_from(["", "py", "js", "none"]), st.just(_CODE)),
    st.lists(st.lists(_SPAN, min_size=2, max_size=3), min_size=1, max_size=5).map(_table),
    _LONG,
)


def _nested(children: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    several = st.lists(children, min_size=1, max_size=4)
    return st.one_of(
        several.map("\n\n".join),
        several.map(lambda parts: _indented("\n\n".join(parts), "> ")),
        st.builds(
            _list, several, st.sampled_from(["-", "*", "1.", "7)"]), st.sampled_from(["\n", "\n\n"])
        ),
    )


well_formed = st.recursive(_LEAVES, _nested, max_leaves=12)
"""Markdown as models write it: nested lists and quotes, code, tables, long paragraphs."""

line_soup = st.lists(_LINES, max_size=14).map("\n".join)
"""Lines that begin anything and end nothing."""

markdown = st.one_of(
    well_formed,
    line_soup,
    st.builds("{}\n{}".format, well_formed, line_soup),
    well_formed.map(lambda text: text.replace("\n", "\r\n")),
    st.text(max_size=200),
)
"""All of these, and any text at all."""


@st.composite
def pieces(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> tuple[str, list[str]]:
    """A text, and the same in pieces as a server might send them."""
    text = draw(texts)
    longest = draw(st.sampled_from([1, 4, 20, 200, 10_000]))
    random = draw(st.randoms(use_true_random=False))
    cut: list[str] = []
    at = 0
    while at < len(text):
        size = random.randint(1, longest)
        cut.append(text[at : at + size])
        at += size
    return text, cut
