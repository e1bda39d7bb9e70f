"""One message from a script: text, JSON, exit codes, signals, and readers that go away."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.support.oneshot import run
from tests.support.server import CUT, Script, chunk, event, fails, says, serve
from zatsudan.config.settings import platform_places
from zatsudan.sessions.journal import load
from zatsudan.sessions.session import Session

KEYS = {
    *("content", "reasoning", "tool_calls", "logprobs", "finish_reason", "ended", "model"),
    *("server", "parameters", "usage", "seconds", "first_seconds", "session", "error"),
    *("function_call", "sources", "beside", "service_tier", "given"),
}


def saved() -> Session:
    """The one session on disk."""
    (path,) = platform_places().sessions.glob("*.jsonl")
    return load(path).session


def said(session: Session) -> list[tuple[str, str]]:
    return [(node.message.role, node.message.text) for node in session.path()]


async def begin(arguments: Sequence[str], home: Path, **more: Any) -> asyncio.subprocess.Process:
    """Start the program; what it prints is piped, unless `more` says otherwise."""
    pipe = asyncio.subprocess.PIPE
    streams = {"stdin": asyncio.subprocess.DEVNULL, "stdout": pipe, "stderr": pipe, **more}
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "zatsudan", *arguments, cwd=home, **streams
    )


# --- going on with a talk -------------------------------------------------------


async def test_a_talk_goes_on_message_by_message(clean_environment: Path) -> None:
    async with serve(says("長い話"), says("短い話"), says("題"), says("終")) as server:
        at = ("--base-url", server.base_url)
        for arguments, stdin, reply in (
            (("物語を話して",), b"", "長い話\n"),
            (("-c", "and shorter"), b"", "短い話\n"),
            (("-c",), "題は？".encode(), "題\n"),
            (("-r", "物語", "and this:"), b"notes\n", "終\n"),
        ):
            code, out, err = await run((*at, *arguments), clean_environment, {}, stdin)
            assert (code, out, err) == (0, reply, "")
        sent = server.requests[-1].body["messages"]

    talk = [
        ("user", "物語を話して"), ("assistant", "長い話"),
        ("user", "and shorter"), ("assistant", "短い話"),
        ("user", "題は？"), ("assistant", "題"),
        ("user", "and this:\n\nnotes"), ("assistant", "終"),
    ]  # fmt: skip
    assert said(saved()) == talk
    assert [(message["role"], message["content"]) for message in sent] == talk[:-1]


async def test_there_may_be_no_talk_to_go_on_with(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        code, out, err = await run(("--base-url", server.base_url, "-c"), clean_environment, {})

    assert (code, out) == (0, "fine\n")
    assert err == "There is no session to go on with: this is a new one.\n"


async def test_what_is_piped_in_is_never_a_command(clean_environment: Path) -> None:
    texts = ("/export! jsonl stolen", "// a comment\nint x;", "/help", "!touch stolen")
    async with serve(says("fine")) as server:
        for text in texts:
            arguments = ("--base-url", server.base_url, "--private")
            assert (await run(arguments, clean_environment, {}, text.encode()))[:2] == (0, "fine\n")
        sent = [
            request.body["messages"][0]["content"]
            for request in server.requests
            if request.method == "POST"
        ]

    assert sent == list(texts)
    assert not (clean_environment / "stolen").exists()


async def test_a_command_answers_on_standard_output_where_a_flag_says_so(
    clean_environment: Path,
) -> None:
    async with serve(says("fine")) as server:
        at = ("--base-url", server.base_url, "--private")
        code, out, err = await run(
            (*at, "--typed", "/help temperature"), clean_environment, {}, b""
        )
        assert code == 0
        assert "How freely tokens are chosen." in out
        assert err == ""
        code, out, err = await run((*at, "--typed", "--json", "/help"), clean_environment, {}, b"")

    assert code == 2
    assert json.loads(out)["error"]["kind"] == "usage"
    assert "not of what a command answers" in err


async def test_a_slip_in_a_subcommand_is_a_message_and_a_hint(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        at = ("--base-url", server.base_url, "--private")
        for word, hint in (("modls", "models"), ("sesions", "sessions"), ("hello", "")):
            code, out, err = await run((*at, word), clean_environment, {}, b"")
            assert (code, out) == (0, "fine\n")
            assert err == (
                f"{word} is sent as a message; the subcommand is {hint}.\n" if hint else ""
            )
            assert server.requests[-1].body["messages"][0]["content"] == word


# --- JSON -----------------------------------------------------------------------


async def test_the_reply_as_an_object(clean_environment: Path) -> None:
    script = Script(
        [
            event({"choices": [{"delta": {"reasoning_content": "考え中"}}]}),
            chunk("やあ\u2028\x9b"), chunk(finish="stop"),
            event({"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2}}),
        ]
    )  # fmt: skip
    async with serve(script) as server:
        url = server.base_url.replace("http://", "http://me:secret@") + "?key=secret"
        arguments = ("--base-url", url, "--json", "-o", "temperature=0.5", "hi")
        code, out, err = await run(
            arguments, clean_environment, {"ZATSUDAN_API_KEY": "secret"}, b""
        )

    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    assert out.strip().isprintable()
    assert "secret" not in out
    value = json.loads(out)
    assert set(value) == KEYS
    (path,) = platform_places().sessions.glob("*.jsonl")
    assert value.pop("seconds") >= value.pop("first_seconds") >= 0
    assert value == {
        "content": "やあ\u2028\x9b", "reasoning": "考え中", "tool_calls": None, "logprobs": None,
        "function_call": None, "sources": None, "beside": None, "service_tier": None, "given": None,
        "finish_reason": "stop", "ended": "finished", "model": "scripted",
        "server": server.base_url, "parameters": {"temperature": 0.5},
        "usage": {"prompt_tokens": 9, "completion_tokens": 2, "total_tokens": 11},
        "session": {"id": path.stem, "path": str(path)}, "error": None,
    }  # fmt: skip


async def test_json_where_no_japanese_can_be_written(clean_environment: Path) -> None:
    async with serve(says("やあ")) as server:
        arguments = ("--base-url", server.base_url, "--json", "--private")
        environ = {"PYTHONIOENCODING": "ascii"}
        code, out, _ = await run(arguments, clean_environment, environ)

    assert code == 0
    assert out.isascii()
    assert json.loads(out)["content"] == "やあ"
    assert json.loads(out)["session"] is None


async def test_a_line_for_each_delta_and_then_the_object(clean_environment: Path) -> None:
    async with serve(says("Hel", "lo", "\n")) as server:
        arguments = ("--base-url", server.base_url, "--stream", "json", "--private")
        code, out, _ = await run(arguments, clean_environment, {})

    *deltas, last = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert deltas == [{"index": 0, "delta": {"content": text}} for text in ("Hel", "lo", "\n")]
    assert set(last) == KEYS
    assert last["content"] == "Hello\n"


LATE = says("Let me see.", "\n</think>", "\n\nYes.")


async def test_a_thought_that_shows_late_is_told_of(clean_environment: Path) -> None:
    async with serve(LATE) as server:
        at = ("--base-url", server.base_url)
        code, out, _ = await run((*at, "--stream", "json"), clean_environment, {})
        *deltas, last = [json.loads(line) for line in out.splitlines()]
        assert code == 0
        assert deltas[0] == {"index": 0, "delta": {"content": "Let me see."}}
        assert deltas[-1]["delta"] == {"content": "Yes.", "before": "thought"}
        assert (last["content"], last["reasoning"]) == ("Yes.", "Let me see.\n")
        # By now it is expected.
        code, out, err = await run(at, clean_environment, {})
        assert (code, out, err) == (0, "Yes.\n", "")


async def test_a_thought_that_shows_late_in_a_pipe(clean_environment: Path) -> None:
    async with serve(LATE) as server:
        code, out, err = await run(
            ("--base-url", server.base_url, "--private"), clean_environment, {}
        )
    assert (code, out) == (0, "Let me see.\n\nYes.\n")
    assert "What stands above was its thought." in err


async def test_several_replies_as_json(clean_environment: Path) -> None:
    script = Script(
        [chunk("one"), chunk("two", index=1), chunk(finish="stop"), chunk(index=1, finish="length")]
    )
    async with serve(script) as server:
        arguments = ("--base-url", server.base_url, "--stream", "json", "-o", "n=2")
        code, out, _ = await run(arguments, clean_environment, {})

    *deltas, last = [json.loads(line) for line in out.splitlines()]
    assert code == 5
    assert {(row["index"], row["delta"]["content"]) for row in deltas} == {(0, "one"), (1, "two")}
    assert set(last) == KEYS | {"variants"}
    found = [(row["content"], row["finish_reason"]) for row in last["variants"]]
    assert found == [("one", "stop"), ("two", "length")]


async def test_the_reply_in_one_piece(clean_environment: Path) -> None:
    whole = {"model": "m", "choices": [{"message": {"content": "全部"}, "finish_reason": "stop"}]}
    body = json.dumps(whole).encode()
    script = Script([body], 200, (("Content-Type", "application/json"),), whole=True)
    async with serve(script) as server:
        for more in ((), ("--json",)):
            arguments = ("--base-url", server.base_url, "--no-stream", "--private", *more)
            code, out, _ = await run(arguments, clean_environment, {})
            assert code == 0
            assert (json.loads(out)["content"] if more else out.strip()) == "全部"
            assert server.requests[-1].body["stream"] is False
            assert "stream_options" not in server.requests[-1].body


# --- exit codes -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "code", "kind", "content"),
    [
        (fails(401, {"error": "bad key"}), 4, "status", None),
        (fails(403, {"error": "not you"}), 4, "status", None),
        (fails(400, {"error": "no such thing"}), 1, "status", None),
        (Script([chunk("half"), CUT]), 1, "connection", "half"),
        (Script([chunk("half"), event({"error": "broke"})]), 1, "stream", "half"),
        (Script([CUT]), 3, "connection", None),
    ],
)
async def test_a_failure_has_a_code_a_kind_and_what_came(
    script: Script, code: int, kind: str, content: str | None, clean_environment: Path
) -> None:
    async with serve(script) as server:
        at = ("--base-url", server.base_url, "-m", "m")
        ended, out, err = await run(at, clean_environment, {})
        assert (ended, out) == (code, f"{content}\n" if content else "")
        assert err
        ended, out, err_json = await run((*at, "--json"), clean_environment, {})

    value = json.loads(out)
    assert ended == code
    assert err_json == err
    assert set(value) == KEYS
    assert (value["content"], value["ended"]) == (content, "failed")
    assert value["error"]["kind"] == kind
    assert value["error"]["sentence"] in " ".join(err.split())
    assert set(value["error"]) == {"sentence", "advice", "kind"} | (
        {"status"} if kind == "status" else set()
    )


@pytest.mark.parametrize(
    ("arguments", "stdin", "sentence"),
    [
        (("--json",), b"", "Nothing to send"),
        (("--json", "-p", "nowhere"), b"hi", "There is no profile 'nowhere'."),
        (("--json", "-r", "nowhere"), b"hi", "There is no session 'nowhere'."),
        (("--json", "-o", "temperature=hot"), b"hi", "temperature takes a number"),
        (("--json", "--config", "nowhere.toml"), b"hi", "There is no config file nowhere.toml."),
    ],
)
async def test_what_goes_wrong_before_anything_is_sent_is_an_object_too(
    arguments: tuple[str, ...], stdin: bytes, sentence: str, clean_environment: Path
) -> None:
    code, out, err = await run(arguments, clean_environment, {}, stdin)

    value = json.loads(out)
    assert code == 2
    assert set(value) == KEYS
    assert value["error"]["sentence"].startswith(sentence)
    assert sentence in err


@pytest.mark.parametrize(
    "arguments",
    [("--json", "--stream", "json"), ("--stream", "json", "--no-stream"), ("--stream", "xml")],
)
async def test_flags_that_contradict_each_other(
    arguments: tuple[str, ...], clean_environment: Path
) -> None:
    code, out, err = await run((*arguments, "hi"), clean_environment, {})

    assert (code, out) == (2, "")
    assert "--stream" in err
    assert "usage: zatsudan" in err


# --- signals, and readers that go away ------------------------------------------------


@pytest.mark.posix  # Windows sends no program these signals
@pytest.mark.parametrize(
    ("number", "code", "more"),
    [
        ("SIGINT", 130, ()),
        ("SIGINT", 130, ("--json",)),
        ("SIGTERM", 143, ("--stream", "json")),
        ("SIGHUP", 129, ()),
    ],
)
async def test_a_signal_keeps_what_came(
    number: str, code: int, more: tuple[str, ...], clean_environment: Path
) -> None:
    async with serve(Script([chunk("始め"), 60.0])) as server:
        process = await begin(("--base-url", server.base_url, *more, "hi"), clean_environment)
        for _ in range(600):  # until the journal holds the first words
            if any(platform_places().sessions.glob("*.jsonl")) and saved().partials:
                break
            await asyncio.sleep(0.05)
        process.send_signal(signal.Signals[number])
        out, err = await process.communicate()

    text = out.decode()
    assert process.returncode == code
    assert err == b""
    if more:
        value = json.loads(text.splitlines()[-1])
        assert (value["content"], value["ended"], value["error"]) == ("始め", "interrupted", None)
    else:
        assert text == "始め\n"
    reply = saved().path()[-1]
    assert reply.made is not None
    assert (reply.message.text, reply.made.ended) == ("始め", "interrupted")


async def test_a_reader_that_goes_away_ends_the_reply_quietly(clean_environment: Path) -> None:
    async with serve(says(*(f"line {n}\n" for n in range(2000)), pause=0.01)) as server:
        read, write = os.pipe()
        process = await begin(
            ("--base-url", server.base_url, "hi"), clean_environment, stdout=write
        )
        os.close(write)
        assert await asyncio.to_thread(os.read, read, 7) == b"line 0\n"
        os.close(read)
        _, err = await process.communicate()
        await server.gone.wait()

    assert (process.returncode, err) == (141, b"")
    reply = saved().path()[-1]
    assert reply.made is not None
    assert reply.made.ended == "interrupted"
    assert reply.message.text.startswith("line 0\nline 1\n")


@pytest.mark.parametrize("arguments", [("--help",), ("sessions",), ("completion", "bash")])
async def test_any_output_may_lose_its_reader(
    arguments: tuple[str, ...], clean_environment: Path
) -> None:
    read, write = os.pipe()
    os.close(read)
    process = await begin(arguments, clean_environment, stdout=write)
    os.close(write)
    _, err = await process.communicate()

    assert (process.returncode, err) == (141, b"")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
async def test_a_stream_that_is_closed(closed: str, clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        command = f'"$0" -m zatsudan --base-url "$1" hi {closed}'
        process = await asyncio.create_subprocess_exec(
            "sh", "-c", command, sys.executable, server.base_url,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, cwd=clean_environment,
        )  # fmt: skip
        out, err = await process.communicate()

    assert (process.returncode, err) == (0, b"")
    assert out == (b"" if ">&- " in f"{closed} " and closed != "2>&-" else b"fine\n")
    assert said(saved()) == [("user", "hi"), ("assistant", "fine")]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("arguments", [("hi",), ("--json", "hi"), ("sessions",)])
async def test_a_full_disk_behind_the_output(
    arguments: tuple[str, ...], clean_environment: Path
) -> None:
    async with serve(says("fine")) as server:
        at = () if arguments == ("sessions",) else ("--base-url", server.base_url)
        full = os.open("/dev/full", os.O_WRONLY)
        process = await begin((*arguments, *at), clean_environment, stdout=full)
        os.close(full)
        _, err = await process.communicate()

    assert process.returncode == 1
    assert "The output cannot be written (No space left on device)." in err.decode()
    assert "Traceback" not in err.decode()


# --- replies that are not whole ------------------------------------------------------


def _call(kind: str, **inner: Any) -> Any:
    return {"index": 0, "id": "c", "type": kind, kind: inner}


@pytest.mark.parametrize(
    ("delta", "finish", "sentence"),
    [
        ({"content": "Half a sen"}, "length", "The reply was cut at the token limit."),
        ({"reasoning_content": "Hm"}, "length", "The reply was cut at the token limit."),
        ({"content": "Half a sen"}, "MAX_TOKENS", "The reply was cut at the token limit."),
        ({"content": "Half"}, "content_filter", "The reply was stopped by the content filter."),
        ({}, "content_filter: SAFETY", "The reply was stopped by the content filter."),
        (
            {"tool_calls": [_call("function", name="get", arguments="{}")]},
            "tool_calls",
            "The model wants to call get({}). zatsudan calls nothing.",
        ),
        (
            {"tool_calls": [_call("custom", name="code", input="print(1)")]},
            "tool_calls",
            "The model wants to call code(print(1)). zatsudan calls nothing.",
        ),
        (
            {"function_call": {"name": "get", "arguments": "{}"}},
            "function_call",
            "The model wants to call get({}). zatsudan calls nothing.",
        ),
        ({"content": " \n"}, "stop", "(the reply has no text)"),
        ({"reasoning": "Hm"}, "stop", "(the reply has no text)"),
        ({}, "stop", "(the reply has no text)"),
        ({}, None, "The server sent nothing."),
    ],
)
async def test_why_a_reply_is_not_whole_is_said_with_an_exit_code(
    delta: Any, finish: str | None, sentence: str, clean_environment: Path
) -> None:
    script = Script(
        [event({"choices": [{"delta": delta, "finish_reason": finish}]}), b"data: [DONE]\n\n"]
    )
    async with serve(script) as server:
        arguments = ("--base-url", server.base_url, "--private")
        code, _, err = await run(arguments, clean_environment, {})

    assert (code, err) == (5, sentence + "\n")


async def test_what_a_server_tells_beside_the_text_is_in_the_object(
    clean_environment: Path,
) -> None:
    source = {"type": "url_citation", "url_citation": {"url": "https://b.example", "title": "B"}}
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 9, "cost": 0.5, "x": 7}
    script = Script(
        [
            event({"choices": [{"delta": {"content": "So [1]."}}], "citations": ["https://a.example"]}),
            event({"choices": [{"delta": {"annotations": [source]}, "finish_reason": "stop"}]}),
            event({"choices": [], "usage": usage, "service_tier": "flex"}),
        ]
    )  # fmt: skip
    async with serve(script, says("next")) as server:
        at = ("--base-url", server.base_url)
        code, out, err = await run((*at, "--json"), clean_environment, {})
        assert (code, err) == (0, "")
        made = next(saved().replies()).made
        code, _, err = await run((*at, "-c", "more"), clean_environment, {})
        sent = server.requests[-1].body["messages"][1]

    value = json.loads(out)
    beside = {"citations": ["https://a.example"], "annotations": [source]}
    assert (value["beside"], value["usage"], value["service_tier"]) == (beside, usage, "flex")
    assert value["sources"] == [
        {"url": "https://a.example", "title": None},
        {"url": "https://b.example", "title": "B"},
    ]
    assert made is not None
    assert (made.beside, made.tier) == (beside, "flex")
    assert sent == {"role": "assistant", "content": "So [1]."}


async def test_sources_are_numbered_under_the_reply(clean_environment: Path) -> None:
    pages = [f"https://a.example/{number}" for number in range(7)]
    script = Script([event({"choices": [{"delta": {"content": "So."}}], "citations": pages}), b"data: [DONE]\n\n"])  # fmt: skip
    async with serve(script) as server:
        code, out, err = await run(("--base-url", server.base_url), clean_environment, {})

    assert (code, out) == (0, "So.\n")
    assert err.startswith("[1] https://a.example/0\n[2] https://a.example/1\n")
    assert "2 more" in err


async def test_a_standard_input_that_stays_open_is_told_of(clean_environment: Path) -> None:
    async with serve(says("fine")) as server:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "zatsudan", "--base-url", server.base_url, "-m", "m", "Hi",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE, env={**os.environ, "HOME": str(clean_environment)},
        )  # fmt: skip
        assert process.stdin is not None
        assert process.stderr is not None
        told = await process.stderr.readline()
        assert told.startswith(b"zatsudan: waiting for the end of standard input; </dev/null")
        process.stdin.write(b"more")
        process.stdin.close()
        out, _ = await process.communicate()
    assert (process.returncode, out) == (0, b"fine\n")
    assert server.requests[-1].body["messages"] == [{"role": "user", "content": "Hi\n\nmore"}]


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("日本\r\nb".encode("utf-16"), "日本\nb"),
        (b"\xef\xbb\xbf" + "日本".encode(), "日本"),
        (b"a\r\nb\r\n", "a\nb"),
        (b"caf\xe9", "caf\ufffd"),
    ],
)
async def test_standard_input_is_read_in_its_encoding(
    data: bytes, text: str, clean_environment: Path
) -> None:
    async with serve(says("fine")) as server:
        code, _, err = await run(
            ["--base-url", server.base_url, "-m", "m"],
            clean_environment,
            {"LC_ALL": "C.UTF-8"},
            data,
        )
    assert code == 0, err
    assert server.requests[-1].body["messages"] == [{"role": "user", "content": text}]
    assert ("no UTF-8" in err) == ("\ufffd" in text)


async def test_what_is_no_text_on_standard_input_is_not_sent(clean_environment: Path) -> None:
    async with serve() as server:
        code, _, err = await run(
            ["--base-url", server.base_url, "-m", "m"], clean_environment, {}, b"\x89PNG\0\0"
        )
    assert code == 2
    assert "is no text" in err
    assert not server.requests
