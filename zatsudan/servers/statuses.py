"""A response whose status says that there is no reply, as an error with its advice."""

import json
import re
from datetime import UTC, datetime
from urllib.parse import urljoin

import httpx

from zatsudan.base.addresses import shown_url
from zatsudan.base.errors import UNLISTED, StatusError
from zatsudan.base.jsonvalues import loads
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.base.secrets import Secrets
from zatsudan.wire.errorbodies import read_error
from zatsudan.wire.retries import read_delay, read_retry_after

#: Advice for an address at which something else answers.
BASE_URL = later("Is the base URL right? It usually ends in /v1.")


def refused(
    response: httpx.Response, body: bytes, where: str, secrets: Secrets, *, listless: bool
) -> StatusError:
    """Return the error that a response and the beginning of its body tell, without `secrets`.

    `where` is the base URL as it may be shown. A `listless` server offers no list of models.
    """
    status, location = response.status_code, response.headers.get("Location", "")
    url = response.request.url
    if 300 <= status < 400 and location:
        return _redirected(status, str(url), location, where, secrets)
    message, code, param = map(secrets.hidden, read_error(_readable(body, secrets)))
    error = StatusError(
        status,
        message,
        code=code,
        param=param,
        retry_after=_retry_after(response, body),
        listing=url.path.endswith("/models"),
    )
    if status == httpx.codes.NOT_FOUND and listless:
        error.advice = say(UNLISTED)
    if status == httpx.codes.BAD_REQUEST and re.search(r"HTTPS (?:port|server)", message):
        error.advice = say("Write https in the base URL.")  # nginx, Go, Apache
    return error


def _retry_after(response: httpx.Response, body: bytes) -> float | None:
    """Return the seconds that a server asks to wait: by its header, or else by its words."""
    told = read_retry_after(response.headers.get("Retry-After", ""), datetime.now(UTC))
    if told is None and response.status_code in (429, 503):
        return read_delay(body.decode("utf-8", "replace"))
    return told


def _readable(body: bytes, secrets: Secrets) -> bytes:
    """Return the body of an error without secrets.

    Before it is read: what is cut short afterwards could end in half a key. And of its
    strings, since JSON can write them in many ways.
    """
    text = secrets.hidden(body.decode("utf-8", "replace"))
    try:
        return json.dumps(secrets.hidden_json(loads(text))).encode()
    except ValueError:
        return text.encode("utf-8", "replace")


def _redirected(status: int, url: str, location: str, where: str, secrets: Secrets) -> StatusError:
    """Return the error for a response that points to another address, which is told."""
    try:
        target = secrets.hidden(shown_url(urljoin(url, location)))
    except ValueError:
        target = ""
    error = StatusError(status, one_line(target, 120))
    base = target.rstrip("/").removesuffix("/chat/completions").removesuffix("/models")
    if base in (where, target.rstrip("/")):
        error.advice = say(BASE_URL)
    else:
        error.advice = say(
            "If you trust it, write {url} as the base URL: no redirect is followed with a key.",
            url=one_line(base, 120),
        )
    return error
