"""What /probe says of the embedded engine, by its own word and by trials alone."""

import pytest

from tests.support.chats import talk
from zatsudan.lab.probe import Probe, read_told, unnamed
from zatsudan.parameters.table import BY_NAME, PARAMETERS
from zatsudan.servers.athome import LLAMA_CPP
from zatsudan.servers.choice import Server
from zatsudan.servers.findings import HONOURED, IGNORED, UNCLEAR
from zatsudan.talk.addressee import model_of

pytestmark = pytest.mark.model

#: Rows that llama.cpp does not know.
IGNORES = (
    *("smoothing_factor", "smoothing_curve", "top_a", "tfs", "epsilon_cutoff", "eta_cutoff"),
    *("no_repeat_ngram_size", "encoder_repetition_penalty", "min_tokens", "banned_strings"),
    "structured_outputs",
)
#: What it takes, and no short reply shows; this model does not think.
UNSEEN = {"chat_template_kwargs", "thinking_token_budget"}
TAKES = [name for name in sorted(LLAMA_CPP.takes or ()) if name not in UNSEEN]
OPENAI = [
    *("temperature", "top_p", "seed", "logit_bias", "presence_penalty", "frequency_penalty"),
    *("stop", "max_tokens", "n", "logprobs", "top_logprobs", "response_format"),
]


async def verdicts(model: Server, names: list[str]) -> dict[str, tuple[str, str]]:
    """Return for each row what is said in all, and what the trial alone says."""
    async with talk(model) as chat:
        probe = Probe(chat.link, await model_of(chat.talk, chat.link))
        told = await probe.told()
        found: dict[str, tuple[str, str]] = {}
        for name in names:
            seen = await probe.run(name)
            whole = read_told(name, told) or unnamed(name, told, seen)
            found[name] = (whole.state, seen.state)
        return found


@pytest.mark.parametrize("half", [0, 1])
async def test_what_it_takes_is_honoured(model: Server, half: int) -> None:
    found = await verdicts(model, [*TAKES, *OPENAI][half::2])

    assert {name: whole for name, (whole, _) in found.items() if whole != HONOURED} == {}
    by_trial = {name for name, (_, seen) in found.items() if seen == HONOURED}
    assert {name for name, (_, seen) in found.items() if seen == IGNORED} == set()
    assert len(by_trial) >= 0.8 * len(found), set(found) - by_trial


async def test_what_it_ignores_is_said_to_be_ignored(model: Server) -> None:
    found = await verdicts(model, list(IGNORES))

    assert {name: whole for name, (whole, _) in found.items() if whole != IGNORED} == {}
    assert {name for name, (_, seen) in found.items() if seen == HONOURED} == set()


async def test_what_cannot_be_seen_is_said_so(model: Server) -> None:
    assert await verdicts(model, sorted(UNSEEN)) == dict.fromkeys(UNSEEN, (UNCLEAR, UNCLEAR))


def test_every_row_of_a_server_at_home_has_a_recipe_that_can_tell() -> None:
    known = {"taken"}
    blind = {row.name for row in PARAMETERS if row.local and row.probe.test in known}
    assert blind == {
        "stop_token_ids", "thinking_token_budget", "chat_template_kwargs", "reasoning", "num_ctx",
        "keep_alive",
    }  # fmt: skip
    assert all(other in BY_NAME for row in PARAMETERS for other in row.probe.beside)


def test_a_row_that_needs_another_is_sent_beside_it() -> None:
    alone = [row.name for row in PARAMETERS if row.under and row.under not in row.probe.beside]
    assert alone == []
