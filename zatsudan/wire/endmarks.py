"""Marks by which models end a reply, where a server leaves them in its text.

A server stops at the mark of its model and shows none. Where its settings or the model's file name
another one (MLX, LM Studio, GGUFs made by hand, some gateways), it stands at the very end of the text,
and would be sent back with the talk. Only there it is taken away, and only where a model would put it:
glued to its last word or on a line of its own. Who speaks of one writes it in code, in quotes or
behind a blank, and most often not as the last word.
"""

import re
from functools import cache

from zatsudan.wire.spoken import is_in_code

#: ChatML, Qwen; GPT-2 and its kin; Llama 3; Llama 2, Mistral; Gemma; Phi; harmony; DeepSeek;
#: DeepSeek Coder; Command R; Jamba; Llama 4; OpenChat; Hunyuan; Gemma 4; Phi, GLM, where another's turn begins.
MARKS = (
    *("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|end_of_text|>", "<|eom_id|>", "</s>"),
    *("<end_of_turn>", "<eos>", "<|end|>", "<|return|>", "<｜end▁of▁sentence｜>", "<|EOT|>"),
    *("<|END_OF_TURN_TOKEN|>", "<|eom|>", "<|eot|>", "<|end_of_turn|>", "<|role_end|>", "<turn|>"),
    "<|user|>",
)
#: A mark that is a tag as well: what it would close.
_OPENS = {"</s>": "<s>"}
#: More than this is not held: marks that never end are better seen.
_HELD = 1000

_ANY = f"(?:{'|'.join(map(re.escape, MARKS))})"


@cache  # most replies hold none
def _may_be() -> re.Pattern[str]:
    """Return what is marks, the last of which may not be whole yet."""
    parts = {mark[:size] for mark in MARKS for size in range(1, len(mark))}
    longest_first = sorted(parts, key=len, reverse=True)
    return re.compile(rf"(?:{_ANY}\s*)*(?:{'|'.join(map(re.escape, longest_first))})?")


class EndMark:
    """Holds back what may be such a mark at the end of a text, however it is cut."""

    def __init__(self) -> None:
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what is surely text; what may be the end's mark is held."""
        if not self._held and "<" not in text:
            return text
        text, self._held = self._held + text, ""
        at = text.find("<", max(0, len(text) - _HELD))
        while at >= 0:
            if _may_be().fullmatch(text, at):
                self._held = text[at:]
                return text[:at]
            at = text.find("<", at + 1)
        return text

    def close(self, said: str, *, ended: bool) -> tuple[str, str]:
        """Return what is held as text, or as the mark that it is. `said`: all of the reply, it too.

        Where the reply was cut, not `ended` by the model, it is text.
        """
        held, self._held = self._held, ""
        found = re.fullmatch(rf"({_ANY})\s*(?:{_ANY}\s*)*", held) if held else None
        if found is None or not ended or not _ends(said.removesuffix(held), found[1]):
            return held, ""
        return "", found[1]


def _ends(before: str, mark: str) -> bool:
    """Tell whether a mark behind a text ends it, or is spoken of."""
    line = before.rpartition("\n")[2]
    if not before.strip() or mark in before or _OPENS.get(mark, mark) in before:
        return False
    if not line.strip():
        return not before.rstrip().endswith((":", "：")) and not is_in_code(before)
    last = line[-1]
    if last.isspace() or last in "“‘「『«([{（" or (last in "\"'" and line.count(last) % 2):
        return False
    in_words = not line.lstrip().startswith("```") and line.count("`") % 2
    return not in_words and not is_in_code(f"{before}\n")
