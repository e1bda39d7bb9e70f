"""An experiment as a file: its message, a table of the replies, and their texts."""

import csv
import html
import io
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later, say


class Sheet(NamedTuple):
    """What is written. Each row has a value for each of the `columns`, among them number, settings and text.

    The last column is `text`; JSON holds whatever else a row knows.
    """

    message: str
    columns: tuple[str, ...]
    rows: Sequence[JsonObject]


TITLE = later("Experiment")


def to_json(sheet: Sheet) -> str:
    """Return an experiment as JSON."""
    value = {"message": sheet.message, "replies": list(sheet.rows)}
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def to_csv(sheet: Sheet) -> str:
    """Return an experiment as CSV, a row for each reply."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(sheet.columns)
    for row in sheet.rows:
        writer.writerow(["" if row[name] is None else _cell(row[name]) for name in sheet.columns])
    return file.getvalue()


def _cell(value: Json) -> Json:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def to_markdown(sheet: Sheet) -> str:
    """Return an experiment as Markdown: the table, then the replies."""
    names = sheet.columns[:-1]
    lines = [f"# {say(TITLE)}", "", *(f"> {line}" for line in sheet.message.split("\n")), ""]
    lines += ["| " + " | ".join(names) + " |", "|" + " --- |" * len(names)]
    for row in sheet.rows:
        cells = [_shown(row[name]).replace("|", "\\|").replace("\n", " ") for name in names]
        lines.append("| " + " | ".join(cells) + " |")
    for row in sheet.rows:
        lines += ["", f"## {row['number']}. {row['settings']}", "", str(row["text"])]
    return "\n".join(lines) + "\n"


def to_html(sheet: Sheet) -> str:
    """Return an experiment as one page without scripts."""
    names = sheet.columns[:-1]
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        "<tr>" + "".join(f"<td>{html.escape(_shown(row[name]))}</td>" for name in names) + "</tr>\n"
        for row in sheet.rows
    )
    texts = "".join(
        f"<h2>{row['number']}. {html.escape(str(row['settings']))}</h2>\n<pre>{html.escape(str(row['text']))}</pre>\n"
        for row in sheet.rows
    )
    title = html.escape(say(TITLE))
    return (
        f'<!doctype html>\n<html><head><meta charset="utf-8"><title>{title}</title><style>'
        "body{font-family:sans-serif;max-width:60em;margin:2em auto}pre{white-space:pre-wrap}"
        "td,th{padding:.2em .6em;text-align:left}</style></head><body>\n"
        f"<h1>{title}</h1>\n<blockquote><pre>{html.escape(sheet.message)}</pre></blockquote>\n"
        f"<table><tr>{head}</tr>\n{body}</table>\n{texts}</body></html>\n"
    )


def _shown(value: Json) -> str:
    return "" if value is None else str(value)


#: What writes a file, by its ending.
FORMATS: dict[str, Callable[[Sheet], str]] = {
    ".md": to_markdown, ".markdown": to_markdown, ".csv": to_csv, ".json": to_json,
    ".html": to_html, ".htm": to_html,
}  # fmt: skip
