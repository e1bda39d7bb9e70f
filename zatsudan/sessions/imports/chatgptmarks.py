"""ChatGPT's marks: what stands between private-use characters in a text.

A mark is `U+E200 name U+E202 argument … U+E201`, and the page shows something else in its
place: the name of a thing, a link, a picture, or a small number that leads to a source.
Only the last is nothing that was said.
"""

import re

from zatsudan.base.addresses import is_web
from zatsudan.base.errors import ImportRefused
from zatsudan.base.jsonvalues import Json
from zatsudan.sessions.imports.jsontext import parse
from zatsudan.sessions.imports.leftout import MARKED, LeftOut

# One that the end of a cut reply left open ends with it, if it holds no blank.
_MARK = re.compile("\ue200([^\ue200\ue201]*)\ue201|\ue200([^\ue200\ue201\\s]*)\\Z")
#: What the marks leave between words: where the words of a source begin and end.
_EDGES = re.compile("[\ue203-\ue206]")
#: Marks that lead to a source and show no words of their own.
_SOURCES = frozenset(
    [
        "cite",
        "filecite",
        "filenavlist",
        "memcite",
        "forecastcite",
        "podcastcite",
        "source",
        "sources",
        "footnote",
    ]
)
#: What the page looks up by these is not in the file.
_REFERENCE = re.compile(r"(?:(?:turn|view)\d+[a-z_]+\d+,?)+|L\d+(?:-L?\d+)?")
#: Where an object keeps the words that the page shows.
_WORDS = ("name", "title", "text", "content", "alt", "prompt", "query")


#: What led to a source in exports of 2023 and 2024, and what of it was left in texts that were
#: copied (microsoft/terraform-provider-fabric 436).
_EARLIER = re.compile(
    r" ?:{0,2}contentReference\[oaicite:\d+\](?:\{index=\d+\})?"
    r"|【oaicite:\d+】(?:\{index=\d+\})?|【\d+(?::\d+)?†[^】\n]{0,200}】"
)


def unmarked(text: str, left: LeftOut) -> str:
    """Return a text with the words that the page shows in the place of its marks."""
    if "oaicite" in text or "†" in text:
        text = _EARLIER.sub("", text)
    if "\ue200" not in text:
        return _EDGES.sub("", text)
    for _ in range(3):  # one may stand inside another
        text, count = _MARK.subn(lambda found: _shown(found[1] or found[2] or "", left), text)
        if not count:
            break
    return _EDGES.sub("", text)


def _shown(mark: str, left: LeftOut) -> str:
    name, *arguments = mark.split("\ue202")
    if name.strip() in _SOURCES:
        return ""
    words = [words for argument in arguments for words in _words(argument)]
    links = [word for word in words if is_web(word)]
    plain = [word for word in words if word not in links]
    if links and plain:
        return f"[{', '.join(plain)}]({links[0]})"
    if words:
        return ", ".join(words)
    left.add(MARKED)
    return f"[{name.strip() or 'mark'}]"


def _words(argument: str) -> list[str]:
    """Return what an argument holds of words: it may be JSON, or lead to what is not here."""
    argument = argument.strip()
    if argument[:1] in ("[", "{"):
        try:
            return _words_of(parse(argument))
        except ImportRefused:
            return [argument]  # a link's words may begin so
    return [argument] if argument and not _REFERENCE.fullmatch(argument) else []


def _words_of(value: Json) -> list[str]:
    if isinstance(value, list):
        # An entity: its kind, its name, and what distinguishes it from others of that name.
        texts = [item for item in value if isinstance(item, str) and item.strip()]
        return texts[1:2] or texts[:1]
    if isinstance(value, dict):
        for key in _WORDS:
            found = value.get(key)
            if isinstance(found, str) and found.strip():
                return [found]
            if isinstance(found, list):
                texts = [item for item in found if isinstance(item, str) and item.strip()]
                if texts:
                    return [", ".join(texts)]
    return []
