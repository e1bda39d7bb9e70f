"""The lab over several servers: each is asked with its own key, model, settings and lessons."""

import asyncio

import pytest

from tests.support.chats import thinks
from tests.support.commands import lines, refusal
from tests.support.commands import run as command
from tests.support.doubles import chat_over, turn_in
from tests.support.experiments import (
    NO_MODELS,
    drive,
    experiment,
    posts,
    run_of,
    stopped,
    talk_beside,
    texts,
)
from tests.support.server import DONE, Request, Script, Server, chunk, fails, says, serve
from zatsudan.base.errors import ConfigError, ZatsudanError
from zatsudan.config.settings import Config, Profile
from zatsudan.lab.blind import HIDDEN_FAULT, HIDDEN_NOTE
from zatsudan.lab.run import Run
from zatsudan.servers.choice import Wishes
from zatsudan.servers.discovery import Finder
from zatsudan.talk.chat import Chat
from zatsudan.wire.models import Model

KEYS = {"A_KEY": "sk-aaaaaaaa", "B_KEY": "sk-bbbbbbbb", "ZATSUDAN_API_KEY": "sk-loose-loose"}


def profiles(a: Server, b: Server) -> dict[str, Profile]:
    return {
        "a": Profile(base_url=a.base_url, api_key_env="A_KEY", model="model-a"),
        "b": Profile(base_url=b.base_url, api_key_env="B_KEY"),
    }


def named(name: str) -> Script:
    return Script([chunk(f"from {name}", model=name), chunk(finish="stop", model=name), DONE])


async def compare(chat: Chat, line: str) -> Run:
    return run_of(chat, await experiment(chat, line))


async def test_each_server_gets_its_own_key_and_model() -> None:
    async with (
        serve(says("own")) as own,
        serve(named("model-a")) as a,
        serve(named("first-b")) as b,
        talk_beside(own, profiles(a, b), KEYS) as chat,
    ):
        b.models = ("text-embedding", "first-b", "second-b")
        run = await compare(chat, "/compare a b now -- hi")
        assert await drive(run) == []
        assert texts(run) == ["from model-a", "from first-b", "own"]
        assert [request.body["model"] for request in (*posts(a), *posts(b), *posts(own))] == [
            "model-a",
            "first-b",
            "scripted",
        ]
        keys = [
            {request.headers.get("authorization") for request in server.requests}
            for server in (a, b, own)
        ]
        assert keys == [{"Bearer sk-aaaaaaaa"}, {"Bearer sk-bbbbbbbb"}, {None}]
        # Variants of one turn, each with the server that made it.
        nodes = chat.talk.session.numbered(run.parent.id)
        assert [node.made.server for node in nodes if node and node.made] == ["a", "b", "scripted"]
        # The talk itself stays where it was.
        assert (chat.talk.session.model, chat.talk.session.server) == ("scripted", "scripted")
        assert chat.talk.session.path()[-1].message.text == "from model-a"
        assert "server a → b" in lines(await command(chat, "/diff 1 2"))[0]


async def test_a_loose_key_goes_to_no_other_server() -> None:
    async with serve(says("own")) as own, serve(says("x")) as other:
        known = {"other": Profile(base_url=other.base_url, model="m")}
        async with talk_beside(own, known, KEYS) as chat:
            run = await compare(chat, "/compare other now -- hi")
            await drive(run)
            assert texts(run) == ["x", "own"]
            assert [request.headers.get("authorization") for request in other.requests] == [None]


@pytest.mark.parametrize("status", [401, 404])
async def test_a_server_that_refuses_ends_only_its_own_columns(status: int) -> None:
    async with (
        serve(says("own")) as own,
        serve(fails(status, {"error": {"message": "not you"}})) as a,
        serve(says("b")) as b,
        talk_beside(own, profiles(a, b), KEYS) as chat,
    ):
        run = await compare(chat, "/compare a b now profile=a,seed=4 -- hi")
        await drive(run)
        assert texts(run) == ["", "b", "own", ""]
        assert [slot.error is None for slot in run.slots] == [False, True, True, False]
        assert "not you" in run.fault(run.slots[0])
        assert chat.talk.session.lab is not None
        # The key is refused once for all of its cells.
        assert len(posts(a)) == (1 if status == 401 else 2)


async def test_a_server_that_is_not_there_and_one_without_models() -> None:
    async with serve(says("own")) as own, serve(says("x")) as empty:
        empty.models = ()
        known = {
            "gone": Profile(base_url="http://127.0.0.1:9/v1"),
            "empty": Profile(base_url=empty.base_url),
        }
        async with talk_beside(own, known, KEYS) as chat:
            run = await compare(chat, "/compare gone empty now -- hi")
            await drive(run)
            assert texts(run) == ["", "", "own"]
            faults = [slot.error for slot in run.slots]
            assert "Nothing answers at" in str(faults[0])
            assert str(faults[1]) == "The server of empty names no model."


