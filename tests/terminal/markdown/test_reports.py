"""What people reported of other programs: replies that were shown wrong there, by kind."""

import pytest

from tests.support.looks import DEFAULT
from zatsudan.terminal.markdown.rendering import Stream, render
from zatsudan.terminal.markdown.segments import plain

_WIDTH = 40

_REPORTS = {
    "an item after a block of code keeps its distance": (
        "1. One:\n\n   ```rs\n   f()\n   ```\n\n2. Two:\n",
        ["1. One:", "", "   f()", "", "2. Two:"],
    ),
    "items with bold, nested lists and code are whole": (
        "1. **Bold** x\n   * in\n2. `[1, 2];`\n   - *a*\n     ```js\n     [1];\n     ```\n3. c\n",
        ["1. Bold x", "   • in", "2. [1, 2];", "   • a", "     [1];", "3. c"],
    ),
    # primer/primer-markdown 64, johno/ember-remarkable 33
    "headings without a blank": (
        "##見出し\n###Overview\n#hashtag\n##5\n#5 bolt",
        ["見出し", "", "Overview", "", "#hashtag", "##5", "#5 bolt"],
    ),
    # github/cmark-gfm 16, adam-p's cheat sheet (speced/bikeshed 776), shd101wyy/markdown-preview-enhanced 283
    "lists in an ordered one may be indented by two": (
        "1. a\n  1. b\n  2. c\n2. d\n  - e\n    - f\n  - g\n3. h\n",
        ["1. a", "   1. b", "   2. c", "2. d", "   • e", "     ◦ f", "   • g", "3. h"],
    ),
    "items of two digits hold what one of one digit holds": (
        "9. a\n   - x\n10. b\n   - y\n11. c\n   ```py\n   z\n   ```\n12. d\n",
        ["9. a", "   • x", "10. b", "    • y", "11. c", "    z", "12. d"],
    ),
    "numbers that go on are of the same list, a rule is none": (
        "1. a\n\n  2. b\n\n  ---\n\nc",
        ["1. a", "", "2. b", "", "─" * 40, "", "c"],
    ),
    "emoji in cells": (
        "| a | b |\n|-|-|\n| 🟢 on | 5✅ 2❌ |\n| x | y |\n",
        ["a     │ b", "──────┼────────", "🟢 on │ 5✅ 2❌", "x     │ y"],
    ),
    "escaped and single tildes": ("\\~5 min, \\~no\\~, ~1 to ~2", ["~5 min, ~no~, ~1 to ~2"]),
    "an escaped hash is no heading": ("# H\n\\# hash", ["H", "", "# hash"]),
    "escaped asterisks": ("\\*\\*\\* x \\***", ["*** x ***"]),
    "pipes in code in cells": (
        "| a | b |\n|-|-|\n| `x || y` | 1 |\n",
        ["a      │ b", "───────┼──", "x || y │ 1"],
    ),
    "footnotes lose nothing": ("A[^1].\n\n[^1]: Why.", ["A[^1].", "", "[^1]: Why."]),
    "hard breaks": ("a  \nb\n\nc\\\nd", ["a", "b", "", "c", "d"]),
    "br on a line of its own": ("a\n<br>\nb", ["a", "b"]),
    "tags are text": ("press <kbd>~</kbd>, make <name>", ["press <kbd>~</kbd>, make <name>"]),
    "a table in HTML is text": ("<table>\n<tr><td>1</td></tr>", ["<table>", "<tr><td>1</td></tr>"]),
    "a block of Markdown with a block in it": (
        "```markdown\n# T\n```py\nx\n```\nend\n```\nafter",
        ["# T", "```py", "x", "```", "end", "", "after"],
    ),
    "prices are no mathematics": (
        "**$148+ → $19**, ~$1,550; $50 to $100; $7M",
        ["$148+ → $19, ~$1,550; $50 to $100; $7M"],
    ),
    "rates are no mathematics": ("$/PR is down but $/day is up", ["$/PR is down but $/day is up"]),
    "numbers go on behind code": (
        "1. a\n\n```\nx\n```\n\n2. b\n",
        ["1. a", "", "x", "", "2. b"],
    ),
    "items that begin with numbers": ("* 337. a\n* b", ["• 337. a", "• b"]),
    "bold and code in cells and heads": (
        "| `a` | **b** |\n|-|-|\n| **c** | ~~d~~ *e* |\n",
        ["a │ b", "──┼────", "c │ d e"],
    ),
    "blocks of code without blank lines around": (
        "一:\n```json\n{}\n```\n二:\n```json\n[]\n```\n完",
        ["一:", "", "{}", "", "二:", "", "[]", "", "完"],
    ),
    "no stop begins a row": (
        "这是一个很长的中文句子，后面跟着标点符号。还有（括号），不应该在行首！",
        ["这是一个很长的中文句子，后面跟着标点符", "号。还有（括号），不应该在行首！"],
    ),
    "Korean is broken between its words": (
        "이것은 한국어 문장입니다. 단어 사이에 공백이 있습니다",
        ["이것은 한국어 문장입니다. 단어 사이에", "공백이 있습니다"],
    ),
    "Arabic with names in it": ("افتح main.py ثم شغّل `pytest -q`.", ["افتح main.py ثم شغّل pytest -q."]),
    "full width in cells": (
        "| A | B |\n|---|---|\n| 1 \\< 2 | こんにちは！ |\n",
        ["A     │ B", "──────┼─────────────", "1 < 2 │ こんにちは！"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", _REPORTS)
def test_what_was_shown_wrong_elsewhere(kind: str) -> None:
    text, rows = _REPORTS[kind]
    assert [plain(row).rstrip() for row in render(text, _WIDTH, DEFAULT)] == rows
    stream = Stream(_WIDTH, DEFAULT)
    assert [row for char in text for row in stream.feed(char)] + stream.finish() == render(
        text, _WIDTH, DEFAULT
    )
