"""``/_control``: the hand on the simulated services, for tests, the demo and people; JSON over plain HTTP on loopback.

::

    GET counts · state · clock            POST clock {"advance_seconds": n}
    GET journal?service=&after=           DELETE journal
    GET · POST · DELETE faults            DELETE faults/{id}          POST latency {"service", "seconds"}
    GET · POST switches/{service}         POST {switch: value}
    GET · POST users · groups · accounts  GET · PATCH · DELETE …/{id, sign-in name or address}
    POST deleted/{id}/restore             GET · POST members/{group} {"id"}   DELETE members/{group}/{id}
    POST secrets/{name} {"value", "expires_in_days"}: a new version in the vault
    GET · DELETE messages: what the receiver took
    POST client-secrets/{client id} {"value", "expires_in_days"}: one more secret of the application
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, TypeVar

import msgspec

from simulator.faults import Fault, FaultBook
from simulator.journal import Journal
from simulator.receiver import ReceiverService
from simulator.switchboard import Switchboard, UnknownSwitchError
from simulator.vault_secrets import add_version, expiring
from simulator.wire import Request, Response, ServiceName, json_response
from simulator.world import Json, World
from simulator.world_editor import UnknownObjectError, WorldEditError, WorldEditor

PREFIX = "/_control"

_COLLECTIONS = ("users", "groups", "accounts")

T = TypeVar("T")


class _LatencyBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    service: str
    seconds: float


class _ClockBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    advance_seconds: Annotated[float, msgspec.Meta(ge=0)]


class _MemberBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    id: str


class _SecretBody(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    value: str
    expires_in_days: float = 180

    def __repr__(self) -> str:
        return "_SecretBody()"


class _ControlError(Exception):
    """A request that cannot be carried out, with the status that says so."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class ControlService:
    """Answers ``/_control``; never answers a secret."""

    name = "control"

    def __init__(
        self, *, world: World, journal: Journal, faults: FaultBook, switchboard: Switchboard, receiver: ReceiverService
    ) -> None:
        self._world = world
        self._editor = WorldEditor(world)
        self._journal = journal
        self._faults = faults
        self._receiver = receiver
        self._switchboard = switchboard

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        first, _, rest = request.path.removeprefix(PREFIX).strip("/").partition("/")
        parts = [part for part in rest.split("/") if part]
        try:
            if not request.path.startswith(f"{PREFIX}/"):
                raise _ControlError(404, f"Everything is below {PREFIX}/.")
            return json_response(200, self._routes(first)(request, first, parts))
        except _ControlError as error:
            return json_response(error.status, {"error": str(error)})
        except UnknownObjectError as error:
            return json_response(404, {"error": str(error)})
        except (WorldEditError, UnknownSwitchError, ValueError) as error:
            return json_response(400, {"error": str(error)})

    def _routes(self, first: str) -> Callable[[Request, str, list[str]], object]:
        routes: dict[str, Callable[[Request, str, list[str]], object]] = {
            "counts": lambda *_: self._journal.counts(),
            "state": lambda *_: self._editor.counts(),
            "clock": self._clock,
            "journal": self._journalled,
            "faults": self._fault,
            "latency": self._latency,
            "switches": self._switches,
            "members": self._members,
            "deleted": self._deleted,
            "messages": self._messages,
            "secrets": self._vault_secret,
            "client-secrets": self._client_secret,
            **dict.fromkeys(_COLLECTIONS, self._objects),
        }
        if first not in routes:
            raise _ControlError(404, f"{PREFIX}/{first} is not known; {', '.join(sorted(routes))} are.")
        return routes[first]

    def _clock(self, request: Request, _: str, parts: list[str]) -> object:
        if request.method == "POST" and not parts:
            self._world.clock.advance(_decoded(request, _ClockBody).advance_seconds)
        return {"now": self._world.clock.now().isoformat()}

    def _messages(self, request: Request, _: str, parts: list[str]) -> object:
        match request.method, *parts:
            case ("GET",):
                return {"messages": self._receiver.messages()}
            case ("DELETE",):
                self._receiver.clear()
                return {"cleared": True}
        raise _unsupported(request)

    def _journalled(self, request: Request, _: str, parts: list[str]) -> object:
        match request.method, *parts:
            case ("GET",):
                service, after = request.query.get("service"), request.query.get("after", "0")
                if not after.isdecimal():
                    raise _ControlError(400, "after is a sequence number.")
                return {"entries": [e.as_json() for e in self._journal.entries(service, after=int(after))]}
            case ("DELETE",):
                self._journal.clear()
                return {"cleared": True}
        raise _unsupported(request)

    def _fault(self, request: Request, _: str, parts: list[str]) -> object:
        match request.method, *parts:
            case ("GET",):
                return {
                    "faults": [
                        {"id": r.id, "matched": r.matched, "hits": r.hits, **msgspec.to_builtins(r.fault)}
                        for r in self._faults.records()
                    ],
                    "latency_seconds": {name.value: self._faults.latency_seconds(name) for name in ServiceName},
                }
            case ("POST",):
                fault = _decoded(request, Fault)
                _check_service(fault.service)
                return {"id": self._faults.add(fault)}
            case ("DELETE",):
                self._faults.clear()
                return {"cleared": True}
            case "DELETE", fault_id if fault_id.isdecimal():
                try:
                    self._faults.remove(int(fault_id))
                except KeyError:
                    raise _ControlError(404, f"There is no fault {fault_id}.") from None
                return {"removed": int(fault_id)}
        raise _unsupported(request)

    def _latency(self, request: Request, _: str, parts: list[str]) -> object:
        if request.method != "POST" or parts:
            raise _unsupported(request)
        body = _decoded(request, _LatencyBody)
        _check_service(body.service)
        self._faults.set_latency(body.service, body.seconds)
        return {"service": body.service, "seconds": body.seconds}

    def _switches(self, request: Request, _: str, parts: list[str]) -> object:
        match request.method, *parts:
            case "GET", service:
                return self._switchboard.read(service)
            case "POST", service:
                with self._world.lock:
                    self._switchboard.set(service, _decoded(request, dict[str, object]))
                return self._switchboard.read(service)
        raise _unsupported(request)

    def _objects(self, request: Request, collection: str, parts: list[str]) -> object:
        match request.method, *parts:
            case ("GET",):
                return {collection: self._editor.all_of(collection)}
            case ("POST",):
                return self._editor.add(collection, _decoded(request, Json))
            case "GET", identifier:
                return self._editor.one(collection, identifier)
            case "PATCH", identifier:
                return self._editor.change(collection, identifier, _decoded(request, Json))
            case "DELETE", identifier:
                self._editor.remove(collection, identifier)
                return {"removed": identifier}
        raise _unsupported(request)

    def _members(self, request: Request, _: str, parts: list[str]) -> object:
        match request.method, *parts:
            case "GET", group_id:
                return {"members": self._editor.members(group_id)}
            case "POST", group_id:
                self._editor.add_member(group_id, _decoded(request, _MemberBody).id)
                return {"members": self._editor.members(group_id)}
            case "DELETE", group_id, member_id:
                self._editor.remove_member(group_id, member_id)
                return {"members": self._editor.members(group_id)}
        raise _unsupported(request)

    def _deleted(self, request: Request, _: str, parts: list[str]) -> object:
        match request.method, *parts:
            case "POST", object_id, "restore":
                self._editor.restore(object_id)
                return {"restored": object_id}
        raise _unsupported(request)

    def _vault_secret(self, request: Request, _: str, parts: list[str]) -> object:
        if request.method != "POST" or len(parts) != 1:
            raise _unsupported(request)
        body, now = _decoded(request, _SecretBody), self._world.clock.now()
        attributes = expiring(now + timedelta(days=body.expires_in_days))
        with self._world.lock:
            version = add_version(self._world, parts[0], value=body.value, at=now, attributes=attributes)
        return {"name": parts[0], "version": version["version"]}

    def _client_secret(self, request: Request, _: str, parts: list[str]) -> object:
        if request.method != "POST" or len(parts) != 1:
            raise _unsupported(request)
        body, now = _decoded(request, _SecretBody), self._world.clock.now()
        with self._world.lock:
            application = self._world.tenant.applications.get(parts[0].lower())
            if application is None:
                raise _ControlError(404, f"There is no application {parts[0]}.")
            ends_at = now + timedelta(days=body.expires_in_days)
            application.secrets.append({"value": body.value, "expires_at": ends_at})
            return {"client_id": application.client_id, "secrets": len(application.secrets)}


def _decoded(request: Request, kind: type[T]) -> T:
    try:
        return msgspec.json.decode(request.body, type=kind)
    except msgspec.MsgspecError as error:
        raise _ControlError(400, f"The body is not what {request.method} {request.path} takes: {error}") from None


def _check_service(name: str) -> None:
    if name not in set(ServiceName):
        raise _ControlError(400, f"{name!r} is no service; {', '.join(ServiceName)} are.")


def _unsupported(request: Request) -> _ControlError:
    return _ControlError(405, f"{request.method} {request.path} is not supported.")
