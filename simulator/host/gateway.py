"""What happens to a request between the socket and a function: keys, routes, the host's own pages."""

import hmac
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from simulator.host.bindings import AuthLevel, Function, HttpTrigger, QueueTrigger, TimerTrigger
from simulator.host.calls import Call, HttpAnswer, HttpCall, QueueCall, TimerCall
from simulator.host.clock import Clock
from simulator.host.errors import FunctionFailedError, FunctionTimedOutError
from simulator.host.invoker import Invoker
from simulator.host.routes import RouteTable

_log = logging.getLogger("host.gateway")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """A request as it came in; header names in lower case."""

    method: str
    raw_path: str
    """Percent-encoded, without query."""
    raw_query: str
    headers: Mapping[str, str]
    body: bytes

    def query(self) -> dict[str, str]:
        """The query as the worker gets it: empty values dropped, repeated ones joined by a comma."""
        values: dict[str, str] = {}
        for name, value in parse_qsl(self.raw_query):
            values[name] = f"{values[name]},{value}" if name in values else value
        return values


class Gateway:
    """Answers requests with the functions of one app.

    ``key`` opens routes of level function and admin, and ``POST /admin/functions/{name}``, which calls a timer or queue function
    by hand. Source: learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http.
    """

    def __init__(
        self, functions: tuple[Function, ...], *, prefix: str, key: str, invoker: Invoker, clock: Clock
    ) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._routes = RouteTable(functions, prefix)
        self._key = key
        self._invoker = invoker
        self._clock = clock

    def answer(self, request: Incoming) -> HttpAnswer:
        """The app's answer, or the host's: 401 and 404 without body, 500 without body where the function failed."""
        if request.raw_path.startswith("/admin/"):
            return self._administer(request)
        match = self._routes.match(request.method, request.raw_path)
        if match is None:
            return HttpAnswer(status=404)
        if match.trigger.auth_level is not AuthLevel.ANONYMOUS and not self._has_key(request):
            return HttpAnswer(status=401)
        raw_query = f"?{request.raw_query}" if request.raw_query else ""
        call = HttpCall(
            method=request.method,
            url=f"http://{request.headers.get('host', '127.0.0.1')}{request.raw_path}{raw_query}",
            headers=request.headers,
            parameters=match.parameters,
            query=request.query(),
            body=request.body,
        )
        return self._call(match.function, call) or HttpAnswer(status=204)

    def _call(self, function: Function, call: Call) -> HttpAnswer | None:
        try:
            return self._invoker.invoke(function, call)
        except (FunctionFailedError, FunctionTimedOutError):
            return HttpAnswer(status=500)

    def _administer(self, request: Incoming) -> HttpAnswer:
        if not self._has_key(request):
            return HttpAnswer(status=401)
        match request.method, request.raw_path.strip("/").split("/"):
            case "GET", ["admin", "host", "status"]:
                return _json(200, {"state": "Running"})
            case "GET", ["admin", "functions"]:
                return _json(200, [{"name": function.name} for function in self._functions.values()])
            case "POST", ["admin", "functions", name] if name.lower() in self._functions:
                return self._call_by_hand(self._functions[name.lower()], request)
        return HttpAnswer(status=404)

    def _call_by_hand(self, function: Function, request: Incoming) -> HttpAnswer:
        """Unlike Azure's, which answers before the function has run, this waits: 202 means that it succeeded."""
        try:
            text = str(json.loads(request.body or b"{}").get("input", ""))
        except (ValueError, AttributeError):
            return _json(400, {"error": 'Send {"input": "..."}.'})
        now = self._clock.now()
        call: Call
        match function.trigger:
            case TimerTrigger():
                call = TimerCall(is_past_due=False)
            case QueueTrigger():
                call = QueueCall(
                    id="by-hand",
                    body=text,
                    dequeue_count=1,
                    inserted_at=now,
                    next_visible_at=now,
                    expires_at=now,
                    receipt="by-hand",
                )
            case HttpTrigger():
                return _json(400, {"error": "Call its route."})
        return self._call(function, call) or HttpAnswer(status=202)

    def _has_key(self, request: Incoming) -> bool:
        given = request.headers.get("x-functions-key") or request.query().get("code") or ""
        return hmac.compare_digest(given.encode(), self._key.encode())


def _json(status: int, body: object) -> HttpAnswer:
    return HttpAnswer(status=status, headers=(("Content-Type", "application/json"),), body=json.dumps(body).encode())
