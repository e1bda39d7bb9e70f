"""Servers found on this machine: whose they are, and whether an earlier talk goes there."""

import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from io import StringIO
from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over, reply
from tests.support.server import serve, whole
from zatsudan.base.errors import ConnectionFailed
from zatsudan.base.jsonvalues import JsonObject
from zatsudan.base.printable import EMPTY
from zatsudan.cli.exits import UNREACHED, code_of
from zatsudan.commands import COMMANDS
from zatsudan.commands.asking import Coming, Question
from zatsudan.commands.connecting.questions import NO, YES, which
from zatsudan.config.settings import Config
from zatsudan.servers import nearby, sockets
from zatsudan.servers.choice import Server, Wishes
from zatsudan.servers.discovery import Finder
from zatsudan.servers.engine import embedded
from zatsudan.servers.nearby import Found
from zatsudan.sessions import journal as store
from zatsudan.sessions.imports import drafts_of, write
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.talk.chat import Chat
from zatsudan.talk.entered import KEYS, Entered
from zatsudan.terminal.greeting import answering
from zatsudan.terminal.plain.terminal import PlainTerminal
from zatsudan.wire.messages import Message
from zatsudan.wire.models import Model

# --- whose they are -------------------------------------------------------------

HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
ANY6, MAPPED = "0" * 32, "0000000000000000FFFF00000100007F"


def row(address: str, port: int, user: int, state: str = "0A") -> str:
    rest = "0" * len(address)
    return (
        f"   0: {address}:{port:04X} {rest}:0000 {state} 00000000:00000000 00:00000000"
        f" 00000000 {user:>5}        0 123456 1 0000000000000000 100 0 0 10 0\n"
    )


OWNERS = [
    ("on loopback", [row("0100007F", 8080, 1001)], {1001}),
    ("on all addresses", [row("00000000", 8080, 1001)], {1001}),
    ("on all addresses of IPv6", ["", row(ANY6, 8080, 1001)], {1001}),
    ("on loopback written as IPv6", ["", row(MAPPED, 8080, 1001)], {1001}),
    ("another port", [row("0100007F", 8081, 1001)], set()),
    ("another address", [row("0200A8C0", 8080, 1001)], set()),
    ("a connection from that port", [row("0100007F", 8080, 1001, "01")], set()),
    ("loopback gets it before all addresses", [row("0100007F", 8080, 1), row("00000000", 8080, 2)], {1}),
    ("and IPv4 before IPv6", [row("00000000", 8080, 1), row(ANY6, 8080, 2)], {1}),
    ("two at once", [row("0100007F", 8080, 1) + row("0100007F", 8080, 2)], {1, 2}),
    ("what is no table", ["", "<html>\n0: x 0A\n  1: 0100007F:1F90 0 0A 0 0 0 nobody 0\n"], set()),
]  # fmt: skip


@pytest.mark.skipif(sys.byteorder != "little", reason="the rows are written as such machines do")
@pytest.mark.parametrize(("tables", "users"), [case[1:] for case in OWNERS], ids=[case[0] for case in OWNERS])  # fmt: skip
def test_the_owners_of_a_port(tables: list[str], users: set[int]) -> None:
    assert sockets.owners(8080, [HEAD + table for table in tables]) == users


@pytest.mark.posix
@pytest.mark.parametrize(
    ("user", "service", "ours"),
    [
        (1000, "ollama", True),  # this user
        (0, "ollama", True),  # root
        (1001, "ollama", False),
        (998, "ollama", True),  # the account that Ollama's installer makes
        (998, "vllm", False),
        (33, "ollama", False),  # www-data
        (1002, "ollama", False),  # a person who is called so
        (65534, "ollama", False),
    ],
)
def test_whose_server_is_taken(user: int, service: str, *, ours: bool) -> None:
    names = {998: "ollama", 33: "www-data", 1002: "ollama", 1001: "eve", 65534: "nobody"}

    table = HEAD + row("0100007F", 8080, user)

    assert sockets.is_ours(8080, service, [table], 1000, lambda user: names.get(user, "")) is ours


