"""Of how many tokens of a reply the probability is known: a mean over a part is none of the reply."""

from typing import NamedTuple

from zatsudan.sessions.made import Made
from zatsudan.wire.tokenview import entries_of, read_tokens


class Coverage(NamedTuple):
    """`known` of `total` tokens have a probability; `total` is 0 where nobody counted them."""

    known: int
    total: int

    @property
    def whole(self) -> bool:
        """Whether they are all: some servers count the mark of the end, which has no entry."""
        return self.known >= self.total - 1


def coverage(made: Made, text: str) -> Coverage:
    """Return how much of a reply's tokens its log probabilities cover.

    llama.cpp sends none for a token that ends inside a character. What OpenAI's models
    think out of sight has none either, and is no part of the text.
    """
    tokens = read_tokens(made.logprobs)
    known = sum(token.p is not None for token in tokens)
    usage = made.usage
    if usage is None or usage.estimated or usage.together > 1:
        return Coverage(known, len(tokens))
    given = len(entries_of(text[: made.given], made.logprobs)) if made.given else 0
    unseen = usage.reasoning if not made.reasoning else 0
    return Coverage(known, max(len(tokens), usage.completion - unseen + given))
