"""The block structure of a text as markdown-it sees it, to hold our own against."""

import re

from markdown_it import MarkdownIt
from markdown_it.rules_block import table
from markdown_it.token import Token

from zatsudan.markdown.blocks import Blocks
from zatsudan.markdown.leaves import Event, Leaf, table_cells


def _reference() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "maxNesting": 200})
    parser.enable("strikethrough").disable("reference")
    # markdown-it tries tables before all else, so that `# a | b` can head one;
    # GitHub's extension, which we follow, makes tables of paragraphs only.
    parser.block.ruler.before("lheading", "gfm_table", table, {"alt": ["paragraph", "reference"]})
    return parser


_MARKDOWN_IT = _reference()


def _squeezed(text: str) -> str:
    """Text without the blanks that do not matter, at ends of lines."""
    return re.sub(r"[ \t]*\n[ \t]*", "\n", text.strip(" \t\n")).strip()


def their_structure(text: str) -> list[str]:
    """What markdown-it makes of `text`: one entry per block, opened or closed."""
    found: list[str] = []
    leaf = ""
    for token in _MARKDOWN_IT.parse(text):
        leaf = _LEAVES.get(token.type, leaf)
        if token.type == "heading_open":
            leaf = token.tag
        elif token.type in ("bullet_list_open", "ordered_list_open"):
            start = token.attrs.get("start", 1) if token.tag == "ol" else 0
            found.append(f"list {token.markup} {start}(")
        elif token.type == "inline":
            found.append(f"{leaf} {_squeezed(token.content)}")
        elif token.type in ("fence", "code_block"):
            found.append(_code(token))
        elif token.type in _PLAIN:
            found.append(_PLAIN[token.type])
    return [entry for entry in found if entry != "p "]


_LEAVES = {"paragraph_open": "p", "th_open": "cell", "td_open": "cell"}
_PLAIN = {
    "blockquote_open": "quote(",
    "list_item_open": "item(",
    "blockquote_close": ")",
    "bullet_list_close": ")",
    "ordered_list_close": ")",
    "list_item_close": ")",
    "tr_open": "row",
    "hr": "rule",
}


def _code(token: Token) -> str:
    return f"code {token.info.strip()}\n{token.content.strip(chr(10)).rstrip()}"


def our_structure(text: str) -> list[str]:
    """The same of our own blocks."""
    blocks = Blocks()
    events: list[Event] = []
    for line in text.split("\n"):
        events += blocks.line(line)
    events += blocks.end()
    found: list[str] = []
    for event in events:
        match event:
            case ("enter", container) if container.kind == "list":
                found.append("list")
            case ("enter", container):
                if found and found[-1] == "list":
                    found[-1] = f"list {container.marker} {container.number}("
                found.append(f"{container.kind}(")
            case ("leave", _):
                found.append(")")
            case ("close", leaf):
                found += _leaf(leaf)
    return [entry for entry in found if entry != "p "]


def _leaf(leaf: Leaf) -> list[str]:
    text = "\n".join(leaf.lines)
    match leaf.kind:
        case "paragraph":
            return [f"p {_squeezed(text)}"]
        case "heading":
            return [f"h{leaf.level} {_squeezed(text)}"]
        case "rule":
            return ["rule"]
        case "code":
            return [f"code {leaf.info}\n{text.strip(chr(10)).rstrip()}"]
        case "table":
            rows: list[str] = []
            width = len(leaf.aligns)
            for line in leaf.lines:
                cells = (table_cells(line) + [""] * width)[:width]
                rows += ["row", *(f"cell {_squeezed(cell)}" for cell in cells)]
            return rows
