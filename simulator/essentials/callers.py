"""Who calls: the headers ``X-User`` and ``X-Password``, and how many requests a caller has left."""

import hmac
import math
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.essentials.addressbook import AddressBooks
from simulator.essentials.answers import EssentialsError, RefusalKind
from simulator.essentials.call import Caller
from simulator.essentials.login import local_login_is_shut
from simulator.essentials.switches import EssentialsSwitches, RetryAfter
from simulator.world import World

_WINDOW = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Callers:
    """Lets callers in, and no more often than the switches allow."""

    world: World
    switches: EssentialsSwitches
    books: AddressBooks
    recent: dict[str, deque[datetime]] = field(default_factory=dict)
    """When each caller's last requests came, by address."""

    def known(self, headers: Mapping[str, str]) -> Caller:
        """The account that the headers prove. Raises EssentialsError (unauthorized)."""
        address, password = headers.get("x-user", "").strip().lower(), headers.get("x-password", "")
        for organization in self.world.organizations:
            expected = organization.passwords.get(address)
            if expected is None or not hmac.compare_digest(expected.encode(), password.encode()):
                continue
            account = self.books.of(organization).by_primary(address)
            is_shut = self.switches.login_settings_bind_api and local_login_is_shut(organization)
            if account is not None and account.get("is_active", True) and not is_shut:
                return Caller(organization=organization, account=account)
        raise EssentialsError(RefusalKind.UNAUTHORIZED, "Invalid username or password", address)

    def charge(self, caller: Caller) -> None:
        """One request more of this caller. Raises EssentialsError (throttled)."""
        most = self.switches.requests_per_minute
        if most is None:
            return
        now, address = self.world.clock.now(), caller.account["primary_email"].lower()
        recent = self.recent.setdefault(address, deque())
        while recent and recent[0] <= now - _WINDOW:
            recent.popleft()
        if len(recent) < most:
            recent.append(now)
            return
        headers: dict[str, str] = {}
        if self.switches.retry_after is RetryAfter.SECONDS:
            wait = recent[0] + _WINDOW - now if recent else _WINDOW
            headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        raise EssentialsError(RefusalKind.THROTTLED, "Too many requests", address, headers=headers)
