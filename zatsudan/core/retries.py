"""When a request that failed before its first token is sent again, and how long to wait."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zatsudan.core.errors import ApiError, ConnectionFailed, StatusError

#: Statuses that pass by themselves.
_PASSING = {408, 425, 429, 500, 502, 503, 504, 529}
#: Codes of a 429 that does not (OpenAI).
_NO_QUOTA = {"insufficient_quota", "billing_hard_limit_reached"}
#: The most attempts after the first; a model that is loading is waited for longer.
ATTEMPTS = 3
LOADING_ATTEMPTS = 300
#: A server that asks for more than this is not waited for, in seconds.
LONGEST = 60.0


def is_loading(error: ApiError) -> bool:
    """Tell whether the server says that it is still loading the model (llama.cpp: 503)."""
    return (
        isinstance(error, StatusError)
        and error.status == 503
        and "loading" in error.message.lower()
    )


def pause(error: ApiError, attempt: int, dice: float) -> float | None:
    """Return the seconds to wait before attempt number `attempt` (from 1); None to give up.

    `dice` is a random number from 0 to 1: many clients that were refused
    together should not come back together.
    """
    if is_loading(error):
        return 2.0 if attempt <= LOADING_ATTEMPTS else None
    if attempt > ATTEMPTS:
        return None
    later = float(2 ** (attempt - 1)) * (0.75 + dice / 2)
    if isinstance(error, ConnectionFailed) and error.passing:
        # A connection that was kept open and that the server has closed: at once.
        return 0.05 if attempt == 1 else later / 2
    if (
        not isinstance(error, StatusError)
        or error.status not in _PASSING
        or error.code in _NO_QUOTA
    ):
        return None
    if error.retry_after is not None:
        return error.retry_after + 0.2 if error.retry_after <= LONGEST else None
    return later


def read_retry_after(value: str, now: datetime) -> float | None:
    """Read the header Retry-After, which is seconds or a date (RFC 9110, 10.2.3)."""
    value = value.strip()
    if not value:
        return None
    if value.isascii() and value.replace(".", "", 1).isdigit():
        return float(value[:9])
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - now).total_seconds())
