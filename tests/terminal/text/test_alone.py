"""Characters that are a cluster each, and what is measured by them."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.strategies import any_text
from zatsudan.base.printable import printable
from zatsudan.terminal.text.alone import cells_of, is_alone
from zatsudan.terminal.text.clusters import clusters
from zatsudan.terminal.text.widths import set_told, width

_ALONE = [char for char in map(chr, range(0x20, 0x10000)) if is_alone(char)]


def _shown(text: str) -> str:
    return printable(text).translate({ord("\n"): " ", ord("\t"): " "})


@pytest.mark.parametrize("beside", ["a", "漢", "│"])
def test_characters_that_are_alone_join_none_beside_them(beside: str) -> None:
    joined = [
        char
        for char in _ALONE
        if clusters(beside + char + beside)
        != [(beside, width(beside)), (char, width(char)), (beside, width(beside))]
    ]
    assert joined == []


@given(any_text.map(_shown) | st.text(st.sampled_from(_ALONE)), st.sampled_from([1, 2]))
def test_cells_are_those_of_the_clusters(text: str, ambiguous: int) -> None:
    set_told({"ambiguous": ambiguous})
    try:
        assert cells_of(text) == sum(size for _, size in clusters(text))
    finally:
        set_told({})


def test_what_is_alone_is_compiled_behind_the_prompt() -> None:
    code = (
        "import sys, zatsudan.cli.main, zatsudan.terminal.live.program\n"
        "assert 'zatsudan.terminal.text.alone' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
