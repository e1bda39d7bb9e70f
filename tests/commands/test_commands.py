"""The commands: each returns an outcome, over an empty chat and over one with turns."""

import os
from pathlib import Path
from typing import get_args

import pytest

from tests.support.commands import MODELS, lines, make, refusal, run, table, with_turns
from tests.support.doubles import ScriptedClient, reply, text, turn_in, usage
from zatsudan.base.errors import CommandError, ConfigError, StoreError, ZatsudanError
from zatsudan.base.printable import printable
from zatsudan.commands import COMMANDS
from zatsudan.commands.outcomes import Generate, Leave, Outcome, Pick, Prefill, Show
from zatsudan.commands.parts import Line, Table, Talk
from zatsudan.commands.registry import ATTACHING, Choice, collect, command, find, unfolded
from zatsudan.parameters.table import BY_NAME
from zatsudan.talk import continuing
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import parse
from zatsudan.talk.entered import SAID, Entered
from zatsudan.talk.link import Link


@pytest.fixture
def empty(tmp_path: Path) -> Chat:
    return make(tmp_path / "sessions")


@pytest.fixture
async def chat(tmp_path: Path) -> Chat:
    return await with_turns(tmp_path / "sessions")


# --- the table ------------------------------------------------------------


def test_a_page_is_broken_by_the_screen_and_by_its_paragraphs() -> None:
    assert unfolded(printable("one\ntwo.\n\nthree")) == "one two.\n\nthree"
    assert unfolded(printable("選び、\n送る。\n続く\n\n次")) == "選び、送る。続く\n\n次"


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_has_a_short_help(name: str) -> None:
    entry = COMMANDS[name]

    assert entry.help.endswith(".")
    assert len(entry.help) <= 60
    assert entry.group


def test_the_everyday_dozen() -> None:
    assert {name for name, entry in COMMANDS.items() if entry.everyday} == {
        "help", "quit", "model", "temperature", "stop", "params", "system", "retry", "undo",
        "usage", "save", "load",
    }  # fmt: skip


def test_every_parameter_is_a_command() -> None:
    assert set(BY_NAME) < set(COMMANDS)


def test_two_commands_of_one_name_are_a_fault() -> None:
    @command("x", group="g")
    async def one(_chat: Chat, _args: str) -> Outcome:
        """Do it."""
        return Leave()

    module = type(os)("module")
    module.one = one  # type: ignore[attr-defined]
    assert collect(module) == {"x": one}
    with pytest.raises(ValueError, match="two commands are called x"):
        collect(module, module)


@pytest.mark.parametrize("args", ["", "x", "temperature=", "temperature ", '"', "a b c"])
async def test_every_completion_runs(chat: Chat, empty: Chat, args: str) -> None:
    for entry in COMMANDS.values():
        for choice in [*entry.complete(chat, args), *entry.complete(empty, args)]:
            assert isinstance(choice, Choice)
            assert choice.text
            assert "\n" not in choice.text


@pytest.mark.parametrize("args", ["", "0", "²", "9" * 5000, '"', "no such thing", "[[["])
async def test_every_command_gives_an_outcome_or_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: str
) -> None:
    monkeypatch.chdir(tmp_path)  # /write writes

    async def refused(_link: Link, _model: str, _form: str) -> bool:
        return False

    # /ban and /begin ask whether prefill works, and the double is no server.
    monkeypatch.setattr(continuing, "_works", refused)
    for name, entry in COMMANDS.items():
        for each in (
            make(tmp_path),
            make(None),
            await with_turns(tmp_path),
            await with_turns(None),
        ):
            said = ""
            try:
                outcome = await entry.run(each, args)
            except ZatsudanError as error:
                said = str(error)
            else:
                assert isinstance(outcome, get_args(Outcome)), name
            assert said.endswith(".") or not said, name
            await each.aclose()


