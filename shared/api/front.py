"""What the host's functions call: closed while nobody has decided who may call, and honest where the app cannot be wired."""

from collections.abc import Callable, Mapping

from shared.api.api import Api
from shared.api.authorization import authorization_of
from shared.api.dispatch import health_without_errors, let_in, new_reference, route_of, without_errors
from shared.api.http import ApiRequest, ApiResponse
from shared.api.page import Page
from shared.api.problems import AuthModeError
from shared.api.route import OpenAccess, PageAccess
from shared.api.routes.table import ROUTES
from shared.errors import SyncError
from shared.settings import AuthMode


class Front:
    """Answers every route of the table, whatever state the app is in."""

    def __init__(
        self,
        *,
        api: Callable[[], Api],
        page: Callable[[], Page],
        environment: Mapping[str, str],
        reference: Callable[[], str] = new_reference,
    ) -> None:
        """``api`` is made when first needed and may raise SyncError; ``environment`` is looked at now and at each request."""
        self._api = api
        self._page = page
        self._environment = environment
        self._reference = reference
        self._mode = environment.get("AUTH_MODE", "")

    @property
    def mode(self) -> AuthMode | None:
        """The mode that the host's levels were made for; None where it is none, and every answer is 503."""
        return AuthMode(self._mode) if self._mode in list(AuthMode) else None

    def handle(self, request: ApiRequest) -> ApiResponse:
        """The answer to ``request``; never raises."""
        return without_errors(lambda: self._answer(request), request, self._reference)

    def _answer(self, request: ApiRequest) -> ApiResponse:
        if any(isinstance(route.access, OpenAccess) and route.is_asked_by(request) for route in ROUTES):
            return health_without_errors(lambda: self._reached(request), request, self._reference)
        return self._reached(request)

    def _reached(self, request: ApiRequest) -> ApiResponse:
        self._require_mode()
        route = route_of(request)
        if isinstance(route.access, PageAccess):
            page = self._page()
            return page.asset(request.params["name"]) if "name" in request.params else page.index()
        try:
            api = self._api()
        except SyncError:
            if not isinstance(route.access, OpenAccess):
                # What is wrong with the settings is told to those only who may read them.
                let_in(authorization_of(self._environment), route.access, request)
            raise
        return api.handle(request)

    def _require_mode(self) -> None:
        now = self._environment.get("AUTH_MODE", "")
        if now != self._mode:
            raise AuthModeError(
                f"AUTH_MODE was {self._mode[:40]!r} when the app started and is {now[:40]!r} now.",
                "Restart the app, so that the host asks for what the new mode needs.",
            )
        if self.mode is None:
            authorization_of(self._environment)  # raises, and says what AUTH_MODE takes
