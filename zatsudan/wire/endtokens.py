"""The tokens with which models end a turn, where a server leaves them in the text.

They count at the very end of a reply, glued to its last word or on a line of their own, as a
template that does not fit leaves them there (ggml-org/llama.cpp 6859). Elsewhere they are spoken of.
"""

import re

_TOKENS = (
    *("<|im_end|>", "<|endoftext|>", "<|eot_id|>", "<|eom_id|>", "<|end_of_text|>", "<|end|>"),
    *("<|end_of_turn|>", "<end_of_turn>", "<|END_OF_TURN_TOKEN|>", "<|eot|>", "<eos>", "</s>"),
    *("<｜end▁of▁sentence｜>", "<|user|>", "<|role_end|>", "<turn|>"),
    "<|end_of_box|>",
)
_PARTS = frozenset(token[:size] for token in _TOKENS for size in range(1, len(token) + 1))
_WHOLE = re.compile(rf"(?:(?:{'|'.join(map(re.escape, _TOKENS))})\s{{0,8}})+$")
#: How far before the end of a text they are looked for: the longest one and blanks; several of them.
_ONE, _SEVERAL = 32, 80


def tokens_at(text: str) -> int:
    """Return where the tokens begin with which a text ends, or a part of one; its length for none."""
    at = text.rfind("<", max(len(text) - _ONE, 0))
    if at < 0 or text[at:].rstrip() not in _PARTS:
        return len(text)
    start = max(at - _SEVERAL, 0)
    before = _WHOLE.search(text[start:at])
    return start + before.start() if before is not None else at


def without_tokens(text: str, before: str) -> str:
    """Return the end of a reply without the tokens that end it; `before` is what stood before the text."""
    at = tokens_at(text)
    spoken_of = (before + text[:at]).endswith((" ", "\t"))
    return text[:at] if _WHOLE.match(text, at) and not spoken_of else text
