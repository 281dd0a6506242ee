"""The simulated Proofpoint Essentials as one service: caller, route, organization, handler, and Essentials' own envelope."""

from urllib.parse import unquote

from simulator.essentials.accounts import Accounts
from simulator.essentials.addressbook import AddressBooks
from simulator.essentials.answers import EssentialsError, RefusalKind, forbidden, not_found
from simulator.essentials.call import Call, Caller
from simulator.essentials.callers import Callers
from simulator.essentials.claims import Claims
from simulator.essentials.mailflow import MailFlow
from simulator.essentials.native_sync import NativeSync
from simulator.essentials.routes import Reach, Route, Routes
from simulator.essentials.switches import EssentialsSwitches
from simulator.essentials.terms import Terms
from simulator.faults import FaultBook
from simulator.wire import Request, Response, ServiceName
from simulator.world import EssentialsOrganization, World

VERSION = "/api/v1"


class EssentialsService:
    """The Essentials API v1 of one stack, over the world's organizations."""

    name = ServiceName.ESSENTIALS

    def __init__(
        self,
        *,
        world: World,
        faults: FaultBook,
        switches: EssentialsSwitches | None = None,
        stack: str | None = None,
    ) -> None:
        """``stack`` None: that of the first organization."""
        self.switches = switches or EssentialsSwitches()
        self._world = world
        self._stack = stack
        self._books = books = AddressBooks()
        self.mail_flow = MailFlow(world=world, books=books)
        accounts = Accounts(
            world=world,
            switches=self.switches,
            books=books,
            mail=self.mail_flow,
            claims=Claims(world=world, switches=self.switches, books=books, mail=self.mail_flow),
            made_by_api=set(),
        )
        self.native_sync = NativeSync(accounts)
        self._callers = Callers(world=world, switches=self.switches, books=books)
        self._routes = Routes(accounts=accounts, faults=faults)

    def handle(self, request: Request) -> Response:
        """Answer one request; one at a time, so that every answer sees one state of the world."""
        with self._world.lock:
            self._books.distrust()
            try:
                return self._carried_out(request)
            except EssentialsError as refusal:
                return refusal.answer(self.switches)

    def _carried_out(self, request: Request) -> Response:
        """The answer of the route's handler. Raises EssentialsError."""
        raw = request.raw_path.partition("?")[0].partition("#")[0]
        if not raw.startswith(f"{VERSION}/"):
            raise not_found("The requested resource was not found", unquote(raw))
        caller = self._callers.known(request.headers)
        self._callers.charge(caller)
        path = raw.removesuffix("/")
        route, places = self._routes.find(request.method, path.removeprefix(f"{VERSION}/"))
        organization = self._reached(route, caller, places)
        self._check_rights(route, caller, organization, request)
        call = Call(
            path=unquote(path),
            organization=organization,
            places=places[1:],
            stack_url=self._stack_url(organization, request.origin),
            caller=caller,
            terms=Terms.of(request.headers),
            content_type=request.headers.get("content-type", ""),
            body=request.body,
        )
        return route.handler(call)

    def _reached(self, route: Route, caller: Caller, places: tuple[str, ...]) -> EssentialsOrganization:
        """The organization that the request is about. Raises EssentialsError (not found, unauthorized)."""
        is_local = caller.organization.stack == self._own_stack()
        if route.reach is not Reach.EVERY_STACK and not is_local:
            raise EssentialsError(
                RefusalKind.UNAUTHORIZED, "Invalid username or password", caller.account["primary_email"]
            )
        if route.reach is Reach.CALLER:
            return caller.organization
        domain = places[0].lower()
        for organization in self._world.organizations:
            is_visible = route.reach is Reach.EVERY_STACK or organization.stack == self._own_stack()
            if is_visible and (domain in organization.domains or domain == organization.primary_domain.lower()):
                return organization
        raise not_found("Organization was not found", places[0])

    def _check_rights(
        self, route: Route, caller: Caller, organization: EssentialsOrganization, request: Request
    ) -> None:
        """Whether the caller may do this there. Raises EssentialsError (forbidden, too large)."""
        address = caller.account["primary_email"]
        if not caller.is_admin:
            raise forbidden("Administrator privileges are required", address)
        if organization is not caller.organization and route.reach is not Reach.EVERY_STACK:
            raise forbidden("You do not have access to this organization", address)
        if caller.is_read_only and request.method != "GET":
            raise forbidden("You have read-only access", address)
        largest = self.switches.largest_body_bytes
        if largest is not None and len(request.body) > largest:
            raise EssentialsError(RefusalKind.TOO_LARGE, f"A request body holds at most {largest} bytes")

    def _stack_url(self, organization: EssentialsOrganization, origin: str) -> str:
        is_local = organization.stack == self._own_stack()
        return origin if is_local else f"https://{organization.stack}.proofpointessentials.com"

    def _own_stack(self) -> str | None:
        """The stack that is served; None where there is no organization at all."""
        if self._stack is not None or not self._world.organizations:
            return self._stack
        return self._world.organizations[0].stack
