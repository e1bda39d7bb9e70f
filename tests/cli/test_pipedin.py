"""What comes on standard input is text, whoever wrote it."""

import io

import pytest

from zatsudan.base.errors import CommandError
from zatsudan.cli.pipedin import piped_in


@pytest.mark.parametrize(
    "data",
    [
        "猫\n".encode(),
        "\ufeff猫\r\n".encode(),  # an editor of Windows
        "猫\r\n".encode("utf-16"),  # PowerShell's `>`
        "\ufeff猫\n".encode("utf-16-be"),
    ],
)
def test_the_mark_tells_the_encoding(data: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    assert piped_in() == "猫\n"


def test_what_is_no_text_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"a\0b"), encoding="utf-8"))
    with pytest.raises(CommandError, match="no text"):
        piped_in()
