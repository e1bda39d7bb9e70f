"""Into a file or a pipe a reply is written as it came."""

import io

import pytest

from zatsudan.terminal.plain.output import Output

TEXT = "\u2067שלום\u2069\u200f \x1b[31m\U000e0041"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("file", "written"),
    [(io.StringIO(), TEXT), (Terminal(), "\u2060שלום\u2060\u200f ␛[31m\ufffd")],
)
def test_reply(file: io.StringIO, written: str) -> None:
    Output(file).reply(TEXT)
    assert file.getvalue() == written
