"""What a server counted: of a reply, of each choice of a request, or of all of them together."""

from collections.abc import Mapping

from zatsudan.wire.messages import Usage
from zatsudan.wire.protocol import Chunk


class Counting:
    """The counts of one request as they come.

    Most servers count all choices together, once, or again and again what came so far: the last
    word holds. llama.cpp counts each choice when it ends.
    """

    def __init__(self) -> None:
        self._last: Usage | None = None
        self._each: dict[int, Usage] = {}
        self._ended: list[int] = []
        self._told = 0

    def add(self, chunk: Chunk) -> None:
        """Take what a chunk tells."""
        for delta in chunk.deltas:
            if delta.finish_reason:
                self._ended.append(delta.index)
        if chunk.usage is None:
            return
        self._last = chunk.usage
        self._told += 1
        if len(self._ended) == 1:
            self._each[self._ended[0]] = chunk.usage
        self._ended.clear()

    def by_choice(self, deltas: Mapping[int, int]) -> dict[int, Usage] | None:
        """Return the counts by the choices that they are of; None where the server told none.

        `deltas`: how many came of each choice, about as many as tokens. A count of all choices
        stands at the first.
        """
        if self._last is None:
            return None
        count = len(deltas)
        if count < 2:
            return dict.fromkeys(deltas or (0,), self._last)
        if set(self._each) == set(deltas) and self._told == count and self._is_of_each(deltas):
            prompt = max(usage.prompt for usage in self._each.values())
            first = min(self._each)
            return {
                # The prompt is read once for all.
                index: usage._replace(prompt=prompt if index == first else 0, told={})
                for index, usage in self._each.items()
            }
        return {min(deltas): self._last._replace(together=count)}

    def _is_of_each(self, deltas: Mapping[int, int]) -> bool:
        """Tell whether the counts add up to what came, or the last alone is all of it."""
        came = sum(deltas.values())
        all_of_them = sum(usage.completion for usage in self._each.values())
        last = self._last.completion if self._last is not None else 0
        return abs(all_of_them - came) <= abs(last - came)


def estimated(deltas: Mapping[int, int], prompt: int, raw: float, ratio: float) -> dict[int, Usage]:
    """Return a count of all choices together, where the server told none.

    `deltas`: how many came of each choice; `prompt`: the tokens of the prompt by the estimate;
    `raw`: those of what came, by its characters; `ratio`: real tokens to these, so far.
    """
    came = sum(deltas.values())
    # Most servers send a token a delta, which tells more than the characters do.
    a_token_each = raw > 0 and 0.4 <= came / raw <= 2.5
    completion = came if a_token_each else max(1, round(raw * ratio))
    together = max(1, len(deltas))
    return {min(deltas): Usage(prompt, completion, estimated=True, together=together)}
