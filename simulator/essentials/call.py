"""One request to the simulated Essentials, after its caller was let in."""

from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from simulator.essentials.answers import EssentialsError, RefusalKind, invalid
from simulator.essentials.fields import ADMIN_TYPES
from simulator.essentials.terms import Terms
from simulator.wire import Response
from simulator.world import EssentialsOrganization, Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The account that calls, and its organization."""

    organization: EssentialsOrganization
    account: Json

    @property
    def is_admin(self) -> bool:
        """Whether it may use the API at all."""
        return self.account.get("type") in ADMIN_TYPES

    @property
    def is_read_only(self) -> bool:
        """Whether it may read only."""
        return bool(self.account.get("read_only_user"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request on its way to a handler."""

    path: str
    """Decoded, below the version, without trailing slash."""
    organization: EssentialsOrganization
    """The one that the path names; the caller's own where it names none."""
    places: tuple[str, ...]
    """What stands in the places that the route leaves open, after the organization's domain."""
    stack_url: str
    """Where the organization's stack is: for the stack that answers, the address that the caller spoke to."""
    caller: Caller
    terms: Terms
    content_type: str
    body: bytes

    def json(self) -> object:
        """The decoded body. Raises EssentialsError (malformed) where it is no JSON or does not say that it is."""
        if "json" not in self.content_type.lower():
            raise EssentialsError(RefusalKind.MALFORMED, "Content-Type must be application/json")
        try:
            content: object = msgspec.json.decode(self.body)
        except msgspec.DecodeError:
            raise EssentialsError(RefusalKind.MALFORMED, "The request body is not valid JSON") from None
        return content

    def json_object(self) -> Json:
        """The decoded body, which is an object. Raises EssentialsError."""
        return as_object(self.json())


Handler = Callable[[Call], Response]


def as_object(content: object) -> Json:
    """The content, which is a JSON object. Raises EssentialsError (invalid)."""
    if not isinstance(content, dict):
        raise invalid("A JSON object is expected here")
    return content
