"""The product's own directory sync, as far as its behaviour is described: what another writer does to the same accounts.

No route of the API runs it. Source: Vircom's "Improved Azure sync" (versions 1 and 2), Proofpoint's comparison of the two sync tools,
Pella's description of the refusal over an unregistered domain.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from simulator.essentials.accounts import Accounts
from simulator.essentials.addressbook import addresses_of, key_of
from simulator.essentials.answers import EssentialsError
from simulator.essentials.azure import azure_settings
from simulator.essentials.directory import Person, group_containers, mail_addresses, people
from simulator.essentials.fields import ADMIN_TYPES, AccountType
from simulator.essentials.switches import NativeSyncVersion
from simulator.essentials.terms import BLOCK, SAFE, Terms
from simulator.world import EssentialsOrganization, Json

_TERMS = Terms(safe=SAFE, block=BLOCK)


@dataclass(slots=True, kw_only=True)
class NativeSyncReport:
    """What one run did, by primary address."""

    unregistered_domains: tuple[str, ...] = ()
    """Where there is one, nothing else was done."""
    added: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    recreated: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


class NativeSync:
    """Runs the sync of an organization, whatever its frequency says."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def run(self, organization: EssentialsOrganization) -> NativeSyncReport:
        """The organization is as its native sync settings want it, or untouched where a domain is not registered."""
        world, report = self._accounts.world, NativeSyncReport()
        with world.lock:
            self._accounts.books.distrust()
            settings = azure_settings(organization)
            wanted = list(people(world.tenant, settings, self._accounts.switches.native_sync_version))
            unregistered = _unregistered(organization, wanted)
            if unregistered:
                report.unregistered_domains = unregistered
                return report
            exempt = {address.lower() for address in organization.exemptions}
            if settings["sync_active_users"]:
                for person in wanted:
                    if person.primary_email.lower() not in exempt:
                        self._settle(organization, person, settings, report)
            if settings["remove_deleted_users"]:
                self._remove_unknown(organization, exempt, report)
            _settle_groups(organization, group_containers(world.tenant, settings), settings)
            organization.azure["last_successful_sync"] = f"{world.clock.now():%Y-%m-%d %H:%M:%S}"
        return report

    def _settle(
        self, organization: EssentialsOrganization, person: Person, settings: Json, report: NativeSyncReport
    ) -> None:
        """The person's account is as wanted; a refusal is reported and stops nothing."""
        present = self._accounts.books.of(organization).by_primary(person.primary_email)
        try:
            if present is None:
                if settings["add_users"]:
                    self._add(organization, person)
                    report.added.append(person.primary_email)
            elif settings["update_users"]:
                self._update(organization, present, person, report)
        except EssentialsError:
            report.failed.append(person.primary_email)

    def _add(self, organization: EssentialsOrganization, person: Person) -> None:
        account = self._accounts.add(organization, person.as_account(), _TERMS)
        self._accounts.made_by_api.discard(key_of(organization, account))

    def _update(
        self, organization: EssentialsOrganization, present: Json, person: Person, report: NativeSyncReport
    ) -> None:
        body = person.as_account()
        if present["type"] in ADMIN_TYPES:
            body = {name: body[name] for name in ("firstname", "surname", "alias_emails")}
        elif {present["type"], person.type} <= {AccountType.END_USER, AccountType.SILENT_USER}:
            del body["type"]  # the role is only a default for new accounts
        elif present["type"] != person.type and self._makes_anew(person):
            self._accounts.remove(organization, present, caller=None)
            self._add(organization, person)
            report.recreated.append(person.primary_email)
            return
        if any(present.get(name) != value for name, value in body.items()):
            self._accounts.change(organization, present, body, terms=_TERMS, caller=None)
            report.updated.append(person.primary_email)

    def _makes_anew(self, person: Person) -> bool:
        return self._accounts.switches.native_sync_version is NativeSyncVersion.V1 and person.is_active

    def _remove_unknown(self, organization: EssentialsOrganization, exempt: set[str], report: NativeSyncReport) -> None:
        """Accounts that no address of the directory leads to are gone, save administrators and exempt ones."""
        known = exempt | mail_addresses(self._accounts.world.tenant)
        spared = set() if self._accounts.switches.native_sync_removes_api_accounts else self._accounts.made_by_api
        for account in list(organization.users.values()):
            is_known = bool(addresses_of(account) & known)
            if is_known or account["type"] in ADMIN_TYPES or key_of(organization, account) in spared:
                continue
            self._accounts.remove(organization, account, caller=None)
            report.removed.append(account["primary_email"])


def _unregistered(organization: EssentialsOrganization, wanted: list[Person]) -> tuple[str, ...]:
    domains = {address.lower().partition("@")[2] for person in wanted for address in person.addresses}
    return tuple(sorted(domains - organization.domains.keys()))


def _settle_groups(
    organization: EssentialsOrganization, containers: Iterator[tuple[str, list[str]]], settings: Json
) -> None:
    wanted = dict(containers)
    for name, members in wanted.items():
        present = organization.groups.get(name)
        if present is None and settings["add_groups"]:
            number = 1 + max((group["id"] for group in organization.groups.values()), default=0)
            organization.groups[name] = {"id": number, "members": members, "allow_list": [], "block_list": []}
        elif present is not None and settings["update_groups"]:
            present["members"] = members
    if settings["remove_deleted_groups"]:
        for name in organization.groups.keys() - wanted.keys():
            del organization.groups[name]
