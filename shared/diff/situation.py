"""The situation: both sides, matched and indexed, as every row maker sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.diff.evidence import Evidence
from shared.diff.exempt import exempt_addresses, frozen_objects
from shared.diff.ledger import Ledger, LedgerEntry
from shared.diff.mapping import populate
from shared.diff.matched import Match
from shared.diff.matching import Matching, indexed, match
from shared.diff.options import SyncOptions
from shared.diff.plan import Exemption, SkipReason
from shared.diff.subject import Subject, Wish
from shared.model import Account, AccountType, Address, Directory, EntraId, Organization, Uid

ADDRESS_PROPERTIES = {"mail", "proxyAddresses"}
"""Properties of Graph without which an object's addresses are not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeApplication:
    """The application that the native sync shall read Entra with."""

    application_id: str
    key_version: str
    """Version of its key in Key Vault."""


NO_NATIVE_APPLICATION = NativeApplication(application_id="", key_version="")
"""Where the settings name none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Both sides in one picture."""

    options: SyncOptions
    ledger: Ledger
    directory: Directory
    organization: Organization
    now: datetime
    domains: frozenset[str]
    subjects: Mapping[EntraId, Subject]
    """All living objects in order of id, exempt ones already skipped."""
    matching: Matching
    accounts: Mapping[Uid, Account]
    holders: Mapping[Address, Account]
    """The account that has each address, as primary or alias."""
    protected: tuple[Account, ...]
    """Administrators and the app's own account."""
    accounts_by_type: Mapping[AccountType, int]
    """How many accounts of each type there are, those that there are none of left out; in the order of the types."""
    active_accounts: int
    seats_used: int
    """How many accounts take a seat."""
    exempt: frozenset[Address]
    """Addresses of exemptions that hold now, the native sync's own among them."""
    untouchable: frozenset[Uid]
    """Administrators, the app's own account and whatever is exempt."""
    listed_by: Mapping[Address, tuple[EntraId, ...]]
    """Which living objects list each address: of any kind, managed or not, in scope or not."""
    has_unknown_addresses: bool
    """Whether an object's addresses could not be read: then nothing proves that nobody has an address."""
    deleted_at: Mapping[EntraId, datetime | None]
    """People in Entra's deleted items."""
    evidence: Evidence
    warnings: tuple[str, ...]
    native_application_id: str = ""
    """The application that the native sync shall use; empty where none is set."""
    native_key_version: str = ""
    """The version in Key Vault of that application's key; empty where none is set."""
    handed_over: Mapping[Uid, frozenset[Address]] = field(default_factory=dict)
    """The addresses that ticked chains take from each account: they do not stand in the way of what ends the chain."""

    def match_of(self, subject: Subject) -> Match | None:
        """The match of the subject with its account; None where it has none."""
        return self.matching.by_object.get(subject.id)

    def account_of(self, subject: Subject) -> Account | None:
        """The account that belongs to the subject; None where there is none."""
        found = self.match_of(subject)
        return found.account if found is not None else None

    def entry_of(self, subject: Subject) -> LedgerEntry | None:
        """What the ledger has of the subject and the account that it has now; None where that was never noted."""
        found = self.match_of(subject)
        return found.entry if found is not None else None

    def subject_of(self, account: Account) -> Subject | None:
        """The living object that the account belongs to; None for the account of a missing object and for a stray."""
        entra_id = self.matching.object_of.get(account.uid)
        return self.subjects[entra_id] if entra_id is not None else None

    def owner_of(self, account: Account) -> EntraId | None:
        """The object that the account belongs to, living or by the ledger; None for a stray."""
        return self.matching.object_of.get(account.uid) or self.matching.ledger_owners.get(account.uid)

    def kept_by(self, account: Account) -> tuple[Address, ...]:
        """The addresses of the account but for those that ticked chains take from it."""
        handed_over = self.handed_over.get(account.uid, frozenset())
        return tuple(address for address in account.addresses if address not in handed_over)

    def claimant_of(self, address: Address) -> Subject | None:
        """The one subject that may get the address: whose primary it is, then the lower id; None where nobody may.

        Whether a subject has an account does not count, since an execution changes that: the next search would disagree.
        """
        listing = (self.subjects[entra_id] for entra_id in self.listed_by.get(address, ()))
        claimants = (subject for subject in listing if self._may_claim(subject, address))
        return min(claimants, key=lambda s: (s.addresses is None or s.addresses.primary != address, s.id), default=None)

    def is_claimed_by(self, address: Address, subject: Subject) -> bool:
        """Whether the subject is the one that may get the address."""
        claimant = self.claimant_of(address)
        return claimant is not None and claimant.id == subject.id

    def _may_claim(self, subject: Subject, address: Address) -> bool:
        if not isinstance(subject.verdict, Wish) or subject.addresses is None:
            return False
        account = self.account_of(subject)
        return address in subject.addresses.registered and (account is None or account.uid not in self.untouchable)


