"""Whether an earlier talk may go to a server that was only found here: the person is asked."""

import asyncio

from zatsudan.base.errors import CommandError, ZatsudanError
from zatsudan.talk.addressee import agree, is_earlier, is_new_to, not_agreed
from zatsudan.talk.chat import Chat
from zatsudan.terminal.surface import Surface


async def may_send(chat: Chat, surface: Surface) -> bool:
    """Ask, once, before an earlier talk goes to a server that was only found here.

    Raises CommandError where there is nobody to ask.
    """
    if not is_earlier(chat.talk):
        return True
    try:
        server = (await chat.link.client()).server
    except ZatsudanError:
        return True  # who sends says so
    if not is_new_to(chat.talk, server):
        return True
    from zatsudan.commands.connecting import questions

    try:
        answer = await surface.ask(questions.send_to(server))
    except CommandError:  # there is nobody to ask
        raise not_agreed(server) from None
    except asyncio.CancelledError:
        answer = None  # the person stopped it, which leaves the question as well
    if answer != questions.YES:
        return False
    await agree(chat.talk, chat.link)
    return True
