"""Connecting a server by questions: the whole way as values, against a scripted server."""

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.support.doubles import chat_over, turn_in
from tests.support.fileserver import FILE, FileServer
from tests.support.hub import Hub, model
from tests.support.listening import serving
from tests.support.server import Request, Script, Server, fails, says, serve
from zatsudan.base.errors import CommandError, ConfigError, ConnectionFailed, ZatsudanError
from zatsudan.commands import COMMANDS
from zatsudan.commands.asking import Question
from zatsudan.commands.connecting.answers import Answers, read_key
from zatsudan.commands.connecting.setup import Setup
from zatsudan.commands.outcomes import Ask, Outcome, Show, Work
from zatsudan.commands.parts import Line, Part
from zatsudan.commands.registry import find
from zatsudan.config.file import load
from zatsudan.config.settings import SUGGESTED, Config, Local, Profile
from zatsudan.servers.athome import LLAMA_CPP
from zatsudan.servers.choice import Wishes
from zatsudan.servers.client import Client
from zatsudan.servers.discovery import Finder
from zatsudan.servers.engine import embedded
from zatsudan.servers.engine.progress import Progress
from zatsudan.servers.nearby import Found
from zatsudan.talk.addressee import model_of
from zatsudan.talk.chat import Chat
from zatsudan.talk.link import Link
from zatsudan.talk.talk import Talk

KEY = "sk-very-secret-123456"

Answer = str | Callable[[Question], str]


@dataclass
class Person:
    """Answers questions one by one; where no answer is left, the question is left."""

    chat: Chat
    finder: Finder
    asked: list[Question] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    async def connect(self, *answers: Answer, args: str = "") -> None:
        outcome = await find(COMMANDS, "connect").run(self.chat, args)
        await self.answer(outcome, answers)

    async def answer(self, outcome: Outcome, answers: Sequence[Answer]) -> None:
        left = list(answers)
        while not isinstance(outcome, Show):
            assert isinstance(outcome, Work | Ask)
            self._tell(outcome.parts)
            if isinstance(outcome, Work):
                outcome = await outcome.run(
                    lambda far: self.told.append(
                        far.line() if isinstance(far, Progress) else str(far)
                    )
                )
                continue
            self.asked.append(outcome.question)
            if not left:
                return self._tell(outcome.left)
            given = left.pop(0)
            line = given if isinstance(given, str) else given(outcome.question)
            read = outcome.question.read(line)
            assert read is not None, (line, outcome.question)
            outcome = await outcome.answered(read)
        assert not left, left
        return self._tell(outcome.parts)

    def _tell(self, parts: Sequence[Part]) -> None:
        self.told += [part.text for part in parts if isinstance(part, Line)]

    @property
    def titles(self) -> list[str]:
        return [question.title for question in self.asked]


@asynccontextmanager
async def person(
    tmp_path: Path,
    environ: dict[str, str] | None = None,
    *,
    config: str = "",
    private: bool = False,
    wishes: Wishes | None = None,
) -> AsyncIterator[Person]:
    path = tmp_path / "config" / "config.toml"
    if config:
        path.parent.mkdir()
        path.write_text(config)
    finder = Finder(
        wishes or Wishes(),
        environ or {},
        load(path),
        config_file=None if private else path,
        models=tmp_path / "models",
    )
    chat = Chat(load(path), Talk(None), Link(finder), finder=finder)
    chat.talk.new()
    try:
        yield Person(chat, finder)
    finally:
        await chat.aclose()
        await finder.aclose()


def written(tmp_path: Path) -> Config:
    return load(tmp_path / "config" / "config.toml")


def wants_key(request: Request) -> Script:
    """Say hello to who brings the key, and repeat another one, as some servers do."""
    given = request.headers.get("authorization", "")
    if given == f"Bearer {KEY}":
        return says("hello", "there")
    return fails(401, {"error": {"message": f"bad key {given}"}})


@asynccontextmanager
async def guarded() -> AsyncIterator[Server]:
    """A server whose list of models is for nobody, and whose replies are for the key."""
    async with serve(wants_key) as server:
        server.listing = fails(401, {"error": "no key"})
        yield server


