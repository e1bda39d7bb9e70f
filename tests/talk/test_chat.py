"""Chat: turns over a session, a journal and a server."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.support.doubles import (
    Pause,
    ScriptedClient,
    Step,
    chat_over,
    reply,
    text,
    turn_in,
    usage,
)
from zatsudan.base.errors import CommandError, ConnectionFailed, StatusError, StoreError, TooLong
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.base.printable import printable
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.sessions import journal
from zatsudan.talk.chat import Chat
from zatsudan.talk.fitting import context_length, window_of
from zatsudan.talk.turn import Turn
from zatsudan.wire.messages import Usage
from zatsudan.wire.models import Model
from zatsudan.wire.protocol import Chunk, Delta

BROKEN = ConnectionFailed(
    printable("The connection broke."), printable("What came is kept; /retry asks again.")
)


class Clock:
    """Stands still until it is told to go on."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def make(
    client: ScriptedClient,
    sessions: Path | None = None,
    *,
    models: Sequence[Model] = (),
    connect: Callable[[], Awaitable[Client]] | None = None,
    clock: Callable[[], float] | None = None,
    **fields: object,
) -> Chat:
    ids = iter(f"s{number}" for number in range(1, 100))
    chat = chat_over(
        connect or client.connect,
        sessions,
        clock=clock or Clock(),
        now=lambda: "2026-01-01T00:00:00Z",
        new_id=lambda: next(ids),
    )
    for name, value in fields.items():
        setattr(chat.talk, name, value)
    chat.link.models = list(models)
    chat.talk.new()
    return chat


async def say(chat: Chat, words: str, **overrides: Json) -> Turn:
    turn = turn_in(chat, chat.talk.say(words), overrides)
    await turn.run(lambda _: None)
    return turn


async def stopped(chat: Chat, words: str, pause: Pause) -> Turn:
    """Say something, and stop the reply where the script pauses."""
    turn = turn_in(chat, chat.talk.say(words))
    task = asyncio.create_task(turn.run(lambda _: None))
    await pause.reached.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    return turn


def talk(chat: Chat) -> list[str]:
    return [f"{node.message.role}: {node.message.text}" for node in chat.talk.session.path()]


def sent(request: JsonObject) -> list[Json]:
    messages = request["messages"]
    assert isinstance(messages, list)
    return [
        f"{message['role']}: {message['content']}"
        for message in messages
        if isinstance(message, dict)
    ]


def journals(directory: Path) -> list[str]:
    return sorted(path.name for path in directory.rglob("*.jsonl"))


# --- a turn ---------------------------------------------------------------


async def test_a_turn(tmp_path: Path) -> None:
    client = ScriptedClient([text("Hel"), text("lo"), text("", "stop"), usage(7, 2)])
    chat = make(client, tmp_path)
    chat.talk.record({"type": "system", "content": "Be brief."})
    chat.talk.record({"type": "set", "name": "temperature", "value": 0.5})
    deltas: list[Delta] = []
    turn = turn_in(chat, chat.talk.say("hi"), {"seed": 7})

    await turn.run(deltas.append)

    assert [delta.content for delta in deltas] == ["Hel", "lo", ""]
    assert talk(chat) == ["user: hi", "assistant: Hello"]
    assert client.requests == [
        {
            "model": "m",
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "user", "content": "hi"},
            ],
            "temperature": 0.5,
            "seed": 7,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
    ]
    made = turn.made
    assert (made.ended, made.finish_reason, made.error) == ("finished", "stop", "")
    assert (made.model, made.server) == ("m-1", "double")
    assert made.parameters == {"temperature": 0.5, "seed": 7}
    assert made.usage == Usage(7, 2)
    assert turn.nodes == [chat.talk.session.nodes["2"]]
    assert turn.nodes[0].made == made
    assert client.closed_streams == 1


async def test_what_was_said_before_is_sent_again() -> None:
    client = ScriptedClient(reply("Hello."), reply("Fine."))
    chat = make(client)
    await say(chat, "hi")
    await say(chat, "how are you?")

    assert sent(client.requests[1]) == ["user: hi", "assistant: Hello.", "user: how are you?"]


