"""When a request that failed before its first token is sent again, and how long to wait.

zatsudan waits by itself for at most LONGEST seconds at a time and ATTEMPTS times, and for a
model that is loading LOADING_ATTEMPTS times two seconds.
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from zatsudan.base.errors import ApiError, ConnectionFailed, StatusError
from zatsudan.wire import wording
from zatsudan.wire.statuscodes import PASSING, PERHAPS_MADE

#: Codes of a 429 that does not (OpenAI).
NO_QUOTA = {"insufficient_quota", "billing_hard_limit_reached"}
#: The most attempts after the first; a model that is loading is waited for longer.
ATTEMPTS = 3
LOADING_ATTEMPTS = 300
#: A server that asks for more than this is not waited for, in seconds: the person is told.
LONGEST = 60.0
#: A connection that breaks later than this after the request was sent has broken in the
#: middle of the work, in seconds: one that the server had closed says so at once.
STALE = 2.0


def is_loading(error: ApiError) -> bool:
    """Tell whether the server says that it is still loading the model (llama.cpp: 503)."""
    return (
        isinstance(error, StatusError)
        and error.status == 503
        and "loading" in error.message.lower()
    )


def pause(
    error: ApiError, attempt: int, dice: float, *, near: bool = True, after: float = 0.0
) -> float | None:
    """Return the seconds to wait before attempt number `attempt` (from 1); None to give up.

    `near`: is the server this machine, or one of a private network? Another may want money for a reply
    that it has made and that did not reach us: to send again is the person's choice.
    `after` are the seconds from the request to the failure. `dice` is a random number from 0 to 1: many clients that were refused
    together should not come back together.
    """
    if is_loading(error):
        return 2.0 if attempt <= LOADING_ATTEMPTS else None
    if attempt > ATTEMPTS or (not near and _may_be_made(error, after)):
        return None
    later = float(2 ** (attempt - 1)) * (0.75 + dice / 2)
    if isinstance(error, ConnectionFailed) and error.passing:
        # A connection that was kept open and that the server has closed: at once.
        return 0.05 if attempt == 1 else later / 2
    if not isinstance(error, StatusError) or error.status not in PASSING or error.code in NO_QUOTA:
        return None
    if error.retry_after is not None:
        return error.retry_after + 0.2 if error.retry_after <= LONGEST else None
    return later


def read_retry_after(value: str, now: datetime) -> float | None:
    """Read the header Retry-After, which is seconds or a date (RFC 9110, 10.2.3)."""
    value = value.strip()
    if not value or len(value) > 64:
        return None
    if value.isascii() and value.replace(".", "", 1).isdigit():
        seconds = float(value)
    else:
        try:
            when = parsedate_to_datetime(value)
            if when.tzinfo is None:
                when = when.replace(tzinfo=UTC)
            seconds = (when - now).total_seconds()
        except (ValueError, TypeError, OverflowError, IndexError):
            return None
    return max(0.0, seconds)


def read_delay(body: str) -> float | None:
    """Read the seconds to wait from the body of a refusal: `"retryDelay": "53s"`, `try again in 1m2.5s`."""
    found = re.search(wording.DELAY, body)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, number, unit = found.groups()
    try:
        seconds = float(number or 0)
    except ValueError:
        return None
    seconds /= 1000 if unit == "ms" else 1
    return seconds + 60 * int(minutes or 0) + 3600 * int(hours or 0)


def _may_be_made(error: ApiError, after: float) -> bool:
    """Tell whether the server may have made the reply that did not come."""
    if isinstance(error, StatusError):
        return error.status in PERHAPS_MADE
    return isinstance(error, ConnectionFailed) and error.passing and after > STALE
