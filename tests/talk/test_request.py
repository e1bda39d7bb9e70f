"""One home for requests: what was sent is what is shown, sent again and exported, whatever the talk."""

import ast
import asyncio
import contextlib
import json
import tempfile
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.commands import lines, run
from tests.support.doubles import ScriptedClient, chat_over, text
from zatsudan.base.errors import StatusError, ZatsudanError
from zatsudan.base.jsonvalues import Json, JsonObject
from zatsudan.commands.outcomes import Generate
from zatsudan.commands.transfer import export_text
from zatsudan.config.presetfiles import Preset, Presets
from zatsudan.servers.choice import Server
from zatsudan.servers.client import Client
from zatsudan.servers.prefill import FORMS, NONE
from zatsudan.talk.beginning import again, turn_to
from zatsudan.talk.elsewhere import open_at
from zatsudan.talk.turn import Turn
from zatsudan.wire.models import Model
from zatsudan.wire.protocol import Chunk
from zatsudan.wire.refusals import PREFILL, Repair

if TYPE_CHECKING:
    from zatsudan.talk.chat import Chat

#: What servers refuse, each in the words of one; a request that holds it is answered with the error.
REFUSALS: dict[str, tuple[Callable[[JsonObject], bool], StatusError]] = {
    "system": (
        lambda body: _roles(body)[:1] == ["system"],
        StatusError(400, "System role not supported"),
    ),
    "stream_options": (
        lambda body: "stream_options" in body,
        StatusError(400, "Unknown parameter: 'stream_options'.", param="stream_options"),
    ),
    "temperature": (
        lambda body: "temperature" in body,
        StatusError(400, "Unsupported parameter: 'temperature'", param="temperature"),
    ),
    "max_tokens": (
        lambda body: "max_tokens" in body,
        StatusError(
            400,
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            param="max_tokens",
        ),
    ),
}


def _roles(body: JsonObject) -> list[Json]:
    messages = body["messages"]
    assert isinstance(messages, list)
    return [message["role"] for message in messages if isinstance(message, dict)]


class Answering(ScriptedClient):
    """Answers every request with a text of its own, and keeps the body that it answered."""

    def __init__(self, name: str, refuses: frozenset[str], *, reasoning: str = "") -> None:
        super().__init__()
        self.server = Server(name, f"http://{name}/v1", model="m", reasoning=reasoning)
        self.answered: dict[str, JsonObject] = {}
        self._refuses = refuses

    async def stream(self, body: JsonObject) -> AsyncGenerator[Chunk, None]:
        for name in sorted(self._refuses):
            refused, error = REFUSALS[name]
            if refused(body):
                raise error
        words = f"{self.server.name} answers {len(self.answered)}"
        self.answered[words] = json.loads(json.dumps(body))
        yield text(words, reasoning=f"why {words}")
        yield text("", "stop")


steps = st.lists(
    st.one_of(
        st.tuples(st.just("say"), st.sampled_from(["hi", "雑談 は " * 9, "word " * 30])),
        st.tuples(st.just("say"), st.sampled_from(["and?", "word " * 60])),
        st.tuples(st.just("retry"), st.sampled_from(["", "temperature=1.5", "max_tokens=9"])),
        st.tuples(st.just("go on"), st.sampled_from([*FORMS, NONE])),
        st.tuples(st.just("elsewhere"), st.just("")),
        st.tuples(st.just("/system"), st.sampled_from(["Be brief.", "長く。", "none"])),
        st.tuples(st.just("/model"), st.sampled_from(["m", "other"])),
        st.tuples(
            st.just("/set"), st.sampled_from(["temperature 0.5", "top_logprobs 2", "stop x"])
        ),
        st.tuples(st.just("/set"), st.sampled_from(["max_tokens 30", "stream off", "+x 1", "n 1"])),
        st.tuples(st.just("/unset"), st.just("all")),
        st.tuples(st.just("/preset"), st.just("warm")),
        st.tuples(st.just("/pin"), st.integers(1, 12).map(str)),
        st.tuples(st.just("/goto"), st.integers(1, 12).map(str)),
        st.tuples(st.just("/undo"), st.just("")),
        st.tuples(
            st.just("/add"),
            st.sampled_from(
                [
                    "system Be calm.",
                    "developer Speak low.",
                    "user And more.",
                    "user word word",
                    "assistant So it is.",
                    "function f 42",
                ]
            ),
        ),
        st.tuples(st.just("/edit"), st.integers(1, 12).map(lambda number: f"{number} Changed.")),
        st.tuples(st.sampled_from(["/hide", "/unhide"]), st.integers(1, 12).map(str)),
        st.tuples(st.just("/delete"), st.integers(1, 12).map(str)),
        st.tuples(st.just("/begin"), st.sampled_from(["Well, ", '"Yes. "', "off"])),
        st.tuples(st.just("/begin!"), st.just("So,")),
        st.tuples(st.just("answer"), st.just("")),
    ),
    min_size=4,
    max_size=24,
)


