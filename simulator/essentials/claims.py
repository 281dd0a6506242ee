"""Which addresses an account may have: registered, and nobody else's."""

from dataclasses import dataclass
from datetime import timedelta

from simulator.essentials.addressbook import AddressBooks, addresses_of, aliases_of
from simulator.essentials.answers import duplicate, invalid
from simulator.essentials.fields import ADMIN_TYPES
from simulator.essentials.mailflow import MailFlow, live_addresses
from simulator.essentials.switches import AddressInUse, EssentialsSwitches
from simulator.world import EssentialsOrganization, Json, World


@dataclass(frozen=True, slots=True, kw_only=True)
class Takeover:
    """An address that another account is to lose."""

    address: str
    holder: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """Judges the addresses that an account is to have, and takes them from others where the switches allow it."""

    world: World
    switches: EssentialsSwitches
    books: AddressBooks
    mail: MailFlow

    def claim(
        self, organization: EssentialsOrganization, wanted: Json, *, present: Json | None
    ) -> tuple[Takeover, ...]:
        """What others are to lose for ``wanted``; addresses that the account (None: a new one) has are not judged anew.

        Raises EssentialsError (invalid, duplicate) naming the address.
        """
        own = frozenset[str]() if present is None else addresses_of(present)
        listed = _listed(wanted)
        news = [address for address in listed if address.lower() not in own]
        if present is None or sorted(listed) != sorted(_listed(present)):
            self._refuse_repetition(listed)
        if news:
            self.books.of(organization).refresh()
        return tuple(takeover for address in news for takeover in self._judged(organization, address))

    def take_over(self, organization: EssentialsOrganization, takeovers: tuple[Takeover, ...]) -> None:
        """The holders have lost the addresses; one without any is gone."""
        for takeover in takeovers:
            holder, before = takeover.holder, live_addresses(takeover.holder)
            left = [a for a in aliases_of(holder) if a.lower() != takeover.address.lower()]
            if holder["primary_email"].lower() != takeover.address.lower():
                holder["alias_emails"] = left
            elif left:
                holder["primary_email"], holder["alias_emails"] = left[0], left[1:]
            else:
                self._drop(organization, holder)
                continue
            self.books.of(organization).note(holder)
            self.mail.changed(organization, holder, before=before)

    def discard(self, organization: EssentialsOrganization, account: Json) -> None:
        """The account is gone; its addresses are free at once or after a while."""
        self._drop(organization, account)
        if self.switches.deletion_reserves_seconds:
            until = self.world.clock.now() + timedelta(seconds=self.switches.deletion_reserves_seconds)
            self.books.of(organization).reserve(addresses_of(account), until=until)

    def _drop(self, organization: EssentialsOrganization, account: Json) -> None:
        del organization.users[account["uid"]]
        organization.passwords.pop(account["primary_email"].lower(), None)
        self.books.of(organization).forget(account["uid"])
        self.mail.removed(account)

    def _judged(self, organization: EssentialsOrganization, address: str) -> tuple[Takeover, ...]:
        """Empty where the address is free."""
        if address.lower().partition("@")[2] not in organization.domains:
            raise invalid("The domain of the address is not registered", address)
        book = self.books.of(organization)
        if book.is_reserved(address, now=self.world.clock.now()):
            raise duplicate(address)
        holder = book.holder(address)
        if holder is None:
            return ()
        if not self._may_lose(holder, address):
            raise duplicate(address)
        return (Takeover(address=address, holder=holder),)

    def _may_lose(self, holder: Json, address: str) -> bool:
        if self.switches.address_in_use is AddressInUse.MOVED:
            return holder.get("type") not in ADMIN_TYPES
        is_alias = holder["primary_email"].lower() != address.lower()
        return self.switches.deactivation_frees_aliases and is_alias and not holder.get("is_active", True)

    @staticmethod
    def _refuse_repetition(listed: list[str]) -> None:
        seen: set[str] = set()
        for address in listed:
            if address.lower() in seen:
                raise duplicate(address)
            seen.add(address.lower())


def _listed(account: Json) -> list[str]:
    return [account["primary_email"], *aliases_of(account)]
