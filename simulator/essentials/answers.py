"""Essentials' answers: JSON bodies, and refusals in Essentials' own envelope."""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from simulator.essentials.switches import EssentialsSwitches
from simulator.wire import Response
from simulator.world import Json

_JSON = {"Content-Type": "application/json; charset=utf-8"}


class RefusalKind(StrEnum):
    """Why a request or an item of a batch is refused; the switches say which status some of these have."""

    MALFORMED = "malformed"
    INVALID = "invalid"
    UNAUTHORIZED = "unauthorized"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    DUPLICATE = "duplicate"
    CAP_REACHED = "cap_reached"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"


_FIXED_STATUS = {
    RefusalKind.MALFORMED: 400,
    RefusalKind.UNAUTHORIZED: 401,
    RefusalKind.FORBIDDEN: 403,
    RefusalKind.NOT_FOUND: 404,
    RefusalKind.TOO_LARGE: 413,
    RefusalKind.THROTTLED: 429,
}


class EssentialsError(Exception):
    """A refusal on its way to becoming an answer; ``identifier`` is the address or name that it is about."""

    def __init__(
        self, kind: RefusalKind, message: str, identifier: str = "", *, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.identifier = identifier
        self.headers = headers or {}

    def status(self, switches: EssentialsSwitches) -> int:
        """The HTTP status under these switches."""
        match self.kind:
            case RefusalKind.INVALID:
                return switches.invalid_status
            case RefusalKind.DUPLICATE:
                return switches.duplicate_status
            case RefusalKind.CAP_REACHED:
                return switches.user_cap_status
            case _:
                return _FIXED_STATUS[self.kind]

    def entry(self, switches: EssentialsSwitches) -> Json:
        """The refusal as an entry of ``errors``."""
        return {"status": self.status(switches), "error_message": self.message, "identifier": self.identifier}

    def answer(self, switches: EssentialsSwitches) -> Response:
        """The refusal as the answer to a whole request."""
        body = {"errors": [self.entry(switches)]}
        return answer(body, status=self.status(switches), headers=self.headers)


def answer(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    return Response(status=status, headers={**_JSON, **(headers or {})}, body=msgspec.json.encode(body))


def no_content() -> Response:
    """The answer to a PUT, PATCH or DELETE that took effect."""
    return Response(status=204)


def invalid(message: str, identifier: str = "") -> EssentialsError:
    """The refusal of a field that cannot have this value."""
    return EssentialsError(RefusalKind.INVALID, message, identifier)


def duplicate(address: str) -> EssentialsError:
    """The refusal of an address or name that somebody has."""
    return EssentialsError(RefusalKind.DUPLICATE, "Address is already in use", address)


def forbidden(message: str, identifier: str = "") -> EssentialsError:
    """The refusal of a caller who may not do this."""
    return EssentialsError(RefusalKind.FORBIDDEN, message, identifier)


def not_found(message: str, identifier: str = "") -> EssentialsError:
    """The refusal of a path, organization, domain or account that is not there."""
    return EssentialsError(RefusalKind.NOT_FOUND, message, identifier)
