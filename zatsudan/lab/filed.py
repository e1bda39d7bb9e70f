"""An experiment as it is written to a file: its replies, and what came of its settings."""

from collections.abc import Mapping, Sequence

from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.language import later
from zatsudan.lab.numbers import NUMBERS, Number, known
from zatsudan.lab.report import figure_of, summary_table, unit_of
from zatsudan.lab.sheet import Row
from zatsudan.lab.summaries import Summaries, methods, verdicts
from zatsudan.sessions.exports.experiment import Sheet

#: What a person calls the columns that are no numbers.
_HEADS = {
    "number": later("number"), "settings": later("settings"), "model": later("model"),
    "server": later("server"), "ended": later("end"),
}  # fmt: skip


def sheet_of(
    rows: Sequence[Row],
    message: str,
    numbers: Sequence[Number] = NUMBERS,
    found: Summaries | None = None,
) -> Sheet:
    """Return the rows, what came of the settings, and the message that they answer, for a file."""
    heads = {number.key: number.head for number in numbers}
    columns = ("number", "settings", "model", "server", "ended", *heads, "text")
    told = [{**dict.fromkeys(heads), **row.to_json()} for row in rows]
    sheet = Sheet(message, columns, told, {**_HEADS, **heads})
    if found is None or len(found.settings) < 2:
        return sheet
    there = known(numbers, rows)
    return sheet._replace(
        settings=[_setting(one.label, one.runs, one.means, one.p) for one in found.settings],
        summary=summary_table(found, there),
        said=[methods(found, there), *verdicts(found), *found.remarks],
        figures=[figure_of(number, found, unit_of(rows)) for number in there],
    )


def _setting(
    label: str, runs: int, means: Mapping[str, "tuple[Json, ...]"], p: float | None
) -> JsonObject:
    names = ("mean", "n", "low", "high", "method")
    values: JsonObject = {key: dict(zip(names, mean, strict=True)) for key, mean in means.items()}
    return {"settings": label, "replies": runs, "numbers": values, "p": p}