@pytest.mark.posix
def test_where_nobody_can_tell_it_is_taken_and_where_the_table_has_no_such_port_it_is_not() -> None:
    assert sockets.is_ours(8080, "ollama", [])
    assert not sockets.is_ours(8080, "ollama", [HEAD])


@pytest.mark.posix  # tables of sockets
@pytest.mark.skipif(not sockets.TABLES[0].exists(), reason="this system has no such table")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_the_systems_own_tables_are_understood(family: socket.AddressFamily) -> None:
    try:
        listening = socket.create_server(("", 0), family=family, dualstack_ipv6=family == socket.AF_INET6)  # fmt: skip
    except (OSError, ValueError):
        pytest.skip("this machine has no such addresses")
    with listening:
        port = listening.getsockname()[1]
        assert sockets.owners(port, sockets.tables()) == {os.getuid()}
        assert sockets.is_ours(port, "", sockets.tables())
    assert sockets.owners(port, sockets.tables()) == set()


async def test_what_is_found_tells_whose_it_is() -> None:
    async with serve() as one, serve() as two:
        one.listing = whole({"data": [{"id": "m", "owned_by": "library"}]})
        two.listing = whole({"data": [{"id": "m", "owned_by": "vllm"}]})
        asked: list[tuple[int, str]] = []

        def is_ours(port: int, name: str) -> bool:
            asked.append((port, name))
            return name == "vllm"

        servers = [one.base_url, two.base_url, "http://127.0.0.1:9/v1"]
        found = await nearby.found(Config(), "", servers, is_ours)
        by_the_system = await nearby.found(Config(), "", servers)

    assert [(entry.server.name, entry.ours, entry.server.found) for entry in found] == [
        ("ollama", False, True),
        ("vllm", True, True),
    ]
    assert [f"http://127.0.0.1:{port}/v1" for port, _ in asked] == [one.base_url, two.base_url]
    assert [entry.ours for entry in by_the_system] == [True, True]


EVES = Server("ollama", "http://127.0.0.1:11434/v1", model="m", found=True, reason="found")
MINE = Server("vllm", "http://127.0.0.1:8000/v1", model="n", found=True, reason="found")


def finds(*found: Found) -> Callable[[Config, str], object]:
    async def there(_config: Config, _model: str) -> list[Found]:
        return list(found)

    return there


async def test_another_users_server_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "found", finds(Found(EVES, ours=False), Found(MINE, ours=True)))

    client = await Finder(Wishes(), {}, Config(), models=tmp_path).connect()

    assert client.server == MINE
    await client.aclose()


async def test_it_is_offered_where_nothing_else_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nearby, "found", finds(Found(EVES, ours=False)))
    monkeypatch.setattr(embedded, "has_engine", lambda: False)

    with pytest.raises(ConnectionFailed) as caught:
        await Finder(Wishes(), {}, Config(), models=tmp_path).connect()

    assert str(caught.value) == (
        "A server of another user of this machine answers at http://127.0.0.1:11434."
    )
    assert caught.value.advice == "/connect or --base-url http://127.0.0.1:11434 takes it."


def test_the_greeting_offers_it_beside_the_embedded_model() -> None:
    local = Server("local", "http://127.0.0.1:1/v1", reason="embedded model")

    text = "\n".join(line.text for line in answering(local, "tiny", wanted=False, others=[EVES]))

    assert "of another user of this machine answers at http://127.0.0.1:11434." in text
    assert "--base-url http://127.0.0.1:11434 takes it" in text
    assert "no server was found" not in text


