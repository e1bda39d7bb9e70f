"""A picture of the clipboard, to be sent with the next message."""

import os

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say
from zatsudan.base.quantities import in_bytes
from zatsudan.commands import desktop
from zatsudan.commands.outcomes import Outcome, Prefill
from zatsudan.commands.parts import Line, Picture
from zatsudan.commands.registry import command
from zatsudan.talk.attaching import IMAGE_BYTES, image_kind
from zatsudan.talk.chat import Chat
from zatsudan.talk.entered import KEYS, Entered

GROUP = later("The talk")

#: Pictures that are kept for messages to come.
KEPT = 10


@command("paste", "", group=GROUP)
async def paste(chat: Chat, args: str) -> Outcome:
    """Attach the picture in the clipboard to your next message.

    It is read once, by a tool of the system (wl-paste, xclip, pngpaste, osascript or PowerShell), and
    stands for the name that is put into the input line: where that is erased, it is not
    sent. Text is pasted with the terminal's own keys.
    """
    if args:
        raise CommandError(say("/paste takes no words."), say("Write them behind the picture."))
    tools = desktop.picture_tools(os.environ)
    if not tools:
        raise CommandError(
            say("There is no program here that reads pictures from the clipboard."),
            say("Install wl-clipboard, xclip or pngpaste; or save it and attach it with @FILE."),
        )
    for tool in tools:
        data = await desktop.printed(tool, IMAGE_BYTES)
        if kind := image_kind(data):
            return _attached(chat, data, kind)
    raise CommandError(
        say("The clipboard holds no picture."),
        say("Copy one first. Text is pasted with the terminal's own keys."),
    )


def _attached(chat: Chat, data: bytes, kind: str) -> Outcome:
    if len(data) > IMAGE_BYTES:
        raise CommandError(
            say(
                "The picture is too large: at most {limit} go into a message.",
                limit=in_bytes(IMAGE_BYTES),
            ),
            say("Save it smaller, and attach it with @FILE."),
        )
    name = _free(chat, kind)
    chat.pasted[name] = data
    while len(chat.pasted) > KEPT:
        del chat.pasted[next(iter(chat.pasted))]
    size = in_bytes(len(data))
    told = say("[{kind}, {size}] @{name} attaches it.", kind=kind, size=size, name=name)
    return Prefill(Entered.of(f"@{name} ", KEYS), (Picture(data, Line(told, "dim")),))


def _free(chat: Chat, kind: str) -> str:
    """Return a name that no other picture has had of late."""
    names = ["clipboard", *(f"clipboard-{number}" for number in range(2, KEPT + 2))]
    return next(found for name in names if (found := f"{name}.{kind}") not in chat.pasted)