class Sitting:
    """A person at a chat that changes under the hands, and the two servers that answer it."""

    def __init__(self, refuses: frozenset[str], folder: Path) -> None:
        self.here = Answering("here", refuses)
        self.there = Answering(
            "there", frozenset({"stream_options"}), reasoning="reasoning_content"
        )

        async def reach(_profile: str) -> Client:
            return cast("Client", self.there)

        presets = Presets(folder)
        presets.write("warm", Preset({"temperature": 1.3, "seed": 4}, "other", "Be warm."))
        self.chat: Chat = chat_over(self.here.connect, reach=reach, presets=folder)
        self.chat.talk.new()
        self.chat.link.models = [Model("m", 220), Model("other", 160)]  # windows are cut

    async def take(self, step: str, args: str) -> None:
        chat = self.chat
        turn: Turn | None = None
        if step == "say":
            turn = turn_to(chat.talk, chat.link, chat.talk.say(args))
        elif step == "elsewhere":
            there = await open_at(chat.link, "there")
            parent = chat.talk.say("over there")
            turn = Turn(chat.talk, there.link, parent, chat.talk.session.parameters)
        elif step == "answer":
            outcome = await self.tried("/continue")
            if isinstance(outcome, Generate):
                turn = turn_to(
                    chat.talk, chat.link, outcome.parent, prefix=outcome.prefix, asking=True
                )
        elif step == "go on":
            path = chat.talk.session.path()
            if len(path) < 2 or path[-1].made is None or not path[-1].message.text:
                return
            chat.link.learned.forget("here")
            chat.link.learned.add("here", chat.talk.session.model, Repair(PREFILL, args), "")
            given = path[-1].message.text
            turn = turn_to(chat.talk, chat.link, path[-2], prefix=given, asking=True)
        elif step == "retry":
            outcome = await self.tried(f"/retry {args}")
            if isinstance(outcome, Generate):
                turn = turn_to(chat.talk, chat.link, outcome.parent, outcome.overrides)
        else:
            await self.tried(f"{step} {args}")
        if turn is not None:
            await turn.run(lambda _: None)

    async def tried(self, line: str) -> object:
        try:
            return await run(self.chat, line)
        except ZatsudanError:
            return None  # nothing to be retried, undone or pinned yet


async def bodies_agree(
    refuses: frozenset[str], taken: list[tuple[str, str]], folder: Path
) -> list[int]:
    """Return, for each reply that was compared, how many messages its window had left out."""
    sitting = Sitting(refuses, folder)
    chat = sitting.chat
    for step, args in taken:
        await sitting.take(step, args)
    await run(chat, "/system Since then all is otherwise.")
    await run(chat, "/set temperature 0.123")
    left_out: list[int] = []
    for node in list(chat.talk.session.replies()):
        assert node.made is not None
        words = node.message.text[node.made.given :]
        sent = {**sitting.here.answered, **sitting.there.answered}[words]
        left_out.append(node.made.left_out)
        shown = lines(await run(chat, f"/request {node.id}"))[1]
        assert json.loads(shown) == sent
        replay = again(chat.talk, chat.link, node)
        assert replay.recorded is not None
        assert replay.recorded[0] == sent
        # What programs of other languages send is held by tests/sessions/exports/test_programs.py.
        for name, body_of in READERS.items():
            assert body_of(await export_text(chat, name, node.id)) == sent, name
    for node in list(chat.talk.session.replies())[-1:]:
        before = dict(sitting.here.answered)
        replay = again(chat.talk, chat.link, node)
        await replay.run(lambda _: None)
        new = [body for words, body in sitting.here.answered.items() if words not in before]
        refused = any(REFUSALS[name][0](replay.request) for name in refuses)
        assert new == ([] if refused else [replay.request])
        assert replay.recorded is not None
        assert replay.request == replay.recorded[0]
    await chat.aclose()
    return left_out


def _from_curl(written: str) -> object:
    return json.loads(written.partition("<<'JSON'\n")[2].rpartition("\nJSON\n")[0])


def _from_python(written: str) -> object:
    tree = ast.parse(written)
    found = [
        node.value
        for node in tree.body
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "body"
    ]
    return ast.literal_eval(found[0])


def _from_openai(written: str) -> object:
    """Run the program with a package that only looks at what it is given."""
    kept: list[dict[str, object]] = []

    def create(**fields: object) -> object:
        extra = fields.pop("extra_body", {})
        assert isinstance(extra, dict)
        kept.append({**fields, **extra})
        raise SystemExit

    client = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))
    package = SimpleNamespace(OpenAI=lambda **_: client, DefaultHttpxClient=None)
    with patch.dict("sys.modules", {"openai": package}), contextlib.suppress(SystemExit):
        exec(written, {})
    return kept[0]


def _from_javascript(written: str) -> object:
    """Read the object literal, whose keys are quoted where JSON would want it as well."""
    literal = written.partition("const body = ")[2].partition(";\n\nconst response")[0]
    return ast.literal_eval(
        literal.replace("true", "True").replace("false", "False").replace("null", "None")
    )


READERS: dict[str, Callable[[str], object]] = {
    "curl": _from_curl,
    "http": lambda written: json.loads(written.partition("\n\n")[2]),
    "python": _from_python,
    "python-openai": _from_openai,
    "javascript": _from_javascript,
}


@settings(max_examples=250)
@given(refuses=st.frozensets(st.sampled_from(sorted(REFUSALS)), max_size=3), taken=steps)
def test_a_request_is_the_same_wherever_it_is_asked_for(
    refuses: frozenset[str], taken: list[tuple[str, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(bodies_agree(refuses, taken, Path(folder)))


def test_the_walk_makes_replies_of_every_kind() -> None:
    """A property over no replies would hold of anything."""
    taken = [
        ("/system", "Be brief."), ("say", "hi"), ("go on", "prefix"), ("/preset", "warm"),
        ("say", "word " * 30), ("/pin", "1"), ("/model", "other"), ("say", "word " * 30),
        ("retry", "temperature=1.5"), ("elsewhere", ""), ("say", "word " * 60),
        ("say", "word " * 60), ("say", "again"),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        left_out = asyncio.run(bodies_agree(frozenset({"system"}), taken, Path(folder)))
    assert len(left_out) == 9, left_out
    assert any(left_out)
