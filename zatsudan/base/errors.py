"""Everything that can go wrong, as sentences for the person at the keyboard.

    ZatsudanError            .sentence: what happened; .advice: what to do next
      ConfigError            the config file, an option, an environment variable
      CommandError           a slash command that cannot be carried out
      StoreError             a session that cannot be read or written
        SessionInUse         a session that another program has open
      ImportRefused          a file from elsewhere that cannot become sessions or a character
      TooLong                a message that cannot fit the model's context
      ApiError               anything between us and a reply
        ConnectionFailed     refused, unknown host, TLS, time limit, reset
        StatusError          an HTTP status of 400 or more
        StreamError          a body that is no reply, or an error inside one

They are shown by the terminal and by the command line, and caught nowhere else.
"""

from zatsudan.base.language import later, say
from zatsudan.base.printable import EMPTY, Printable, one_line


class ZatsudanError(Exception):
    """A failure as one sentence, and as `advice` what to do next."""

    def __init__(self, sentence: Printable, advice: Printable = EMPTY) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.advice = advice


class ConfigError(ZatsudanError):
    """The settings given are not usable."""


class CommandError(ZatsudanError):
    """A slash command was written wrong or makes no sense at this moment."""


class StoreError(ZatsudanError):
    """A session cannot be found, read, written or locked."""


class ImportRefused(ZatsudanError):
    """A file holds nothing that could become a session, a preset or a character, or cannot be understood."""


class SessionInUse(StoreError):
    """Another program writes to this session."""


class TooLong(ZatsudanError):
    """One message alone is larger than the model's context length."""


class ApiError(ZatsudanError):
    """No reply, or not the whole of it, came from the server."""


class ConnectionFailed(ApiError):
    """The server was not reached, or the connection broke; `passing` if trying again may help.

    `silent`: the server took the request and said nothing.
    """

    silent = False

    def __init__(
        self, sentence: Printable, advice: Printable = EMPTY, *, passing: bool = False
    ) -> None:
        super().__init__(sentence, advice)
        self.passing = passing


class StreamError(ApiError):
    """The server answered with something that is not a reply.

    `refused`: the refusal that it is, where one comes with the status 200.
    """

    refused: "StatusError | None" = None


class StatusError(ApiError):
    """The server refused the request.

    `message` is the server's own text, `code` and `param` its hints where it
    gives them, `retry_after` the seconds it asks us to wait. `listing`: it was asked
    for its models.
    """

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        code: str = "",
        param: str = "",
        retry_after: float | None = None,
        listing: bool = False,
    ) -> None:
        what, advice = explain_status(status, listing=listing)
        if retry_after is not None:
            from zatsudan.base.quantities import describe_seconds  # few errors tell a time

            time = describe_seconds(retry_after)
            advice = say("The server asks to wait {time}; then /retry.", time=time)
        said = say("{what}: {message}", what=what, message=message) if message else EMPTY
        super().__init__(said or say("{what}.", what=what), advice)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_after = retry_after


_STATUS = {
    400: (
        later("The server refused the request (400)"),
        later("Look at /params for a value that it may not take; /unset NAME removes one."),
    ),
    401: (
        later("The server does not accept the API key (401)"),
        later("Check the key that this profile uses; /connect asks for another."),
    ),
    402: (
        later("The account has no credit left (402)"),
        later("Add credit, or choose another profile."),
    ),
    403: (
        later("The API key is not allowed to do this (403)"),
        later("Choose another model with /model, or another key."),
    ),
    404: (
        later("The server does not know this model or address (404)"),
        later("/model lists what it offers; the base URL usually ends in /v1."),
    ),
    405: (
        later("The server takes no message at this address (405)"),
        later("Is the base URL right? It usually ends in /v1."),
    ),
    407: (
        later("The proxy wants a name and a password (407)"),
        later("Write them into HTTP_PROXY, as in http://name:password@host:port."),
    ),
    408: (later("The server gave up waiting (408)"), later("/retry sends the message again.")),
    413: (
        later("The request is too large for the server (413)"),
        later("/new starts afresh, /undo steps back."),
    ),
    422: (
        later("The server refused a field of the request (422)"),
        later("Look at /params for a value that it may not take; /unset NAME removes one."),
    ),
    429: (
        later("The server says: too many requests, or no quota left (429)"),
        later("Wait a little; then /retry."),
    ),
    504: (
        later("The server's gateway waited too long for the reply (504)"),
        later("It may have been made, and paid for, all the same; /retry sends the message again."),
    ),
    503: (
        later("The server is busy or still loading the model (503)"),
        later("Wait a little; then /retry."),
    ),
}


#: Statuses of a server that has no list of models.
_NO_LIST = (404, 405, 410, 501)
#: What to do where the names of models are not to be had.
UNLISTED = later(
    "Name the model with /model NAME or --model NAME; the base URL usually ends in /v1."
)


def fault(error: Exception, words: str, advice: Printable) -> ZatsudanError:
    """Return what is said of a fault of ours: a traceback tells a person nothing. `words` are the error's own."""
    kind = type(error).__name__
    return ZatsudanError(
        say("zatsudan has a fault here ({kind}: {words}).", kind=kind, words=one_line(words, 100)),
        advice,
    )


def explain_status(status: int, *, listing: bool = False) -> tuple[Printable, Printable]:
    """Return what an HTTP status means, without a final stop, and what to do.

    `listing`: it answers the question for the models.
    """
    if listing and status in _NO_LIST:
        return say("The server has no list of models ({status})", status=status), say(UNLISTED)
    if status in _STATUS:
        what, advice = _STATUS[status]
        return say(what), say(advice)
    again = say("/retry sends the message again.")
    if status >= 500:
        return say("The server has a fault ({status})", status=status), again
    if 300 <= status < 400:
        return (
            say("The server points to another address ({status})", status=status),
            say("Put that address in the base URL; redirects are not followed with a key."),
        )
    return say("The server refused the request ({status})", status=status), again
