"""Commands run over a chat, and their outcomes as text."""

from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over, text, turn_in, usage
from zatsudan.base.errors import ZatsudanError
from zatsudan.commands import COMMANDS
from zatsudan.commands.outcomes import Ask, Copy, Desk, Leave, Outcome, Pick, Show, Work
from zatsudan.commands.parts import Diff, Figure, Line, Picture, Reshaped, Rows, Table, Tokens, Ways
from zatsudan.commands.registry import find
from zatsudan.lab.diff import marked
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import parse
from zatsudan.terminal.text.figurerows import figure_rows
from zatsudan.terminal.text.rows import uncoloured
from zatsudan.terminal.text.wayrows import way_rows
from zatsudan.wire.models import Model

#: Answers to the question whether the server goes on from a given text, one for each form.
BEGINS_ANEW = [[text("x", "stop")]] * 4

MODELS = [Model("llama-small", 4096), Model("llama-large"), Model("qwen")]


def make(sessions: Path | None, client: ScriptedClient | None = None) -> Chat:
    client = client or ScriptedClient(*BEGINS_ANEW, models=MODELS)
    chat = chat_over(client.connect, sessions, now=lambda: "2026-01-01T00:00:00Z")
    chat.talk.new()
    return chat


async def with_turns(sessions: Path | None) -> Chat:
    """A chat of two turns: one counted exactly, one estimated."""
    first = [text("Hello.", reasoning="hm"), text("", "stop"), usage(1000, 20)]
    scripts = (first, [text("Fine.", "stop")], *BEGINS_ANEW)
    client = ScriptedClient(*scripts, models=MODELS, model="llama-small")
    chat = make(sessions, client)
    for words in ("hi", "how are\n\x1byou?"):
        await turn_in(chat, chat.talk.say(words)).run(lambda _: None)
    return chat


async def run(chat: Chat, line: str) -> Outcome:
    parsed = parse(line)
    assert parsed is not None
    name, args = parsed
    return await find(COMMANDS, name).run(chat, args)


async def settled(outcome: Outcome) -> Outcome:
    """Wait for what is worked at, and for the question that takes the place of one that is still asked for."""
    while True:
        if isinstance(outcome, Work):
            outcome = await outcome.run(lambda _: None)
        elif isinstance(outcome, Ask) and outcome.coming is not None:
            outcome = await outcome.coming()
        else:
            return outcome


async def told(chat: Chat, line: str) -> list[str]:
    """Carry out a command that shows something; return its lines, without tables."""
    outcome = await run(chat, f"/{line}")
    assert isinstance(outcome, Show)
    return [part.text for part in outcome.parts if isinstance(part, Line)]


def lines(outcome: Outcome) -> list[str]:
    """What an outcome says, row by row; the cells of a table are set apart by `|`."""
    assert not isinstance(outcome, Leave | Copy)
    rows: list[str] = []
    for part in outcome.instead if isinstance(outcome, Pick | Desk) else outcome.parts:
        if isinstance(part, Line | Picture):
            rows.append(part.text if isinstance(part, Line) else part.line.text)
        elif isinstance(part, Table):
            rows += [" | ".join(row) for row in part.rows]
        elif isinstance(part, Diff):
            rows.append(marked(part.changes))
        elif isinstance(part, Rows):
            rows += [line.text for line in part.lines]
        elif isinstance(part, Tokens | Reshaped):
            rows.append("".join(token.text for token in part.tokens))
        elif isinstance(part, Figure):
            rows += map(uncoloured, figure_rows(part.drawn, 80, coloured=False))
        elif isinstance(part, Ways):
            rows += map(uncoloured, way_rows(part.branches, 80))
        else:
            rows += [f"{node.message.role}: {node.message.text}" for node in part.nodes]
    return rows


def table(outcome: Outcome) -> Table:
    assert isinstance(outcome, Show | Pick)
    parts = outcome.instead if isinstance(outcome, Pick | Desk) else outcome.parts
    return next(part for part in parts if isinstance(part, Table))


async def refusal(chat: Chat, line: str) -> ZatsudanError:
    with pytest.raises(ZatsudanError) as caught:
        await run(chat, line)
    assert caught.value.advice
    return caught.value