@pytest.mark.parametrize(
    ("line", "parsed"),
    [
        ("hello", None),
        ("//etc", None),
        ("", None),
        ("/help", ("help", "")),
        ("/set  temperature 1 ", ("set", "temperature 1")),
        ("/system Be brief.\nAnd kind.", ("system", "Be brief.\nAnd kind.")),
        ("/system\nBe brief. And kind.", ("system", "Be brief. And kind.")),
        ("/", ("", "")),
    ],
)
def test_a_line_is_a_command_or_a_message(line: str, parsed: tuple[str, str] | None) -> None:
    assert parse(line) == parsed


def test_the_beginning_of_a_name_is_enough() -> None:
    assert find(COMMANDS, "und") is COMMANDS["undo"]
    assert find(COMMANDS, "set") is COMMANDS["set"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("temprature", "Did you mean /temperature"),
        ("s", "Did you mean /system, /show, "),
        ("xyzzy", "/help lists them"),
        ("", "/help lists them"),
        ("etc/hosts", "//etc/hosts"),
    ],
)
def test_an_unknown_command_names_the_nearest(name: str, advice: str) -> None:
    with pytest.raises(CommandError) as caught:
        find(COMMANDS, name)

    assert str(caught.value) == f"There is no command /{name}."
    assert advice in caught.value.advice


# --- help and the way out -------------------------------------------------


@pytest.mark.parametrize(
    ("name", "command"),
    [("exit", "quit"), ("regenerate", "retry"), ("clear", "new"), ("settings", "params")],
)
def test_what_other_programs_call_a_command_is_the_command(name: str, command: str) -> None:
    assert find(COMMANDS, name).name == command


def test_such_a_name_hides_no_command_and_stands_for_one_alone() -> None:
    names = [name for entry in COMMANDS.values() for name in entry.known_as.split()]
    assert names
    assert len(names) == len(set(names))
    assert not set(names) & {*COMMANDS, *ATTACHING}


def test_who_would_attach_a_file_is_told_how() -> None:
    with pytest.raises(CommandError) as refused:
        find(COMMANDS, "attach")
    assert refused.value.advice == "@FILE in a message sends that file with it."


@pytest.mark.parametrize("args", ["help", "--help", "-h", "?", "Help "])
@pytest.mark.parametrize("name", ["preset", "sweep", "set", "lab", "character", "export"])
async def test_a_command_that_is_asked_for_help_tells_where_it_is(
    empty: Chat, name: str, args: str
) -> None:
    error = await refusal(empty, f"/{name} {args}")
    assert error.advice == f"/help {name} explains it."


@pytest.mark.parametrize(
    ("line", "advice"),
    [
        ("/set model gpt", "/help model explains it."),
        ("/set top_pp 1", "Did you mean top_p"),
        ("/sweep model a b", "/compare A B"),
        ("/export talk.md", "The format comes before the file: markdown talk.md"),
        ("/export ./a/b.HTML", "The format comes before the file: html ./a/b.HTML"),
        ("/export pyton", "Did you mean python?"),
        ("/export talk.docx", "Formats: markdown"),
        ("/preset save", "/preset NAME"),
        ("/preset save two words", "/preset NAME"),
        ("/ban off", "/unban takes back"),
        ("/ban", 'As in /ban " delve"'),
    ],
)
async def test_what_is_nearly_right_is_led_on(empty: Chat, line: str, advice: str) -> None:
    assert (await refusal(empty, line)).advice.startswith(advice)


async def test_short_forms_that_people_try(empty: Chat) -> None:
    await run(empty, "/logprobs 5")
    assert empty.talk.session.parameters["top_logprobs"] == 5
    await run(empty, "/samplers top_k,min_p temperature")
    assert empty.talk.session.parameters["samplers"] == ["top_k", "min_p", "temperature"]


async def test_help_shows_the_everyday_commands(empty: Chat) -> None:
    rows = table(await run(empty, "/help")).rows

    assert ("/retry [NAME=VALUE…]", "Ask again; the earlier reply is kept.") in rows
    assert len(rows) == 12


