"""The situation: both sides, matched and indexed, as every row maker sees it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.diff.evidence import Evidence
from shared.diff.exempt import exempt_addresses, frozen_objects
from shared.diff.ledger import Ledger, LedgerEntry
from shared.diff.mapping import populate
from shared.diff.matching import Matching, match
from shared.diff.options import SyncOptions
from shared.diff.plan import Exemption, SkipReason
from shared.diff.subject import Subject, Wish
from shared.model import Account, Address, Directory, EntraId, Group, Organization, Person, Uid

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
    holders: Mapping[Address, Account]
    """The account that has each address, as primary or alias."""
    exempt: frozenset[Address]
    """Addresses of exemptions that hold now, the native sync's own among them."""
    untouchable: frozenset[Uid]
    """Administrators, the app's own account and whatever is exempt."""
    claims: Mapping[Address, EntraId]
    """The one subject that may get each registered address; others that list it too have to do without."""
    listed_by: Mapping[Address, tuple[EntraId, ...]]
    """Which living objects list each address: of any kind, managed or not, in scope or not."""
    has_unknown_addresses: bool
    """Whether an object's addresses could not be read: then nothing proves that nobody has an address."""
    deleted_at: Mapping[EntraId, datetime | None]
    """People in Entra's deleted items."""
    evidence: Evidence
    ledger_owners: Mapping[Uid, EntraId]
    """Which object the ledger gives each account to."""
    warnings: tuple[str, ...]
    native_application_id: str = ""
    """The application that the native sync shall use; empty where none is set."""
    native_key_version: str = ""
    """The version in Key Vault of that application's key; empty where none is set."""
    handed_over: Mapping[Uid, frozenset[Address]] = field(default_factory=dict)
    """The addresses that ticked chains take from each account: they do not stand in the way of what ends the chain."""

    def account_of(self, subject: Subject) -> Account | None:
        """The account that belongs to the subject; None where there is none."""
        found = self.matching.by_object.get(subject.id)
        return found.account if found else None

    def entry_of(self, subject: Subject) -> LedgerEntry | None:
        """What the ledger has of the subject and the account that it has now; None where that was never noted."""
        entry = self.ledger.entries.get(subject.id)
        account = self.account_of(subject)
        return entry if entry is not None and account is not None and entry.uid == account.uid else None

    def subject_of(self, account: Account) -> Subject | None:
        """The living object that the account belongs to; None for the account of a missing object and for a stray."""
        entra_id = self.matching.object_of.get(account.uid)
        return self.subjects[entra_id] if entra_id is not None else None

    def owner_of(self, account: Account) -> EntraId | None:
        """The object that the account belongs to, living or by the ledger; None for a stray."""
        return self.matching.object_of.get(account.uid) or self.ledger_owners.get(account.uid)

    def kept_by(self, account: Account) -> tuple[Address, ...]:
        """The addresses of the account but for those that ticked chains take from it."""
        handed_over = self.handed_over.get(account.uid, frozenset())
        return tuple(address for address in account.addresses if address not in handed_over)

    def is_claimed_by(self, address: Address, subject: Subject) -> bool:
        """Whether the subject is the one that may get the address."""
        return self.claims.get(address) == subject.id


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
    """Match both sides, freeze what is exempt, and give each registered address to one subject.

    Exemptions that have ended at ``now`` do not count; the native sync's own exemptions do, save the ended ones.
    ``evidence`` None: Entra was asked about nobody.
    """
    exempt = exempt_addresses(exemptions, organization, now, ended_native=ended_native_exemptions)
    domains = frozenset(domain.name for domain in organization.domains if domain.is_active)
    population = populate(directory, options, domains)
    matching = match(population.subjects, organization.accounts, ledger)
    owners = {e.uid: i for i, e in ledger.entries.items() if e.uid is not None}
    known = frozen_objects(exempt, ledger)
    frozen = _frozen(population.subjects, organization.accounts, {**owners, **matching.object_of}, exempt, known)
    subjects = {
        s.id: replace(s, verdict=SkipReason.EXEMPT) if s.id in frozen.subjects else s for s in population.subjects
    }
    own = organization.certificate.own_account
    protected = {a.uid for a in organization.accounts if a.type.is_protected or own in a.addresses}
    untouchable = frozenset(protected) | frozen.accounts
    claimants = (s for s in subjects.values() if _account_uid(matching, s) not in untouchable)
    return Situation(
        options=options,
        ledger=ledger,
        directory=directory,
        organization=organization,
        now=now,
        domains=domains,
        subjects=subjects,
        matching=matching,
        holders={address: account for account in organization.accounts for address in account.addresses},
        exempt=exempt,
        untouchable=untouchable,
        claims=_claims(claimants),
        listed_by=_listed_by(directory),
        has_unknown_addresses=any(ADDRESS_PROPERTIES & set(o.missing_properties) for o in _objects(directory)),
        deleted_at={d.id: d.deleted_at for d in directory.deleted_people},
        evidence=evidence or Evidence(),
        ledger_owners=owners,
        warnings=population.warnings,
        native_application_id=native.application_id.lower(),
        native_key_version=native.key_version,
    )


def _objects(directory: Directory) -> Iterable[Person | Group]:
    yield from directory.people
    yield from directory.groups


def _listed_by(directory: Directory) -> dict[Address, tuple[EntraId, ...]]:
    """Also what is listed by objects without any primary address, which no account can match."""
    listed: dict[Address, tuple[EntraId, ...]] = {}
    for one in sorted(_objects(directory), key=lambda o: o.id):
        for address in {*one.smtp_aliases, one.primary_smtp, one.mail}:
            if address is not None:
                listed[address] = (*listed.get(address, ()), one.id)
    return listed


def _account_uid(matching: Matching, subject: Subject) -> Uid | None:
    found = matching.by_object.get(subject.id)
    return found.account.uid if found is not None else None


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
    if not exempt:
        return _Frozen(subjects=frozenset(), accounts=frozenset())
    ids = known | {s.id for s in subjects if s.addresses and not exempt.isdisjoint(s.addresses.listed)}
    uids = {a.uid for a in accounts if not exempt.isdisjoint(a.addresses)}
    ids |= {owners[uid] for uid in uids if uid in owners}
    uids |= {uid for uid, owner in owners.items() if owner in ids}
    return _Frozen(subjects=frozenset(ids), accounts=frozenset(uids))


def _claims(subjects: Iterable[Subject]) -> dict[Address, EntraId]:
    """Who may get an address that several list: whose primary it is, then the lower id.

    Whether a subject has an account does not count, since an execution changes that: the next search would disagree.
    """
    claims: dict[Address, tuple[bool, EntraId]] = {}
    for subject in subjects:
        if not isinstance(subject.verdict, Wish) or subject.addresses is None:
            continue
        for address in subject.addresses.registered:
            bid = (address != subject.addresses.primary, subject.id)
            if address not in claims or bid < claims[address]:
                claims[address] = bid
    return {address: bid[1] for address, bid in claims.items()}
