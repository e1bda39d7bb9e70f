"""The lines of a table as Markdown: cells between pipes, and the line that aligns them."""

import re

_DELIMITER = re.compile(r"(?:[|:][-:| \t]+|-[-:|][-:| \t]*)$")
_ALIGN = re.compile(r"(:?)-+(:?)$")
_PIPE = re.compile(r"(?<!\\)\|")


def delimiter_aligns(line: str) -> tuple[str, ...]:
    """The alignments of a table's second line; nothing if it is none."""
    if not _DELIMITER.match(line):
        return ()
    cells = [cell.strip() for cell in line.strip().split("|")]
    if cells and not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    found = [_ALIGN.match(cell) for cell in cells]
    names = {(False, False): "", (True, False): "left", (False, True): "right"}
    if not all(found):
        return ()
    return tuple(names.get((bool(match[1]), bool(match[2])), "center") for match in found if match)


def table_cells(line: str) -> list[str]:
    """The cells of a table's row as Markdown; `\\|` is a pipe inside a cell."""
    cells = _PIPE.split(line.strip())
    if cells and not cells[0]:
        del cells[0]
    if cells and not cells[-1]:
        del cells[-1]
    return [cell.replace("\\|", "|").strip() for cell in cells]
