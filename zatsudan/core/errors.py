"""Everything that can go wrong, as sentences for the person at the keyboard.

    ZatsudanError            str(error): what happened; .advice: what to do next
      ConfigError            the config file, an option, an environment variable
      CommandError           a slash command that cannot be carried out
      StoreError             a session that cannot be read or written
        SessionInUse         a session that another program has open
      ImportRefused          a file from elsewhere that cannot become sessions
      TooLong                a message that cannot fit the model's context
      ApiError               anything between us and a reply
        ConnectionFailed     refused, unknown host, TLS, time limit, reset
        StatusError          an HTTP status of 400 or more
        StreamError          a body that is no reply, or an error inside one

They are shown by the terminal and by the command line, and caught nowhere else.
"""


class ZatsudanError(Exception):
    """A failure as one sentence, and as `advice` what to do next."""

    def __init__(self, sentence: str, advice: str = "") -> None:
        super().__init__(sentence)
        self.advice = advice


class ConfigError(ZatsudanError):
    """The settings given are not usable."""


class CommandError(ZatsudanError):
    """A slash command was written wrong or makes no sense at this moment."""


class StoreError(ZatsudanError):
    """A session cannot be found, read, written or locked."""


class ImportRefused(ZatsudanError):
    """A file holds nothing that could become a session, or cannot be understood."""


class SessionInUse(StoreError):
    """Another program writes to this session."""


class TooLong(ZatsudanError):
    """One message alone is larger than the model's context length."""


class ApiError(ZatsudanError):
    """No reply, or not the whole of it, came from the server."""


class ConnectionFailed(ApiError):
    """The server was not reached, or the connection broke; `passing` if trying again may help."""

    def __init__(self, sentence: str, advice: str = "", *, passing: bool = False) -> None:
        super().__init__(sentence, advice)
        self.passing = passing


class StreamError(ApiError):
    """The server answered with something that is not a reply."""


class StatusError(ApiError):
    """The server refused the request.

    `message` is the server's own text, `code` and `param` its hints where it
    gives them, `retry_after` the seconds it asks us to wait.
    """

    def __init__(
        self,
        status: int,
        message: str = "",
        *,
        code: str = "",
        param: str = "",
        retry_after: float | None = None,
    ) -> None:
        what, advice = explain_status(status)
        if retry_after is not None:
            advice = f"The server asks to wait {describe_seconds(retry_after)}; then /retry."
        super().__init__(f"{what}: {message}" if message else f"{what}.", advice)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.retry_after = retry_after


_STATUS = {
    400: (
        "The server refused the request (400)",
        "Look at /params for a value that it may not take; /unset NAME removes one.",
    ),
    401: (
        "The server does not accept the API key (401)",
        "Check the key that this profile uses; OPENAI_API_KEY is read at the start.",
    ),
    402: ("The account has no credit left (402)", "Add credit, or choose another profile."),
    403: (
        "The API key is not allowed to do this (403)",
        "Choose another model with /model, or another key.",
    ),
    404: (
        "The server does not know this model or address (404)",
        "/model lists what it offers; the base URL usually ends in /v1.",
    ),
    408: ("The server gave up waiting (408)", "/retry sends the message again."),
    413: ("The request is too large for the server (413)", "/new starts afresh, /undo steps back."),
    422: (
        "The server refused a field of the request (422)",
        "Look at /params for a value that it may not take; /unset NAME removes one.",
    ),
    429: (
        "The server says: too many requests, or no quota left (429)",
        "Wait a little; then /retry.",
    ),
    503: ("The server is busy or still loading the model (503)", "Wait a little; then /retry."),
}


def explain_status(status: int) -> tuple[str, str]:
    """Return what an HTTP status means, without a final stop, and what to do."""
    if status in _STATUS:
        return _STATUS[status]
    if status >= 500:
        return f"The server has a fault ({status})", "/retry sends the message again."
    if 300 <= status < 400:
        return (
            f"The server points to another address ({status})",
            "Put that address in the base URL; redirects are not followed with a key.",
        )
    return f"The server refused the request ({status})", "/retry sends the message again."


def describe_seconds(seconds: float) -> str:
    """Write a duration as a person would: `0.31 s`, `42 s`, `3 min`, `2 h`."""
    if seconds < 10:
        return f"{seconds:.2f} s" if seconds < 1 else f"{seconds:.1f} s"
    if seconds < 120:
        return f"{seconds:.0f} s"
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h"
