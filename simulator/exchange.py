"""One request through its fault, its service and the journal, apart from sockets."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import get_args

from simulator.effects import (
    Alteration,
    DropAfter,
    DropBefore,
    HalfBody,
    NoAnswer,
    Substitute,
    altered_answer,
    substitute_answer,
)
from simulator.faults import FaultBook
from simulator.journal import Journal
from simulator.wire import Request, Response, Service, json_response

Pause = Callable[[float], object]
"""Waits so many seconds, or less when the server stops."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeAnswer:
    """The answer is to be sent."""

    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenAnswer:
    """Head and half of the body are to be sent, then the connection is to be dropped."""

    response: Response


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """The connection is to be dropped without an answer."""


Outcome = WholeAnswer | BrokenAnswer | Dropped


class Exchange:
    """How one service answers: late by its latency, hit by its faults, noted in the journal before the answer leaves."""

    def __init__(self, *, service: Service, faults: FaultBook, journal: Journal, pause: Pause) -> None:
        self._service = service
        self._faults = faults
        self._journal = journal
        self._pause = pause

    def outcome(self, request: Request) -> Outcome:
        """What is to be done on the connection."""
        name = self._service.name
        query = request.raw_path.partition("?")[2]
        target = f"{request.path}?{query}" if query else request.path
        effect = self._faults.take(name, request.method, target)
        if latency_seconds := self._faults.latency_seconds(name):
            self._pause(latency_seconds)
        match effect:
            case NoAnswer(seconds=seconds):
                self._journal.record(name, request, None)
                self._pause(seconds)
                return Dropped()
            case DropBefore():
                self._journal.record(name, request, None)
                return Dropped()
            case DropAfter():
                self._answer(request)
                self._journal.record(name, request, None)
                return Dropped()
            case HalfBody():
                response = self._answer(request)
                self._journal.record(name, request, response.status)
                return BrokenAnswer(response=response)
        if isinstance(effect, get_args(Substitute)):
            response = substitute_answer(effect, service=name)
        else:
            response = self._answer(request)
            if isinstance(effect, get_args(Alteration)):
                url = f"{request.origin}{request.raw_path}"
                response = altered_answer(effect, response, service=name, url=url)
        self._journal.record(name, request, response.status)
        return WholeAnswer(response=response)

    def _answer(self, request: Request) -> Response:
        try:
            return self._service.handle(request)
        except Exception:  # noqa: BLE001 - a broken stand-in answers all the same, or its client would wait
            _log.exception(
                "The simulated service %s failed at %s %s.", self._service.name, request.method, request.path
            )
            return json_response(500, {"error": "The simulator itself failed; its log says where."})
