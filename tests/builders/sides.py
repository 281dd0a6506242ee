"""Builders of both sides: people, groups, accounts, directory and organization."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shared.diff.evidence import Evidence
from shared.diff.ledger import Ledger
from shared.diff.licences import MAILBOX_PLANS
from shared.diff.options import SyncOptions
from shared.diff.plan import Exemption, Plan
from shared.diff.planner import make_plan
from shared.diff.situation import situate
from shared.model import (
    Account,
    AccountType,
    Address,
    AssignedPlan,
    DeletedObject,
    Directory,
    DirectoryCertificate,
    Domain,
    EntraId,
    Everybody,
    Group,
    GroupKind,
    Licences,
    MailboxPurpose,
    NativeSync,
    Organization,
    OrganizationCertificate,
    Person,
    Scope,
    Uid,
)

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DOMAIN = "example.com"
TENANT = "11111111-1111-4111-8111-111111111111"
OWN_ACCOUNT = Address("api-sync@example.com")
MAILBOX = AssignedPlan(plan_id=min(MAILBOX_PLANS), state="Enabled")


def entra_id(number: int) -> EntraId:
    """The object id of the object with this number."""
    return EntraId(f"00000000-0000-4000-8000-{number:012d}")


def person(number: int, name: str, *, aliases: Sequence[str] = (), domain: str = DOMAIN) -> Person:
    """An enabled, licensed person whose primary address is ``name@domain``; replace fields for anything else."""
    address = Address(f"{name}@{domain}")
    return Person(
        id=entra_id(number),
        display_name=name.title(),
        given_name=name.title(),
        surname="Example",
        mail=address,
        user_principal_name=address,
        account_enabled=True,
        is_guest=False,
        primary_smtp=address,
        smtp_aliases=tuple(sorted(Address(a) for a in aliases)),
        exchange_plans=(MAILBOX,),
        sku_ids=(),
        purpose=MailboxPurpose.NOT_ASKED,
    )


def group(number: int, name: str, *, kind: GroupKind = GroupKind.DISTRIBUTION, aliases: Sequence[str] = ()) -> Group:
    """A mail-enabled group whose primary address is ``name@example.com``."""
    address = Address(f"{name}@{DOMAIN}")
    return Group(
        id=entra_id(number),
        display_name=name.title(),
        mail=address,
        primary_smtp=address,
        smtp_aliases=tuple(sorted(Address(a) for a in aliases)),
        kind=kind,
        is_dynamic=False,
        is_membership_hidden=False,
    )


def account(
    number: int,
    name: str,
    *,
    type: AccountType = AccountType.END_USER,  # noqa: A002  # the field's name
    aliases: Sequence[str] = (),
    firstname: str | None = None,
    surname: str = "Example",
    is_active: bool = True,
) -> Account:
    """An account whose primary address is ``name@example.com`` and whose names are those of ``person``."""
    return Account(
        uid=Uid(str(number)),
        primary_email=Address(f"{name}@{DOMAIN}"),
        type=type,
        is_active=is_active,
        firstname=name.title() if firstname is None else firstname,
        surname=surname,
        alias_emails=tuple(sorted(Address(a) for a in aliases)),
    )


def directory(
    people: Sequence[Person] = (),
    groups: Sequence[Group] = (),
    *,
    deleted: Sequence[DeletedObject] = (),
    scope: Scope | None = None,
) -> Directory:
    """A certified directory."""
    return Directory(
        people=tuple(people),
        groups=tuple(groups),
        deleted_people=tuple(deleted),
        scope=scope or Everybody(),
        certificate=DirectoryCertificate(
            read_at=NOW,
            tenant_id=TENANT,
            people_read=len(people),
            people_counted=len(people),
            groups_read=len(groups),
            groups_counted=len(groups),
            unreadable_people=sum(1 for p in people if p.missing_properties),
            scope_groups_read=(),
        ),
    )


NO_NATIVE_SYNC = NativeSync(
    is_configured=False,
    frequency_hours=0,
    sync_active_users=False,
    sync_distribution_groups=False,
    sync_security_groups=False,
    add_users=False,
    update_users=False,
    remove_deleted_users=False,
    add_groups=False,
    update_groups=False,
    remove_deleted_groups=False,
    default_user_role="end_user",
    secret_expiry="",
    last_successful_sync="",
)


def organization(
    accounts: Sequence[Account] = (),
    *,
    domains: Sequence[str] = (DOMAIN,),
    seats: int | None = 100,
    native_sync: NativeSync = NO_NATIVE_SYNC,
    native_exemptions: Sequence[str] = (),
) -> Organization:
    """A certified organization; the app's own account, an administrator, is always in it."""
    own = replace(
        account(1, "api-sync", type=AccountType.ORGANIZATION_ADMIN), primary_email=OWN_ACCOUNT, firstname="Sync"
    )
    everyone = tuple(sorted((own, *accounts), key=lambda a: a.primary_email))
    return Organization(
        primary_domain=DOMAIN,
        name="Example Ltd",
        domains=tuple(Domain(name=d, is_active=True) for d in domains),
        accounts=everyone,
        licences=Licences(limit=seats, package="business_plus", is_on_trial=False),
        native_sync=native_sync,
        native_exemptions=tuple(Address(a) for a in native_exemptions),
        certificate=OrganizationCertificate(
            read_at=NOW, primary_domain=DOMAIN, accounts_read=len(everyone), own_account=OWN_ACCOUNT
        ),
    )


def plan(
    directory: Directory,
    organization: Organization,
    *,
    ledger: Ledger | None = None,
    options: SyncOptions | None = None,
    exemptions: Sequence[Exemption] = (),
    evidence: Evidence | None = None,
    now: datetime = NOW,
) -> Plan:
    """The plan of these two sides."""
    return make_plan(
        situate(
            directory=directory,
            organization=organization,
            ledger=ledger or Ledger(),
            exemptions=exemptions,
            options=options or SyncOptions(),
            now=now,
            evidence=evidence,
        )
    )
