"""GBNF grammars, checked as far as that is cheap: brackets, quotes, and the names of rules.

The form is that of grammars/README.md of github.com/ggml-org/llama.cpp. What a server refuses
beyond this, it says itself.
"""

import json
import re
from collections.abc import Sequence

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.base.words import Word
from zatsudan.parameters.values import Kind, Phrase

#: One token: a comment, a quoted text, a class of characters, a token's id, the head of a rule, a
#: name, a bracket, repetitions and what joins them; or any other character, which is a fault.
_TOKEN = re.compile(
    r"""(?P<blank>\s+|\#[^\n]*)
    |(?P<text>"(?:[^"\\\n]|\\.)*")
    |(?P<class>\[(?:[^\]\\\n]|\\.)*\])
    |(?P<token>!?<[^<>\n]*>)
    |(?P<head>[A-Za-z0-9_-]+[ \t]*::=)
    |(?P<name>[A-Za-z][A-Za-z0-9_-]*)
    |(?P<open>\()|(?P<close>\))
    |(?P<times>\{\s*\d*\s*,?\s*\d*\s*\})
    |(?P<operator>[|*+?.])
    |(?P<fault>.)""",
    re.VERBOSE,
)


def faults(grammar: str) -> str:
    """Return the first fault of a GBNF grammar, in a sentence of the person; empty if none is found."""
    defined: set[str] = set()
    used: dict[str, int] = {}
    opened: list[int] = []
    line, fault = 1, ""
    for match in _TOKEN.finditer(grammar):
        kind, text = match.lastgroup or "", match.group()
        if kind == "head" and not opened:
            defined.add(text.removesuffix("::=").strip())
        elif kind == "name":
            used.setdefault(text, line)
        elif kind == "open":
            opened.append(line)
        fault = _misplaced(kind, text, line, opened, begun=bool(defined))
        if fault:
            break
        line += text.count("\n")
    if fault:
        return fault
    if opened:
        return say("Line {line}: a bracket is not closed.", line=opened[-1])
    missing = next((name for name in used if name not in defined), None)
    if missing is not None and "root" in defined:
        return say("Line {line}: no rule is named {name}.", line=used[missing], name=missing[:40])
    return "" if "root" in defined else say("It has no rule named root.")


def _misplaced(kind: str, text: str, line: int, opened: list[int], *, begun: bool) -> str:
    """Return the fault of one token; a bracket that is closed is taken from those that are open."""
    if kind == "fault" or (kind not in ("head", "blank") and not begun):
        return say("Line {line}: {text} is not understood.", line=line, text=text[:20])
    if kind == "head" and opened:
        return say("Line {line}: a bracket is not closed.", line=opened[-1])
    if kind == "close":
        if not opened:
            return say("Line {line}: a bracket is closed that was not opened.", line=line)
        opened.pop()
    return ""


def check_grammar(value: Json) -> None:
    """Raise CommandError for a grammar that no server could read."""
    fault = faults(value) if isinstance(value, str) else ""
    if fault:
        raise CommandError(
            say("This is no grammar. {fault}", fault=fault),
            say("/help grammar shows one; /set! grammar sends it all the same."),
        )


def _read(words: Sequence[Word], _current: Json) -> Json:
    """One quoted word is the grammar; of several, those in quotes are texts within it."""
    if len(words) == 1:
        return words[0].text
    return " ".join(_quoted(word.text) if word.quoted else word.text for word in words)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


_GRAMMAR = Phrase(later("a grammar in GBNF, or @FILE"))
grammar = Kind(
    _GRAMMAR,
    _read,
    lambda value: isinstance(value, str),
    Phrase(later("GBNF")),
    verify=check_grammar,
    long=True,
)
