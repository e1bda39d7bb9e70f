"""What the makers of a model advise, as far as the server at hand takes it."""

from zatsudan.base.errors import ZatsudanError
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import EMPTY, Printable, one_line
from zatsudan.parameters.table import BY_NAME
from zatsudan.parameters.values import show_value
from zatsudan.talk.addressee import model_of
from zatsudan.talk.chat import Chat


async def advised(chat: Chat) -> tuple[dict[str, Json], str]:
    """Return what the makers of the present model advise, as far as this server takes it, and what told it.

    Raises ZatsudanError where the server cannot be asked.
    """
    await chat.link.client()
    found = await chat.link.ask_advice(await model_of(chat.talk, chat.link))
    if found is None:
        return {}, ""
    here = chat.link.here
    taken = (name for name in found.parameters if here.takes(BY_NAME[name]) is not False)
    return {name: found.parameters[name] for name in taken}, found.source


async def said(chat: Chat) -> Printable:
    """Say what the makers of the model advise where it is set otherwise; empty where nothing tells."""
    if chat.link.server is None or not chat.talk.session.model:
        return EMPTY
    try:
        values, source = await advised(chat)
    except ZatsudanError:  # it is good to know, and no more
        return EMPTY
    present = {**chat.link.here.own, **chat.talk.session.parameters}
    others = {name: value for name, value in values.items() if present.get(name) != value}
    if not others:
        return EMPTY
    return say(
        "The makers of the model advise ({source}): {values}. /preset model takes it.",
        source=one_line(source, 60),
        values=", ".join(
            f"{name} {one_line(show_value(value), 60)}" for name, value in others.items()
        ),
    )
