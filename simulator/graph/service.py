"""The simulated Microsoft Graph as one service: token, route, throttle, permission, handler, and Graph's own envelope."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import replace

from simulator.faults import FaultBook
from simulator.graph.answers import GraphError, error_answer, forbidden
from simulator.graph.batch import Batch
from simulator.graph.call import VERSION, Call, Caller, parse_target
from simulator.graph.directory import LaggingDirectory
from simulator.graph.listing import Parts
from simulator.graph.paging import Pager
from simulator.graph.routes import Routes
from simulator.graph.switches import GraphSwitches
from simulator.graph.throttling import Throttle, cost_of
from simulator.tokens import TokenAuthority, TokenRefusal
from simulator.wire import Request, Response, ServiceName
from simulator.world import World


class GraphService:
    """Microsoft Graph v1.0, as far as directories are read."""

    name: str = ServiceName.GRAPH

    def __init__(
        self,
        *,
        world: World,
        tokens: TokenAuthority,
        faults: FaultBook,
        switches: GraphSwitches | None = None,
        chance: random.Random | None = None,
    ) -> None:
        """``chance`` shuffles batches and makes tokens and request ids; seeded, so that runs repeat."""
        self.switches = switches or GraphSwitches()
        self._world = world
        self._tokens = tokens
        self._chance = chance or random.Random(0)
        self._throttle = Throttle(world=world, switches=self.switches)
        self._routes = Routes(
            Parts(
                world=world,
                switches=self.switches,
                pager=Pager(switches=self.switches, chance=self._chance),
                index=LaggingDirectory(world),
                chance=self._chance,
            )
        )
        self._batch = Batch(faults=faults, carry_out=self._carry_out, refuse=self._refusal)

    def handle(self, request: Request) -> Response:
        """Answer one request; one at a time, so that every answer sees one state of the world."""
        with self._world.lock:
            client_id = request.headers.get("client-request-id", "")
            try:
                call = self._accepted(request)
                if call.target.path == "/$batch":
                    return self._batch.handle(call, self._chance)
            except GraphError as error:
                return self._answered(error, client_id)
            return self._carry_out(call)

    def _accepted(self, request: Request) -> Call:
        """The request as a call of a known application. Raises GraphError (404, 401, 400)."""
        if not request.raw_path.startswith(f"{VERSION}/"):
            message = f"Resource not found: '{request.path}' is not a path of {VERSION}."
            raise GraphError(status=404, code="ResourceNotFound", message=message)
        caller = self._caller(request.headers.get("authorization"), audience=request.origin)
        return Call(
            method=request.method,
            target=parse_target(request.raw_path.removeprefix(VERSION)),
            headers=request.headers,
            body=request.body,
            origin=request.origin,
            caller=caller,
        )

    def _caller(self, authorization: str | None, *, audience: str) -> Caller:
        verdict = self._tokens.verify_header(authorization, audience)
        if isinstance(verdict, TokenRefusal):
            raise GraphError(
                status=401,
                code="InvalidAuthenticationToken",
                message=verdict.message,
                headers={"WWW-Authenticate": 'Bearer realm=""'},
            )
        return Caller(app_id=verdict.client_id, roles=verdict.roles)

    def _carry_out(self, call: Call) -> Response:
        """The answer to one call, alone or in a batch."""
        headers: dict[str, str] = {}
        try:
            route, ids = self._routes.find(call.method, call.target.path)
            if route.cost:
                headers = self._throttle.charge(call, cost_of(route.cost, call.options))
            if not route.access.allows(call.caller.roles):
                raise forbidden()
            response = route.handler(replace(call, ids=ids))
        except GraphError as error:
            return self._refusal(call, error, headers)
        return self._marked(response, call.headers.get("client-request-id", ""), headers)

    def _refusal(self, call: Call, error: GraphError, headers: Mapping[str, str] | None = None) -> Response:
        return self._answered(error, call.headers.get("client-request-id", ""), headers)

    def _answered(self, error: GraphError, client_id: str, headers: Mapping[str, str] | None = None) -> Response:
        request_id = self._id()
        response = error_answer(
            error,
            now=self._world.clock.now(),
            request_id=request_id,
            client_request_id=client_id or request_id,
            inner_name="innererror" if self.switches.lower_case_inner_error else "innerError",
        )
        return self._marked(response, client_id, headers, request_id=request_id)

    def _marked(
        self, response: Response, client_id: str, headers: Mapping[str, str] | None, *, request_id: str = ""
    ) -> Response:
        """The answer with the headers that every answer of Graph has."""
        own = request_id or self._id()
        marks = {"request-id": own, "client-request-id": client_id or own, "OData-Version": "4.0"}
        return replace(response, headers={**response.headers, **marks, **(headers or {})})

    def _id(self) -> str:
        return str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
