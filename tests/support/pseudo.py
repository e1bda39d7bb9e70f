"""A language made from the catalogue by code: every text accented, and a third longer.

What it leaves as it is would stand in any language: fields, commands, flags, names in
code, words in capitals. So what is on the screen in plain letters besides is English that no
catalogue reaches, and a word that is not among `words` was cut.
"""

import re

from tests.support.catalogue import collected

_ACCENTED = str.maketrans(
    "AEIOUYCNSZaeiouycnszdlrtgh", "ÀÉÎÖÛÝÇÑŠŽàéîöûýçñšždľřťğĥ".replace("d", "ď")
)

#: What stands in every language: fields and argparse's, code, commands, flags, paths, identifiers,
#: capitals, keys with a modifier, file endings.
_KEPT = re.compile(
    r"\{[^{}]*\}|%\(\w+\)[sr]|%[sr]|`[^`]*`|'[^']*\[[^']*'|hf:\S+|https?://\S+"
    r"|(?<![\w.])[/@!][\w!]+|(?<!\w)--?[a-z][\w-]*|\[\w+\]|\b\w+_\w+\b|\b\w+=\w*|\$\w+"
    r"|\b[A-Z]{2,}\w*\b|\b(?:Ctrl|Alt)-\w+|\bzatsudan\b|\w+\.\w+\w"
)


def longer(text: str) -> str:
    """Return a text accented, each third letter of it written twice."""
    made, at, letters = "", 0, 0
    for kept in [*_KEPT.finditer(text), None]:
        end = kept.start() if kept else len(text)
        for char in text[at:end].translate(_ACCENTED):
            letters += char.isalpha()
            made += char * (2 if char.isalpha() and letters % 3 == 0 else 1)
        if kept:
            made += kept[0]
            at = kept.end()
    return made


class Pseudo:
    """The language, as the program takes one."""

    def gettext(self, message: str, /) -> str:
        """Return the longer text."""
        return longer(message)

    def ngettext(self, one: str, many: str, n: int, /) -> str:
        """Return the longer form."""
        return longer(one if n == 1 else many)


def words() -> set[str]:
    """Return all words of the language, without what stands around them."""
    texts = [text for each in collected() for text in ([each] if isinstance(each, str) else each)]
    return {word for text in texts for word in pieces(longer(text))}


def pieces(text: str) -> list[str]:
    """Return the words of a text: runs of letters."""
    return re.findall(r"[^\W\d_]+", text)
