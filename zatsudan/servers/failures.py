"""httpx's errors as sentences and advice."""

import socket
import ssl
from collections.abc import Callable, Iterator

import httpx

from zatsudan.base.errors import ApiError, ConnectionFailed
from zatsudan.base.language import later, say
from zatsudan.base.printable import one_line
from zatsudan.base.quantities import describe_seconds
from zatsudan.config.settings import Network

NOT_SENDABLE = (
    later(
        "The request cannot be written: a header or the address holds a character that HTTP does not allow."
    ),
    later("Look at the headers, the key and the base URL of this profile."),
)


class _Unanswered(Exception):
    """What ended a connection before the server had answered: nothing came."""


class _Unencrypted(_Unanswered):
    """The same over plain http, which a server of https may end so."""


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    for _ in range(20):
        if seen is None:
            return
        yield seen
        seen = seen.__cause__ or seen.__context__


#: httpx's errors, or their causes, as a sentence and an advice: the first row that fits.
_EXPLANATIONS: tuple[tuple[type[BaseException], str, str], ...] = (
    (
        ssl.SSLCertVerificationError,
        later("The certificate of {where} is not trusted: {detail}."),
        later(
            "Is the base URL right? A private authority's file can be named as ca_file in the profile."
        ),
    ),
    (
        ssl.SSLError,
        later("No secure connection to {where} could be made."),
        later("Does the server speak http instead of https?"),
    ),
    (
        httpx.ProxyError,
        later("The proxy refused the connection: {detail}."),
        later("Check HTTP_PROXY and HTTPS_PROXY."),
    ),
    (
        httpx.ConnectTimeout,
        later("{where} did not answer within {connect}."),
        later("Is the address right, and the machine on? /retry sends the message again."),
    ),
    (
        httpx.ReadTimeout,
        later("{where} has been silent for {idle}."),
        later(
            "/retry asks again; idle_seconds under [network] in the config makes zatsudan wait longer."
        ),
    ),
    (
        socket.gaierror,
        later("The host of {where} is not known."),
        later("Check its name, and the network."),
    ),
    (
        httpx.ConnectError,
        later("Nothing answers at {where}."),
        later("Start the server, or name another with --base-url"),
    ),
    # Its own text repeats the header's value, which may be the key.
    (httpx.LocalProtocolError, *NOT_SENDABLE),
    (
        httpx.UnsupportedProtocol,
        later("{where} is not an address."),
        later("Write it as in https://host/v1."),
    ),
    (
        httpx.InvalidURL,
        later("{where} is not an address."),
        later("Write it as in https://host/v1."),
    ),
    (
        httpx.DecodingError,
        later("The server's reply is compressed in a broken way."),
        later("/retry asks again."),
    ),
    (
        _Unencrypted,
        later("The connection to {where} broke ({detail})."),
        later("Nothing had come. Does the server speak https? /retry asks again."),
    ),
    (
        _Unanswered,
        later("The connection to {where} broke ({detail})."),
        later("Nothing had come: /retry asks again."),
    ),
    (
        BaseException,
        later("The connection to {where} broke ({detail})."),
        later("What came is kept: /continue goes on, /retry asks again."),
    ),
)


def explained(
    error: Exception,
    where: str,
    network: Network,
    hidden: Callable[[str], str],
    *,
    began: bool = True,
) -> ApiError:
    """Return httpx's error as a sentence and an advice; `hidden` takes keys out of its own words.

    `began`: the server had begun to answer.
    """
    causes = list(_causes(error))
    if not began and isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        unanswered = _Unencrypted if where.startswith("http:") else _Unanswered
        causes.append(unanswered(str(error)))
    kind, sentence, advice = next(
        row for row in _EXPLANATIONS if any(isinstance(cause, row[0]) for cause in causes)
    )
    cause = next(cause for cause in causes if isinstance(cause, kind))
    detail = getattr(cause, "verify_message", "") or str(cause) or type(error).__name__
    failure = ConnectionFailed(
        say(
            sentence,
            where=one_line(where, 120),
            detail=one_line(hidden(detail)),
            connect=describe_seconds(network.connect_seconds),
            idle=describe_seconds(network.idle_seconds),
        ),
        say(advice),
        passing=kind is BaseException or issubclass(kind, _Unanswered),
    )
    failure.silent = kind is httpx.ReadTimeout
    return failure