async def test_the_talks_own_server_may_be_down() -> None:
    async with serve() as own, serve(says("a")) as a, serve(says("b")) as b:
        own.base_url = "http://127.0.0.1:9/v1"
        async with talk_beside(own, profiles(a, b), KEYS) as chat:
            run = await compare(chat, "/compare a b -- hi")
            await drive(run)
            assert texts(run) == ["a", "b"]


async def test_settings_of_the_talks_profile_stay_behind() -> None:
    async with serve(says("own")) as own, serve(says("a")) as a, serve(says("b")) as b:
        known = profiles(a, b)
        known["a"] = known["a"]._replace(parameters={"top_k": 5, "+mine": 1, "seed": 9})
        async with talk_beside(own, known, KEYS) as chat:
            chat.config = chat.config._replace(parameters={"top_p": 0.5})
            for name, value, origin in (
                ("top_p", 0.9, "profile"),
                ("min_p", 0.1, "profile"),
                ("seed", 7, "session"),
            ):
                chat.talk.record({"type": "set", "name": name, "value": value, "origin": origin})
            wanted = await experiment(chat, "/compare a profile=b,temperature=1 now -- hi")
            assert [(cell.label, dict(cell.parameters)) for cell in wanted.cells] == [
                ("a", {"top_p": 0.5, "top_k": 5, "mine": 1, "seed": 7}),
                ("b · temperature 1", {"top_p": 0.5, "seed": 7, "temperature": 1.0}),
                ("as it is now", {"top_p": 0.9, "min_p": 0.1, "seed": 7}),
            ]


async def test_what_is_learned_belongs_to_the_server_that_taught_it() -> None:
    def picky(request: Request) -> Script:
        if "seed" in request.body:
            return fails(400, {"error": {"message": "Unsupported parameter: 'seed'"}})
        return says("a")

    async with (
        serve(says("own")) as own,
        serve(picky) as a,
        serve(says("b")) as b,
        talk_beside(own, profiles(a, b), KEYS) as chat,
    ):
        chat.talk.record({"type": "set", "name": "seed", "value": 3})
        run = await compare(chat, "/compare a b now -- hi")
        await drive(run)
        assert texts(run) == ["a", "b", "own"]
        assert {(server, model) for server, model, *_ in chat.link.learned.all()} == {
            ("a", "model-a")
        }
        assert posts(b)[0].body["seed"] == posts(own)[0].body["seed"] == 3
        await drive(await compare(chat, "/compare a b -- again"))
        assert len(posts(a)) == 3


async def test_reasoning_goes_only_to_the_server_that_wants_it() -> None:
    async with (
        serve(thinks("hm", says="yes")) as own,
        serve(says("a")) as a,
        serve(says("b")) as b,
    ):
        known = profiles(a, b)
        known["a"] = known["a"]._replace(reasoning="reasoning_content")
        async with talk_beside(own, known, KEYS) as chat:
            await turn_in(chat, chat.talk.say("is it?")).run(lambda _: None)
            await drive(await compare(chat, "/compare a b -- sure?"))
            assert posts(a)[0].body["messages"][1]["reasoning_content"] == "hm"
            assert "reasoning_content" not in posts(b)[0].body["messages"][1]


async def test_two_profiles_of_one_server_are_asked_in_turn_and_two_servers_at_once() -> None:
    most = 0
    both = asyncio.Event()

    def slow(request: Request) -> Script:
        return Script([chunk(request.body["model"]), 0.05, chunk(finish="stop"), DONE])

    async with serve(says("own")) as own, serve(slow) as one, serve(slow) as two:
        known = {
            name: Profile(base_url=server.base_url, model=name)
            for name, server in (("x", one), ("y", one), ("z", two))
        }
        async with talk_beside(own, known, KEYS) as chat:
            run = await compare(chat, "/compare x y z -- hi")

            def look(_number: int, _delta: object) -> None:
                nonlocal most
                at_one = [slot.state for slot in run.slots[:2]]
                most = max(most, at_one.count("running"))
                if run.slots[2].state == "running" and "running" in at_one:
                    both.set()

            await run.run(look)
            assert texts(run) == ["x", "y", "z"]
            assert most == 1
            assert both.is_set()


