"""/reshape: what other settings would have done to a reply, said in words and numbers."""

import math
import re

from tests.support.chats import ask, chat_with
from tests.support.commands import lines, refusal, run
from tests.support.server import says, serve
from tests.support.weighed import OPTIONS, reply
from zatsudan.commands.outcomes import Show
from zatsudan.commands.parts import Reshaped, Table
from zatsudan.talk.chat import Chat
from zatsudan.terminal.text.tokenrows import reshaped_rows


async def reshaped(chat: Chat, line: str) -> tuple[Reshaped, list[Table], list[str]]:
    outcome = await run(chat, line)
    assert isinstance(outcome, Show)
    first, *rest = outcome.parts
    assert isinstance(first, Reshaped)
    tables = [part for part in rest if isinstance(part, Table)]
    return first, tables, lines(Show(tuple(rest)))


async def test_a_temperature_flattens_and_a_bound_cuts() -> None:
    async with serve(reply(" cat", " eel")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 3")
        await ask(chat, "which?")

        part, (sums, places), _ = await reshaped(chat, "/reshape temperature=2 min_p=0.5")

        # By hand: the square roots of the shares, over their sum; below half of the greatest: cut.
        roots = [math.sqrt(p) for p in OPTIONS.values()]
        kept = [root for root in roots if root >= 0.5 * roots[0]]
        first, second = part.shapes
        assert first.then.high[0] == math.prod([roots[0] / sum(kept)])
        assert abs(first.now.high[0] - 0.6) < 1e-3
        assert second.chosen == 2
        assert second.then.high[2] == 0
        assert second.then.cut[2] == "min_p"
        assert sums.rows[0][1:] == ("2 / 2", "1 / 2")
        assert sums.rows[1][2] == "none: tokens are cut"
        assert [row[1] for row in places.rows] == ["·cat", "·eel"]

        plain = "\n".join(reshaped_rows(part.tokens, part.shapes, 60, coloured=False))
        assert "·eel‹cut›" in plain
        coloured = "\n".join(reshaped_rows(part.tokens, part.shapes, 60, coloured=True))
        assert re.search(r"\x1b\[[0-9;]*\b9m.?eel", coloured)


async def test_alone_it_takes_what_is_set_now_and_a_number_names_the_reply() -> None:
    async with (
        serve(reply(" cat"), says("no probabilities")) as server,
        chat_with(server.base_url) as chat,
    ):
        await run(chat, "/logprobs on 3")
        await ask(chat, "which?")
        assert "No place changes." in (await reshaped(chat, "/reshape"))[2]
        await run(chat, "/top_k 1")
        _, (sums, *_), _ = await reshaped(chat, "/reshape")
        assert sums.rows[2][1:] != ("1.00", "1.00")
        assert sums.rows[2][2] == "1.00"
        await run(chat, "/logprobs off")
        await ask(chat, "and now?")
        assert "without log probabilities" in str(await refusal(chat, "/reshape"))
        assert (await reshaped(chat, "/reshape 2"))[1][0].rows[2][2] == "1.00"


async def test_what_cannot_be_computed_is_said() -> None:
    async with serve(reply(" cat")) as server, chat_with(server.base_url) as chat:
        await run(chat, "/logprobs on 3")
        await ask(chat, "which?")
        _, _, said = await reshaped(chat, "/reshape mirostat=2")
        assert any(line.startswith("Not computed: mirostat.") for line in said)
        assert any("order of samplers is not known" in line for line in said)
        assert "takes a number" in str(await refusal(chat, "/reshape temperature=warm"))
        _, _, said = await reshaped(chat, "/reshape repeat_penalty=1.2")
        assert any("bounds are told: because of repeat_penalty" in line for line in said)
        assert not any("/logprobs on 20" in line for line in said)
