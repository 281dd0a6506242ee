"""Writes accounts of one organization: one call, one effect, and never a second time where the first is unknown.

A write whose answer is lost, or is a 5xx, is settled by reading the account: what is there as it should be was written.
"""

from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import quote

from shared.errors import (
    CredentialError,
    ServiceError,
    ThrottledError,
    UnexpectedAnswerError,
    UnreachableError,
)
from shared.model import (
    Account,
    AccountEdit,
    Address,
    Created,
    CreateOutcome,
    FetchedAccount,
    NewAccount,
    Unconfirmed,
)
from shared.proofpoint.answers import not_as_agreed, object_of
from shared.proofpoint.client import CALL_DEADLINE_SECONDS, EssentialsClient
from shared.proofpoint.decode import UnreadableError, account_of, is_true
from shared.proofpoint.encode import creation_of, json_bytes, whole_of
from shared.proofpoint.outcomes import outcomes_of
from shared.proofpoint.refusals import decoded
from shared.transport import Answer

MOST_IN_A_BATCH = 25
"""Essentials documents no limit; a small batch keeps a lost answer cheap to settle."""


class EssentialsWriter:
    """The AccountWriter of shared/engine/ports.py on Proofpoint Essentials. Safe to use from many threads."""

    def __init__(self, *, client: EssentialsClient) -> None:
        self._client = client
        self._is_known_to_write = False

    @property
    def calls_at_once(self) -> int:
        """How many calls may be under way now, as Essentials' answers suggest."""
        return self._client.calls_at_once

    def fetch(self, address: Address) -> FetchedAccount | None:
        """The account with this primary address; None where there is none, or where it is only an alias of one."""
        answer = self._client.get(_path(address), deadline_seconds=CALL_DEADLINE_SECONDS)
        if answer.status == 404:
            return None
        self._client.expect_success(answer)
        fetched = _fetched(answer)
        return fetched if fetched.account.primary_email == address.lower() else None

    def create(self, accounts: Sequence[NewAccount]) -> tuple[CreateOutcome, ...]:
        """Create at most 25 accounts in one request; the outcome of each, in the order given.

        One account goes as a bare object, the only form that is known to have run against the live API; more go as an array.
        """
        if not 1 <= len(accounts) <= MOST_IN_A_BATCH:
            raise ValueError(f"{len(accounts)} accounts cannot be created in one request.")
        bodies = [creation_of(account) for account in accounts]
        try:
            answer = self._write("POST", "/users", json_bytes(bodies[0] if len(bodies) == 1 else bodies))
        except (UnreachableError, UnexpectedAnswerError) as error:
            return self._found(accounts, error)
        if answer.status == 404:
            raise self._client.organization_missing(answer)
        self._check_right_to_write(answer)
        return tuple(self._without_password(outcome) for outcome in outcomes_of(answer, accounts))

    def update(self, fetched: FetchedAccount, edit: AccountEdit) -> None:
        """Write the whole object back with ``edit`` applied; raises RefusedError."""
        address = fetched.account.primary_email
        body = json_bytes(whole_of(fetched, edit))
        try:
            answer = self._write("PUT", _path(address), body)
        except (UnreachableError, UnexpectedAnswerError) as error:
            there = self._look(edit.primary_email or address, error)
            if there is None or not _has(there, edit):
                raise
            return
        self._expect_success(answer, address)

    def delete(self, address: Address) -> None:
        """There is no account with this primary address; it is no error where there was none. Raises RefusedError."""
        try:
            answer = self._write("DELETE", _path(address), None)
        except (UnreachableError, UnexpectedAnswerError) as error:
            if self._look(address, error) is not None:
                raise
            return
        # A 404 counts where the account is gone indeed: something on the way may have said it.
        if answer.status != 404 or self.fetch(address) is not None:
            self._expect_success(answer, address)

    def _write(self, method: str, path: str, json_body: bytes | None) -> Answer:
        return self._client.write(method, path, json_body=json_body)

    def _expect_success(self, answer: Answer, address: Address) -> None:
        if answer.is_success:
            self._is_known_to_write = True
            return
        self._check_right_to_write(answer)
        raise self._client.refusal(answer, f"the change of {address}", identifier=address)

    def _check_right_to_write(self, answer: Answer) -> None:
        """Raises PermissionMissingError for a 403 that is about the API account; other 403s are about the item.

        Essentials answers 403 both to an account that may not write and, it seems, where the user cap is reached.
        """
        if answer.status != 403 or self._is_known_to_write:
            return
        me = self._client.me()
        facts = decoded(me.body) if me.is_success else None
        if me.status == 403 or (
            isinstance(facts, dict)
            and (not is_true(facts.get("is_admin", True)) or is_true(facts.get("read_only_user", False)))
        ):
            raise self._client.denied(answer)
        self._is_known_to_write = True

    def _found(
        self, accounts: Sequence[NewAccount], error: UnreachableError | UnexpectedAnswerError
    ) -> tuple[CreateOutcome, ...]:
        """Outcomes by looking, after a request whose effect is unknown; raises ``error`` where nothing of it is there."""
        outcomes: list[CreateOutcome] = []
        for account in accounts:
            there = self._look(account.primary_email, error)
            if there is not None and _is(there, account):
                outcomes.append(Created(primary_email=account.primary_email, uid=there.uid))
            else:
                outcomes.append(Unconfirmed(primary_email=account.primary_email, message=error.detail))
        if not any(isinstance(outcome, Created) for outcome in outcomes):
            raise error
        return tuple(outcomes)

    def _look(self, address: Address, error: ServiceError) -> Account | None:
        """The account as it is now; raises ``error`` where that cannot be read either."""
        try:
            fetched = self.fetch(address)
        except (ServiceError, CredentialError) as trouble:
            if isinstance(trouble, ThrottledError | CredentialError):
                raise
            raise error from trouble
        return None if fetched is None else fetched.account

    def _without_password(self, outcome: CreateOutcome) -> CreateOutcome:
        if isinstance(outcome, Created):
            return outcome
        return replace(outcome, message=self._client.without_password(outcome.message))


def _path(address: Address) -> str:
    return f"/users/{quote(address, safe='')}"


def _fetched(answer: Answer) -> FetchedAccount:
    body = object_of(answer)
    try:
        return FetchedAccount(account=account_of(body), body=body)
    except UnreadableError as error:
        raise not_as_agreed(answer, str(error)) from error


def _is(account: Account, new: NewAccount) -> bool:
    """Whether the account is as it was to be created, and not somebody else's at the same address."""
    return (account.type, account.is_active, account.firstname, account.surname) == (
        new.type,
        new.is_active,
        new.firstname,
        new.surname,
    ) and set(new.alias_emails) <= set(account.addresses)


def _has(account: Account, edit: AccountEdit) -> bool:
    """Whether the account is as the edit would make it."""
    return all(
        (
            edit.primary_email in (None, account.primary_email),
            edit.type in (None, account.type),
            edit.is_active in (None, account.is_active),
            edit.firstname in (None, account.firstname),
            edit.surname in (None, account.surname),
            edit.alias_emails is None or set(edit.alias_emails) - {account.primary_email} == set(account.alias_emails),
        )
    )
