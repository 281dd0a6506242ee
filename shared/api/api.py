"""The JSON API over the engine's commands."""

from collections.abc import Callable
from functools import cached_property

import msgspec

from shared.api.authorization import Authorization
from shared.api.dispatch import body_of, health_without_errors, let_in, new_reference, route_of, without_errors
from shared.api.handlers import Call
from shared.api.http import JSON, ApiRequest, ApiResponse, answer
from shared.api.openapi import describe
from shared.api.problems import NoSuchRouteError
from shared.api.route import DescriptionAccess, OpenAccess, PageAccess, RoleAccess
from shared.engine.commands import AdministrationCommands, Commands


class Api:
    """Answers every route of the table but the page's."""

    def __init__(
        self,
        *,
        commands: Commands,
        administration: Callable[[], AdministrationCommands],
        authorization: Authorization,
        reference: Callable[[], str] = new_reference,
    ) -> None:
        self._commands = commands
        self._administration = administration
        self._authorization = authorization
        self._reference = reference

    def handle(self, request: ApiRequest) -> ApiResponse:
        """The answer to ``request``; never raises."""
        return without_errors(lambda: self._answer(request), request, self._reference)

    def _answer(self, request: ApiRequest) -> ApiResponse:
        access = route_of(request).access
        match access:
            case PageAccess():
                raise NoSuchRouteError("The page is not served here.", "The front of the app has it.")
            case OpenAccess(handle=handle):
                return health_without_errors(lambda: handle(self._commands), request, self._reference)
            case DescriptionAccess():
                let_in(self._authorization, access, request)
                return answer(200, JSON, self._description)
            case RoleAccess():
                caller = let_in(self._authorization, access, request)
                body = body_of(access, request)
                call = Call(
                    commands=self._commands,
                    administration=self._administration(),
                    caller=caller,
                    request=request,
                    body=body,
                )
                return access.handle(call)

    @cached_property
    def _description(self) -> bytes:
        return msgspec.json.encode(describe())