async def test_help_all_lists_each_command_once(empty: Chat) -> None:
    outcome = await run(empty, "/help all")
    assert isinstance(outcome, Show)
    listed = [
        row[0].split(" ", 1)[0].removeprefix("/")
        for part in outcome.parts
        if isinstance(part, Table)
        for row in part.rows
    ]

    assert sorted(listed) == sorted(COMMANDS)


@pytest.mark.parametrize("line", ["/help top_p", "/help /top_p", "/help top_p more"])
async def test_help_of_one_command(empty: Chat, line: str) -> None:
    shown = lines(await run(empty, line))

    assert shown[:2] == ["/top_p [VALUE]", "Keep the likeliest tokens up to this share."]
    assert "Takes a number from 0 to 1." in shown[2]


async def test_quit(empty: Chat) -> None:
    assert isinstance(await run(empty, "/quit"), Leave)


# --- parameters -----------------------------------------------------------


async def test_a_parameter_by_its_own_name(empty: Chat) -> None:
    assert lines(await run(empty, "/temperature"))[0] == "temperature  unset (not sent)"
    assert lines(await run(empty, "/temperature 0.7")) == ["temperature  unset → 0.7"]
    assert lines(await run(empty, "/temperature +0.1")) == ["temperature  0.7 → 0.8"]
    assert lines(await run(empty, "/temperature"))[0] == "temperature  0.8"
    assert empty.talk.session.parameters == {"temperature": 0.8}
    assert lines(await run(empty, "/temperature unset")) == ["temperature  0.8 → unset"]
    assert empty.talk.session.parameters == {}
    assert "from 0 to 2" in str(await refusal(empty, "/temperature 3"))


async def test_stop_takes_blanks_newlines_and_quotes(empty: Chat) -> None:
    assert lines(await run(empty, r'/stop "\n\n" "User:" " \""')) == [
        r'stop  unset → "\n\n" "User:" " \""'
    ]
    assert empty.talk.session.parameters == {"stop": ["\n\n", "User:", ' "']}
    assert lines(await run(empty, "/unset stop")) == [r'stop  "\n\n" "User:" " \"" → unset']


async def test_set_many_and_any_field(empty: Chat) -> None:
    await run(
        empty, '/set seed 7 +mirostat 2 +opts {"a": "b = c"} response_format {"type": "text"}'
    )

    assert empty.talk.session.parameters == {
        "seed": 7,
        "mirostat": 2,
        "opts": {"a": "b = c"},
        "response_format": {"type": "text"},
    }
    assert lines(await run(empty, "/unset all"))[0] == "seed  7 → unset"
    assert empty.talk.session.parameters == {}


async def test_one_bad_value_sets_nothing(empty: Chat) -> None:
    await refusal(empty, "/set seed 7 temperature 9")

    assert empty.talk.session.parameters == {}


async def test_a_value_out_of_its_range_can_be_forced(empty: Chat) -> None:
    await run(empty, "/set! temperature 9")

    assert empty.talk.session.parameters == {"temperature": 9.0}


async def test_parameters_that_hardly_go_together_are_told(empty: Chat) -> None:
    shown = lines(await run(empty, "/set temperature 1 top_p 0.9 top_logprobs 2"))

    assert shown[3:] == [
        "temperature and top_p are both set: better change one of them only.",
        "top_logprobs needs logprobs: /logprobs on.",
    ]


@pytest.mark.parametrize("line", ["/unset", "/unset temprature", "/set temperature", "/set x 1"])
async def test_what_cannot_be_set_or_unset(empty: Chat, line: str) -> None:
    assert isinstance(await refusal(empty, line), CommandError)


async def test_params_of_an_empty_chat(empty: Chat) -> None:
    usual = table(await run(empty, "/params"))
    every = table(await run(empty, "/params all"))

    assert usual.rows[0] == (
        "temperature", "·", "", "0 to 2", "How freely tokens are chosen.",
    )  # fmt: skip
    assert usual.marks == frozenset()
    assert [row[0] for row in every.rows] == list(BY_NAME)
    assert table(await run(empty, "/set")) == usual


