"""Commands that take a reply elsewhere: the clipboard, a file, the browser."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from zatsudan.base.addresses import is_web
from zatsudan.base.errors import CommandError
from zatsudan.base.jsonvalues import whole_number
from zatsudan.base.language import later, say, say_count
from zatsudan.base.printable import EMPTY, Printable, one_line, printable
from zatsudan.base.words import quote, split
from zatsudan.commands.outcomes import Copy, Outcome, Show, tell
from zatsudan.commands.parts import Line, Table
from zatsudan.commands.paths import paths, write_file
from zatsudan.commands.registry import Choice, command
from zatsudan.markdown.codeblocks import CodeBlock, code_blocks
from zatsudan.sessions.tree import last_reply
from zatsudan.talk.chat import Chat

GROUP = later("Replies elsewhere")


def _has_reply(chat: Chat) -> bool:
    return last_reply(chat.talk.session) is not None


def _reply(chat: Chat) -> str:
    reply = last_reply(chat.talk.session)
    if reply is None or not reply.message.text:
        raise CommandError(say("There is no reply yet."), say("Write a message first."))
    return reply.message.text


def _block(chat: Chat, name: str) -> CodeBlock:
    found = code_blocks(_reply(chat))
    number = whole_number(name)
    if number is None or not 1 <= number <= len(found):
        if not found:
            raise CommandError(
                say("The last reply has no code block."),
                say("Without a number the whole reply is taken."),
            )
        raise CommandError(
            say_count(
                "The last reply has one code block.",
                "The last reply has {n} code blocks.",
                len(found),
            ),
            say("1 is the first."),
        )
    return found[number - 1]


def _blocks(chat: Chat) -> Iterable[Choice]:
    reply = last_reply(chat.talk.session)
    found = code_blocks(reply.message.text) if reply is not None else []
    for number, block in enumerate(found, 1):
        about = say_count(
            "{language}, {n} line: {text}",
            "{language}, {n} lines: {text}",
            block.text.count("\n"),
            language=block.language or say("code"),
            text=one_line(block.text, 40),
        )
        yield Choice(str(number), about)


def _copy_choices(chat: Chat, _args: str) -> Iterable[Choice]:
    yield from _blocks(chat)
    yield Choice("all", say("the whole talk, as Markdown"))


@command("copy", "[N|all]", group=GROUP, complete=_copy_choices, possible=_has_reply)
async def copy(chat: Chat, args: str) -> Outcome:
    """Copy the last reply, or its Nth code block.

    `/copy 2` takes the second block, `/copy all` the whole talk as Markdown. It goes to the
    system's clipboard tool, where there is one, and to the terminal (OSC 52), which also works
    over ssh.
    """
    if args == "all":
        from zatsudan.sessions import exports

        return Copy(exports.export(chat.talk.session, "markdown"), say("the whole talk"))
    if args:
        block = _block(chat, args)
        return Copy(block.text, say("code block {number}", number=args))
    return Copy(_reply(chat), say("the last reply"))


def _write_choices(chat: Chat, args: str) -> Iterable[Choice]:
    if " " in args.strip() or (args.strip() and args.endswith(" ")):
        return _blocks(chat)
    return paths(args)


@command("write", "FILE [N]", group=GROUP, complete=_write_choices, possible=_has_reply)
async def write(chat: Chat, args: str) -> Outcome:
    """Write the last reply, or its Nth code block, to a file.

    A reply with just one code block gives that block. A file that is there stays;
    /write! overwrites it.
    """
    return _write(chat, args, overwrite=False)


@command("write!", "FILE [N]", group=GROUP, complete=_write_choices, possible=_has_reply)
async def write_anyway(chat: Chat, args: str) -> Outcome:
    """Write a reply or code block over a file that is there."""
    return _write(chat, args, overwrite=True)


def _write(chat: Chat, args: str, *, overwrite: bool) -> Outcome:
    words = [word.text for word in split(args)]
    if not 1 <= len(words) <= 2:
        raise CommandError(
            say("A file is wanted, and perhaps the number of a code block."),
            say("Write /write FILE 1."),
        )
    file, number = words[0], words[1] if len(words) == 2 else ""
    if not number and len(code_blocks(_reply(chat))) == 1:
        number = "1"
    text = _block(chat, number).text if number else _reply(chat)
    if not text.endswith("\n"):
        text += "\n"
    again = f"/write! {quote(file)} {number}".rstrip()
    instead = say("{command} overwrites it.", command=again)
    write_file(Path(file), text, overwrite=overwrite, instead=instead)
    note = say_count(
        "Written: {what}, {n} line, to {file}",
        "Written: {what}, {n} lines, to {file}",
        text.count("\n"),
        what=say("code block {number}", number=number) if number else say("the reply"),
        file=one_line(file),
    )
    return tell(note, "good")


def _links(chat: Chat, _args: str) -> Iterable[Choice]:
    found = _openable(chat)
    return (
        Choice(str(number), one_line(shown, 90)) for number, shown in enumerate(found.values(), 1)
    )


def _openable(chat: Chat) -> dict[str, Printable]:
    """Return what can be opened of the last reply: its sources as they are numbered under it, then its links."""
    reply = last_reply(chat.talk.session)
    if reply is None:
        return {}
    found: dict[str, Printable] = {}
    if reply.made is not None and reply.made.beside:
        from zatsudan.wire.cited import sources

        for address, title in sources(reply.made.beside).items():
            found[address] = one_line(f"{title}  {address}".strip(), 500)
        from zatsudan.talk.received import kept

        for path in kept(chat.talk, reply):
            found[str(path.absolute())] = one_line(str(path), 500)
    texts = _addresses(reply.message.text)
    return found | {
        address: one_line(shown, 500) for address, shown in texts.items() if address not in found
    }


@lru_cache(maxsize=1)  # the menu asks at each key
def _addresses(text: str) -> dict[str, str]:
    """The addresses that can be opened, each once, with how they are shown."""
    from zatsudan.markdown.bareaddresses import readable  # takes a while
    from zatsudan.markdown.links import links

    found = [link.address for link in links(text)]
    return {address: readable(address) for address in found if is_web(address)}


@command("open", "[N]", group=GROUP, complete=_links, possible=_has_reply)
async def open_(chat: Chat, args: str) -> Outcome:
    """Open the Nth link of the last reply in the browser.

    Without a number the links are listed, first the sources that came with the reply, as they are
    numbered under it, then its pictures and sound. Of links only http and https are opened.
    """
    from zatsudan.commands import desktop

    if last_reply(chat.talk.session) is None:
        _reply(chat)
    found = _openable(chat)
    if not found:
        return tell(say("The last reply has no link."), "dim")
    if not args:
        rows = tuple(
            (printable(str(number)), shown) for number, shown in enumerate(found.values(), 1)
        )
        table = Table((EMPTY, say("link")), rows, right=frozenset({0}))
        return Show((table, Line(say("/open N opens one."), "dim")))
    number = whole_number(args)
    if number is None or not 1 <= number <= len(found):
        raise CommandError(
            say_count("The last reply has {n} link.", "The last reply has {n} links.", len(found)),
            say("/open lists them."),
        )
    address = list(found)[number - 1]
    program = desktop.opener()
    if not program:
        raise CommandError(
            say("There is no program here that opens links."),
            say("The link is {address}", address=one_line(address, 500)),
        )
    desktop.open_link(program, address)
    return tell(say("Opened: {address}", address=one_line(address, 200)), "good")
