"""Sweeps from the command to the table: runs, prompts, budgets, and what is gone on with."""

import asyncio
from pathlib import Path

import pytest

from tests.support.chats import ADDRESS, chat_with
from tests.support.commands import lines, refusal, run
from tests.support.experiments import experiment, run_of, texts
from tests.support.server import DONE, Piece, Request, Script, chunk, says, serve, usage
from zatsudan.commands.outcomes import Show
from zatsudan.commands.parts import Figure, Table
from zatsudan.config.settings import Price
from zatsudan.lab.run import Run
from zatsudan.sessions.figures import Heat
from zatsudan.talk.chat import Chat

WORDS = ("calm", "loud", "grey", "cold", "deep", "wild", "dark", "blue")


def counted(*texts: str) -> Script:
    """A reply of ten tokens and one for each piece."""
    pieces: list[Piece] = [chunk(text) for text in texts]
    return Script([*pieces, chunk(finish="stop"), usage(10, len(texts)), DONE])


def answer(request: Request) -> Script:
    """Replies that vary with the seed, about another thing when it is warm."""
    body = request.body
    word = WORDS[body.get("seed", 0) % len(WORDS)]
    warm = body.get("temperature", 0) > 1
    return counted(
        "the ", "mountains " if warm else "sea ", "is ", word, " tonight" if warm else " and wide"
    )


async def swept(chat: Chat, line: str) -> tuple[Run, list[str]]:
    made = run_of(chat, await experiment(chat, line))
    notes: list[str] = []
    await made.run(lambda _number, _delta: None, notes.append)
    return made, notes


def tables(outcome: object) -> list[Table]:
    assert isinstance(outcome, Show)
    return [part for part in outcome.parts if isinstance(part, Table)]


async def test_each_setting_is_a_row_of_means_and_the_difference_is_said() -> None:
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        await swept(chat, "/sweep temperature 0 2 0.5 runs=8 seed=0 -- Tell me.")
        shown = await run(chat, "/lab")
        [table] = tables(shown)
        assert [row[:3] for row in table.rows] == [
            ("temperature 0", "8", "5 ±0"),
            ("temperature 2", "8", "5 ±0"),
            ("temperature 0.5", "8", "5 ±0"),
        ]
        at = table.head.index("stop")
        assert table.rows[0][at] == "1.00 [0.68 1.00]"
        assert table.rows[0][-1] == "·"
        said = lines(shown)
        assert "temperature 2 differs (p 0.000)." in said
        assert "no difference to be seen with 8 runs: temperature 0.5." in said
        [replies] = tables(await run(chat, "/lab replies"))
        assert len(replies.rows) == 24
        assert replies.rows[3][1] == "temperature 0 · seed 1"
        drawn = lines(await run(chat, "/lab tok"))
        assert drawn[:2] == [
            "tok",
            "  temperature 0    " + "." * 29 + "o" + "." * 29 + "  5 ±0",
        ] or (drawn[0] == "tok" and "temperature 0 " in drawn[1])
        assert "There is no number nothing" in str(await refusal(chat, "/lab nothing"))


async def test_replies_of_one_word_have_a_table_too() -> None:
    async with serve(says("yes")) as server, chat_with(server.base_url) as chat:
        await swept(chat, "/sweep temperature 0 2 runs=2 -- hi")
        shown = await run(chat, "/lab")
        assert isinstance(shown, Show)
        assert isinstance(shown.parts[0], Figure)
        assert shown.parts[0].drawn.title == "tok"
        assert len(tables(shown)) == 1


async def test_two_parameters_crossed_are_a_map() -> None:
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        await swept(chat, "/sweep temperature 0 2 x top_p 0.5 1 by=dist-1 -- hi")
        shown = await run(chat, "/lab")
        assert isinstance(shown, Show)
        figure = shown.parts[0]
        assert isinstance(figure, Figure)
        assert isinstance(figure.drawn, Heat)
        assert figure.drawn.down == ("temperature 0", "temperature 2")
        assert figure.drawn.across == ("top_p 0.5", "top_p 1")
        assert figure.drawn.title == "dist-1: share of distinct words"
        assert figure.drawn.rows[0][0] == (1.0, "1.00")