def situate(
    *,
    directory: Directory,
    organization: Organization,
    ledger: Ledger,
    exemptions: Iterable[Exemption],
    options: SyncOptions,
    now: datetime,
    evidence: Evidence | None = None,
    native: NativeApplication = NO_NATIVE_APPLICATION,
    ended_native_exemptions: Iterable[Address] = (),
) -> Situation:
    """Match both sides, and freeze what is exempt.

    Exemptions that have ended at ``now`` do not count; the native sync's own exemptions do, save the ended ones.
    ``evidence`` None: Entra was asked about nobody.
    """
    exempt = exempt_addresses(exemptions, organization, now, ended_native=ended_native_exemptions)
    domains = frozenset(domain.name for domain in organization.domains if domain.is_active)
    population = populate(directory, options, domains)
    subjects = {subject.id: subject for subject in population.subjects}
    accounts = indexed(organization.accounts, own=organization.certificate.own_account)
    matching = match(subjects, accounts, ledger, listed_by=population.listed_by)
    frozen = _Frozen(subjects=frozenset(), accounts=frozenset())
    if exempt:
        known = frozen_objects(exempt, ledger)
        owners = {**matching.ledger_owners, **matching.object_of}
        frozen = _frozen(population.subjects, organization.accounts, owners, exempt, known)
    for entra_id in frozen.subjects & subjects.keys():
        subjects[entra_id] = replace(subjects[entra_id], verdict=SkipReason.EXEMPT)
    return Situation(
        options=options,
        ledger=ledger,
        directory=directory,
        organization=organization,
        now=now,
        domains=domains,
        subjects=subjects,
        matching=matching,
        accounts=accounts.by_uid,
        holders=accounts.holders,
        protected=accounts.protected,
        accounts_by_type=accounts.by_type,
        active_accounts=accounts.active,
        seats_used=accounts.seats_used,
        exempt=exempt,
        untouchable=frozenset(account.uid for account in accounts.protected) | frozen.accounts,
        listed_by=population.listed_by,
        has_unknown_addresses=_has_unknown_addresses(directory, population.subjects),
        deleted_at={d.id: d.deleted_at for d in directory.deleted_people},
        evidence=evidence or Evidence(),
        warnings=population.warnings,
        native_application_id=native.application_id.lower(),
        native_key_version=native.key_version,
    )


def _has_unknown_addresses(directory: Directory, subjects: Iterable[Subject]) -> bool:
    if not any(subject.verdict is SkipReason.UNREADABLE for subject in subjects):
        return False
    missing = (one.missing_properties for objects in (directory.people, directory.groups) for one in objects)
    return any(not ADDRESS_PROPERTIES.isdisjoint(properties) for properties in missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frozen:
    subjects: frozenset[EntraId]
    accounts: frozenset[Uid]


def _frozen(
    subjects: Iterable[Subject],
    accounts: Iterable[Account],
    owners: Mapping[Uid, EntraId],
    exempt: frozenset[Address],
    known: frozenset[EntraId],
) -> _Frozen:
    """An exempt address freezes the whole object and the whole account that has it, and ``known``, who had it before."""
    ids = known | {s.id for s in subjects if s.addresses and not exempt.isdisjoint(s.listed)}
    uids = {a.uid for a in accounts if not exempt.isdisjoint(a.addresses)}
    ids |= {owners[uid] for uid in uids if uid in owners}
    uids |= {uid for uid, owner in owners.items() if owner in ids}
    return _Frozen(subjects=frozenset(ids), accounts=frozenset(uids))
