"""A chat that saves nothing, for a subcommand: which server is meant, and what is done there."""

from typing import TYPE_CHECKING

from zatsudan.base.language import say
from zatsudan.cli.parsing import Argument

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import TypeVar

    from zatsudan.config.settings import Places
    from zatsudan.servers.choice import Wishes
    from zatsudan.talk.chat import Chat

    T = TypeVar("T")


def server_arguments() -> list[Argument]:
    """Return the flags that name a server."""
    return [
        Argument("--base-url", takes="URL", help=say("the server's address, up to /v1")),
        Argument("-p", "--profile", takes="NAME", help=say("a server from the config file"),
                 offers="profiles"),
    ]  # fmt: skip


def with_chat(
    job: "Callable[[Chat, Places], Awaitable[T]]",
    wishes: "Wishes | None" = None,
    *,
    lasting: bool = False,
) -> "T":
    """Do something with a chat that saves nothing, at the server that a talk would have.

    `lasting`: not at one that ends with this program.
    """
    import asyncio

    from zatsudan.config.file import load
    from zatsudan.config.settings import platform_places
    from zatsudan.servers.choice import Wishes, environment
    from zatsudan.servers.discovery import Finder
    from zatsudan.talk.chat import Chat
    from zatsudan.talk.link import Link
    from zatsudan.talk.talk import Talk

    async def run() -> "T":
        places = platform_places()
        settings = load(places.config_file)
        finder = Finder(
            wishes or Wishes(), environment(), settings, models=places.models, lasting=lasting
        )
        chat = Chat(settings, Talk(None), Link(finder, learned=places.state / "learned.json"))
        try:
            return await job(chat, places)
        finally:
            await chat.aclose()
            await finder.aclose()

    return asyncio.run(run())
