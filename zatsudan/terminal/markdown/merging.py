"""The rules of a lexer tried at once: a trick for speed, alone in this module.

Pygments tries the rules of a state one by one, some thirty for each token of Python. Here those
that stand in a row become one expression, `first()|second()|…`, whose group tells which it was.
Their own groups are none in it: what a rule does with them is done with its own match. To lay
out 2 MB of Python takes 50 % less CPU so, 2 MB of Markdown of all sorts 11 % less (shapes `fence` and
`mixed` of tests/support/shapes.py).

To compile one takes as long as some thousand tokens, so a state is merged when it was tried as long
as that takes: a short reply never pays for it. A rule that cannot stand in one expression with others
stays by itself; where none can, all is as Pygments has it.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

#: What a rule matches by, what it does, and which state comes next.
Rule = tuple[Callable[[str, int], "re.Match[str] | None"], Any, Any]

#: Characters of the expressions of a state that take as long to compile as so many rules take to be tried.
_TRIES = 40
#: What names a group by its number or name: in one expression with others the numbers are others.
_NAMES_GROUPS = re.compile(r"\\[1-9]|\(\?P|\(\?\(")
#: Flags for a whole expression, which may stand only at its start.
_LEADING_FLAGS = re.compile(r"\(\?[aiLmsux]+\)")
#: An escape, a set of characters, or what opens a group that has a number.
_GROUP = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\((?!\?)", re.DOTALL)
_FLAGS = {re.ASCII: "a", re.IGNORECASE: "i", re.MULTILINE: "m", re.DOTALL: "s", re.VERBOSE: "x"}


class Merged(tuple[Rule, ...]):
    """In the place of what a rule does: the rules that were merged, the first at 1 as its group is."""

    __slots__ = ()


#: What was found by a rule, what the rule does, and which state comes next.
Taken = tuple["re.Match[str]", Any, Any]


def taken(rules: Sequence[Rule], line: str, pos: int) -> Taken | None:
    """Return what the first rule takes that matches at a place of a line."""
    for match_rule, action, new_state in rules:
        match = match_rule(line, pos)
        if match is None:
            continue
        if not isinstance(action, Merged):
            return match, action, new_state
        own_match, action, new_state = action[match.lastindex or 0]  # noqa: PLW2901  the rule that it was
        if action is None or isinstance(action, tuple):
            return match, action, new_state
        # What it does may ask for groups of its own.
        return own_match(line, pos) or match, action, new_state
    return None


class States(dict[str, Sequence[Rule]]):
    """The rules of a lexer by state; of a state that is used much, those in a row are one."""

    def __init__(self, rules: Mapping[str, Sequence[Rule]]) -> None:
        super().__init__()
        self._rules = rules
        self._left: dict[str, float] = {}  # how often each is to be tried before it is merged

    def __missing__(self, state: str) -> Sequence[Rule]:
        rules = self._rules[state]
        left = self._left.get(state)
        if left is None:
            left = _TRIES * sum(map(_size, rules)) / max(1, len(rules))
        self._left[state] = left - 1
        if left < 1:
            rules = self[state] = merged(rules)
        return rules


def merged(rules: Sequence[Rule]) -> list[Rule]:
    """Return rules that match what these do, in order; as few as can be."""
    steps: list[Rule] = []
    row: list[Rule] = []
    for rule in (*rules, None):
        if rule is not None and _source(rule):
            row.append(rule)
            continue
        steps += _merged_row(row) if len(row) > 1 else row
        row = []
        if rule is not None:
            steps.append(rule)
    return steps


def _merged_row(rules: list[Rule]) -> list[Rule]:
    try:
        # An empty group behind each tells which it was: before it, `re` could not see by its
        # first character that a rule cannot match.
        expression = re.compile("|".join(f"{_source(rule)}()" for rule in rules))
    except (re.error, RecursionError, OverflowError):
        return rules
    if expression.groups != len(rules):
        return rules
    return [(expression.match, Merged((rules[0], *rules)), None)]


def _pattern(rule: Rule) -> "re.Pattern[str] | None":
    found = getattr(rule[0], "__self__", None)
    return found if isinstance(found, re.Pattern) else None


def _size(rule: Rule) -> int:
    pattern = _pattern(rule)
    return len(pattern.pattern) if pattern is not None else 0


def _source(rule: Rule) -> str:
    """Return the expression of a rule as it may stand among others; nothing where it cannot."""
    pattern = _pattern(rule)
    if pattern is None:
        return ""
    leading = _LEADING_FLAGS.match(pattern.pattern)
    source = pattern.pattern[leading.end() if leading is not None else 0 :]
    if _NAMES_GROUPS.search(source):
        return ""
    flags = "".join(letter for flag, letter in _FLAGS.items() if pattern.flags & flag)
    end = "\n" if pattern.flags & re.VERBOSE else ""  # behind a comment
    # To keep what a group took costs more than to find it.
    source = _GROUP.sub(lambda found: "(?:" if found[0] == "(" else found[0], source)
    return f"(?{flags}:{source}{end})" if flags else f"(?:{source})"
