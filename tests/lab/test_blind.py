"""What a blind run tells of faults."""

import pytest

from zatsudan.base.errors import CommandError, StatusError, ZatsudanError
from zatsudan.base.printable import printable
from zatsudan.lab.blind import HIDDEN_FAULT, hidden_fault, once


@pytest.mark.parametrize(
    "error",
    [
        StatusError(429, "secret-model at secret.example is full"),
        StatusError(599, "secret-model is gone"),
        CommandError(printable("secret-model has no top_k secret")),
    ],
)
def test_no_name_is_told(error: ZatsudanError) -> None:
    told = hidden_fault(error)
    assert told.endswith(".")
    assert "secret" not in told
    assert (told == HIDDEN_FAULT) == (not isinstance(error, StatusError))


def test_one_note_stands_for_all() -> None:
    told: list[str] = []
    note = once(told.append, printable("held back"))
    assert told == []
    note(printable("secret"))
    note(printable("secret 2"))
    assert told == ["held back"]
