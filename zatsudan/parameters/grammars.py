"""GBNF grammars, checked as far as that is cheap: brackets, quotes, and the names of rules.

The form is that of grammars/README.md of github.com/ggml-org/llama.cpp. What a server refuses
beyond this, it says itself.
"""

import re

from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import later, say
from zatsudan.parameters.values import Kind, Phrase, read_text

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
    |(?P<sign>[|*+?.])
    |(?P<fault>.)""",
    re.VERBOSE,
)


def faults(grammar: str) -> str:
    """Return the first fault of a GBNF grammar, in a sentence of the person; empty if none is found."""
    defined: set[str] = set()
    used: dict[str, int] = {}
    depth, line, last_open = 0, 1, 0
    for match in _TOKEN.finditer(grammar):
        kind, text = match.lastgroup, match.group()
        if kind == "fault" or (kind not in {"head", "blank"} and not defined):
            return say("Line {line}: {text} is not understood.", line=line, text=text[:20])
        if kind == "head":
            if depth:
                return say("Line {line}: a bracket is not closed.", line=last_open)
            defined.add(text.removesuffix("::=").strip())
        elif kind == "name":
            used.setdefault(text, line)
        elif kind == "open":
            depth, last_open = depth + 1, line
        elif kind == "close":
            depth -= 1
            if depth < 0:
                return say("Line {line}: a bracket is closed that was not opened.", line=line)
        line += text.count("\n")
    if depth:
        return say("Line {line}: a bracket is not closed.", line=last_open)
    if "root" not in defined:
        return say("It has no rule named root.")
    missing = next((name for name in used if name not in defined), None)
    if missing is not None:
        return say("Line {line}: no rule is named {name}.", line=used[missing], name=missing[:40])
    return ""


def check_grammar(value: Json) -> None:
    """Raise CommandError for a grammar that no server could read."""
    fault = faults(value) if isinstance(value, str) else ""
    if fault:
        raise CommandError(
            say("This is no grammar. {fault}", fault=fault),
            say("/help grammar shows one; /set! grammar sends it all the same."),
        )


_GRAMMAR = Phrase(later("a grammar in GBNF, or @FILE"))
grammar = Kind(
    _GRAMMAR,
    read_text,
    lambda value: isinstance(value, str),
    Phrase(later("GBNF")),
    verify=check_grammar,
)
