"""The HTTP client that msal is given: our transport, so that time-outs, throttling and redirects are decided in one place.

msal never sees a 429 or a 5xx, so its own pauses (5 s, Retry-After, 60 s after a 400) never stand between two of our attempts.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode, urlsplit

import requests

from shared.clock import Clock
from shared.errors import SyncError
from shared.transport import Repeatable, RetryPolicy, Timeouts, Transport

_TIMEOUTS = Timeouts(connect_seconds=5.0, read_seconds=20.0, total_seconds=30.0)
_RETRY = RetryPolicy(attempts=4, base_seconds=0.5, longest_seconds=8.0, total_wait_seconds=30.0)


class OurError(requests.RequestException):
    """Carries one of our errors through msal, which takes it for an outage and then serves a token that is still good."""

    def __init__(self, inner: SyncError) -> None:
        super().__init__(inner.code)
        self.inner = inner


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenAnswer:
    """An answer in the shape that msal reads."""

    status_code: int
    headers: Mapping[str, str]
    text: str


class MsalHttp:
    """Sends what msal asks for; one pool for each origin. Raises OurError."""

    def __init__(self, *, service: str, clock: Clock, random: Random) -> None:
        self._service = service
        self._clock = clock
        self._random = random
        self._lock = threading.Lock()
        self._transports: dict[str, Transport] = {}

    @property
    def request_count(self) -> int:
        """How many requests were sent so far, repetitions included."""
        with self._lock:
            return sum(transport.request_count for transport in self._transports.values())

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_unused: object,
    ) -> TokenAnswer:
        """The answer to a GET."""
        return self._send("GET", url, params, headers, None)

    def post(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        **_unused: object,
    ) -> TokenAnswer:
        """The answer to a form."""
        return self._send("POST", url, params, headers, urlencode(data or {}).encode())

    def close(self) -> None:
        """Close all pooled connections."""
        with self._lock:
            for transport in self._transports.values():
                transport.close()

    def _send(
        self,
        method: str,
        url: str,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None,
        form_body: bytes | None,
    ) -> TokenAnswer:
        if params:
            url += ("&" if "?" in url else "?") + urlencode(params)
        try:
            answer = self._transport(url).send(
                method, url, headers=headers or {}, form_body=form_body, repeatable=Repeatable.ALWAYS
            )
        except SyncError as error:
            raise OurError(error) from error
        return TokenAnswer(
            status_code=answer.status, headers=answer.headers, text=answer.body.decode("utf-8", errors="replace")
        )

    def _transport(self, url: str) -> Transport:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        with self._lock:
            if origin not in self._transports:
                self._transports[origin] = Transport(
                    service=self._service,
                    base_url=origin,
                    clock=self._clock,
                    random=self._random,
                    pool_size=2,
                    timeouts=_TIMEOUTS,
                    retry=_RETRY,
                )
            return self._transports[origin]
