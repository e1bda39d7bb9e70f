"""Replies taken elsewhere."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.doubles import ScriptedClient, chat_over
from zatsudan.base.errors import CommandError
from zatsudan.base.printable import printable
from zatsudan.commands import COMMANDS, desktop
from zatsudan.commands.outcomes import Copy, Outcome, Show
from zatsudan.commands.parts import Table
from zatsudan.commands.registry import find
from zatsudan.sessions.made import Made
from zatsudan.sessions.records import message_record
from zatsudan.talk.chat import Chat
from zatsudan.talk.deciding import parse
from zatsudan.wire.messages import Message

REPLY = """See https://example.com/a.

```python
print("one")
```

- or
  ```sh
  two
  ```
"""


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Chat]:
    monkeypatch.chdir(tmp_path)

    def make(reply: str) -> Chat:
        chat = chat_over(ScriptedClient().connect)
        chat.talk.new()
        asked = chat.talk.say("question")
        chat.talk.record(
            message_record(
                chat.talk.session.next_id(), asked.id, Message("assistant", reply), "now"
            )
        )
        return chat

    return make


async def run(chat: Chat, line: str) -> Outcome:
    parsed = parse(line)
    assert parsed is not None
    return await find(COMMANDS, parsed[0]).run(chat, parsed[1])


async def test_copy(talk: Callable[[str], Chat]) -> None:
    chat = talk(REPLY)
    assert await run(chat, "/copy") == Copy(REPLY, printable("the last reply"))
    assert await run(chat, "/copy 2") == Copy("two\n", printable("code block 2"))
    whole = await run(chat, "/copy all")
    assert isinstance(whole, Copy)
    assert "question" in whole.text
    for wrong in ("3", "0", "x"):
        with pytest.raises(CommandError, match="has 2 code blocks"):
            await run(chat, f"/copy {wrong}")


async def test_write_asks_before_it_overwrites(talk: Callable[[str], Chat], tmp_path: Path) -> None:
    chat = talk(REPLY)
    await run(chat, '/write "my file.py" 1')
    assert (tmp_path / "my file.py").read_text() == 'print("one")\n'
    with pytest.raises(CommandError, match="already") as caught:
        await run(chat, '/write "my file.py" 2')
    advice = caught.value.advice
    assert advice == '/write! "my file.py" 2 overwrites it.'
    await run(chat, advice.removesuffix(" overwrites it."))
    assert (tmp_path / "my file.py").read_text() == "two\n"
    await run(chat, "/write all.md")
    assert (tmp_path / "all.md").read_text() == REPLY


async def test_a_single_block_is_what_is_written(
    talk: Callable[[str], Chat], tmp_path: Path
) -> None:
    await run(talk("Here:\n\n```\nx\n```\nDone."), "/write a")
    assert (tmp_path / "a").read_text() == "x\n"


async def test_what_stands_in_a_block_is_no_fence_to_it(talk: Callable[[str], Chat]) -> None:
    inner = "So:\n\n    ```\n    code\n    ```\n\nEnd.\n"
    chat = talk(f"````md\n{inner}````\n\n```md\n{inner}```\n")
    assert await run(chat, "/copy 1") == Copy(inner, printable("code block 1"))
    assert await run(chat, "/copy 2") == Copy(inner, printable("code block 2"))


async def test_code_that_is_only_indented_counts(talk: Callable[[str], Chat]) -> None:
    chat = talk("Run\n\n    make\n\nor\n\n```\nninja\n```\n")
    assert await run(chat, "/copy 1") == Copy("make\n", printable("code block 1"))
    assert await run(chat, "/copy 2") == Copy("ninja\n", printable("code block 2"))


async def test_a_link_in_a_japanese_sentence_leads_where_it_says(
    talk: Callable[[str], Chat], monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr(desktop, "opener", lambda: "opener")
    monkeypatch.setattr(desktop, "open_link", lambda *args: opened.append(args))
    chat = talk("[文書](https://b.example/doc)を見て、**https://c.example/日本**も。[上](#top)")
    listed = await run(chat, "/open")
    assert isinstance(listed, Show)
    table = listed.parts[0]
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == ["https://b.example/doc", "https://c.example/日本"]
    await run(chat, "/open 1")
    await run(chat, "/open 2")
    assert [address for _, address in opened] == [
        "https://b.example/doc",
        "https://c.example/%E6%97%A5%E6%9C%AC",
    ]


async def test_open(talk: Callable[[str], Chat], monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[str, str]] = []
    monkeypatch.setattr(desktop, "opener", lambda: "opener")
    monkeypatch.setattr(desktop, "open_link", lambda *args: opened.append(args))
    chat = talk(REPLY + "\nand file:///etc/passwd; https://b.org/?a=1&b=$(date)")
    listed = await run(chat, "/open")
    assert isinstance(listed, Show)
    table = listed.parts[0]
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == [
        "https://example.com/a",
        "https://b.org/?a=1&b=$(date)",
    ]
    assert opened == []
    await run(chat, "/open 2")
    assert opened == [("opener", "https://b.org/?a=1&b=$(date)")]
    with pytest.raises(CommandError, match="2 links"):
        await run(chat, "/open 3")


@pytest.mark.posix  # a script is a program there
async def test_a_link_reaches_its_program_past_the_shell(tmp_path: Path) -> None:
    log = tmp_path / "log"
    program = tmp_path / "opener"
    program.write_text(f'#!/bin/sh\nprintf "%s|" "$#" "$@" >{log}.new; mv {log}.new {log}\n')
    program.chmod(0o700)
    desktop.open_link(str(program), "https://a.org/;touch$IFS/x")
    import asyncio

    async with asyncio.timeout(10):
        while not log.exists():  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert log.read_text() == "1|https://a.org/;touch$IFS/x|"


async def test_sources_are_opened_by_the_numbers_that_stand_under_the_reply(
    talk: Callable[[str], Chat],
) -> None:
    chat = talk("So [1], and see https://text.example and https://b.example.")
    last = chat.talk.session.path()[-1]
    made = Made(beside={"citations": ["https://a.example", "https://b.example", "file:///x"]})
    chat.talk.record(message_record("9", last.parent, last.message, "", made))
    shown = await find(COMMANDS, "open").run(chat, "")
    assert isinstance(shown, Show)
    (table, _) = shown.parts
    assert isinstance(table, Table)
    assert [row[1] for row in table.rows] == [
        "https://a.example",
        "https://b.example",
        "https://text.example",
    ]
