"""What a failed exchange means: whether the request can have had an effect, whether it passes, and what the operator does."""

import math
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import requests
import urllib3

from shared.errors import UnreachableError


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """An exchange without a whole answer."""

    error: UnreachableError
    cause: Exception | None
    """What the library raised; None where the exchange was given up here."""
    is_unsent: bool
    """Whether the service certainly saw nothing of the request."""
    is_passing: bool
    """Whether the same request may succeed a moment later."""


def fault_of(error: Exception, where: str, *, host: str) -> Fault:
    """The fault behind an exception of requests or urllib3."""
    causes = list(_causes(error))

    def found(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in causes)

    def fault(detail: str, fix: str, *, is_unsent: bool, is_passing: bool) -> Fault:
        return Fault(
            error=UnreachableError(f"{where}: {detail}.", fix), cause=error, is_unsent=is_unsent, is_passing=is_passing
        )

    if found(requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader, UnicodeError):
        # Not chained: the library's text repeats the header's value, which may be a password.
        return Fault(
            error=UnreachableError(
                f"{where}: the address or a header holds characters that cannot be sent.",
                "Check the address in the settings, and the secret for line breaks and invisible characters.",
            ),
            cause=None,
            is_unsent=True,
            is_passing=False,
        )
    if found(ssl.SSLCertVerificationError, ssl.CertificateError):
        return fault(
            f"the certificate of {host} is not trusted",
            "Check the host name; if a proxy inspects TLS, point REQUESTS_CA_BUNDLE at its certificate authority.",
            is_unsent=True,
            is_passing=False,
        )
    if found(urllib3.exceptions.NameResolutionError, socket.gaierror):
        return fault(
            f"the name {host} cannot be resolved",
            "Check the host name in the settings and the DNS of the app's network.",
            is_unsent=True,
            is_passing=True,
        )
    if found(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return fault(
            "the proxy does not let the app through",
            f"Check HTTPS_PROXY and NO_PROXY, and that the proxy allows {host}.",
            is_unsent=True,
            is_passing=True,
        )
    if found(ConnectionRefusedError):
        return fault(
            "the connection is refused",
            "Check host and port in the settings, and that a firewall lets the app out.",
            is_unsent=True,
            is_passing=True,
        )
    if found(
        requests.exceptions.ConnectTimeout,
        urllib3.exceptions.ConnectTimeoutError,
        urllib3.exceptions.NewConnectionError,
    ):
        return fault(
            "no connection comes about",
            f"Check that the app's network and firewall let it reach {host}.",
            is_unsent=True,
            is_passing=True,
        )
    if found(requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
        return late_fault(where, is_unsent=False, cause=error)
    if found(requests.exceptions.SSLError, ssl.SSLError):
        return fault(
            "the TLS connection broke",
            "If it lasts, look for a proxy or firewall that breaks TLS between the app and the service.",
            is_unsent=False,
            is_passing=True,
        )
    return fault(
        "the connection was dropped before the answer was whole",
        "Nothing to do unless it lasts; then look at the service's status page and at proxies in between.",
        is_unsent=False,
        is_passing=True,
    )


def late_fault(where: str, *, is_unsent: bool, cause: Exception | None = None) -> Fault:
    """The fault of an exchange that took too long."""
    return Fault(
        error=UnreachableError(
            f"{where}: no whole answer in time.",
            "Nothing to do unless it lasts; then look at the service's status page.",
        ),
        cause=cause,
        is_unsent=is_unsent,
        is_passing=True,
    )


def retry_after_seconds(value: str | None, now: datetime) -> float | None:
    """Seconds that a Retry-After asks for, whole, fractional or as an HTTP date; None where it says nothing usable.

    Source: RFC 9110 section 10.2.3; fractions as in learn.microsoft.com/graph/throttling.
    """
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        try:
            at = parsedate_to_datetime(value)
        except ValueError:
            return None
        seconds = (at - now).total_seconds() if at.tzinfo else math.nan
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The exception with all that it wraps: requests and urllib3 chain by arguments and ``reason`` as well."""
    waiting, seen = [error], set[int]()
    while waiting:
        current = waiting.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (current.__cause__, getattr(current, "reason", None), *current.args)
        waiting.extend(cause for cause in inner if isinstance(cause, BaseException))