async def test_a_message_is_on_disk_before_the_server_is_asked(tmp_path: Path) -> None:
    chat = make(ScriptedClient(), tmp_path)
    chat.talk.say("hi")

    assert [node.message.text for node in journal.load(tmp_path / "s1.jsonl").session.path()] == [
        "hi"
    ]
    await chat.aclose()


async def test_retry_keeps_both_replies() -> None:
    client = ScriptedClient(reply("one"), reply("two"))
    chat = make(client)
    first = await say(chat, "hi")
    parent = chat.talk.last_user()
    assert parent is not None
    await turn_in(chat, parent, {"temperature": 1.0}).run(lambda _: None)

    assert talk(chat) == ["user: hi", "assistant: two"]
    assert [node.message.text for node in chat.talk.session.variants(first.nodes[0])] == [
        "one",
        "two",
    ]
    assert sent(client.requests[1]) == ["user: hi"]
    assert chat.talk.session.parameters == {}


async def test_after_undo_a_new_message_is_a_sibling() -> None:
    chat = make(ScriptedClient(reply("one"), reply("two")))
    first = await say(chat, "hi")
    chat.talk.record({"type": "head", "id": None})
    await say(chat, "hello")

    assert talk(chat) == ["user: hello", "assistant: two"]
    assert [node.message.text for node in chat.talk.session.path(first.nodes[0].id)] == [
        "hi",
        "one",
    ]


# --- how it ends ----------------------------------------------------------


async def test_a_turn_that_fails_leaves_the_message() -> None:
    refused = StatusError(400, "no")
    client = ScriptedClient([refused], reply("Hello."))
    chat = make(client)

    turn = await say(chat, "hi")

    assert turn.error is refused
    assert (turn.nodes, turn.made.ended, turn.made.error) == ([], "failed", str(refused))
    assert talk(chat) == ["user: hi"]

    await say(chat, "hello")
    assert talk(chat) == ["user: hello", "assistant: Hello."]
    assert sent(client.requests[1]) == ["user: hello"]
    assert len(chat.talk.session.children[None]) == 2


async def test_the_same_message_again_is_the_same_message() -> None:
    chat = make(ScriptedClient([BROKEN], reply("Hello.")))
    await say(chat, "hi")
    await say(chat, "hi")

    assert talk(chat) == ["user: hi", "assistant: Hello."]
    assert len(chat.talk.session.nodes) == 2


async def test_a_stream_that_breaks_keeps_what_came() -> None:
    client = ScriptedClient([text("Once upon"), BROKEN], reply("a time."))
    chat = make(client)

    turn = await say(chat, "hi")

    assert talk(chat) == ["user: hi", "assistant: Once upon"]
    assert (turn.made.ended, turn.made.error) == ("failed", "The connection broke.")
    await say(chat, "go on")
    assert sent(client.requests[1]) == ["user: hi", "assistant: Once upon", "user: go on"]


async def test_a_reply_that_is_stopped_keeps_what_came() -> None:
    pause = Pause()
    client = ScriptedClient([text("Once upon", reasoning="hm"), pause], reply("a time."))
    chat = make(client)

    turn = await stopped(chat, "hi", pause)

    assert talk(chat) == ["user: hi", "assistant: Once upon"]
    assert (turn.made.ended, turn.made.error, turn.made.reasoning) == ("interrupted", "", "hm")
    assert turn.made.usage is not None
    assert turn.made.usage.estimated
    assert client.closed_streams == 1
    await say(chat, "go on")
    assert sent(client.requests[1]) == ["user: hi", "assistant: Once upon", "user: go on"]


async def test_a_reply_that_is_stopped_before_its_first_word_is_none() -> None:
    pause = Pause()
    client = ScriptedClient([text(""), pause], reply("Hello."))
    chat = make(client)

    turn = await stopped(chat, "hi", pause)
    assert (turn.nodes, turn.made.ended) == ([], "interrupted")

    await say(chat, "hello")
    assert sent(client.requests[1]) == ["user: hello"]


async def test_a_reply_of_thoughts_alone_is_kept_but_not_sent() -> None:
    pause = Pause()
    client = ScriptedClient([text(reasoning="hm"), pause], reply("Hello."))
    chat = make(client)
    await stopped(chat, "hi", pause)
    assert talk(chat) == ["user: hi", "assistant: "]

    await say(chat, "hello")
    assert sent(client.requests[1]) == ["user: hi\n\nhello"]