def test_enter_on_the_first_question_takes_no_other_users_server() -> None:
    rows = which([Found(EVES, ours=False), Found(MINE, ours=True)], EMPTY).rows

    assert rows[0].key == "vllm"
    assert "runs here" in rows[0].cells[1]
    (eves,) = (row for row in rows if row.key == "ollama")
    assert "runs here, another user's" in eves.cells[1]
    assert which([Found(EVES, ours=False)], EMPTY).rows[0].key != "ollama"


# --- earlier talks ----------------------------------------------------------------


class Terminal(PlainTerminal):
    """The plain terminal with a person who answers questions."""

    answers: list[str | None]
    asked: list[Question]
    given_back = ""

    async def ask(self, question: Question, coming: Coming | None = None) -> str | None:
        assert coming is None
        self.asked.append(question)
        return self.answers.pop(0)

    def prefill(self, line: Entered, *, editor: bool = False) -> bool:
        del editor
        self.given_back = line.text
        return True


def journal(path: Path, *records: JsonObject) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    begin = store.begin_record(path.stem, "2026-01-02T03:04:05Z")
    path.write_bytes(b"".join(store.encode(record) for record in (begin, *records)))
    return path


def held(path: Path, server: str, made: str = "") -> Path:
    """Write a talk that was held with a model at a server."""
    return journal(
        path,
        {"type": "model", "model": "old", "server": server},
        message_record("1", None, Message("user", "a secret"), ""),
        message_record("2", "1", Message("assistant", "kept"), "", Made(server=made or server)),
    )


@asynccontextmanager
async def talking(
    tmp_path: Path, server: Server, *answers: str | None
) -> AsyncIterator[tuple[Chat, Terminal, ScriptedClient, StringIO]]:
    double = ScriptedClient(*[reply("fine")] * 5, models=[Model("m")])
    double.server = server
    chat = chat_over(double.connect, tmp_path / "sessions")
    chat.talk.new()
    err = StringIO()
    terminal = Terminal(chat, COMMANDS, out=StringIO(), err=err)
    terminal.answers, terminal.asked = list(answers), []
    yield chat, terminal, double, err
    await chat.aclose()


async def test_an_earlier_talk_goes_to_a_found_server_after_a_word(tmp_path: Path) -> None:
    path = held(tmp_path / "sessions" / "s.jsonl", "openai")
    async with talking(tmp_path, EVES, YES) as (chat, terminal, double, err):
        await chat.talk.load(path)
        await terminal._repl.connect()
        assert "Nothing of it goes there before you say so." in err.getvalue()
        assert (chat.talk.session.model, chat.talk.session.server) == ("old", "openai")

        assert await terminal._run(Entered.of("go on", KEYS))
        assert await terminal._run(Entered.of("and on", KEYS))

    (question,) = terminal.asked
    assert question.title == "Send this talk to ollama, found at http://127.0.0.1:11434?"
    assert question.rows[0].key == YES
    assert [len(body["messages"]) for body in double.requests] == [3, 5]  # type: ignore[arg-type]
    assert double.requests[0]["model"] == "m"

    # It is not asked again for the same talk at the same server, nor at the next start.
    async with talking(tmp_path, EVES) as (chat, terminal, double, _):
        await chat.talk.load(path)
        assert await terminal._run(Entered.of("once more", KEYS))
    assert (terminal.asked, len(double.requests)) == ([], 1)


@pytest.mark.parametrize("answer", [NO, None])
@pytest.mark.parametrize("line", ["go on", "/retry", "/continue", "/sweep temperature 0 1"])
async def test_without_it_nothing_is_sent(tmp_path: Path, line: str, answer: str | None) -> None:
    path = held(tmp_path / "sessions" / "s.jsonl", "openai")
    async with talking(tmp_path, EVES, answer, answer) as (chat, terminal, double, err):
        await chat.talk.load(path)
        assert not await terminal._run(Entered.of(line, KEYS))
        assert (chat.talk.session.model, chat.talk.session.server) == ("old", "openai")
        assert not await terminal._run(Entered.of(line, KEYS))

    assert double.requests == []
    assert len(terminal.asked) == 2
    assert "Nothing was sent." in err.getvalue()
    assert terminal.given_back == ("go on" if line == "go on" else "")


