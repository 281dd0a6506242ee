"""What all parts of a new company are made with."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from simulator.company.addresses import AddressBook, Domains
from simulator.company.draw import Draw
from simulator.company.licences import Catalogue
from simulator.world import Json, Tenant


class Kind(StrEnum):
    """What a user of the tenant is in the company."""

    EMPLOYEE = "employee"
    UNLICENSED = "unlicensed"
    DISABLED = "disabled"
    WITHOUT_MAIL = "without_mail"
    GUEST = "guest"
    SHARED = "shared"
    ROOM = "room"
    EQUIPMENT = "equipment"


MAILBOXES = (Kind.SHARED, Kind.ROOM, Kind.EQUIPMENT)
"""Kinds of mailbox that nobody owns."""


@dataclass(slots=True, kw_only=True)
class Founding:
    """A company in the making."""

    draw: Draw
    domains: Domains
    book: AddressBook
    catalogue: Catalogue
    tenant: Tenant
    as_of: datetime
    users_by_kind: dict[Kind, list[Json]] = field(default_factory=lambda: {kind: [] for kind in Kind})

    def staff(self) -> list[Json]:
        """The people who work here, whatever their licence."""
        return self.users_by_kind[Kind.EMPLOYEE] + self.users_by_kind[Kind.UNLICENSED]

    def mail_domain(self) -> str:
        """A domain for a mailbox: mostly the primary one."""
        domains = self.domains
        return self.draw.pick_by_weight((domains.primary, domains.second, domains.unregistered), (86, 11, 3))
