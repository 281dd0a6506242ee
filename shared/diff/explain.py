"""Why an address is as it is: where it was found, and the path of rules from there to the rows of a stored plan. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.diff.ledger import Ledger, LedgerEntry
from shared.diff.plan import Adoption, Change, Exemption, ObjectKind, Plan, Skipped, SkipReason
from shared.model import Address, EntraId, Uid

_VERDICTS: Mapping[SkipReason, str] = {
    SkipReason.GUEST: "Skipped: a guest has no mailbox here (userType Guest, or #EXT# in the sign-in name).",
    SkipReason.NO_MAIL: "Skipped: Entra has no mail address for it.",
    SkipReason.NOT_MANAGED: "Left alone: SYNC_WHAT, SYNC_DISABLED_AS or SYNC_UNLICENSED_AS leave this kind out.",
    SkipReason.OUT_OF_SCOPE: "Left alone: it is in none of the groups of SYNC_GROUP_SCOPE.",
    SkipReason.PURPOSE_UNKNOWN: "Left alone: it may be a leaver or a shared mailbox; grant MailboxSettings.Read to tell.",
    SkipReason.UNREADABLE: "Left alone: Graph left out properties of it.",
    SkipReason.EXEMPT: "Frozen: an address of it or of its account is exempt.",
}
_MANAGED = "Managed and in scope: its account is kept true to it."


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundObject:
    """An Entra object that has the address, or had it."""

    entra_id: EntraId
    kind: ObjectKind | None
    """None where neither plan nor ledger says it."""
    name: str
    scope: str
    """Whether it is managed and in scope, in words; empty where the plan has nothing of it."""
    uid: Uid | None
    """The account that belongs to it; None where it has none."""
    match: str
    """What that rests on, in words; empty where it has none."""
    missing_since: datetime | None
    """First certified read that missed the object; None while it is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """The plan that an explanation rests on."""

    plan_id: str
    directory_read_at: datetime
    organization_read_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The path of rules of one address, as of the plan's reads."""

    address: Address
    found: tuple[str, ...]
    """Where the address was found, in words; empty: nowhere."""
    objects: tuple[FoundObject, ...]
    rows: tuple[Change, ...]
    """Changes of the plan that are about the address, its objects or their accounts, in the plan's order."""
    exemption: Exemption | None
    """The exemption that freezes it; None where none of ours does."""
    basis: Basis | None
    """None where no search has made a plan yet: then the ledger alone speaks."""


def explain(
    address: Address,
    *,
    plan: Plan | None,
    plan_id: str,
    ledger: Ledger,
    exemptions: Iterable[Exemption],
) -> Explanation:
    """What plan, ledger and exemptions say of ``address``; nothing is read from the services."""
    known = _Known(plan, ledger)
    ids = known.objects_with(address)
    uids = {uid for entra_id in ids if (uid := known.uid_of(entra_id)) is not None}
    rows = tuple(
        change
        for change in known.changes
        if address in _addresses(change) or change.entra_id in ids or (change.uid is not None and change.uid in uids)
    )
    related = {address}.union(*(known.listed(entra_id) for entra_id in ids))
    # The address's own exemption first: it is the one to end.
    frozen_by = sorted((e for e in exemptions if e.address in related), key=lambda e: (e.address != address, e.address))
    return Explanation(
        address=address,
        found=tuple(known.places_of(address)),
        objects=tuple(known.told(entra_id) for entra_id in sorted(ids)),
        rows=rows,
        exemption=frozen_by[0] if frozen_by else None,
        basis=None
        if plan is None
        else Basis(
            plan_id=plan_id,
            directory_read_at=plan.directory_certificate.read_at,
            organization_read_at=plan.organization_certificate.read_at,
        ),
    )