async def test_a_whole_reply_without_text_is_kept() -> None:
    chat = make(ScriptedClient([text("", "content_filter")]))
    turn = await say(chat, "hi")

    assert (turn.made.ended, turn.made.finish_reason) == ("finished", "content_filter")
    assert len(turn.nodes) == 1


async def test_a_server_that_is_not_there_is_asked_again_the_next_time() -> None:
    client = ScriptedClient(reply("Hello."))
    answers: list[Exception | None] = [BROKEN, None]

    async def connect() -> Client:
        answer = answers.pop(0)
        if answer is not None:
            raise answer
        return await client.connect()

    chat = make(client, connect=connect)
    assert (await say(chat, "hi")).error is BROKEN
    servers = [chat.link.server]
    await say(chat, "hi")

    assert talk(chat) == ["user: hi", "assistant: Hello."]
    assert [*servers, chat.link.server] == [None, client.server]
    await chat.aclose()
    assert client.closed


# --- several choices ------------------------------------------------------


async def test_choices_are_kept_as_variants_and_the_first_is_the_head() -> None:
    client = ScriptedClient(
        [
            text("a", index=0), text("x", index=1), text("b", index=0), text("y", index=1),
            text("", "stop", index=1), text("", "length", index=0), usage(5, 4),
        ]
    )  # fmt: skip
    chat = make(client)
    turn = await say(chat, "hi", n=2)

    assert talk(chat) == ["user: hi", "assistant: ab"]
    assert [node.message.text for node in turn.nodes] == ["ab", "xy"]
    assert [node.made and node.made.finish_reason for node in turn.nodes] == ["length", "stop"]
    assert turn.made == turn.nodes[0].made
    assert chat.talk.usage() == {"m-1": Usage(5, 4)}


async def test_usage_is_counted_where_the_first_choice_stayed_empty() -> None:
    chat = make(ScriptedClient([text("", index=0), text("x", index=1), usage(5, 4), BROKEN]))
    turn = await say(chat, "hi", n=2)

    assert [node.message.text for node in turn.nodes] == ["x"]
    assert chat.talk.usage() == {"m-1": Usage(5, 4)}


# --- usage ----------------------------------------------------------------


async def test_of_several_usages_the_last_counts() -> None:
    chat = make(ScriptedClient([usage(7, 1), text("Hello"), usage(7, 2), text("", "stop")]))

    assert (await say(chat, "hi")).made.usage == Usage(7, 2)


async def test_without_usage_it_is_an_estimate() -> None:
    chat = make(ScriptedClient([text("a" * 40), text("", "stop")]))

    turn = await say(chat, "b" * 40)

    assert turn.made.usage == Usage(14, 10, estimated=True)
    assert chat.talk.usage() == {"m-1": Usage(14, 10, estimated=True)}


async def test_an_exact_count_teaches_the_estimate() -> None:
    first: list[Step] = [text("a" * 400), text("", "stop"), usage(6, 204)]
    second: list[Step] = [text("a" * 40), text("", "stop")]
    chat = make(ScriptedClient(first, second))
    await say(chat, "hiya")
    assert chat.link.gauge(chat.talk.session).estimator.ratio == pytest.approx(2.0)

    turn = await say(chat, "more")
    assert turn.made.usage is not None
    assert turn.made.usage.completion == 20


# --- the model and the window ---------------------------------------------


async def test_without_a_model_the_server_is_asked_for_one() -> None:
    client = ScriptedClient(
        reply("Hello."), model="", models=[Model("embed-x"), Model("llama", 4096)]
    )
    chat = make(client)
    await say(chat, "hi")

    assert client.requests[0]["model"] == "llama"
    assert (chat.talk.session.model, chat.talk.session.server) == ("llama", "double")
    assert context_length(chat.talk, chat.link) == 4096


async def test_without_any_model_the_turn_fails() -> None:
    turn = await say(make(ScriptedClient(model="")), "hi")

    assert isinstance(turn.error, CommandError)
    assert "/model NAME" in turn.error.advice


def budget(length: int, **parameters: Json) -> int | None:
    client = ScriptedClient(model="m")
    chat = make(client, models=[Model("m", length)])
    chat.talk.use_model("m", "")
    for name, value in parameters.items():
        chat.talk.record({"type": "set", "name": name, "value": value})
    return window_of(chat.talk, chat.link).budget


