"""The rows of an experiment: what each reply was made with, and its numbers; and files of them."""

import csv
import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.lab.metrics import by_characters, distinct_pairs, likeness_to_others, mean_logprob
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


TITLE = later("Experiment")

_FIELDS = (
    "number", "settings", "model", "tokens", "seconds", "tokens_per_second", "ended",
    "mean_logprob", "distinct_pairs", "likeness", "text",
)  # fmt: skip


def to_json(rows: Sequence[Row], message: str) -> str:
    """Return an experiment as JSON."""
    value = {"message": message, "replies": [row.to_json() for row in rows]}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def to_csv(rows: Sequence[Row], message: str) -> str:
    """Return an experiment as CSV, a row for each reply."""
    del message  # a table of replies has no place for it
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(_FIELDS)
    for row in rows:
        values = row.to_json()
        writer.writerow(["" if values[name] is None else _cell(values[name]) for name in _FIELDS])
    return file.getvalue()


def _cell(value: Json) -> Json:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def to_markdown(rows: Sequence[Row], message: str) -> str:
    """Return an experiment as Markdown: the table, then the replies."""
    names = _FIELDS[:-1]
    lines = [f"# {say(TITLE)}", "", *(f"> {line}" for line in message.split("\n")), ""]
    lines += ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for row in rows:
        values = row.to_json()
        cells = [_shown(values[name]).replace("|", "\\|").replace("\n", " ") for name in names]
        lines.append("| " + " | ".join(cells) + " |")
    for row in rows:
        lines += ["", f"## {row.number}. {row.label}", "", row.text]
    return "\n".join(lines) + "\n"


def to_html(rows: Sequence[Row], message: str) -> str:
    """Return an experiment as one page without scripts."""
    names = _FIELDS[:-1]
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        "<tr>"
        + "".join(f"<td>{html.escape(_shown(row.to_json()[name]))}</td>" for name in names)
        + "</tr>\n"
        for row in rows
    )
    texts = "".join(
        f"<h2>{row.number}. {html.escape(row.label)}</h2>\n<pre>{html.escape(row.text)}</pre>\n"
        for row in rows
    )
    title = html.escape(say(TITLE))
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font-family:sans-serif;max-width:60em;margin:2em auto}pre{white-space:pre-wrap}"
        "td,th{padding:.2em .6em;text-align:left}</style></head><body>\n"
        f"<h1>{title}</h1>\n<blockquote><pre>{html.escape(message)}</pre></blockquote>\n"
        f"<table><tr>{head}</tr>\n{body}</table>\n{texts}</body></html>\n"
    )


def _shown(value: Json) -> str:
    return "" if value is None else str(value)


#: What writes a file, by its ending.
FORMATS: dict[str, Callable[[Sequence[Row], str], str]] = {
    ".md": to_markdown, ".markdown": to_markdown, ".csv": to_csv, ".json": to_json,
    ".html": to_html, ".htm": to_html,
}  # fmt: skip
