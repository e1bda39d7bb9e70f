"""The end of a text before more is written behind it, for whatever program will read both.

Others take HTML as HTML, which our own reading does not: this asks a parser of
CommonMark by the letter.
"""

from functools import lru_cache

from markdown_it import MarkdownIt

#: What ends each kind of Markdown block that would swallow all that follows (CommonMark 0.31, 4.6).
_HTML_ENDS = ("-->", "?>", "]]>", "</script>", "</style>", "</pre>", "</textarea>", ">")


@lru_cache(maxsize=1)
def _commonmark() -> MarkdownIt:
    return MarkdownIt("commonmark").disable("inline")


def closed(text: str) -> str:
    """Return Markdown after which a heading is a heading: a fence or comment left open is closed."""
    blocks = _commonmark()

    def stays_open(candidate: str) -> bool:
        return blocks.parse(f"{candidate}\n\n## X")[-1].type != "heading_close"

    if not stays_open(text):
        return text
    last = blocks.parse(text)[-1]
    ends = [last.markup] if last.type == "fence" else _HTML_ENDS
    return next((closed for end in ends if not stays_open(closed := f"{text}\n{end}")), text)