@pytest.mark.parametrize(
    ("length", "parameters", "expected"),
    [
        (0, {}, None),
        (8192, {}, 8192 - 1024),
        (1000, {}, 750),
        (8192, {"max_tokens": 2000}, 6192),
        (8192, {"max_completion_tokens": 3000}, 5192),
        (8192, {"max_tokens": 100_000}, 1024),
    ],
)
def test_the_budget_leaves_room_for_the_reply(
    length: int, parameters: dict[str, Json], expected: int | None
) -> None:
    assert budget(length, **parameters) == expected


async def test_a_long_talk_is_cut_at_the_front_and_says_so() -> None:
    client = ScriptedClient(*[[text("r" * 40, "stop")]] * 9)
    chat = make(client, models=[Model("m", 200)])
    turns = [await say(chat, f"{number}" + "q" * 39) for number in range(9)]

    assert turns[-1].window is not None
    assert turns[-1].window.left_out > 0
    assert turns[-1].made.left_out == turns[-1].window.left_out
    assert sent(client.requests[-1])[-1] == "user: 8" + "q" * 39
    assert all(turn.error is None for turn in turns)


async def test_a_message_that_cannot_fit_is_not_sent() -> None:
    client = ScriptedClient(reply("never"))
    chat = make(client, models=[Model("m", 100)])
    turn = await say(chat, "x" * 4000)

    assert isinstance(turn.error, TooLong)
    assert client.requests == []


# --- the journal ----------------------------------------------------------


async def test_a_growing_reply_is_in_the_journal_within_a_second(tmp_path: Path) -> None:
    clock = Clock()
    on_disk: list[str] = []

    def watch(_: Delta) -> None:
        partials = journal.load(tmp_path / "s1.jsonl").session.partials
        on_disk.append("".join(partials["2"].content))
        clock.seconds += 0.3

    chat = make(ScriptedClient([text(char) for char in "abcdefgh"]), tmp_path, clock=clock)
    turn = turn_in(chat, chat.talk.say("hi"))
    await turn.run(watch)

    assert on_disk == ["a", "a", "a", "abcd", "abcd", "abcd", "abcdefg", "abcdefg"]
    assert chat.talk.session.path()[-1].message.text == "abcdefgh"
    await chat.aclose()


async def test_a_kill_in_mid_reply_loses_nothing_of_the_journal(tmp_path: Path) -> None:
    pause = Pause()
    chat = make(ScriptedClient([text("a", index=0), text("x", index=1), pause]), tmp_path)
    turn = turn_in(chat, chat.talk.say("hi"))
    task = asyncio.create_task(turn.run(lambda _: None))
    await pause.reached.wait()
    (tmp_path / "copy.jsonl").write_bytes((tmp_path / "s1.jsonl").read_bytes())

    after = make(ScriptedClient(), tmp_path)
    await after.talk.load(tmp_path / "copy.jsonl")

    assert talk(after) == ["user: hi", "assistant: a"]
    node = after.talk.session.path()[-1]
    assert node.made is not None
    assert (node.made.ended, node.made.model) == ("interrupted", "m-1")
    assert len(after.talk.session.variants(node)) == 2
    assert journal.load(tmp_path / "copy.jsonl").session == after.talk.session
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await after.aclose()
    await chat.aclose()


async def held(tmp_path: Path) -> Chat:
    """A chat with all that can happen in it."""
    pause = Pause()
    scripts: list[list[Step]] = [
        reply("one"),
        [text("two"), BROKEN],
        [text("a", index=0), text("b", index=1), text("", "stop"), usage(3, 2)],
        [BROKEN],
        [text("half", reasoning="hm"), pause],
        [
            Chunk(
                (
                    Delta(
                        0, "x", logprobs=({"token": "x"},), extra=(("tool_calls", [{"id": "1"}]),)
                    ),
                ),
                fingerprint="fp",
            )
        ],
    ]
    chat = make(ScriptedClient(*scripts), tmp_path)
    chat.talk.record({"type": "set", "name": "stop", "value": ["\n", "\u2028 😀"]})
    first = await say(chat, "hi \ud83d")
    await turn_in(chat, chat.talk.session.nodes["1"]).run(lambda _: None)
    await say(chat, "again", n=2)
    chat.talk.record({"type": "head", "id": first.nodes[0].id})
    await say(chat, "this fails")
    await stopped(chat, "this is stopped", pause)
    chat.talk.record({"type": "unset", "name": "stop"})
    chat.talk.record({"type": "title", "title": "All"})
    chat.talk.record({"type": "pin", "id": "1"})
    await say(chat, "last")
    return chat


