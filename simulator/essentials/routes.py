"""Every path that the simulated Essentials knows; what is not here is not offered.

Source: the operations of Proofpoint's OpenAPI document as public clients repeat them. Left out are DKIM, verification, identity
providers, e-mail tagging, products, statistics, reporting and tokens: the forms of their answers are not recorded.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

from simulator.essentials import organizations
from simulator.essentials.accounts import Accounts
from simulator.essentials.answers import not_found
from simulator.essentials.azure import AzureSettings, Exemptions
from simulator.essentials.call import Handler
from simulator.essentials.domains import RegisteredDomains
from simulator.essentials.login import LoginSettings
from simulator.essentials.sender_lists import lists_of_accounts, lists_of_groups, lists_of_organization
from simulator.essentials.users import Users
from simulator.faults import FaultBook

_OPEN = "{}"
_ORGANIZATION = "orgs/{}"


class Reach(StrEnum):
    """Whose path it is."""

    CALLER = "caller"
    """Names no organization."""
    OWN_STACK = "own_stack"
    EVERY_STACK = "every_stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One method of one path below the version; the first open place, if any, is a domain."""

    method: str
    pattern: tuple[str, ...]
    reach: Reach
    handler: Handler


class Routes:
    """The table of paths."""

    def __init__(self, *, accounts: Accounts, faults: FaultBook) -> None:
        self._routes = (
            *_general_routes(accounts),
            *_organization_routes(),
            *_user_routes(accounts, faults),
            *_domain_routes(accounts),
            *_settings_routes(accounts),
        )

    def find(self, method: str, path: str) -> tuple[Route, tuple[str, ...]]:
        """The route of this request (its path percent-encoded, without trailing slash), and what stands in its open places.

        Raises EssentialsError (not found), also for a method that the path does not take.
        """
        segments = tuple(unquote(segment) for segment in path.split("/"))
        candidates = [r for r in self._routes if r.method == method and _matches(r.pattern, segments)]
        if not candidates:
            raise not_found("The requested resource was not found", "/".join(segments))
        best = max(candidates, key=lambda route: sum(part != _OPEN for part in route.pattern))
        places = zip(best.pattern, segments, strict=True)
        return best, tuple(segment for part, segment in places if part == _OPEN)


def _matches(pattern: tuple[str, ...], segments: tuple[str, ...]) -> bool:
    return len(pattern) == len(segments) and all(
        bool(segment) if part == _OPEN else part == segment for part, segment in zip(pattern, segments, strict=True)
    )


def _routes(path: str, handlers: Mapping[str, Handler], *, reach: Reach = Reach.OWN_STACK) -> tuple[Route, ...]:
    pattern = tuple(path.split("/"))
    return tuple(
        Route(method=method, pattern=pattern, reach=reach, handler=handler) for method, handler in handlers.items()
    )


def _general_routes(accounts: Accounts) -> tuple[Route, ...]:
    endpoints = organizations.Endpoints(accounts.switches)
    return (
        *_routes("me", {"GET": organizations.show_caller}, reach=Reach.CALLER),
        *_routes("endpoints/{}", {"GET": endpoints.show}, reach=Reach.EVERY_STACK),
        *_routes("billing/{}", {"GET": organizations.show_billing}),
        *_routes("billing/{}/orgs", {"GET": organizations.list_billing_of_children}),
    )


def _organization_routes() -> tuple[Route, ...]:
    itself: Mapping[str, Handler] = {
        "GET": organizations.show_organization,
        "PATCH": organizations.change_organization,
        "DELETE": organizations.refuse_removal,
    }
    licensing: Mapping[str, Handler] = {"GET": organizations.show_licensing, "PUT": organizations.change_licensing}
    features: Mapping[str, Handler] = {"GET": organizations.show_features, "PUT": organizations.change_features}
    return (
        *_routes(_ORGANIZATION, itself),
        *_routes(f"{_ORGANIZATION}/orgs", {"GET": organizations.list_children}),
        *_routes(f"{_ORGANIZATION}/licensing", licensing),
        *_routes(f"{_ORGANIZATION}/package", {"PUT": organizations.change_package}),
        *_routes(f"{_ORGANIZATION}/features", features),
    )


def _user_routes(accounts: Accounts, faults: FaultBook) -> tuple[Route, ...]:
    users = Users(accounts=accounts, faults=faults)
    one: Mapping[str, Handler] = {"GET": users.show, "PUT": users.change, "DELETE": users.remove}
    return (
        *_routes(f"{_ORGANIZATION}/users", {"GET": users.show_all, "POST": users.create}),
        *_routes(f"{_ORGANIZATION}/users/{{}}", one),
        *_routes(f"{_ORGANIZATION}/users/{{}}/sender-lists", lists_of_accounts(accounts).handlers()),
        *_routes(f"{_ORGANIZATION}/groups/{{}}/sender-lists", lists_of_groups().handlers()),
        *_routes(f"{_ORGANIZATION}/sender-lists", lists_of_organization().handlers()),
    )


def _domain_routes(accounts: Accounts) -> tuple[Route, ...]:
    registered = RegisteredDomains(world=accounts.world, switches=accounts.switches)
    one: Mapping[str, Handler] = {"GET": registered.show, "PUT": registered.change, "DELETE": registered.remove}
    return (
        *_routes(f"{_ORGANIZATION}/domains", {"GET": registered.show_all, "POST": registered.create}),
        *_routes(f"{_ORGANIZATION}/domains/{{}}", one),
    )


def _settings_routes(accounts: Accounts) -> tuple[Route, ...]:
    azure, exemptions = AzureSettings(accounts.switches), Exemptions(accounts.switches)
    login, sign_in = LoginSettings(accounts.switches), f"{_ORGANIZATION}/authentication/settings"
    settings = f"{_ORGANIZATION}/settings/azure"
    return (
        *_routes(settings, {"GET": azure.show, "PUT": azure.change, "DELETE": azure.reset}),
        *_routes(f"{settings}/exemptions", {"GET": exemptions.show, "PUT": exemptions.add, "DELETE": exemptions.clear}),
        *_routes(f"{settings}/exemptions/{{}}", {"DELETE": exemptions.remove}),
        *_routes(f"{sign_in}/login", {"GET": login.show, "PUT": login.change}),
        *_routes(f"{sign_in}/mfa", {"GET": login.show_mfa, "PUT": login.change_mfa}),
    )
