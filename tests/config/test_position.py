"""Where a mistake in the config file is: the line of a key, however its table is written."""

import pytest

from zatsudan.base.printable import one_line
from zatsudan.config.position import Place


@pytest.mark.parametrize(
    ("text", "keys", "line"),
    [
        ("a = 1\nb = 2", ("b",), 2),
        ("b = 1\n[t]\nb = 2", ("t", "b"), 3),
        ("[t]\n[ t . 'u' ]\nb = 2", ("t", "u", "b"), 3),
        ("[t]\na = 1", ("t", "missing"), 1),
        ("x = 1\nt.u = 2", ("t", "u"), 2),
        ("", (), 1),
    ],
)
def test_a_key_is_found_by_its_line(text: str, keys: tuple[str, ...], line: int) -> None:
    assert f"config.toml, line {line}: no." in str(
        Place("config.toml", text, keys).error(one_line("no"))
    )