@pytest.mark.parametrize(
    "line", ["/title auto", "/probe temperature", "/model m", "/params", "/context"]
)
async def test_no_command_goes_past_it(tmp_path: Path, line: str) -> None:
    path = held(tmp_path / "sessions" / "s.jsonl", "openai")
    async with talking(tmp_path, EVES, NO) as (chat, terminal, double, _):
        await terminal._repl.connect()
        await chat.talk.load(path)
        await terminal._run(Entered.of(line, KEYS))
        assert double.requests == []

        await terminal._run(Entered.of("go on", KEYS))
        assert double.requests == []
        assert len(terminal.asked) == 1


async def test_an_imported_talk_was_held_nowhere_here(tmp_path: Path) -> None:
    file = tmp_path / "talk.json"
    file.write_text('[{"role": "user", "content": "a secret"}]')
    (path,) = write(drafts_of(file), tmp_path / "sessions", lambda: "new", lambda: "")
    async with talking(tmp_path, EVES, NO) as (chat, terminal, double, _):
        await chat.talk.load(path)
        assert not await terminal._run(Entered.of("/retry", KEYS))

    assert (len(terminal.asked), double.requests) == (1, [])


async def test_nor_does_a_talk_of_today_change_its_server_silently(tmp_path: Path) -> None:
    """The engine has ended, and when it is connected anew another server has come up."""
    async with talking(tmp_path, Server("local", "http://x/v1", model="m"), NO) as (
        chat,
        terminal,
        double,
        _,
    ):
        assert await terminal._run(Entered.of("hello", KEYS))
        await chat.link.disconnect()
        double.server = EVES
        assert not await terminal._run(Entered.of("go on", KEYS))

    assert (len(terminal.asked), len(double.requests)) == (1, 1)


NEVER_ASKED = [
    ("a server that was named", "openai", EVES._replace(found=False)),
    ("the server that it was held at", "ollama", EVES),
]


@pytest.mark.parametrize(("server", "there"), [case[1:] for case in NEVER_ASKED])
async def test_who_is_not_asked(tmp_path: Path, server: str, there: Server) -> None:
    path = held(tmp_path / "sessions" / "s.jsonl", server)
    async with talking(tmp_path, there) as (chat, terminal, double, _):
        await chat.talk.load(path)
        chat.talk.record({"type": "model", "model": "m", "server": ""})  # as -m writes it
        assert await terminal._run(Entered.of("go on", KEYS))

    assert (terminal.asked, len(double.requests)) == ([], 1)


async def test_a_new_talk_needs_no_word(tmp_path: Path) -> None:
    async with talking(tmp_path, EVES) as (_, terminal, double, _err):
        assert await terminal._run(Entered.of("hello", KEYS))
        assert await terminal._run(Entered.of("and again", KEYS))

    assert (terminal.asked, len(double.requests)) == ([], 2)


async def test_where_nobody_can_be_asked_it_is_an_error(tmp_path: Path) -> None:
    path = held(tmp_path / "sessions" / "s.jsonl", "openai")
    double = ScriptedClient(reply("fine"))
    double.server = EVES
    chat = chat_over(double.connect, tmp_path / "sessions")
    await chat.talk.load(path)
    terminal = PlainTerminal(chat, COMMANDS, out=StringIO(), err=StringIO())

    assert not await terminal.once(Entered.of("and shorter", KEYS))
    await chat.aclose()

    assert double.requests == []
    assert terminal.failure is not None
    assert "not sent unasked to ollama" in str(terminal.failure)
    assert "--base-url http://127.0.0.1:11434" in terminal.failure.advice
    assert code_of(terminal.failure) == UNREACHED