async def test_a_loaded_session_is_the_live_one(tmp_path: Path) -> None:
    live = await held(tmp_path)
    before = live.talk.session
    await live.aclose()

    chat = make(ScriptedClient(), tmp_path, new_id=lambda: "later")
    loaded = await chat.talk.load(tmp_path / "s1.jsonl")

    assert chat.talk.session == before
    assert len(before.nodes) > 10
    assert (loaded.damaged, loaded.torn, before.unknown) == (0, False, 0)
    await chat.aclose()


async def test_a_loaded_session_goes_on(tmp_path: Path) -> None:
    first = make(ScriptedClient(reply("one")), tmp_path)
    await say(first, "hi")
    await first.aclose()
    client = ScriptedClient(reply("two"))
    chat = make(client, tmp_path, new_id=lambda: "later")
    await chat.talk.load(tmp_path / "s1.jsonl")
    await say(chat, "more")
    await chat.aclose()

    assert sent(client.requests[0]) == ["user: hi", "assistant: one", "user: more"]
    assert journal.load(tmp_path / "s1.jsonl").session == chat.talk.session
    assert journals(tmp_path) == ["s1.jsonl"]


async def test_a_torn_line_is_told_on_loading(tmp_path: Path) -> None:
    first = make(ScriptedClient(reply("one")), tmp_path)
    await say(first, "hi")
    await first.aclose()
    path = tmp_path / "s1.jsonl"
    path.write_bytes(path.read_bytes()[:-3])

    chat = make(ScriptedClient(), tmp_path, new_id=lambda: "later")
    assert (await chat.talk.load(path)).torn
    assert talk(chat) == ["user: hi", "assistant: one"]
    await chat.aclose()


async def test_a_session_that_cannot_be_loaded_leaves_all_as_it_was(tmp_path: Path) -> None:
    chat = make(ScriptedClient(reply("one")), tmp_path)
    await say(chat, "hi")
    before = chat.talk.session
    (tmp_path / "bad.jsonl").write_text("nonsense\n")
    other = make(ScriptedClient(), tmp_path, new_id=lambda: "other")
    other.talk.say("hi")

    for name, sentence in (
        ("bad", "holds no session"),
        ("none", "cannot be opened"),
        ("other", "open in another terminal"),
        ("s1", "is the one at hand"),
    ):
        with pytest.raises(StoreError, match=sentence):
            await chat.talk.load(tmp_path / f"{name}.jsonl")
    assert chat.talk.session is before
    chat.talk.say("still here")
    assert journal.load(tmp_path / "s1.jsonl").session == before
    await chat.aclose()
    await other.aclose()


async def test_a_private_chat_writes_nothing(tmp_path: Path) -> None:
    chat = make(ScriptedClient(reply("one")), None)
    await say(chat, "hi")
    await chat.aclose()

    assert journals(tmp_path) == []


async def test_a_new_session_begins_with_its_settings_and_leaves_no_empty_file(
    tmp_path: Path,
) -> None:
    start: list[JsonObject] = [{"type": "set", "name": "seed", "value": 1, "origin": "config"}]
    chat = make(ScriptedClient(), tmp_path, start=lambda: start)
    chat.talk.new()
    chat.talk.say("hi")
    chat.talk.new()
    await chat.aclose()

    assert chat.talk.session.parameters == {"seed": 1}
    assert (chat.talk.session.id, [*chat.talk.session.nodes]) == ("s3", [])
    assert journals(tmp_path) == ["s2.jsonl"]


async def test_a_key_is_in_no_journal(tmp_path: Path) -> None:
    client = ScriptedClient(reply("one"))
    client.server = Server("double", "http://double/v1", api_key="sk-secret", model="m")
    chat = make(client, tmp_path)
    await say(chat, "hi")
    await chat.aclose()

    assert b"sk-secret" not in (tmp_path / "s1.jsonl").read_bytes()
