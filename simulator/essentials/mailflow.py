"""Where mail really goes: the mail platform learns of writes late, while reads over the API show them at once.

Source: Proofpoint's "How to add and manage users" (60 minutes for new users) and reseller guides (about half an hour for other
changes, 20 minutes for a conversion to a functional account).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from simulator.essentials.addressbook import AccountKey, AddressBooks, addresses_of, key_of
from simulator.world import EssentialsOrganization, Json, World

NEW_ACCOUNT_LAG = timedelta(minutes=60)
CHANGE_LAG = timedelta(minutes=30)
CONVERSION_LAG = timedelta(minutes=20)


def live_addresses(account: Json) -> frozenset[str]:
    """The addresses that get mail once everybody knows: none of an inactive account."""
    return addresses_of(account) if account.get("is_active", True) else frozenset()


@dataclass(slots=True, kw_only=True)
class _Route:
    """Where an address leads: to ``now`` until the first of ``coming``; uids, None for nowhere."""

    now: int | None
    coming: list[tuple[datetime, int | None]] = field(default_factory=list)

    def leads_to(self, moment: datetime) -> int | None:
        while self.coming and self.coming[0][0] <= moment:
            self.now = self.coming.pop(0)[1]
        return self.now

    def change(self, effective_at: datetime, uid: int | None) -> None:
        """From then on; whatever was to come later no longer comes."""
        self.coming = [entry for entry in self.coming if entry[0] < effective_at]
        self.coming.append((effective_at, uid))


class MailFlow:
    """Which account gets the mail for an address, by the world's clock.

    Addresses that the API never changed lead to whoever has them.
    """

    def __init__(self, *, world: World, books: AddressBooks) -> None:
        self._world = world
        self._books = books
        self._routes: dict[str, _Route] = {}
        self._flows_from: dict[AccountKey, datetime] = {}

    def recipient(self, address: str) -> int | None:
        """The uid of the account that mail to this address reaches now; None where it is rejected."""
        with self._world.lock:
            self._books.distrust()
            route = self._routes.get(address.lower())
            return self._holder(address) if route is None else route.leads_to(self._world.clock.now())

    def added(self, organization: EssentialsOrganization, account: Json) -> None:
        """A new account: its mail flows in an hour."""
        effective_at = self._world.clock.now() + NEW_ACCOUNT_LAG
        self._flows_from[key_of(organization, account)] = effective_at
        self._lead(live_addresses(account), was=None, becomes=account["uid"], effective_at=effective_at)

    def changed(
        self,
        organization: EssentialsOrganization,
        account: Json,
        *,
        before: frozenset[str],
        lag: timedelta = CHANGE_LAG,
    ) -> None:
        """An account whose live addresses were ``before``: what it lost and what it got changes after ``lag``."""
        uid, effective_at, after = account["uid"], self._world.clock.now() + lag, live_addresses(account)
        self._lead(before - after, was=uid, becomes=None, effective_at=effective_at)
        flows_from = max(effective_at, self._flows_from.get(key_of(organization, account), effective_at))
        self._lead(after - before, was=None, becomes=uid, effective_at=flows_from)

    def removed(self, account: Json) -> None:
        """A deleted account: its mail ends with the next round of changes."""
        effective_at = self._world.clock.now() + CHANGE_LAG
        self._lead(live_addresses(account), was=account["uid"], becomes=None, effective_at=effective_at)

    def _lead(self, addresses: Iterable[str], *, was: int | None, becomes: int | None, effective_at: datetime) -> None:
        for address in addresses:
            route = self._routes.setdefault(address, _Route(now=was))
            route.leads_to(self._world.clock.now())
            route.change(effective_at, becomes)

    def _holder(self, address: str) -> int | None:
        for organization in self._world.organizations:
            book = self._books.of(organization)
            book.refresh()
            account = book.holder(address)
            if account is not None:
                return int(account["uid"]) if account.get("is_active", True) else None
        return None
