"""The chain of samplers in one line: what runs in which order, and with which values."""

from collections.abc import Mapping

from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.commands.parts import Line
from zatsudan.parameters.chain import Step, chain, is_neutral
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.servers.taking import Here

_ARROW = " → "


def chain_line(here: Here, values: Mapping[str, Json]) -> Line | None:
    """Draw the chain with these values over the server's own; None where its order is not known.

    What is off stands in brackets, and dim.
    """
    order = steps(here, values)
    if not order:
        return None
    holding = {**here.own, **values}
    lead = say("Chain: {steps}", steps="")
    text, spans = str(lead), []
    for step in chain(order, holding):
        text += _ARROW if text != lead else ""
        word = _drawn(step, holding)
        if step.on:
            spans.append((len(text), len(text) + len(word)))
        text += word
    return Line(one_line(text, 2000), "dim", tuple(spans))


def steps(here: Here, values: Mapping[str, Json]) -> tuple[str, ...]:
    """Return the steps that run with these values; empty where they are not known."""
    listed = values.get("samplers")
    order = tuple(map(str, listed)) if isinstance(listed, list) else here.steps
    mirostat = {**here.own, **values}.get("mirostat")
    if order and mirostat is not None and not is_neutral(BY_NAME["mirostat"], mirostat):
        return (*order, "mirostat")
    return order


def _drawn(step: Step, holding: Mapping[str, Json]) -> str:
    """Return a step with what it does: `top_k 40`, `penalties repeat_penalty 1.1`, `(dry)`."""
    if not step.on:
        return f"({step.name})"
    words = [step.name]
    for row in step.rows:
        value = holding.get(row.name)
        if value is None or row.under or is_neutral(row, value) or row.reach:
            continue
        if not row.name.startswith(step.name.rstrip("s")) and row.name != BY_STEP.get(step.name):
            words.append(row.name)
        words.append(one_line(show_value(value), 16))
    return " ".join(words)


#: Steps whose chief parameter has another name.
BY_STEP = {"typ_p": "typical_p", "adaptive_p": "adaptive_target"}
