"""What a person's own metric is made of: a pattern that is counted, or a command."""

import re

from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line

#: What stands before a pattern.
REGEX = "regex:"


def unfit(name: str, spec: str) -> tuple[Printable, Printable] | None:
    """Say why this is no metric, and what to do; None if it is one."""
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        return say("{name!r} is no name of a metric", name=one_line(name, 40)), say(
            "It is made of letters and digits."
        )
    if not spec.removeprefix(REGEX).strip():
        return say("{name} is empty", name=name), say("It is regex:PATTERN, or a command.")
    try:
        re.compile(spec.removeprefix(REGEX) if spec.startswith(REGEX) else "")
    except (re.error, RecursionError, OverflowError) as error:
        why = one_line(str(error), 80)
        return say("{name} is no pattern ({why})", name=name, why=why), EMPTY
    return None