async def test_four_answers_write_a_profile_and_the_talk_goes_on_with_it(tmp_path: Path) -> None:
    async with serve(says("hello")) as server, person(tmp_path) as someone:
        await someone.connect(server.base_url, "", "mine", "yes")

        assert written(tmp_path) == Config(
            profile="mine", profiles={"mine": Profile(server.base_url, "scripted")}
        )
        assert someone.titles == [
            "1 of 4 · Which server?",
            "3 of 4 · Which model?",  # a server of this machine wants no key
            "4 of 4 · What is it to be called?",
            "4 of 4 · Is it to answer where no other is named?",
        ]
        assert someone.told[-1] == "scripted at mine answers from now on."
        assert any("scripted answers: the first word came after" in line for line in someone.told)

        turn = turn_in(someone.chat, someone.chat.talk.say("Hi"))
        await turn.run(lambda _: None)
        assert (turn.error, turn.nodes[0].message.text) == (None, "hello")
        assert server.requests[-1].body["model"] == "scripted"


async def test_what_is_sent_to_see_whether_it_answers_is_tiny(tmp_path: Path) -> None:
    async with serve(says("hello")) as server, person(tmp_path) as someone:
        await someone.connect(server.base_url, "scripted")

        assert server.requests[-1].body == {
            "model": "scripted",
            "messages": [{"role": "user", "content": "Say hi."}],
            "stream": True,
        }


@pytest.mark.parametrize("answers", range(6))
async def test_leaving_any_question_leaves_all_as_it_was(tmp_path: Path, answers: int) -> None:
    async with guarded() as server, person(tmp_path) as someone:
        someone.chat.config = before = someone.finder.config
        given = ("other", server.base_url, KEY, "scripted", "mine")
        # The list is refused: the question of what to change comes before the model.
        server.listing = None if answers > 3 else server.listing
        if answers > 3:
            given = ("other", server.base_url, "scripted", "key", KEY)
        await someone.connect(*given[:answers])

        assert someone.told[-1] == "All is as it was."
        assert not (tmp_path / "config").exists()
        assert someone.finder.in_use == (Wishes(), None)
        assert someone.chat.config == before


async def test_a_typed_key_is_hidden_and_stands_in_a_file_for_its_owner_alone(
    tmp_path: Path,
) -> None:
    async with guarded() as server, person(tmp_path) as someone:
        server.listing = None
        await someone.connect(server.base_url, "", "key", KEY, "mine", "no")

        path = tmp_path / "config" / "config.toml"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (written(tmp_path).profile, written(tmp_path).profiles["mine"].api_key) == ("", KEY)
        hidden = [question for question in someone.asked if question.hidden]
        assert [question.title[:6] for question in hidden] == ["2 of 4"]
        shown = "\n".join([*someone.told, repr(someone.asked), repr(someone.chat.talk.session)])
        assert KEY not in shown
        assert "sk-" not in repr(Answers(key=KEY)) + repr(someone.finder.in_use)


async def test_a_server_that_wants_a_key_says_so(tmp_path: Path) -> None:
    async with guarded() as server, person(tmp_path) as someone:
        await someone.connect(server.base_url)

        assert someone.titles[-1] == "2 of 4 · The key, or the variable that holds it?"
        assert "This server wants a key." in someone.told


async def test_a_key_from_a_variable_is_not_written(tmp_path: Path) -> None:
    async with guarded() as server, person(tmp_path, {"MY_API_KEY": KEY}) as someone:
        server.listing = None
        await someone.connect(server.base_url, "", "key", "MY_API_KEY", "mine", "yes")

        profile = written(tmp_path).profiles["mine"]
        assert (profile.api_key, profile.api_key_env) == ("", "MY_API_KEY")
        assert KEY not in (tmp_path / "config" / "config.toml").read_text()


async def test_enter_alone_gives_no_key_of_another_server_away(tmp_path: Path) -> None:
    environ = {"OPENAI_API_KEY": KEY, "ZATSUDAN_API_KEY": KEY}
    async with guarded() as server, person(tmp_path, environ) as someone:
        await someone.connect(server.base_url, "")

        assert {request.headers.get("authorization") for request in server.requests} == {None}


async def test_a_wrong_key_can_be_corrected(tmp_path: Path) -> None:
    async with guarded() as server, person(tmp_path) as someone:
        server.listing = None
        await someone.connect(
            server.base_url, "", "key", "sk-wrong", lambda question: question.rows[0].key, KEY, "", "no"
        )  # fmt: skip

        refused = [line for line in someone.told if "does not accept the API key" in line]
        assert len(refused) == 2
        assert all(KEY not in line and "sk-wrong" not in line for line in refused)
        assert next(iter(written(tmp_path).profiles.values())).api_key == KEY