async def test_cells_differ_in_their_system_message(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Be brief.\n", encoding="utf-8")
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        chat.talk.record({"type": "system", "content": "Be kind."})
        made, _ = await swept(chat, f'/sweep system now @{tmp_path}/a.txt "Be long." unset -- hi')
        sent = [
            [message["content"] for message in request.body["messages"]]
            for request in server.requests
            if request.method == "POST"
        ]
        assert sent == [["Be kind.", "hi"], ["Be brief.", "hi"], ["Be long.", "hi"], ["hi"]]
        labels = [slot.cell.label for slot in made.slots]
        assert labels[0] == "as it is now"
        assert labels[2:] == ['system "Be long."', "system unset"]
        assert chat.talk.session.system == "Be kind."


async def test_each_setting_answers_each_prompt_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("one?\n\n  two?  \none?\n", encoding="utf-8")
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        made, _ = await swept(chat, f"/sweep temperature 0 2 runs=2 seed=1 prompts=@{file}")
        sent = [
            (
                request.body["messages"][-1]["content"],
                request.body["temperature"],
                request.body["seed"],
            )
            for request in server.requests
            if request.method == "POST"
        ]
        assert sent == [
            (text, temperature, seed)
            for seed in (1, 2)
            for text in ("one?", "two?")
            for temperature in (0, 2)
        ]
        assert made.slots[2].cell.label == "temperature 0 · seed 1 · prompt 2"
        [table] = tables(await run(chat, "/lab"))
        assert [row[:2] for row in table.rows] == [("temperature 0", "4"), ("temperature 2", "4")]
        # Replies are picked by their number in the table, whichever message they answer.
        await run(chat, "/pick 3")
        assert chat.talk.session.path()[-2].message.text == "two?"
        assert all(
            len(request.body["messages"]) == 1
            for request in server.requests
            if request.method == "POST"
        )


async def test_prompts_alone_are_what_differs(tmp_path: Path) -> None:
    file = tmp_path / "prompts.txt"
    file.write_text("one · two?\nthree?\n", encoding="utf-8")
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        made, _ = await swept(chat, f"/sweep runs=2 prompts=@{file}")
        assert [slot.cell.setting for slot in made.slots] == [0, 1, 0, 1]
        [table] = tables(await run(chat, "/lab"))
        assert [row[0] for row in table.rows] == ["one two?", "three?"]


# --- what is left ---------------------------------------------------------------------


def held(request: Request) -> Script:
    if request.body["temperature"] < 1:
        return answer(request)
    return Script([chunk("begun "), *[10.0] * 3, chunk("never"), DONE])


async def test_what_was_cut_is_gone_on_with(tmp_path: Path) -> None:
    async with serve(held) as server, chat_with(server.base_url) as chat:
        chat.talk.folder = tmp_path
        chat.talk.new()
        made = run_of(chat, await experiment(chat, "/sweep temperature 0 0.5 1 2 seed=3 -- hi"))
        begun = asyncio.Event()
        task = asyncio.ensure_future(
            made.run(lambda number, delta: begun.set() if number == 2 and delta.content else None)
        )
        await begun.wait()
        # The journal as a crash would leave it: what is done is known, nothing was closed.
        path = chat.talk.journal.path
        assert path is not None
        crashed = path.read_bytes()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await _gone_on(chat, ["temperature 1", "temperature 2"])

        copy = tmp_path / f"crashed{path.suffix}"
        copy.write_bytes(crashed)
        async with serve(answer) as later, chat_with(later.base_url) as again:
            again.talk.folder = tmp_path
            await again.talk.load(copy)
            await _gone_on(again, ["temperature 1", "temperature 2"])
            made, _ = await swept(again, "/sweep continue")
            assert [
                request.body["temperature"]
                for request in later.requests
                if request.method == "POST"
            ] == [1, 2]
            lab = again.talk.session.lab
            assert lab is not None
            assert [label for label, _ in lab.cells] == [
                f"temperature {at}" for at in ("0", "0.5", "1", "2")
            ]
            whole = [again.talk.session.nodes[id_ or ""].message.text for _, id_ in lab.cells]
            assert whole == ["the sea is cold and wide"] * 3 + ["the mountains is cold tonight"]
            assert "Nothing is left" in str(await refusal(again, "/sweep continue"))


async def _gone_on(chat: Chat, labels: list[str]) -> None:
    assert lines(await run(chat, "/lab"))[-1].startswith("2 are left: /sweep continue · ")
    outcome = await experiment(chat, "/sweep continue")
    assert [cell.label for cell in outcome.cells] == labels
    assert lines(outcome)[0] == "2 replies are there."
    assert outcome.places == (2, 3)
    assert outcome.parent.message.text == "hi"


async def test_there_may_be_nothing_to_go_on_with() -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        assert "no sweep to go on with" in str(await refusal(chat, "/sweep continue"))
        await swept(chat, "/sweep temperature 0 1 -- hi")
        assert "alone, not runs=2" in str(await refusal(chat, "/sweep continue runs=2"))


# --- budgets ----------------------------------------------------------------------------


async def test_a_budget_ends_the_worst_first_and_the_rest_can_be_gone_on_with() -> None:
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        # Each reply costs 15 tokens; the four settings once, then what is left for the better two.
        made, notes = await swept(
            chat, "/sweep temperature 0 0.5 1.5 2 runs=4 seed=0 budget=150 by=-compr -- hi"
        )
        asked = [
            request.body["temperature"] for request in server.requests if request.method == "POST"
        ]
        assert len(asked) == 10
        assert asked[:4] == [0, 0.5, 1.5, 2]
        assert len(set(asked[4:6])) == 2
        assert set(asked[4:]) == set(asked[4:6])
        assert notes[0].startswith("To save: asked no further, as the worst by compr: ")
        assert made.economy is not None
        left = made.economy.told(made.slots)
        assert (
            left == "6 requests were not made, to keep to the budget; /sweep continue makes them."
        )
        outcome = await experiment(chat, "/sweep continue budget=45")
        assert len(outcome.cells) == 6
        assert outcome.by == "-compression"
        assert outcome.economy is not None
        assert outcome.economy.limit == 45


async def test_a_budget_of_money_needs_prices() -> None:
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        error = await refusal(chat, "/sweep temperature 0 1 budget=0.5 -- hi")
        assert "has no prices" in str(error)
        assert chat.talk.session.nodes == {}
    # 10 tokens in and 5 out cost 0.2: two replies, and no third.
    priced = ADDRESS._replace(prices={"scripted": Price(10_000, 20_000)})
    async with serve(answer) as server, chat_with(server.base_url, priced) as chat:
        made, _ = await swept(chat, "/sweep temperature 0 1 2 budget=0.5 -- hi")
        assert [bool(text) for text in texts(made)] == [True, True, False]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("/sweep temperature 0 1 budget=much -- hi", "budget takes tokens or money, not much."),
        ("/sweep temperature 0 1 budget=0 -- hi", "budget takes tokens or money, not 0."),
        ("/sweep temperature 0 1 by=luck -- hi", "There is no number luck."),
        ("/sweep temperature 0 1 prompts=x -- hi", "prompts takes a file with a message a line."),
        ("/sweep prompts=@/nowhere/at/all", "The value cannot be read from"),
        ("/sweep system @/nowhere/at/all -- hi", "The value cannot be read from"),
        ("/sweep runs=3 -- hi", "A sweep needs values."),
    ],
)
async def test_what_cannot_be_swept_is_said_before_anything_is_asked(
    line: str, sentence: str
) -> None:
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        assert sentence in str(await refusal(chat, line))
        assert [request for request in server.requests if request.method == "POST"] == []
        assert chat.talk.session.nodes == {}


async def test_messages_come_from_one_place(tmp_path: Path) -> None:
    (tmp_path / "p").write_text("one\ntwo\n", encoding="utf-8")
    async with serve(says("x")) as server, chat_with(server.base_url) as chat:
        assert "not from both" in str(await refusal(chat, f"/sweep prompts=@{tmp_path}/p -- hi"))


# --- a person's own numbers -------------------------------------------------------------


async def test_own_metrics_are_columns_and_a_fault_is_a_sentence() -> None:
    async with serve(answer) as server, chat_with(server.base_url) as chat:
        chat.config = chat.config._replace(metrics={"es": "regex:e", "bad": "exit 4"})
        await swept(chat, "/sweep temperature 0 2 runs=2 seed=0 by=es -- hi")
        shown = await run(chat, "/lab")
        [table] = tables(shown)
        at = table.head.index("es")
        # "the sea is calm and wide": three; "the mountains is calm tonight": one.
        assert [row[at] for row in table.rows] == ["3.00 ±0.00", "1.00 ±0.00"]
        assert "bad" not in table.head
        assert lines(shown)[-1] == "The metric bad failed: it ended with status 4."
        assert lines(shown)[0] == "es"