class _Known:
    """A plan and a ledger, indexed by object."""

    def __init__(self, plan: Plan | None, ledger: Ledger) -> None:
        self.changes: tuple[Change, ...] = plan.changes if plan is not None else ()
        self._entries = ledger.entries
        self._skipped: dict[EntraId, Skipped] = {}
        self._adoptions: dict[EntraId, Adoption] = {}
        self._listed: Mapping[EntraId, tuple[Address, ...]] = {}
        if plan is not None:
            self._skipped = {row.entra_id: row for row in plan.skipped}
            self._adoptions = {adoption.entra_id: adoption for adoption in plan.adoptions}
            self._listed = plan.listed
        self._protected = frozenset(plan.protected) if plan is not None else frozenset()
        self._by_object: dict[EntraId, Change] = {}
        for change in self.changes:
            if change.entra_id is not None:
                self._by_object.setdefault(change.entra_id, change)

    def listed(self, entra_id: EntraId) -> frozenset[Address]:
        """All addresses that Entra lists for the object, or did when it was last seen, with its account's primary."""
        found: set[Address] = set(self._listed.get(entra_id, ()))
        if entra_id in self._adoptions:
            found.update(self._adoptions[entra_id].entra_addresses, (self._adoptions[entra_id].address,))
        skipped, entry = self._skipped.get(entra_id), self._entries.get(entra_id)
        if skipped is not None and skipped.address is not None:
            found.add(skipped.address)
        if entry is not None:
            found.update(entry.addresses)
            if entry.address is not None:
                found.add(entry.address)
        return frozenset(found)

    def objects_with(self, address: Address) -> frozenset[EntraId]:
        """The objects that have the address, or had it."""
        everyone = {*self._listed, *self._adoptions, *self._skipped, *self._entries}
        return frozenset(entra_id for entra_id in everyone if address in self.listed(entra_id))

    def uid_of(self, entra_id: EntraId) -> Uid | None:
        """The account that belongs to the object; None where it has none."""
        if entra_id in self._adoptions:
            return self._adoptions[entra_id].uid
        change, entry = self._by_object.get(entra_id), self._entries.get(entra_id)
        if change is not None and change.uid is not None:
            return change.uid
        return entry.uid if entry is not None else None

    def told(self, entra_id: EntraId) -> FoundObject:
        """The object with what is known of it."""
        skipped, change = self._skipped.get(entra_id), self._by_object.get(entra_id)
        adoption, entry = self._adoptions.get(entra_id), self._entries.get(entra_id)
        kinds = [row.kind for row in (skipped, change, adoption, entry) if row is not None]
        scope = ""
        if skipped is not None:
            scope = _VERDICTS[skipped.reason]
        elif adoption is not None or change is not None:
            scope = _MANAGED
        return FoundObject(
            entra_id=entra_id,
            kind=next((kind for kind in kinds if kind is not None), None),
            name=next((row.name for row in (skipped, change) if row is not None), ""),
            scope=scope,
            uid=self.uid_of(entra_id),
            match=_match(adoption, change, entry),
            missing_since=entry.missing_since if entry is not None else None,
        )

    def places_of(self, address: Address) -> Iterable[str]:
        """Where the address is, in words."""
        if any(address in addresses for addresses in self._listed.values()) or any(
            address in adoption.entra_addresses for adoption in self._adoptions.values()
        ):
            yield "in Entra, as an address of an object that the plan manages"
        if any(row.address == address for row in self._skipped.values()):
            yield "in Entra, as the primary address of an object that the plan leaves alone"
        if any(address == adoption.address for adoption in self._adoptions.values()):
            yield "in Essentials, as the primary address of an account that belongs to an object"
        if any(change.uid is not None and address in _held(change) for change in self.changes):
            yield "in Essentials, on an account that the plan changes"
        if address in self._protected:
            yield "in Essentials, on an account that is never touched: an administrator's, or the app's own"
        noted = [note for entry in self._entries.values() if (note := entry.addresses.get(address)) is not None]
        if any(note.missing_since is None for note in noted):
            yield "in the ledger, as an address that Entra or this app gave to its account"
        elif noted:
            yield "in the ledger, as an address that no object has any more"


def _match(adoption: Adoption | None, change: Change | None, entry: LedgerEntry | None) -> str:
    if entry is not None and entry.uid is not None and (adoption is None or adoption.uid == entry.uid):
        return "The ledger says which account belongs to this object."
    if adoption is not None:
        return (
            f"An account has the object's address {adoption.address}; the next execution notes that it belongs to it."
        )
    return "The row of the plan names the account." if change is not None and change.uid is not None else ""


def _held(change: Change) -> frozenset[Address]:
    """Addresses that the account of a change has before it."""
    before = {*(change.before.alias_emails or ()), change.address}
    if change.before.primary_email is not None:
        before.add(change.before.primary_email)
    return frozenset(before)


def _addresses(change: Change) -> frozenset[Address]:
    """Addresses that a change is about."""
    after = {*(change.after.alias_emails or ())}
    if change.after.primary_email is not None:
        after.add(change.after.primary_email)
    return _held(change) | after
