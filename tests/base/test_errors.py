"""Errors: one sentence and one advice."""

import pytest

from zatsudan.base.errors import StatusError, explain_status


@pytest.mark.parametrize("status", [*range(300, 600), 204])
def test_every_status_has_a_sentence_and_an_advice(status: int) -> None:
    error = StatusError(status)

    assert str(error).endswith(f"({status}).")
    assert error.advice.endswith(".")
    assert explain_status(status)[1] == error.advice


def test_the_servers_own_words_stand_in_the_sentence() -> None:
    error = StatusError(404, "no such model", code="model_not_found", param="model")

    assert str(error) == "The server does not know this model or address (404): no such model"
    assert (error.status, error.message, error.code, error.param) == (
        404,
        "no such model",
        "model_not_found",
        "model",
    )


def test_the_time_to_wait_is_the_advice() -> None:
    assert StatusError(429, retry_after=42).advice == "The server asks to wait 42 s; then /retry."
