"""The rows of an experiment: what each reply was made with, and its numbers."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later
from zatsudan.lab.coverage import coverage
from zatsudan.lab.metrics import METRICS, by_characters, likeness_to_others, metrics_of
from zatsudan.lab.turns import Turns
from zatsudan.sessions.estimate import speed_of, tokens_per_second
from zatsudan.sessions.made import FINISHED, Made
from zatsudan.sessions.planned import Lab
from zatsudan.sessions.session import Node, Session


@dataclass(frozen=True, slots=True)
class Row:
    """One cell. None is what is not known; `estimated` of the tokens, `characters`: measured character by character.

    `replied`: there is a reply, if an empty one. `metrics` are what ours and a person's own gave, by their keys.
    """

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
    likeness: float | None = None
    characters: bool = False
    replied: bool = False
    metrics: Mapping[str, float] = field(default_factory=dict)
    server: str = ""

    def to_json(self) -> JsonObject:
        """Return all of it, for a file."""
        return {
            "number": self.number, "settings": self.label, "model": self.model,
            "server": self.server, "parameters": dict(self.parameters), "tokens": self.tokens, "estimated": self.estimated,
            "seconds": _round(self.seconds), "tokens_per_second": _round(self.speed),
            "ended": self.ended, **{metric.key: None for metric in METRICS},
            "likeness": _round(self.likeness),
            **{name: _round(value) for name, value in self.metrics.items()},
            "text": self.text,
        }  # fmt: skip


def _round(value: float | None) -> float | None:
    return round(value, 4) if value is not None else None


def rows_of(session: Session, lab: Lab, count: Callable[[str], int]) -> Turns[list[Row]]:
    """Return the rows of an experiment; `count` estimates the tokens of a text."""
    nodes = [session.nodes.get(node_id) if node_id else None for _, node_id in lab.cells]
    texts = [node.message.text for node in nodes if node is not None]
    like = iter((yield from likeness_to_others(texts)))
    rows: list[Row] = []
    for number, ((label, _), node) in enumerate(zip(lab.cells, nodes, strict=True), 1):
        yield
        if node is None or node.made is None:
            rows.append(Row(number, label))
            continue
        made, text = node.made, node.message.text
        tokens, estimated, speed = paced(node, nodes, count)
        whole = coverage(made, text).whole
        rows.append(
            Row(
                number,
                label,
                text,
                made.model,
                made.parameters,
                tokens,
                estimated,
                made.seconds,
                speed,
                (made.finish_reason or "?") if made.ended == FINISHED else made.ended,
                next(like),
                by_characters(text),
                replied=True,
                metrics=metrics_of(text, made.logprobs if whole else ()),
                server=made.server,
            )
        )
    return rows


def paced(
    node: Node, beside: Iterable[Node | None], count: Callable[[str], int]
) -> tuple[int, bool, float | None]:
    """Return the tokens of a reply, whether they are estimated, and how many came a second."""
    made = node.made or Made()
    tokens, estimated = counted(node, beside, count)
    speed = speed_of(made)
    if speed is None:
        speed = tokens_per_second(tokens, made.first, made.last, made.seconds)
    return tokens, estimated, speed


def counted(
    node: Node, beside: Iterable[Node | None], count: Callable[[str], int]
) -> tuple[int, bool]:
    """Return the tokens of a reply, and whether they are estimated.

    `beside` are the replies among which those of the same request are. Where the server counted
    those together, each has its share by what `count` says of its text.
    """
    made = node.made or Made()
    size = count(node.message.text + made.reasoning)
    if made.parameters.get("n") in (None, 1):
        return (size, True) if made.usage is None else (made.usage.completion, made.usage.estimated)
    same = [
        (one, one.made)
        for one in beside
        if one is not None and one.made is not None and one.made.request == made.request
    ]
    told = [other.usage for _, other in same if other.usage is not None]
    if made.usage is not None and len(told) == len(same) and made.usage.together == 1:
        return made.usage.completion, made.usage.estimated
    whole = sum(count(one.message.text + other.reasoning) for one, other in same)
    if len(told) != 1 or not whole:
        return size, True
    return round(told[0].completion * size / whole), True
