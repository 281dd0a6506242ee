"""Essentials in memory: one organization with the rules of the service, for tests of what reads and writes it.

It is held to the same contract as the real client on the simulated service: tests/proofpoint/test_essentials_contract.py.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from shared.engine.ports import Progress
from shared.errors import IncompleteReadError, RefusedError, SyncError
from shared.model import (
    Account,
    AccountEdit,
    AccountType,
    Address,
    Created,
    CreateOutcome,
    FetchedAccount,
    LoginSettings,
    NativeSync,
    NativeSyncEdit,
    NewAccount,
    NotCreated,
    Organization,
    Uid,
)
from shared.proofpoint.writer import MOST_IN_A_BATCH

NEW_LOGIN = LoginSettings(
    allow_local_login=True, allow_azure_login=True, force_azure_login=False, idp_for_forced_login=None
)
"""How people sign in to an organization that nobody has set up otherwise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Write:
    """One request that would change something, effect or not."""

    method: str
    addresses: tuple[Address, ...]


class MemoryEssentials:
    """OrganizationReader, AccountWriter and SettingsWriter on one organization in memory.

    ``renames``: what a new primary address does, ``renamed``, ``refused`` or ``ignored``. ``after_write`` is called after each
    request that was carried out, before it is answered, and ``before_reading`` before each list. ``reads_names_as`` is what
    Essentials makes of a name.
    """

    def __init__(self, organization: Organization) -> None:
        self.organization = organization
        self.writes: list[Write] = []
        self.renames = "renamed"
        self.at_once = 1
        self._one_at_a_time = threading.RLock()
        self.after_write: Callable[[], None] = lambda: None
        self.before_reading: Callable[[], None] = lambda: None
        self.reads_names_as: Callable[[str], str] = str
        self.native_keys: list[str] = []
        """Every key of the native sync that was written, in order."""
        self.sender_lists: dict[str, dict[str, tuple[str, ...]]] = {}
        """Lists of senders that are not empty, by the account's primary address."""
        self.welcomed: list[Address] = []
        """Who was sent a welcome mail."""
        self._refusals: dict[str, tuple[int, str]] = {}
        self._failures: dict[str, list[Exception]] = {}
        self._read_failures: list[SyncError] = []
        self._next_uid = 480_000

    # What somebody else does meanwhile.

    def change(self, address: str, **fields: Any) -> None:
        """The account has these values."""
        self._put(replace(self._account(address), **fields))

    def add(self, account: Account) -> None:
        """There is one account more."""
        self._put(account)

    def remove(self, address: str) -> None:
        """There is no such account."""
        self._drop(self._account(address).uid)

    # What goes wrong.

    def refuse(self, address: str, *, status: int, message: str) -> None:
        """Every write of this account is refused."""
        self._refusals[address] = (status, message)

    def fail(self, address: str, error: Exception, *, times: int) -> None:
        """The next requests that write this account fail without effect."""
        self._failures[address] = [error] * times

    def fail_reads(self, error: SyncError, *, times: int) -> None:
        """The next lists fail."""
        self._read_failures = [error] * times

    # OrganizationReader

    def read(self, *, progress: Progress) -> Organization:
        """The organization as it is."""
        self.before_reading()
        if self._read_failures:
            raise self._read_failures.pop()
        own = self.organization.certificate.own_account
        if all(own not in account.addresses for account in self.organization.accounts):
            raise IncompleteReadError(f"The list of accounts lacks {own}.", "Search again.")
        progress("reading_organization", 1, 1)
        return self.organization

    # AccountWriter

    @property
    def calls_at_once(self) -> int:
        """As many as a test says; one unless it does."""
        return self.at_once

    def fetch(self, address: Address) -> FetchedAccount | None:
        """The account with this primary address; None where there is none."""
        with self._one_at_a_time:
            account = self._find(address)
        return None if account is None else FetchedAccount(account=account, body=self._body_of(account))

    def create(self, accounts: Sequence[NewAccount]) -> tuple[CreateOutcome, ...]:
        """The accounts that may be are there, each judged alone."""
        if not 1 <= len(accounts) <= MOST_IN_A_BATCH:
            raise ValueError(f"{len(accounts)} accounts cannot be created in one request.")
        for account in accounts:
            _check_type(account.type)
        with self._one_at_a_time:
            self._begin("POST", *(account.primary_email for account in accounts))
            outcomes = tuple(self._create(account) for account in accounts)
        self.after_write()
        return outcomes

    def update(self, fetched: FetchedAccount, edit: AccountEdit) -> None:
        """The account is as it was fetched, with the edit."""
        if edit.type is not None:
            _check_type(edit.type)
        with self._one_at_a_time:
            self._update(fetched.account, edit)
        self.after_write()

    def delete(self, address: Address) -> None:
        """There is no account with this primary address."""
        with self._one_at_a_time:
            is_gone = self._delete(address)
        if is_gone:
            self.after_write()

    def _update(self, fetched: Account, edit: AccountEdit) -> None:
        address = fetched.primary_email
        self._begin("PUT", address)
        present = self._find(address)
        if present is None:
            raise _refused(address, 404, "User was not found")
        wanted = _edited(fetched, edit)
        if wanted.primary_email != address and self.renames == "ignored":
            wanted = replace(wanted, primary_email=address, alias_emails=_without(wanted.alias_emails, address))
        refusal = self._refusal(wanted, present)
        if refusal is not None:
            raise _refused(address, *refusal)
        self._put(replace(wanted, uid=present.uid))

    def _delete(self, address: Address) -> bool:
        self._begin("DELETE", address)
        present = self._find(address)
        if present is None:
            return False
        if address in self._refusals:
            raise _refused(address, *self._refusals[address])
        if self._is_own(present):
            raise _refused(address, 403, "You cannot delete your own account")
        self._drop(present.uid)
        self.sender_lists.pop(address, None)
        return True

    # SettingsWriter

    def native_sync(self) -> NativeSync:
        """The settings of the native sync."""
        return self.organization.native_sync

    def set_native_sync(self, edit: NativeSyncEdit) -> NativeSync:
        """The settings with the edit."""
        domain = Address(self.organization.primary_domain)
        self._begin("PUT", domain)
        if domain in self._refusals:
            raise _refused(domain, *self._refusals[domain])
        values = {name: value for name, value in asdict(edit).items() if value is not None}
        key = values.pop("application_secret", None)
        if key is not None:
            self.native_keys.append(key)
        native = replace(self.organization.native_sync, **values)
        native = replace(native, is_configured=bool(native.application_id))
        self.organization = replace(self.organization, native_sync=native)
        self.after_write()
        return native

    def login(self) -> LoginSettings:
        """The sign-in settings; an organization that was given none has those of a new one."""
        return self.organization.login or NEW_LOGIN

    def set_login(self, settings: LoginSettings) -> LoginSettings:
        """The sign-in settings are these."""
        self._begin("PUT", Address(self.organization.primary_domain))
        self.organization = replace(self.organization, login=settings)
        self.after_write()
        return settings

    def _begin(self, method: str, *addresses: Address) -> None:
        for address in addresses:
            if self._failures.get(address):
                raise self._failures[address].pop()
        self.writes.append(Write(method=method, addresses=addresses))

    def _create(self, new: NewAccount) -> CreateOutcome:
        account = Account(
            uid=Uid(str(self._next_uid)),
            primary_email=new.primary_email,
            type=new.type,
            is_active=new.is_active,
            firstname=new.firstname,
            surname=new.surname,
            alias_emails=tuple(sorted(new.alias_emails)),
        )
        refusal = self._refusal(account, None)
        if refusal is not None:
            status, message = refusal
            return NotCreated(primary_email=new.primary_email, status=status, message=message)
        self._next_uid += 1
        self._put(account)
        if new.sender_lists:
            self.sender_lists[new.primary_email] = dict(new.sender_lists)
        if new.send_welcome_email:
            self.welcomed.append(new.primary_email)
        return Created(primary_email=account.primary_email, uid=account.uid)

    def _refusal(self, wanted: Account, present: Account | None) -> tuple[int, str] | None:
        """Status and message where the rules do not let the account be so; None where they do."""
        address = wanted.primary_email if present is None else present.primary_email
        if address in self._refusals:
            return self._refusals[address]
        if present is not None and wanted.primary_email != present.primary_email and self.renames == "refused":
            return 400, "primary_email cannot be changed"
        if present is not None and self._is_own(present) and not (wanted.is_active and wanted.type == present.type):
            return 403, "You cannot deactivate or demote your own account"
        registered = {domain.name for domain in self.organization.domains}
        others = {a for other in self.organization.accounts if other is not present for a in other.addresses}
        for one in set(wanted.addresses) - set(present.addresses if present is not None else ()):
            if one.rpartition("@")[2] not in registered:
                return 400, "The domain of the address is not registered"
            if one in others:
                return 409, "Address is already in use"
        if len(set(wanted.addresses)) < len(wanted.addresses):
            return 409, "Address is already in use"
        limit = self.organization.licences.limit
        needs_seat = _takes_seat(wanted) and not (present is not None and _takes_seat(present))
        if limit is not None and needs_seat and self.organization.seats_used >= limit:
            return 403, "The number of licensed users has been reached"
        return None

    def _body_of(self, account: Account) -> dict[str, object]:
        lists = self.sender_lists.get(account.primary_email, {})
        return {
            "uid": account.uid,
            "primary_email": account.primary_email,
            "type": account.type.value,
            "is_active": account.is_active,
            "firstname": account.firstname,
            "surname": account.surname,
            "alias_emails": list(account.alias_emails),
            "white_list_senders": list(lists.get("white_list_senders", ())),
            "black_list_senders": list(lists.get("black_list_senders", ())),
        }

    def _is_own(self, account: Account) -> bool:
        return self.organization.certificate.own_account in account.addresses

    def _find(self, address: str) -> Account | None:
        return next((a for a in self.organization.accounts if a.primary_email == address), None)

    def _account(self, address: str) -> Account:
        found = self._find(address)
        assert found is not None, address
        return found

    def _put(self, account: Account) -> None:
        names = (self.reads_names_as(account.firstname), self.reads_names_as(account.surname))
        account = replace(account, firstname=names[0], surname=names[1])
        others = [a for a in self.organization.accounts if a.uid != account.uid]
        self._keep([*others, account])

    def _drop(self, uid: Uid) -> None:
        self._keep([a for a in self.organization.accounts if a.uid != uid])

    def _keep(self, accounts: Sequence[Account]) -> None:
        ordered = tuple(sorted(accounts, key=lambda a: a.primary_email))
        certificate = replace(self.organization.certificate, accounts_read=len(ordered))
        self.organization = replace(self.organization, accounts=ordered, certificate=certificate)


def _edited(account: Account, edit: AccountEdit) -> Account:
    return replace(
        account,
        primary_email=account.primary_email if edit.primary_email is None else edit.primary_email,
        type=account.type if edit.type is None else edit.type,
        is_active=account.is_active if edit.is_active is None else edit.is_active,
        firstname=account.firstname if edit.firstname is None else edit.firstname,
        surname=account.surname if edit.surname is None else edit.surname,
        alias_emails=account.alias_emails if edit.alias_emails is None else tuple(sorted(edit.alias_emails)),
    )


def _without(addresses: Sequence[Address], address: Address) -> tuple[Address, ...]:
    return tuple(one for one in addresses if one != address)


def _takes_seat(account: Account) -> bool:
    return account.is_active and account.type is not AccountType.FUNCTIONAL_ACCOUNT


def _check_type(wanted: AccountType) -> None:
    if wanted.is_protected:
        raise ValueError(f"An account never becomes {wanted}.")


def _refused(address: Address, status: int, message: str) -> RefusedError:
    return RefusedError(
        f"Essentials refuses the change of {address} ({status}): {message}.",
        "Correct it.",
        status=status,
        identifier=address,
    )
