"""What is imported and counted behind the prompt, while the person reads and writes."""

import asyncio
import contextlib
import importlib
from collections.abc import Iterable

from zatsudan.base.errors import TooLong
from zatsudan.sessions.nodes import AT_HAND
from zatsudan.talk.chat import Chat
from zatsudan.terminal.text.clusters import is_alone

#: What the first message needs. A command's own module takes some milliseconds when it is first
#: asked for, and all of them a megabyte that most talks never use. The last two are private
#: modules of other packages, which a release may rename.
WARM = (
    "zatsudan.terminal.repl",
    "zatsudan.talk.running",
    "zatsudan.talk.turn",
    "zatsudan.servers.discovery",
    "zatsudan.terminal.live.view",
    "zatsudan.terminal.live.floodstream",
    "httpcore._backends.anyio",
    "anyio._backends._asyncio",
)


async def warm(names: Iterable[str]) -> None:
    """Import modules in a thread, so that who needs them first need not wait.

    One that is not there is passed over: whoever needs it says so.
    """
    for name in names:
        try:
            await asyncio.to_thread(importlib.import_module, name)
        except ModuleNotFoundError as error:
            if not f"{name}.".startswith(f"{error.name}."):
                raise  # it is there, and what it imports is not
    await asyncio.to_thread(is_alone, "")  # its pattern takes milliseconds to compile


def count(chat: Chat) -> None:
    """Count the messages of the talk now, so that the first request need not.

    Not where all of a talk is sent that is longer than what stays at hand: nothing were gained.
    """
    from zatsudan.talk.fitting import context_length, window_of  # of the modules above

    if len(chat.talk.session.nodes) > AT_HAND and not context_length(chat.talk, chat.link):
        return
    with contextlib.suppress(TooLong):
        window_of(chat.talk, chat.link)
