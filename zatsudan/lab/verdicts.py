"""A model as a judge of two replies: what it is asked, and how its answer is read."""

import re
from typing import NamedTuple

#: Characters of the message and of each reply that the judge reads.
SEEN = 6_000
RUBRIC = "Which reply serves the person better: right, to the point, well written?"

_ASK = (
    "You compare two replies to the same message. The question is:\n{rubric}\n\n"
    "Neither the order nor the length of the replies says anything. "
    "Think as briefly as you can, then end with one word on a line of its own: A, B, or TIE."
)
_WORD = re.compile(r"(?<![A-Za-z'])(?:A|B|TIE|tie|Tie)(?![A-Za-z'])")


class Verdict(NamedTuple):
    """What a judge said of two in both orders: 0 the first, 1 the second, -1 a tie, None nothing to be read."""

    one_way: int | None
    other_way: int | None

    @property
    def agreed(self) -> bool:
        """Whether both orders were answered, and alike."""
        return self.one_way is not None and self.one_way == self.other_way

    @property
    def winner(self) -> int | None:
        """The one that won in both orders; None for a tie, and where the order decided."""
        return self.one_way if self.agreed and self.one_way != -1 else None


def question(message: str, first: str, second: str, rubric: str = "") -> tuple[str, str]:
    """Return the system message and the user message that ask for a verdict."""
    parts = {"MESSAGE": message, "REPLY A": first, "REPLY B": second}
    shown = "\n\n".join(f"=== {name} ===\n{_cut(text)}" for name, text in parts.items())
    return _ASK.format(rubric=rubric or RUBRIC), f"{shown}\n\n=== END ==="


def _cut(text: str) -> str:
    return text if len(text) <= SEEN else f"{text[:SEEN]}\n[…]"


def read(answer: str, *, swapped: bool = False) -> int | None:
    """Return what an answer says: 0 or 1 for a reply, -1 for a tie; None where it says nothing.

    The last word that is one counts: what goes before is thought. `swapped`: the second stood as A.
    """
    words = _WORD.findall(answer)
    if not words:
        return None
    word: str = words[-1].upper()
    if word == "TIE":
        return -1
    return int((word == "B") != swapped)
