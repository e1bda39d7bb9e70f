"""Files and outputs put into a message, within bounds."""

import base64
import os
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from zatsudan.base import files, texts
from zatsudan.base.errors import CommandError
from zatsudan.base.files import is_device
from zatsudan.base.jsonvalues import Json
from zatsudan.base.language import say
from zatsudan.base.printable import one_line
from zatsudan.base.quantities import in_bytes
from zatsudan.base.secrets import shown_line
from zatsudan.markdown.codeblocks import code_blocks
from zatsudan.talk.attachments import CONSOLE, Mention, compose
from zatsudan.talk.running import Ran

TEXT_BYTES = 256_000
#: Servers take 5 MB and more; base64 adds a third.
IMAGE_BYTES = 5_000_000

_IMAGES = (
    (b"\x89PNG\r\n\x1a\n", b"", "png"),
    (b"\xff\xd8\xff", b"", "jpeg"),
    (b"GIF8", b"", "gif"),
    (b"RIFF", b"WEBP", "webp"),
)


class Attached(NamedTuple):
    """What is sent, and the names that look like files and are none."""

    content: Json
    missing: tuple[str, ...] = ()


def attach(
    text: str,
    wanted: Iterable[Mention],
    base: Path,
    ran: Ran | None = None,
    pasted: Mapping[str, bytes] = MappingProxyType({}),
) -> Attached:
    """Put the files that a message is to attach into it; a relative name is sought in `base`.

    `ran` is what `@!` stands for, `pasted` the pictures from the clipboard by their names. Reads files: call it in a thread. Raises CommandError.
    """
    files: list[tuple[str, str]] = []
    images: list[Json] = []
    missing: list[str] = []
    there = {block.info for block in code_blocks(text)}
    for mention in wanted:
        if mention.is_output:
            if CONSOLE not in there:
                files.append((CONSOLE, _output(ran)))
            continue
        picture = pasted_of(mention, pasted)
        if picture:
            if picture not in there:
                there.add(picture)
                images.append(image_part(pasted[picture]))
            continue
        found = file_of(mention, base)
        if found is None:
            if mention.exact or set(mention.name) & {"/", os.sep} or "." in mention.name.strip("."):
                missing.append(mention.name)
            continue
        name, path = found
        if name in there:
            continue
        there.add(name)
        read = read_file(path)
        if isinstance(read, str):
            files.append((name, read))
        else:
            images.append(read)
    typed = compose(text, files)
    content: Json = [{"type": "text", "text": typed}, *images] if images else typed
    return Attached(content, tuple(missing))


def pasted_of(mention: Mention, pasted: Mapping[str, bytes]) -> str:
    """Return the name of the picture from the clipboard that a mention means; empty for none."""
    return next((name for name in mention.names() if name in pasted), "") if pasted else ""


def _output(ran: Ran | None) -> str:
    if ran is None:
        raise CommandError(
            say("@! stands for the output of the last command, and none was run."),
            say("Run one with !COMMAND first."),
        )
    end = f"[exit {ran.code}]\n" if ran.code else ""
    output = ran.output if ran.output.endswith("\n") or not ran.output else f"{ran.output}\n"
    command = shown_line(f"!{ran.command}")[1:]
    return f"$ {command}\n{output}{end}"


def file_of(mention: Mention, base: Path) -> tuple[str, Path] | None:
    """Return the file that a mention names, and the name by which it does; None if there is none."""
    for name in mention.names():
        if not name.isprintable() or is_device(
            name
        ):  # it could not stand behind a fence; it has no end
            continue
        try:
            # A sentence behind a name has many of them, and Path takes twice as long.
            place = os.path.join(base, os.path.expanduser(name))  # noqa: PTH111, PTH118
            if not stat.S_ISDIR(os.stat(place).st_mode):  # noqa: PTH116
                return name, Path(place)
        except (OSError, ValueError):  # not there, too long, a NUL
            continue
    return None


def read_file(path: Path) -> str | dict[str, Json]:
    """Return a text file's text, or an image's content part; raises CommandError."""
    shown = one_line(str(path), 120)
    try:
        with files.opened(path) as file:
            data = file.read(IMAGE_BYTES + 1)
    except files.Refused as error:
        raise CommandError(
            say("{path} is no ordinary file.", path=shown), say("Name a text file.")
        ) from error
    except OSError as error:
        raise CommandError(
            say("{path} cannot be read ({why}).", path=shown, why=files.reason(error)),
            say("Name a file that can be read."),
        ) from error
    kind = image_kind(data)
    limit = IMAGE_BYTES if kind else TEXT_BYTES
    if len(data) > limit:
        raise CommandError(
            say(
                "{path} is too large: at most {limit} go into a message.",
                path=shown,
                limit=in_bytes(limit),
            ),
            say("Send a part of it: !head -c 100000 FILE, then @! in the message."),
        )
    if kind:
        return image_part(data)
    try:
        text = texts.decoded(data)
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise CommandError(
            say("{path} is no UTF-8 text and no image.", path=shown),
            say("Text files, and png, jpeg, gif and webp images can be sent."),
        )
    return text


def image_part(data: bytes) -> dict[str, Json]:
    """Return an image as a part of a message."""
    url = f"data:image/{image_kind(data)};base64,{base64.b64encode(data).decode()}"
    return {"type": "image_url", "image_url": {"url": url}}


def image_kind(data: bytes) -> str:
    """Tell by its first bytes what image this is; empty for none that servers take."""
    for begin, inner, kind in _IMAGES:
        if data.startswith(begin) and (not inner or data[8:12] == inner):
            return kind
    return ""
