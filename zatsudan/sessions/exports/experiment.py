"""An experiment as a file: its message, a table of the replies, and their texts."""

import csv
import html
import io
import json
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from zatsudan.base.jsonvalues import NOTHING, Json, JsonObject
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable, one_line, printable
from zatsudan.parameters.values import show_value
from zatsudan.sessions.exports import svg
from zatsudan.sessions.figures import Chart, Heat


class Sheet(NamedTuple):
    """What is written. Each row has a value for each of the `columns`, among them number, settings and text.

    The last column is `text`; JSON holds whatever else a row knows. `heads`: what a person calls the
    columns. A table has a column for each parameter besides, behind the settings. `settings` are what came
    of each setting, as values for JSON; `summary` the same as a table, its head first; `said` what
    is remarked on it; `figures` are drawn where drawings can be.
    """

    message: str
    columns: tuple[str, ...]
    rows: Sequence[JsonObject]
    heads: Mapping[str, str] = NOTHING
    settings: Sequence[JsonObject] = ()
    summary: Sequence[Sequence[Printable]] = ()
    said: Sequence[Printable] = ()
    figures: Sequence[Chart | Heat] = ()

    @property
    def parameters(self) -> list[str]:
        """The names of all parameters that some reply was made with, in their order."""
        found: dict[str, None] = {}
        for row in self.rows:
            values = row.get("parameters")
            found.update(dict.fromkeys(values if isinstance(values, dict) else ()))
        return list(found)

    def head(self, name: str) -> Printable:
        """Return what a person calls a column."""
        return say(self.heads[name]) if name in self.heads else one_line(name)


TITLE = later("Experiment")


def to_json(sheet: Sheet) -> str:
    """Return an experiment as JSON."""
    value: JsonObject = {"message": sheet.message, "replies": list(sheet.rows)}
    if sheet.settings:
        value["settings"] = list(sheet.settings)
    return json.dumps(value, ensure_ascii=False, indent=2) + "\n"


def to_csv(sheet: Sheet) -> str:
    """Return an experiment as CSV, a row for each reply."""
    file = io.StringIO()
    writer = csv.writer(file)
    # Names that are columns already stand for what they say of the reply.
    names = [name for name in sheet.parameters if name not in sheet.columns]
    at = sheet.columns.index("settings") + 1
    before, after = sheet.columns[:at], sheet.columns[at:]
    writer.writerow([_cell(name) for name in (*before, *names, *after)])
    for row in sheet.rows:
        cells = [row[name] for name in before]
        cells += [_value(row, name) for name in names]
        cells += [row[name] for name in after]
        writer.writerow(["" if cell is None else _cell(cell) for cell in cells])
    return file.getvalue()


def _value(row: JsonObject, name: str) -> Json:
    """Return a parameter of a reply: a number as it is, else as it is typed; None where it was not sent."""
    values = row.get("parameters")
    if not isinstance(values, dict) or name not in values:
        return None
    value = values[name]
    plain = isinstance(value, int | float | str) and not isinstance(value, bool)
    return value if plain else show_value(value)


def _cell(value: Json) -> Json:
    """Return a cell that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")):
        return "'" + value
    return value


def to_markdown(sheet: Sheet) -> str:
    """Return an experiment as Markdown: the table, then the replies."""
    names = sheet.columns[:-1]
    lines = [f"# {say(TITLE)}", "", *(f"> {line}" for line in sheet.message.split("\n")), ""]
    if sheet.summary:
        lines += [*_markdown_table(sheet.summary), "", *(f"{line}  " for line in sheet.said), ""]
    lines += _markdown_table(
        [names, *([_shown(row[name]) for name in names] for row in sheet.rows)]
    )
    for row in sheet.rows:
        lines += ["", f"## {row['number']}. {row['settings']}", "", str(row["text"])]
    return "\n".join(lines) + "\n"


def _markdown_table(rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |"
        for row in rows
    ]
    return [lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]]


#: Tables have the width of the window and text that of a book. Numbers stand under each other; a wide
#: table scrolls by itself. Figures stand beside each other where there is room.
_STYLE = """
body { max-width: 76rem; } article, .dim { max-width: 46rem; }
.figures { display: flex; flex-wrap: wrap; gap: 0 2.5rem; } .figures > figure { max-width: 100%; }
.wide { overflow-x: auto; overflow-wrap: break-word; } .wide table { font-size: .85rem; }
td.name { white-space: nowrap; }
td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
"""


def to_html(sheet: Sheet) -> str:
    """Return an experiment as one page without scripts: as a talk looks."""
    from zatsudan.sessions.exports.page import page, reply_body  # pygments takes a while

    known = [name for name in sheet.columns if any(row[name] is not None for row in sheet.rows)]
    names = [name for name in sheet.columns[:-1] if name in {"number", "settings", *known}]
    settings = [name for name in sheet.parameters if name not in sheet.columns]
    at = names.index("settings") + 1
    heads = [*map(sheet.head, names[:at]), *settings, *map(sheet.head, names[at:])]
    rows = []
    for row in sheet.rows:
        cells = [row[name] for name in names[:at]]
        cells += [_value(row, name) for name in settings]
        cells += [row[name] for name in names[at:]]
        rows.append("<tr>" + "".join(map(_html_cell, cells)) + "</tr>")
    title = html.escape(say(TITLE))
    articles = [
        f'<article class="assistant">\n<h2>{html.escape(one_line(_name(row)))}</h2>\n'
        f"{reply_body(str(row['text']))}</article>"
        for row in sheet.rows
    ]
    head = "".join(f"<th>{html.escape(one_line(name))}</th>" for name in heads)
    came = _summary(sheet)
    return page(
        title,
        [
            f"<h1>{title}</h1>",
            f'<article class="user"><p class="plain">{html.escape(printable(sheet.message))}</p></article>',
            *came,
            f'<div class="wide"><table><tr>{head}</tr>',
            *rows,
            "</table></div>",
            *articles,
        ],
        _STYLE + (svg.STYLE if came else ""),
    )


def _summary(sheet: Sheet) -> list[str]:
    """Return what came of each setting as HTML: a table, what is remarked on it, and drawings."""
    parts: list[str] = []
    if sheet.summary:
        head, *rows = sheet.summary
        cells = "".join(f"<th>{html.escape(one_line(name))}</th>" for name in head)
        parts.append(f'<div class="wide"><table><tr>{cells}</tr>')
        for name, *values in rows:
            numbers = "".join(
                f'<td class="number">{html.escape(one_line(one))}</td>' for one in values
            )
            parts.append(f'<tr><td class="name">{html.escape(one_line(name))}</td>{numbers}</tr>')
        parts.append("</table></div>")
    parts += [f'<p class="dim">{html.escape(one_line(line, 2_000))}</p>' for line in sheet.said]
    if sheet.figures:
        parts += ['<div class="figures">', *map(svg.figure, sheet.figures), "</div>"]
    return parts


#: Characters of a cell that stays one row.
_SHORT = 48


def _html_cell(value: Json) -> str:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = one_line(_shown(value))
    kind = "number" if number else "name" if len(shown) <= _SHORT else ""
    return f'<td class="{kind}">{html.escape(shown)}</td>'


def _name(row: JsonObject) -> str:
    return f"{row['number']}. {row['settings']}"


def _shown(value: Json) -> str:
    return "" if value is None else str(value)


#: What writes a file, by its ending.
FORMATS: dict[str, Callable[[Sheet], str]] = {
    ".md": to_markdown, ".markdown": to_markdown, ".csv": to_csv, ".json": to_json,
    ".html": to_html, ".htm": to_html,
}  # fmt: skip
