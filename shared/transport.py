"""One HTTPS connection pool to one service: time-outs, throttling, repetition, and no way off the service's own origin.

Rule: an answer is whole or an error, redirects are not followed, and a request whose effect is unknown is never sent twice.
"""

import math
import threading
from collections.abc import Mapping
from http.cookiejar import DefaultCookiePolicy
from random import Random
from urllib.parse import SplitResult, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from shared.clock import Clock
from shared.errors import SyncError, ThrottledError, UnexpectedAnswerError
from shared.pace import Pace
from shared.transport_faults import Fault, fault_of, late_fault, retry_after_seconds
from shared.transport_request import Request, origin, request_of
from shared.transport_values import Answer, NoToll, Repeatable, RetryPolicy, Timeouts, Toll

__all__ = ["Answer", "Repeatable", "RetryPolicy", "Timeouts", "Toll", "Transport"]

_CHUNK_BYTES = 65_536
_USER_AGENT = "entra-proofpoint-sync"
_NO_TOLL = NoToll()

_REPEATED_STATUSES = {
    Repeatable.ALWAYS: frozenset({429, 500, 502, 503, 504}),
    Repeatable.UNSENT_ONLY: frozenset({429}),
}


class Transport:
    """Sends requests to one service. Safe to use from many threads; each takes a connection of the pool while it waits."""

    def __init__(
        self,
        *,
        service: str,
        base_url: str,
        clock: Clock,
        random: Random,
        pool_size: int,
        timeouts: Timeouts,
        retry: RetryPolicy,
        pace: Pace | None = None,
    ) -> None:
        """``pace``: learns from every answer, and makes all requests wait when one is told to; None: each call for itself."""
        self._service = service
        self._base_url = base_url.rstrip("/")
        self._base = urlsplit(self._base_url)
        self._clock = clock
        self._random = random
        self._timeouts = timeouts
        self._retry = retry
        self._pace = pace
        self._count_lock = threading.Lock()
        self._request_count = 0
        self._session = requests.Session()
        adapter = HTTPAdapter(pool_connections=1, pool_maxsize=pool_size, max_retries=0, pool_block=True)
        self._session.mount("https://", adapter)
        self._session.mount("http://", adapter)
        self._session.headers["User-Agent"] = _USER_AGENT
        # Without an auth of its own the session would put a netrc entry in place of our Authorization header.
        self._session.auth = _keep_headers
        self._session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))

    @property
    def request_count(self) -> int:
        """How many requests were sent so far, repetitions included."""
        with self._count_lock:
            return self._request_count

    @property
    def calls_at_once(self) -> int:
        """How many calls may be under way now; one where nothing keeps the pace."""
        return 1 if self._pace is None else self._pace.at_once

    def is_own_url(self, url: str) -> bool:
        """Whether an absolute URL is of ``base_url``'s origin; anything else is refused by ``send``."""
        try:
            return origin(urlsplit(url)) == origin(self._base)
        except ValueError:
            return False

    def close(self) -> None:
        """Close all pooled connections."""
        self._session.close()

    def send(
        self,
        method: str,
        url_or_path: str,
        *,
        headers: Mapping[str, str | bytes],
        json_body: bytes | None = None,
        form_body: bytes | None = None,
        repeatable: Repeatable,
        deadline_seconds: float | None = None,
        toll: Toll = _NO_TOLL,
    ) -> Answer:
        """The answer, whatever its status, save redirects and the statuses that were repeated in vain.

        ``url_or_path``: a path below ``base_url``, or an absolute URL of the same origin. ``headers``: a value that may
        hold more than ASCII is given as bytes. ``json_body`` or ``form_body``: the encoded body, sent with its own
        Content-Type. ``deadline_seconds``: the whole call, waits included, ends within it; None: time-outs and retry
        policy alone limit it. ``toll``: what each attempt has to wait for and is charged.
        Raises ThrottledError (429, or 503 with Retry-After, beyond what one call may wait), UnexpectedAnswerError (a
        redirect, another origin, 500 to 504 to the end) and UnreachableError.
        """
        url = self._resolve(url_or_path)
        request = request_of(method, url, headers, json_body, form_body)
        ends = self._clock.monotonic() + (math.inf if deadline_seconds is None else deadline_seconds)
        waited, attempt = 0.0, 0
        while True:
            attempt += 1
            with toll.turn():
                waited += self._wait_for_leave(request, toll, self._may_wait(waited, ends))
                outcome = self._paced_attempt(request, toll, ends, attempt)
            if isinstance(outcome, Answer):
                if outcome.status not in _REPEATED_STATUSES[repeatable]:
                    return outcome
                asked, error = self._asked_to_wait(outcome)
            else:
                asked, error = 0.0, outcome.error
                if not (outcome.is_unsent or repeatable is Repeatable.ALWAYS) or not outcome.is_passing:
                    raise error from outcome.cause
            pause = max(asked, self._retry.pause_seconds(attempt, self._random))
            if attempt >= self._retry.attempts or pause >= self._may_wait(waited, ends):
                raise error from (outcome.cause if isinstance(outcome, Fault) else None)
            self._clock.sleep(pause)
            waited += pause

    def _may_wait(self, waited_seconds: float, ends: float) -> float:
        return min(self._retry.total_wait_seconds - waited_seconds, ends - self._clock.monotonic())

    def _wait_for_leave(self, request: Request, toll: Toll, may_wait_seconds: float) -> float:
        """The seconds waited because any answer of late asked for it, and for the toll.

        Raises ThrottledError where that is too long.
        """
        waited, is_charged = 0.0, False
        while True:
            pause = 0.0 if self._pace is None else self._pace.wait_seconds()
            if pause <= 0 and not is_charged:
                pause, is_charged = toll.charge(within_seconds=may_wait_seconds - waited), True
            if pause <= 0:
                return waited
            if pause >= may_wait_seconds - waited:
                raise self._throttled(f"{request.where} was not sent", pause)
            self._clock.sleep(pause)
            waited += pause

    def _paced_attempt(self, request: Request, toll: Toll, ends: float, attempt: int) -> Answer | Fault:
        sent_at = self._clock.monotonic()
        outcome = self._attempt(request, ends - sent_at, attempt)
        if isinstance(outcome, Answer):
            toll.answered(outcome, sent_at=sent_at)
        if self._pace is None:
            return outcome
        if isinstance(outcome, Fault):
            self._pace.troubled(sent_at=sent_at, asked_seconds=0.0)
        elif outcome.status == 429 or outcome.status >= 500:
            asked = retry_after_seconds(outcome.retry_after, self._clock.now())
            self._pace.troubled(sent_at=sent_at, asked_seconds=asked or 0.0)
        else:
            self._pace.answered(sent_at=sent_at, body_bytes=len(outcome.body))
        return outcome

    def _attempt(self, request: Request, left_seconds: float, attempt: int) -> Answer | Fault:
        limit = min(left_seconds, self._timeouts.total_seconds)
        if limit <= 0:
            return late_fault(request.where, is_unsent=True)
        ends = self._clock.monotonic() + limit
        with self._count_lock:
            self._request_count += 1
        try:
            with self._session.request(
                request.method,
                request.url.geturl(),
                headers=request.headers,
                data=request.body,
                timeout=(min(self._timeouts.connect_seconds, limit), min(self._timeouts.read_seconds, limit)),
                allow_redirects=False,
                stream=True,
            ) as response:
                self._refuse_redirect(response, request.where)
                pieces: list[bytes] = []
                # One read of the socket at a time: a service that drips would keep a longer read alive for ever.
                while piece := response.raw.read1(_CHUNK_BYTES, decode_content=True):
                    pieces.append(piece)
                    if self._clock.monotonic() > ends:
                        return late_fault(request.where, is_unsent=False)
                return Answer(
                    status=response.status_code,
                    headers=response.headers,
                    body=b"".join(pieces),
                    where=request.where,
                    attempts=attempt,
                )
        except (requests.RequestException, urllib3.exceptions.HTTPError, UnicodeError) as error:
            return fault_of(error, request.where, host=request.url.hostname or "")

    def _resolve(self, url_or_path: str) -> SplitResult:
        if url_or_path.startswith("/") and not url_or_path.startswith("//"):
            return urlsplit(self._base_url + url_or_path)
        if not self.is_own_url(url_or_path):
            raise UnexpectedAnswerError(
                f"{self._service} refers to an address that is not of {self._base.scheme}://{self._base.netloc}.",
                f"Nothing was sent there. Check the configured address of {self._service}.",
            )
        return urlsplit(url_or_path)

    def _refuse_redirect(self, response: requests.Response, where: str) -> None:
        if not 300 <= response.status_code < 400 or response.status_code == 304:
            return
        target = urlsplit(response.headers.get("Location", ""))
        raise UnexpectedAnswerError(
            f"{where} answered {response.status_code}, a redirect to {target.hostname or 'the same host'}.",
            f"Redirects are not followed. Set the address of {self._service} to the host that really serves it.",
        )

    def _asked_to_wait(self, answer: Answer) -> tuple[float, SyncError]:
        asked = retry_after_seconds(answer.retry_after, self._clock.now())
        if answer.status == 429 or (answer.status == 503 and asked is not None):
            seconds = self._retry.longest_seconds if asked is None else asked
            return asked or 0.0, self._throttled(f"{answer.where} answered {answer.status}", seconds)
        return asked or 0.0, UnexpectedAnswerError(
            f"{answer.where} answered {answer.status} {answer.attempts} times in a row.",
            f"{self._service} has a problem of its own; the app tries again by itself. Look at its status page if it lasts.",
        )

    def _throttled(self, what: str, seconds: float) -> ThrottledError:
        return ThrottledError(
            f"{what}: {self._service} asks to slow down for {seconds:.0f} s.",
            "Nothing to do: the app waits and goes on by itself.",
            retry_after_seconds=seconds,
        )


def _keep_headers(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