async def test_params_marks_what_has_changed_since_the_reply(chat: Chat) -> None:
    await run(chat, "/set top_p 0.5 +mirostat 2")
    shown = table(await run(chat, "/params"))

    marked = [shown.rows[number][:4] for number in sorted(shown.marks)]
    assert marked == [("top_p", "!", "0.5", "session"), ("mirostat", "", "2", "session")]
    assert shown.rows[2][-1] == "does nothing while mirostat is on"


# --- the talk -------------------------------------------------------------


async def test_system(empty: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pirate.txt").write_text("Arr.\n")

    assert lines(await run(empty, "/system"))[0].startswith("There is no system message.")
    await run(empty, "/system Be brief.")
    assert lines(await run(empty, "/system")) == ["Be brief."]
    await run(empty, "/system @pirate.txt")
    assert empty.talk.session.system == "Arr."
    assert isinstance(await refusal(empty, "/system @none.txt"), ConfigError)
    assert empty.talk.session.system == "Arr."
    await run(empty, "/system none")
    assert empty.talk.session.system == ""


async def test_retry(chat: Chat) -> None:
    outcome = await run(chat, "/retry temperature=1.2 seed=7")

    assert isinstance(outcome, Generate)
    assert outcome.parent.message.text == "how are\n\x1byou?"
    assert outcome.overrides == {"temperature": 1.2, "seed": 7}
    assert lines(outcome) == ["Again: how are ␛you?  (temperature 1.2  seed 7)"]
    assert chat.talk.session.parameters == {}


async def test_undo_gives_the_words_back(chat: Chat) -> None:
    outcome = await run(chat, "/undo")
    words = Entered.of("how are\n\x1byou?", SAID)
    assert outcome == Prefill(words, (Line(printable("Stepped back 1 turn; 1 left."), "good"),))
    assert [node.message.text for node in chat.talk.session.path()] == ["hi", "Hello."]
    assert len(chat.talk.session.nodes) == 4


async def test_undo_of_several_turns(chat: Chat) -> None:
    outcome = await run(chat, "/undo 2")

    assert isinstance(outcome, Prefill)
    assert (outcome.line.text, [*chat.talk.session.path()]) == ("hi", [])


@pytest.mark.parametrize("line", ["/undo 3", "/undo 0", "/undo -1", "/undo all", "/undo 1.5"])
async def test_undo_never_guesses(chat: Chat, line: str) -> None:
    assert str(await refusal(chat, line)) == "There are 2 turns to step back over."
    assert len(chat.talk.session.path()) == 4


@pytest.mark.parametrize(
    "line", ["/retry", "/undo", "/save", "/save name", "/rename name", "/title"]
)
async def test_an_empty_chat_has_nothing_to(empty: Chat, line: str) -> None:
    assert isinstance(await refusal(empty, line), CommandError)


@pytest.mark.parametrize(
    ("line", "shown", "above"),
    [
        ("/show", ["user: how are\n\x1byou?", "assistant: Fine."], 2),
        ("/show 1", ["user: how are\n\x1byou?", "assistant: Fine."], 2),
        (
            "/show all",
            ["user: hi", "assistant: Hello.", "user: how are\n\x1byou?", "assistant: Fine."],
            0,
        ),
    ],
)
async def test_show(chat: Chat, line: str, shown: list[str], above: int) -> None:
    outcome = await run(chat, line)

    assert lines(outcome) == shown
    assert isinstance(outcome, Show)
    assert isinstance(outcome.parts[0], Talk)
    assert outcome.parts[0].above == above


async def test_context(chat: Chat) -> None:
    await run(chat, "/system Be brief.")
    outcome = await run(chat, "/context")

    rows = table(outcome).rows
    assert [(row[0], row[1], row[3]) for row in rows] == [
        ("", "system", "Be brief."),
        ("", "user", "hi"),
        ("", "assistant", "Hello."),
        ("", "user", "how are ␛you?"),
        ("", "assistant", "Fine."),
    ]
    assert "in 5 messages" in lines(outcome)[-1]


async def test_usage(chat: Chat, empty: Chat) -> None:
    assert lines(await run(empty, "/usage")) == ["No tokens yet in this session."]

    shown = lines(await run(chat, "/usage"))
    assert shown[0].startswith("this reply (m-1) | ~")
    assert shown[1].startswith("session | ~1,")
    assert "first token after" in shown[-1]


async def test_usage_by_model(chat: Chat) -> None:
    client = ScriptedClient(reply("Hi."))
    other = make(None, client)
    await turn_in(other, other.talk.say("hi")).run(lambda _: None)
    assert lines(await run(other, "/usage"))[:2] == [
        "this reply (m-1) | 10 | 2 | · | · | 12",
        "session | 10 | 2 | · | · | 12",
    ]


async def test_models(chat: Chat) -> None:
    shown = table(await run(chat, "/model"))

    assert shown.rows == (("llama-small", "4,096"), ("llama-large", "·"), ("qwen", "·"))
    assert shown.marks == {0}
    assert "http://double/v1" in shown.title


@pytest.mark.parametrize(
    ("typed", "model", "tone"),
    [
        ("qwen", "qwen", "good"),
        ("large", "llama-large", "good"),
        ("llama", "llama", "warn"),
        ("gpt", "gpt", "warn"),
    ],
)
async def test_changing_the_model(chat: Chat, typed: str, model: str, tone: str) -> None:
    outcome = await run(chat, f"/model {typed}")

    assert chat.talk.session.model == model
    assert isinstance(outcome, Show)
    assert isinstance(outcome.parts[0], Line)
    assert outcome.parts[0].tone == tone


# --- sessions -------------------------------------------------------------


async def test_save_and_load(chat: Chat, tmp_path: Path) -> None:
    saved = lines(await run(chat, "/save About us"))
    assert saved[0] == "Saved: About us"
    assert Path(saved[1]).parent == tmp_path / "sessions"
    before = chat.talk.session
    await run(chat, "/new")
    assert chat.talk.session.nodes == {}
    assert chat.talk.session.model == "llama-small"

    shown = lines(await run(chat, "/load about"))

    assert chat.talk.session == before
    assert shown[0] == "About us · 2 turns"
    assert shown[-1] == "assistant: Fine."


async def test_load_without_a_name_lists_the_sessions(chat: Chat, empty: Chat) -> None:
    assert lines(await run(chat, "/load")) == lines(await run(chat, "/sessions"))
    shown = table(await run(chat, "/sessions"))

    assert shown.rows == (("1", "hi", "now", "2", "llama-small"),)
    assert shown.marks == {0}


async def test_a_session_that_is_open_elsewhere_is_copied(chat: Chat, empty: Chat) -> None:
    shown = lines(await run(empty, "/load 1"))

    assert shown[0] == "That session is open in another terminal: this is a copy of it."
    assert empty.talk.session.path() == chat.talk.session.path()
    assert empty.talk.journal.path != chat.talk.journal.path


async def test_the_session_at_hand_is_not_loaded_again(chat: Chat) -> None:
    assert str(await refusal(chat, "/load 1")) == "This session is the one at hand."


async def test_a_session_of_another_server_is_told(chat: Chat, tmp_path: Path) -> None:
    chat.talk.journal.close()
    client = ScriptedClient(models=MODELS, model="their-model")
    client.server = type(client.server)("elsewhere", "http://x/v1", model="their-model")
    other = make(tmp_path / "sessions", client)
    await other.link.client()

    shown = lines(await run(other, "/load 1"))

    assert shown[-1] == "It was held with llama-small at double."
    assert (other.talk.session.model, other.talk.session.server) == ("their-model", "elsewhere")


async def test_a_name_is_given_by_save_and_changed_by_rename(chat: Chat) -> None:
    assert lines(await run(chat, "/save"))[0] == "Saved: hi"
    assert chat.talk.session.title == ""
    await run(chat, "/save About us")
    assert lines(await run(chat, "/save About us"))[0] == "Saved: About us"

    error = await refusal(chat, "/save Other")

    assert str(error) == "This session has a name: About us."
    assert error.advice == "/rename Other changes it."
    assert lines(await run(chat, "/rename  Other\n name ")) == ["About us → Other name"]
    assert chat.talk.session.title == "Other name"
    assert lines(await run(chat, "/title"))[0] == "Other name"
    assert str(await refusal(chat, "/rename")) == "No name is given."
    assert str(await refusal(chat, "/title nonsense")) == "'nonsense' is not understood."


async def test_a_title_from_the_model_is_no_part_of_the_talk(tmp_path: Path) -> None:
    title = [text("“A short talk.”\nMore", "stop"), usage(30, 5)]
    client = ScriptedClient([text("Hello.", "stop")], title, models=MODELS)
    chat = make(tmp_path, client)
    await turn_in(chat, chat.talk.say("hi")).run(lambda _: None)
    before, used = dict(chat.talk.session.nodes), chat.talk.usage()

    shown = lines(await run(chat, "/title auto"))

    assert shown == [
        "Title: A short talk.",
        "It cost 30 tokens in, 5 out; /usage counts them beside the talk.",
    ]
    assert (dict(chat.talk.session.nodes), chat.talk.usage()) == (before, used)
    body = client.requests[-1]
    assert body["max_tokens"] == 64
    assert "user: hi" in str(body["messages"])


async def test_search_lists_hits_by_session_where_there_is_no_picker(
    chat: Chat, tmp_path: Path
) -> None:
    found = await run(chat, '/search "how are" YOU')

    assert isinstance(found, Pick)
    assert [row.key for row in found.rows] == [f"{chat.talk.session.id}#3"]
    shown = lines(found)
    assert shown[0] == f"hi · now · {chat.talk.session.id}"
    assert shown[1] == "  #3 user: how are ␛you?"
    line = next(part for part in found.instead if isinstance(part, Line) and part.spans)
    assert [line.text[begin:end] for begin, end in line.spans] == ["how are", "you"]
    assert lines(await run(chat, "/search none of this"))[0] == "none of this stands in no session."
    assert str(await refusal(chat, "/search")) == "No words are given."


async def test_load_goes_to_a_message(chat: Chat) -> None:
    where = chat.talk.session.id
    await run(chat, "/undo 2")
    assert chat.talk.session.path() == []

    # The session at hand: to the end of the branch on which the message stands.
    shown = lines(await run(chat, f"/load {where}#1"))

    assert [node.id for node in chat.talk.session.path()] == ["1", "2", "3", "4"]
    assert shown == ["hi · 2 turns", *lines(await run(chat, "/show all"))]
    await run(chat, "/new")
    assert lines(await run(chat, f"/load {where}#3"))[0] == "hi · 2 turns"
    assert str(await refusal(chat, f"/load {where}#77")) == "This session has no message 77."


async def test_no_session_yet(empty: Chat) -> None:
    assert lines(await run(empty, "/sessions")) == ["No session is saved yet."]
    assert isinstance(await refusal(empty, "/load nothing"), StoreError)


@pytest.mark.parametrize("line", ["/save", "/load 1", "/sessions"])
async def test_a_private_talk_saves_and_lists_nothing(line: str) -> None:
    error = await refusal(make(None), line)

    assert str(error) == "This talk is private: nothing is saved."


async def test_a_message_without_a_reply_is_told_of_and_asked_for(chat: Chat) -> None:
    node = chat.talk.say("still there?")  # and the power went off
    outcome = await run(chat, "/continue")
    assert isinstance(outcome, Generate)
    assert outcome.parent == node
    assert outcome.prefix == ""
    path = chat.talk.journal.path
    assert path is not None
    await run(chat, "/new")
    told = "Your last message has no reply yet: /retry asks for one."
    assert told in lines(await run(chat, f"/load {path.stem}"))