async def test_a_wrong_model_can_be_corrected(tmp_path: Path) -> None:
    def knows_one(request: Request) -> Script:
        good = request.body["model"] == "scripted"
        return says("hi") if good else fails(404, {"error": "no such model"})

    async with serve(knows_one) as server, person(tmp_path) as someone:
        await someone.connect(server.base_url, "another", "", "scripted", "mine", "no")

        assert someone.asked[2].rows[0].key == "model"
        assert written(tmp_path).profiles["mine"].model == "scripted"


async def test_a_dead_address_can_be_corrected(tmp_path: Path) -> None:
    async with serve(says("hi")) as server, person(tmp_path) as someone:
        await someone.connect("http://127.0.0.1:9", "", server.base_url, "", "mine", "no")

        assert "Nothing answers at http://127.0.0.1:9/v1." in someone.told
        assert [row.key for row in someone.asked[1].rows] == ["server", "key", "again"]
        assert written(tmp_path).profiles["mine"].base_url == server.base_url


async def test_a_server_that_fails_can_be_kept_all_the_same(tmp_path: Path) -> None:
    async with serve(fails(503, "")) as server, person(tmp_path) as someone:
        await someone.connect(server.base_url, "", "again", "keep", "mine", "yes")

        assert written(tmp_path).profile == "mine"


async def test_a_server_without_a_list_takes_any_model(tmp_path: Path) -> None:
    async with serve(says("hi")) as server, person(tmp_path) as someone:
        server.listing = fails(404, "<html>no</html>")
        await someone.connect(server.base_url, "any-model", "mine", "no")

        assert written(tmp_path).profiles["mine"].model == "any-model"
        assert someone.asked[1].rows == ()


async def test_answers_that_will_not_do_are_asked_again(tmp_path: Path) -> None:
    async with serve(says("hi")) as server, person(tmp_path) as someone:
        await someone.connect("ftp://x", server.base_url, "", "local", "a b", "mine", "no")

        assert sum(title.startswith("1 of 4") for title in someone.titles) == 2
        assert "It cannot be called local." in someone.told
        assert "It cannot be called a b." in someone.told


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [("MISSING_API_KEY", "MISSING_API_KEY is not set here."), ("$1x", "no name of a variable"),
     ("sk a", "holds a blank")],
)  # fmt: skip
async def test_a_key_that_will_not_do_is_asked_for_again(
    tmp_path: Path, answer: str, sentence: str
) -> None:
    async with person(tmp_path) as someone:
        await someone.connect("openai", answer)

        assert any(sentence in line for line in someone.told)
        assert someone.titles[-1].startswith("2 of 4")


async def test_the_same_name_is_offered_for_the_same_server_only(tmp_path: Path) -> None:
    async with serve(says("hi")) as server:
        name = Answers(url=server.base_url).name
        config = f'[profiles.{name}]\nbase_url = "https://elsewhere/v1"\n'
        async with person(tmp_path, config=config) as someone:
            await someone.connect(server.base_url, "", "", "no")
            assert written(tmp_path).profiles[f"{name}-2"].base_url == server.base_url

            await someone.connect(server.base_url, "", "", "no")
            assert len(written(tmp_path).profiles) == 2
            assert f"The profile {name}-2 is replaced." in someone.told


async def test_a_private_talk_writes_nothing(tmp_path: Path) -> None:
    async with serve(says("hi")) as server, person(tmp_path, private=True) as someone:
        await someone.connect(server.base_url, "")

        assert someone.told[-1].startswith("scripted at server-")
        assert not (tmp_path / "config").exists()


# --- by name ----------------------------------------------------------------


async def test_a_profile_is_connected_by_its_name(tmp_path: Path) -> None:
    async with serve(says("one")) as one, serve(says("two")) as two:
        config = "".join(
            f'[profiles.{name}]\nbase_url = "{server.base_url}"\n'
            for name, server in (("one", one), ("two", two))
        )
        async with person(tmp_path, config=config, wishes=Wishes(profile="one")) as someone:
            await model_of(someone.chat.talk, someone.chat.link)
            await someone.connect(args="two")

            assert someone.told[-1] == "scripted at two answers from now on."
            assert someone.chat.talk.session.server == "two"


async def test_a_profile_that_fails_leaves_the_talk_where_it_was(tmp_path: Path) -> None:
    async with serve(says("one")) as one:
        config = f'[profiles.one]\nbase_url = "{one.base_url}"\n[profiles.dead]\nbase_url = "http://127.0.0.1:9"\n'
        async with person(tmp_path, config=config, wishes=Wishes(profile="one")) as someone:
            for name, error in (("dead", ConnectionFailed), ("none", ConfigError)):
                with pytest.raises(error):
                    await someone.connect(args=name)

            assert (await someone.chat.link.client()).server.name == "one"