async def test_stopping_keeps_what_came_of_each_server() -> None:
    endless = Script([chunk("begun "), *[10.0] * 3, chunk("never"), DONE])
    async with (
        serve(says("own")) as own,
        serve(endless) as a,
        serve(endless) as b,
        talk_beside(own, profiles(a, b), KEYS) as chat,
    ):
        run = await compare(chat, "/compare a b -- hi")
        await stopped(run, (a, b))
        assert texts(run) == ["begun ", "begun "]


async def test_a_blind_run_names_nothing_in_its_faults_and_notes() -> None:
    def picky(request: Request) -> Script:
        if "seed" in request.body:
            return fails(400, {"error": {"message": "Unsupported parameter: 'seed' by model-a"}})
        return fails(404, {"error": {"message": "model-a is not here"}})

    async with serve(says("own")) as own, serve(picky) as a, serve(says("b")) as b:
        known = profiles(a, b)
        known["gone"] = Profile(base_url="http://127.0.0.1:9/v1")
        async with talk_beside(own, known, KEYS) as chat:
            chat.talk.record({"type": "set", "name": "seed", "value": 3})
            run = await compare(chat, "/compare a b gone blind -- hi")
            assert await drive(run) == [HIDDEN_NOTE]
            faults = {slot.cell.profile: run.fault(slot) for slot in run.slots}
            assert faults == {
                "a": "The server does not know this model or address (404).",
                "b": "",
                "gone": HIDDEN_FAULT,
            }


async def test_a_server_without_a_list_is_asked_for_a_named_model() -> None:
    async with serve(says("own")) as own, serve(says("m")) as bare:
        bare.listing = fails(404, {"error": "no such page"})
        async with talk_beside(own, {"bare": Profile(base_url=bare.base_url)}, KEYS) as chat:
            run = await compare(chat, "/compare profile=bare,model=m now -- hi")
            await drive(run)
            assert texts(run) == ["m", "own"]
            run = await compare(chat, "/compare bare now -- hi")
            await drive(run)
            assert texts(run) == ["", "own"]
            error = run.slots[0].error
            assert error is not None
            assert "[profiles.bare]" in error.advice


# --- names ------------------------------------------------------------------------


async def test_a_name_may_be_a_model_and_a_profile() -> None:
    async with (
        serve(says("own")) as own,
        serve() as a,
        talk_beside(own, profiles(a, a), KEYS) as chat,
    ):
        chat.link.models = [Model("a"), Model("b-large")]
        wanted = await experiment(chat, "/compare a model=a large -- hi")
        assert [(cell.model, cell.profile) for cell in wanted.cells] == [
            ("", "a"),
            ("a", ""),
            ("b-large", ""),
        ]
        assert lines(wanted) == ["3 requests to 2 servers · Esc stops"]
        swept = await experiment(chat, "/sweep seed 1 2 profile=b model=m -- hi")
        assert {(cell.model, cell.profile) for cell in swept.cells} == {("m", "b")}


async def test_an_unknown_name_says_what_is_known() -> None:
    async with (
        serve(says("own")) as own,
        serve() as a,
        talk_beside(own, profiles(a, a), KEYS) as chat,
    ):
        error = await refusal(chat, "/compare zzz now -- hi")
        assert "no model of this server, no profile" in str(error)
        assert "Models: scripted. Profiles: a, b." in error.advice
        error = await refusal(chat, "/compare profile=c now -- hi")
        assert str(error) == "There is no profile 'c'."
        chat.config = chat.config._replace(profiles={**chat.config.profiles, "c": Profile()})
        assert "has no base_url" in str(await refusal(chat, "/compare c now -- hi"))
        assert chat.talk.session.nodes == {}


# --- the key ----------------------------------------------------------------------


async def test_the_profile_in_use_keeps_the_key_of_the_command_line() -> None:
    known = {
        "work": Profile(base_url="https://work.example/v1", api_key="sk-in-the-file"),
        "loose": Profile(base_url="https://loose.example/v1"),
    }
    wishes = Wishes(profile="work", model="big", api_key_env="A_KEY")
    finder = Finder(wishes, KEYS, Config(profiles=known), models=NO_MODELS)
    clients = [await finder.connect(), await finder.reach("work"), await finder.reach("loose")]
    try:
        assert [client.server.api_key for client in clients] == ["sk-aaaaaaaa", "sk-aaaaaaaa", ""]
        assert [client.server.model for client in clients] == ["big", "", ""]
        with pytest.raises(ConfigError, match="no profile 'none'"):
            await finder.reach("none")
    finally:
        for client in clients:
            await client.aclose()


async def test_a_chat_without_profiles_says_so() -> None:
    chat = chat_over(Finder(Wishes(), {}, Config(), models=NO_MODELS).connect)
    with pytest.raises(ZatsudanError, match="cannot be reached from here"):
        await chat.link.finder.reach("a")
