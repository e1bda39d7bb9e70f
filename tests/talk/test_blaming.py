"""A refusal that names what a person has set offers to take that back."""

import pytest

from tests.support.chats import ask, chat_with
from tests.support.server import Script, event, fails, says, serve
from zatsudan.base.errors import ConnectionFailed, StatusError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.printable import printable
from zatsudan.sessions.session import Setting
from zatsudan.talk.blaming import offer_unset
from zatsudan.wire.refusals import RENAME, Repair

SET = {
    "mirostat": Setting(9, "set"),
    "presence_penalty": Setting(3.0, "set"),
    "max_tokens": Setting(-4, "set"),
    "repeat_penalty": Setting(-1, "set"),
    "seed": Setting("auto", "set"),
    "n": Setting(0, "set"),
    "logit_bias": Setting({"9": 200}, "set"),
    "stop": Setting(["a"], "set"),
    "frequency_penalty": Setting(1, "set"),
}
SENT: dict[str, Json] = {
    **{name: setting.value for name, setting in SET.items()},
    "seed": 77,
    "frequency_penalty": 2,  # another value, of a cell of an experiment
    "top_k": 5,  # nobody set it
}
NAMES = (
    Repair(RENAME, "max_tokens", "max_completion_tokens"),
    Repair(RENAME, "repeat_penalty", "repetition_penalty"),
)


@pytest.mark.parametrize(
    ("message", "param", "offered"),
    [
        ("Unsupported mirostat mode: 9", "", "mirostat"),
        ("presencePenalty is out of range", "", "presence_penalty"),
        ("generation_config.presence_penalty: below the max", "", "presence_penalty"),
        ("must be at least 1", "max_completion_tokens", "max_tokens"),
        ("'max_completion_tokens' must be positive", "", "max_tokens"),
        ("num_predict must be positive", "", "max_tokens"),
        ("repetition_penalty must be > 0", "", "repeat_penalty"),
        ("seed: not an integer of 16 bits", "", "seed"),
        ("'n' must be at least 1", "", "n"),
        ("n of them", "", ""),
        ("it is wrong", "logit_bias[9]", "logit_bias"),
        ("it is wrong", "logit_bias.9", "logit_bias"),
        ("top_k must be 0", "", ""),
        ("frequency_penalty must be 0", "", ""),
        ("maximum context length is 4096 tokens; lower max_tokens", "", ""),
        ("no reason", "", ""),
        ("", "", ""),
    ],
)
def test_the_setting_that_a_server_names_is_offered_by_its_own_name(
    message: str, param: str, offered: str
) -> None:
    error = StatusError(400, message, param=param)
    usual = error.advice
    offer_unset(error, SET, SENT, NAMES)
    assert ("/unset NAME" not in error.advice) == bool(offered)
    assert error.advice == usual or f"/unset {offered} " in error.advice


@pytest.mark.parametrize("status", [401, 404, 429, 503])
def test_other_statuses_keep_their_advice(status: int) -> None:
    error = StatusError(status, "mirostat")
    usual = error.advice
    offer_unset(error, SET, SENT, ())
    assert error.advice == usual


def test_no_connection_is_no_refusal() -> None:
    error = ConnectionFailed(printable("mirostat"), printable("wait"))
    offer_unset(error, SET, SENT, ())
    assert error.advice == "wait"


@pytest.mark.parametrize(
    "refusal",
    [
        fails(400, {"error": {"message": "mirostat must be 0, 1 or 2"}}),
        fails(422, {"detail": [{"loc": ["body", "mirostat"], "msg": "Input should be 0, 1 or 2"}]}),
        Script([event({"error": {"code": 400, "message": "Invalid value for mirostat"}})]),
    ],
)
async def test_a_refused_turn_says_how_to_take_the_setting_back(refusal: Script) -> None:
    async with serve(refusal, says("ok")) as server, chat_with(server.base_url) as chat:
        chat.talk.record({"type": "set", "name": "mirostat", "value": 9})
        turn, _ = await ask(chat, "hello")
        assert turn.error is not None
        assert turn.error.advice == "mirostat is set to 9: /unset mirostat takes it back."
