"""Answers to calls, which a person gives by hand: words, a file's text, or what a command printed."""

from collections.abc import Sequence
from pathlib import Path

from zatsudan.base.errors import CommandError
from zatsudan.base.language import later, say
from zatsudan.sessions.calls import Waiting
from zatsudan.sessions.records import message_record
from zatsudan.sessions.session import Node
from zatsudan.talk.attaching import attach, file_of, read_file
from zatsudan.talk.attachments import Mention
from zatsudan.talk.running import Ran
from zatsudan.talk.talk import Talk
from zatsudan.wire.messages import content_text

#: What a call is answered with where the person declines it. For the model, in its language.
DECLINED = "Error: the call was declined by the user."

_TEXT_ONLY = later("An answer to a call is text: an image cannot be one.")


def record_answer(talk: Talk, waits: Waiting, text: str) -> Node:
    """Add the answer to the call that stands for one; the disk has it before anything is sent."""
    session = talk.session
    node_id = session.next_id()
    message = waits.call.answered_by(text)
    talk.record(message_record(node_id, session.head, message, talk.now()))
    talk.journal.sync()
    return session.nodes[node_id]


def answer_text(
    text: str, wanted: Sequence[Mention], base: Path, ran: Ran | None
) -> tuple[str, tuple[str, ...]]:
    """Return the answer that a line is, and the names in it that are no files.

    A line that is one `@file` or `@!` alone is what that holds; else files stand behind the
    words, as in a message. Reads files: call it in a thread. Raises CommandError.
    """
    alone = wanted[0] if len(wanted) == 1 and _is_all(text, wanted[0]) else None
    if alone is not None and alone.is_output and ran is not None:
        return output_text(ran), ()
    found = file_of(alone, base) if alone is not None and not alone.is_output else None
    if found is not None:
        read = read_file(found[1])
        if isinstance(read, str):
            return read, ()
        raise CommandError(say(_TEXT_ONLY), say("Name a text file, or write the answer."))
    content, missing = attach(text, wanted, base, ran)
    if isinstance(content, list):
        raise CommandError(say(_TEXT_ONLY), say("Name a text file, or write the answer."))
    return content_text(content), missing


def _is_all(text: str, mention: Mention) -> bool:
    return text.strip() in (f"@{mention.name}", f'@"{mention.name}"')


def output_text(ran: Ran) -> str:
    """Return what a command printed, and how it ended where that was not well."""
    text = ran.output.rstrip("\n")
    if not ran.code:
        return text
    return f"{text}\n[exit {ran.code}]".lstrip("\n")
