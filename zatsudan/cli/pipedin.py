"""What comes on standard input: read to its end, in whatever encoding, as one text."""

import contextlib
import sys
import threading
from typing import TextIO

from zatsudan.base import texts
from zatsudan.base.errors import CommandError
from zatsudan.base.language import say

#: After this time a person is told that the end of standard input is waited for, in seconds.
WAIT_SECONDS = 1.0


def piped_in() -> str:
    """Return what comes on standard input, to its end; raises CommandError for what is no text.

    A shell behind `ssh` or a job of cron may leave it open without anybody who writes to it.
    """
    waits = threading.Timer(WAIT_SECONDS, _say_that_it_waits)
    waits.daemon = True
    waits.start()
    try:
        return _text_of(sys.stdin)
    finally:
        waits.cancel()


def _say_that_it_waits() -> None:
    nothing = "$null |" if sys.platform == "win32" else "</dev/null"
    text = say(
        "zatsudan: waiting for the end of standard input; {nothing} leaves it out.", nothing=nothing
    )
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(f"{text}\n")
        sys.stderr.flush()


def _text_of(stream: TextIO) -> str:
    """Return the text of a stream, whatever encoding it tells by a byte order mark."""
    buffer = getattr(stream, "buffer", None)
    if buffer is None:  # a stream of a test
        return stream.read()
    data = buffer.read()
    try:
        text = texts.decoded(data, (stream.encoding, *texts.by_locale()))
    except UnicodeDecodeError:
        text = data.decode("utf-8", "replace")
        note = say("What came on standard input is no UTF-8: bytes were replaced by \ufffd.")
        sys.stderr.write(f"{note}\n")
    if "\0" in text:
        raise CommandError(
            say("What came on standard input is no text."),
            say("Is it UTF-8? iconv makes it so; an image is sent as @FILE."),
        )
    return text
