"""The rows of an experiment: what each reply was made with, and its numbers."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later
from zatsudan.lab.metrics import by_characters, distinct_pairs, likeness_to_others, mean_logprob
from zatsudan.sessions.exports.experiment import Sheet
from zatsudan.sessions.session import FINISHED, Lab, Session


@dataclass(frozen=True, slots=True)
class Row:
    """One cell. None is what is not known; `estimated` of the tokens, `characters`: measured character by character."""

    number: int
    label: str
    text: str = ""
    model: str = ""
    parameters: Mapping[str, Json] = field(default_factory=dict)
    tokens: int | None = None
    estimated: bool = False
    seconds: float | None = None
    speed: float | None = None
    ended: str = later("no reply")
    logprob: float | None = None
    distinct: float | None = None
    likeness: float | None = None
    characters: bool = False

    def to_json(self) -> JsonObject:
        """Return all of it, for a file."""
        return {
            "number": self.number, "settings": self.label, "model": self.model,
            "parameters": dict(self.parameters), "tokens": self.tokens, "estimated": self.estimated,
            "seconds": _round(self.seconds), "tokens_per_second": _round(self.speed),
            "ended": self.ended, "mean_logprob": _round(self.logprob),
            "distinct_pairs": _round(self.distinct), "likeness": _round(self.likeness),
            "text": self.text,
        }  # fmt: skip


def _round(value: float | None) -> float | None:
    return round(value, 4) if value is not None else None


def rows_of(session: Session, lab: Lab, count: Callable[[str], int]) -> list[Row]:
    """Return the rows of an experiment; `count` estimates the tokens of a text."""
    nodes = [session.nodes.get(node_id) if node_id else None for _, node_id in lab.cells]
    texts = [node.message.text for node in nodes if node is not None]
    like = iter(likeness_to_others(texts))
    rows: list[Row] = []
    for number, ((label, _), node) in enumerate(zip(lab.cells, nodes, strict=True), 1):
        if node is None or node.made is None:
            rows.append(Row(number, label))
            continue
        made, text = node.made, node.message.text
        usage = made.usage
        shared = made.parameters.get("n") not in (None, 1)  # the server counts all choices together
        tokens = count(text + made.reasoning) if usage is None or shared else usage.completion
        streamed = made.seconds - (made.first or 0.0)
        rows.append(
            Row(
                number,
                label,
                text,
                made.model,
                made.parameters,
                tokens,
                usage is None or shared or usage.estimated,
                made.seconds,
                tokens / streamed if streamed > 0 and tokens > 1 else None,
                (made.finish_reason or "?") if made.ended == FINISHED else made.ended,
                mean_logprob(made.logprobs),
                distinct_pairs(text),
                next(like),
                by_characters(text),
            )
        )
    return rows


#: What a table of them shows, in this order; the text comes last.
_COLUMNS = (
    "number", "settings", "model", "tokens", "seconds", "tokens_per_second", "ended",
    "mean_logprob", "distinct_pairs", "likeness", "text",
)  # fmt: skip


def sheet_of(rows: Sequence[Row], message: str) -> Sheet:
    """Return the rows, and the message that they answer, for a file."""
    return Sheet(message, _COLUMNS, [row.to_json() for row in rows])