async def test_without_a_finder_nothing_is_connected() -> None:
    async def nowhere() -> Client:
        raise AssertionError

    with pytest.raises(CommandError, match="No other server"):
        await find(COMMANDS, "connect").run(chat_over(nowhere), "")


# --- the embedded model -------------------------------------------------------


@pytest.mark.model
async def test_the_embedded_model_can_be_the_default(tmp_path: Path) -> None:
    async with person(tmp_path) as someone:
        await someone.connect("local", "yes")

        assert (tmp_path / "config" / "config.toml").read_text() == 'profile = "local"\n'
        assert someone.told[-1] == "SmolLM2-135M-Instruct at local answers from now on."
        assert someone.finder.wants_embedded


def without_model(someone: Person, url: str, sha256: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the packaged model file away, and name an address to fetch one from."""
    monkeypatch.setattr(embedded, "packaged_file", lambda: None)
    someone.finder.use(*someone.finder.in_use, Config(local=Local("", url, sha256)))


async def test_a_model_file_is_offered_and_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(FileServer()) as files, person(tmp_path) as someone:
        without_model(someone, files.url, hashlib.sha256(FILE).hexdigest(), monkeypatch)

        with pytest.raises(ConnectionFailed, match="ended before it answered"):
            await someone.connect("yes", args="local")  # it is no model that could be served

        assert someone.titles == ["Fetch tiny.gguf from 127.0.0.1?"]
        assert someone.asked[0].rows[0].cells == ("Yes", "102 kB")
        assert any(line.startswith("▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰▰ 100 %") for line in someone.told)
        assert (tmp_path / "models" / "tiny.gguf").read_bytes() == FILE


async def test_a_model_of_hugging_face_is_offered_and_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = {"tiny-Q4_K_M.gguf": model(), "tiny-Q8_0.gguf": model(9)}
    name = "hf:ggml-org/tiny-GGUF"
    async with serving(Hub(data)) as hub, person(tmp_path, {"HF_ENDPOINT": hub.url}) as someone:
        without_model(someone, name, "", monkeypatch)
        assert not someone.finder.has_model
        with pytest.raises(ConnectionFailed):
            await someone.connect("yes", args="local")  # it is no model that could be served

        assert someone.titles == ["Fetch tiny-Q4_K_M.gguf from 127.0.0.1?"]
        assert someone.asked[0].rows[0].cells == ("Yes", "50 kB")
        assert not any("No checksum" in line for line in someone.told)
        assert someone.finder.fetched_file.read_bytes() == model()
        # A file that is named so is the same.
        someone.finder.use(*someone.finder.in_use, Config(local=Local(f"{name}:Q8_0")))
        assert not someone.finder.has_model
        assert someone.finder.config.local == Local("", f"{name}:Q8_0")


async def test_the_questions_offer_the_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(FileServer(status=404)) as files, person(tmp_path) as someone:
        without_model(someone, files.url, "", monkeypatch)
        await someone.connect("local", "no")

        assert someone.told[-1] == "All is as it was."
        assert "No checksum is known: model_sha256 under [local] would be one." in someone.told
        with pytest.raises(ZatsudanError, match="404"):
            await someone.connect("local", "yes")


@asynccontextmanager
async def at_first(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Person]:
    """A person whose config names nothing, and who has no model file."""
    async with person(tmp_path, {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path)}) as someone:
        without_model(someone, "", "", monkeypatch)
        yield someone


def suggested() -> Hub:
    name = "qwen2.5-1.5b-instruct-{}.gguf"
    files = {name.format("q8_0"): model(9), name.format("q4_k_m"): model()}
    return Hub(files, repo=SUGGESTED.name.split(":")[1])


@pytest.mark.parametrize("args", ["local", ""])
async def test_where_nothing_is_named_a_model_is_suggested_with_its_name_size_and_licence(
    args: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = [] if args else ["local"]
    async with (
        serving(suggested()) as hub,
        at_first(hub, tmp_path, monkeypatch) as someone,
    ):
        await someone.connect(*way, "no", args=args)
        assert hub.fetched() == []
        assert someone.titles[-1] == "Fetch qwen2.5-1.5b-instruct-q4_k_m.gguf from 127.0.0.1?"
        assert someone.asked[-1].rows[0].cells == ("Yes", "50 kB")
        (told,) = [line for line in someone.told if line.startswith(SUGGESTED.name)]
        assert "its licence is Apache-2.0" in told

        if args:
            with pytest.raises(ConnectionFailed, match="ended before it answered"):
                await someone.connect("yes", args=args)  # it is no model that could be served
        else:
            await someone.connect("local", "yes")  # and then: is it to be the default?
        assert someone.finder.has_model
        assert someone.finder.fetched_file.read_bytes() == model()
        assert len(hub.fetched()) == 1


async def test_a_stopped_fetch_of_the_suggested_model_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = suggested()
    hub.cuts, hub.stalls = [20_000], asyncio.Event()
    async with serving(hub), at_first(hub, tmp_path, monkeypatch) as someone:
        task = asyncio.ensure_future(someone.connect("local", "yes"))
        folder = tmp_path / "models" / hub.repo.replace("/", "--")
        async with asyncio.timeout(10):
            while not any(path.stat().st_size for path in folder.glob("*.part")):  # noqa: ASYNC110  no event
                await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not someone.finder.has_model
        (part,) = folder.glob("*.part")
        came = part.stat().st_size

        hub.stalls.set()
        await someone.connect("local", "yes")
        assert someone.finder.fetched_file.read_bytes() == model()
        assert [range_ for _, range_ in hub.fetched()] == ["", f"bytes={came}-"]


async def test_without_a_network_the_suggestion_is_one_sentence_and_one_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_first(Hub(url="http://127.0.0.1:9"), tmp_path, monkeypatch) as someone:
        with pytest.raises(ConnectionFailed) as caught:
            await someone.connect(args="local")

        assert str(caught.value).startswith("127.0.0.1 is not reached (")
        assert caught.value.advice.startswith("Is this machine online? --gguf FILE")
        assert someone.asked == []


# --- values -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("text_", "read"),
    [
        ("", ("", "")), ("-", ("", "")), ("$MY_KEY", ("", "MY_KEY")), ("$mine", ("", "mine")),
        ("OPENAI_API_KEY", ("", "OPENAI_API_KEY")), (" sk-a_B \n", ("sk-a_B", "")),
        ("ABCDEF0123456789", ("ABCDEF0123456789", "")), ("gsk_ABC_DEF", ("gsk_ABC_DEF", "")),
    ],
)  # fmt: skip
def test_an_answer_is_a_key_or_the_name_of_a_variable(text_: str, read: tuple[str, str]) -> None:
    assert read_key(text_) == read


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://api.example.com/v1", "example"), ("https://www.host.example/v1", "host"),
        ("http://box:8000/v1", "box"), ("http://127.0.0.1:8081/v1", "server-8081"),
        ("http://[::1]:8000/v1", "server-8000"), ("http://localhost/v1", "server-80"),
        ("https://api/v1", "api"),
    ],
)  # fmt: skip
def test_a_profile_is_called_by_its_host(url: str, name: str) -> None:
    assert Answers(url=url).name == name


async def test_what_runs_here_is_offered_first(tmp_path: Path) -> None:
    async with serve(says("hi")) as server, person(tmp_path) as someone:
        setup = Setup(someone.chat, someone.finder)
        running = Answers(LLAMA_CPP, server.base_url).server("llama.cpp", None, {})
        setup._running = [Found(running, ours=True)]

        rows = setup.which().question.rows

        assert [row.key for row in rows] == [
            "llama.cpp", "openai", "openrouter", "ollama", "lmstudio", "vllm", "sglang",
            "koboldcpp", "textgen", "tabbyapi", "jan", "localai", "mlx", "gpt4all", "local", "other",
        ]  # fmt: skip
        assert rows[0].cells[1].endswith("runs here")


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (KEY, "[key]"),
        ("0123456789abcdef0123456789abcdef", "[key]"),
        (f"https://me:{KEY}@host/v1", "https://[key]@host/v1"),
        ("http://host/v1 pa55word", "http://host/v1 [key]"),
        ("nowhere", "nowhere"),
    ],
)
async def test_a_key_typed_behind_connect_is_not_repeated(
    typed: str, told: str, tmp_path: Path
) -> None:
    async with person(tmp_path) as someone:
        with pytest.raises(ConfigError) as caught:
            await someone.connect(args=typed)
        assert str(caught.value) == f"There is no profile {told!r}."
        assert caught.value.advice.startswith("/connect alone asks for an address and its key")


async def test_before_a_key_is_typed_it_is_told_that_others_could_read_it(tmp_path: Path) -> None:
    async with person(tmp_path) as someone:
        await someone.connect("other", "http://llm.example.com/v1")
        assert any("llm.example.com unencrypted" in line for line in someone.told)
        someone.told.clear()
        await someone.connect("other", "https://llm.example.com/v1")
        assert not any("unencrypted" in line for line in someone.told)
