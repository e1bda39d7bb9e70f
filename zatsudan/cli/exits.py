"""How the program ended: exit codes for scripts, and each failure as a kind and a code.

The one table of them: --help, the man page and the README are made from it or tested against it.
"""

from zatsudan.base.errors import (
    ApiError,
    CommandError,
    ConfigError,
    ConnectionFailed,
    ImportRefused,
    SessionInUse,
    StatusError,
    StoreError,
    StreamError,
    TooLong,
    ZatsudanError,
)
from zatsudan.base.language import later, say
from zatsudan.base.printable import Printable

OK, FAILED, USAGE, UNREACHED, NO_ENTRY, NOT_WHOLE = 0, 1, 2, 3, 4, 5
#: What a shell makes of a program that a signal ended: 128 and the signal's number.
INTERRUPTED, READER_GONE = 130, 141

#: What each code means, as a script sees it.
MEANINGS = {
    OK: later("the reply came to its end"),
    FAILED: later("the server refused or broke off; what came is printed and saved"),
    USAGE: later("arguments, the config, a session or a file cannot be used"),
    UNREACHED: later("no server answered: nothing came"),
    NO_ENTRY: later("the server does not accept the key"),
    NOT_WHOLE: later("the reply is not whole: a limit, a filter, a call, no JSON, or no text"),
    INTERRUPTED: later("interrupted (Ctrl-C); what came is printed and saved"),
    READER_GONE: later("whoever read the output has gone; what came is saved"),
}

#: The first row that fits says what a failure is called in --json, and the exit code.
_KINDS: tuple[tuple[type[ZatsudanError], str, int], ...] = (
    (ConfigError, "config", USAGE),
    (CommandError, "usage", USAGE),
    (SessionInUse, "session-in-use", USAGE),
    (StoreError, "session", USAGE),
    (ImportRefused, "import", USAGE),
    (TooLong, "too-long", USAGE),
    (ConnectionFailed, "connection", UNREACHED),
    (StatusError, "status", FAILED),
    (StreamError, "stream", FAILED),
    (ApiError, "server", FAILED),
    (ZatsudanError, "fault", FAILED),
)

#: Statuses with which a server turns a key away.
_KEY_STATUSES = (401, 403)


def kind_of(error: ZatsudanError) -> str:
    """Return what a failure is called in --json."""
    return next(kind for found, kind, _ in _KINDS if isinstance(error, found))


def code_of(error: ZatsudanError, *, came: bool = False) -> int:
    """Return the exit code of a failure; `came`: a part of the reply had come already."""
    if isinstance(error, StatusError) and error.status in _KEY_STATUSES:
        return NO_ENTRY
    code = next(code for found, _, code in _KINDS if isinstance(error, found))
    return FAILED if came and code == UNREACHED else code


def unwritten(reason: str) -> Printable:
    """Return the sentence for an output that takes nothing more."""
    return say("The output cannot be written ({reason}).", reason=reason)
