"""Account steps: carries out the selected changes of one account, and creates accounts, each checked against what is there now."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from shared.diff.ordering import AccountStep
from shared.diff.plan import Change, Values
from shared.diff.transfers import MAIL_FLOWS_AFTER
from shared.engine.additions import Additions
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.ports import AccountWriter
from shared.engine.run import Outcome, Result
from shared.errors import RefusedError
from shared.model import (
    Account,
    AccountEdit,
    Address,
    Created,
    FetchedAccount,
    NotCreated,
    NotJudged,
    Uid,
    Unconfirmed,
)

T = TypeVar("T")


def result_of(change: Change, outcome: Outcome, detail: str = "") -> Result:
    """The result of one change."""
    return Result(change_id=change.id, category=change.category, address=change.address, outcome=outcome, detail=detail)


def holds(values: Values, account: Account) -> bool:
    """Whether the account has these values; of ``alias_emails``, whether it has each of them as one of its addresses."""
    return all(
        (
            values.primary_email in (None, account.primary_email),
            values.type in (None, account.type),
            values.is_active in (None, account.is_active),
            values.firstname in (None, account.firstname),
            values.surname in (None, account.surname),
            set(values.alias_emails or ()) <= set(account.addresses),
        )
    )


def is_reached(change: Change, account: Account) -> bool:
    """Whether the account already is as the change would make it: what it drops is gone, and what it gives is there."""
    dropped = set(change.before.alias_emails or ()) - set(change.after.alias_emails or ())
    return holds(change.after, account) and dropped.isdisjoint(account.addresses)


class AccountSteps:
    """Writes steps, each of one account or one batch; no write starts without the lease. Safe to use from many threads."""

    def __init__(
        self,
        writer: AccountWriter,
        keeper: LeaseKeeper,
        holders: Mapping[Address, Account],
        primaries: MutableMapping[Uid, Address],
        *,
        own_account: Address,
        additions: Additions,
        now: Callable[[], datetime],
    ) -> None:
        """``holders`` is who has each address now, ``primaries`` the primary address of each account, kept current."""
        self._now = now
        self._own_account = own_account
        self._writer = writer
        self._keeper = keeper
        self._primaries = primaries
        self._holders = dict(holders)
        """Each thread reads it whole and notes addresses of its own account only."""
        self._additions = additions

    def update(self, step: AccountStep, listed: Account | None) -> list[Result]:
        """The results of all changes of one account, written together; ``listed`` is the account as listed now."""
        address = self._primaries.get(step.uid, listed.primary_email) if listed is not None else None
        fetched = self._writer.fetch(address) if address is not None else None
        if fetched is None or fetched.account.uid != step.uid:
            return [result_of(c, Outcome.DRIFTED, "The account is not there any more.") for c in step.changes]
        if fetched.account.type.is_protected or self._own_account in fetched.account.addresses:
            return [result_of(c, Outcome.DRIFTED, "The account is an administrator's now.") for c in step.changes]
        results: list[Result] = []
        due: list[Change] = []
        renames = any(c.after.primary_email is not None for c in step.changes)
        for change in step.changes:
            drift = self._drift(change, fetched.account)
            if not renames and fetched.account.primary_email in (change.before.alias_emails or ()):
                drift = f"{fetched.account.primary_email} is still the primary address of the account."
            if is_reached(change, fetched.account):
                results.append(result_of(change, Outcome.ALREADY))
            elif drift:
                results.append(result_of(change, Outcome.DRIFTED, drift))
            else:
                due.append(change)
        return results + (self._write(due, fetched) if due else [])

    def create(self, changes: Sequence[Change], accounts: Mapping[Address, Account]) -> list[Result]:
        """The results of a batch of additions; ``accounts`` are those listed now, by primary address."""
        results: list[Result] = []
        due: list[Change] = []
        for change in changes:
            present = accounts.get(change.address)
            taken = sorted(a for a in _all_addresses(change.after) if a in self._holders)
            if present is not None and _is_made(change, present):
                results.append(result_of(change, Outcome.ALREADY))
            elif taken:
                detail = f"{taken[0]} belongs to the account {self._holders[taken[0]].primary_email} now."
                results.append(result_of(change, Outcome.DRIFTED, detail))
            else:
                due.append(change)
        return results + (self._create(due) if due else [])

    def _drift(self, change: Change, account: Account) -> str:
        """Why the change does not fit any more; empty where it does."""
        if not holds(change.before, account):
            return "The account was changed since the search."
        wanted = [
            *(change.after.alias_emails or ()),
            *([change.after.primary_email] if change.after.primary_email else []),
        ]
        for address in wanted:
            holder = self._holders.get(address)
            if holder is not None and holder.uid != account.uid:
                return f"{address} belongs to the account {holder.primary_email} now."
        return ""

    def _write(self, due: list[Change], fetched: FetchedAccount) -> list[Result]:
        edit = edit_of(due, fetched.account)
        self._keeper.require()
        try:
            self._writer.update(fetched, edit)
        except RefusedError as error:
            if edit.primary_email is None:
                return [result_of(c, Outcome.FAILED, error.detail) for c in due]
            return self._write_without_rename(due, fetched, edit.primary_email, error.detail)
        if edit.primary_email is not None and not self._is_renamed(edit.primary_email):
            # Essentials may take a rename and ignore it (an unknown of the API).
            return self._write_without_rename(
                due, fetched, edit.primary_email, "Essentials ignored the new primary address."
            )
        if edit.primary_email is not None:
            self._primaries[fetched.account.uid] = edit.primary_email
        self._note(edit, fetched.account)
        return [result_of(c, Outcome.DONE) for c in due]

    def _write_without_rename(
        self, due: list[Change], fetched: FetchedAccount, wanted: Address, why: str
    ) -> list[Result]:
        """The account keeps its primary address and gets the new one as an alias."""
        again = self._writer.fetch(fetched.account.primary_email)
        if again is None:
            return [result_of(c, Outcome.FAILED, f"{why} The account could not be read again.") for c in due]
        edit = edit_of(due, again.account)
        aliases = {*(edit.alias_emails or again.account.alias_emails), wanted} - {again.account.primary_email}
        edit = replace(edit, primary_email=None, alias_emails=tuple(sorted(aliases)))
        self._keeper.require()
        try:
            self._writer.update(again, edit)
        except RefusedError as error:
            return [result_of(c, Outcome.FAILED, self._put_back(fetched.account, error.detail)) for c in due]
        self._note(edit, again.account)
        kept = again.account.primary_email
        note = f"{why} The account keeps its primary address, and {wanted} is an alias of it."
        return [
            result_of(c, Outcome.DRIFTED, f"{kept} is still the primary address of the account.")
            if kept in (c.before.alias_emails or ())
            else result_of(c, Outcome.DONE, note if c.after.primary_email is not None else "")
            for c in due
        ]

    def _put_back(self, account: Account, why: str) -> str:
        """What to say of a row whose rename failed twice, after the aliases are as they were before it."""
        there = self._writer.fetch(account.primary_email)
        if there is None or there.account.alias_emails == account.alias_emails:
            return why
        self._keeper.require()
        try:
            self._writer.update(there, AccountEdit(alias_emails=account.alias_emails))
        except RefusedError as error:
            lost = sorted(set(account.alias_emails) - set(there.account.alias_emails))
            return f"{why} The aliases {', '.join(lost)} could not be put back: {error.detail}"
        return why

    def _is_renamed(self, wanted: Address) -> bool:
        found = self._writer.fetch(wanted)
        return found is not None and found.account.primary_email == wanted

    def _create(self, due: Sequence[Change]) -> list[Result]:
        self._keeper.require()
        outcomes = self._writer.create([self._additions.new_account(c) for c in due])
        results: list[Result] = []
        for change, outcome in zip(due, outcomes, strict=True):
            match outcome:
                case Created():
                    results.append(result_of(change, Outcome.DONE, self._when_mail_flows()))
                case NotJudged() if len(due) > 1:
                    # The request was refused as a whole: alone, each gets its own answer.
                    results += self._create([change])
                case NotCreated() | NotJudged():
                    detail = f"Essentials refused it ({outcome.status}): {outcome.message}"
                    results.append(result_of(change, Outcome.FAILED, detail))
                case Unconfirmed():
                    results.append(self._read_back(change, outcome.message))
        return results

    def _when_mail_flows(self) -> str:
        return f"Mail may take up to 60 minutes to flow: until {self._now() + MAIL_FLOWS_AFTER:%Y-%m-%d %H:%M} UTC."

    def _read_back(self, change: Change, message: str) -> Result:
        fetched = self._writer.fetch(change.address)
        if fetched is not None and _is_made(change, fetched.account):
            return result_of(change, Outcome.DONE, self._when_mail_flows())
        return result_of(change, Outcome.FAILED, f"It is not there, and nothing says why: {message}")

    def _note(self, edit: AccountEdit, account: Account) -> None:
        for address in (*(edit.alias_emails or ()), *([edit.primary_email] if edit.primary_email else [])):
            self._holders[address] = account


def _is_made(change: Change, account: Account) -> bool:
    """Whether the account is the one that the addition makes; a name may read back otherwise than it was sent."""
    is_same = account.primary_email == change.after.primary_email and account.type is change.after.type
    return is_same and set(change.after.alias_emails or ()) <= set(account.addresses)


def edit_of(changes: Sequence[Change], account: Account) -> AccountEdit:
    """The changes of one account as one edit of what it is now; an old primary address stays as an alias."""
    after = [change.after for change in changes]
    primary_email = _given(values.primary_email for values in after)
    aliases = set(account.alias_emails)
    for change in changes:
        aliases -= set(change.before.alias_emails or ())
        aliases |= set(change.after.alias_emails or ())
    if primary_email is not None:
        dropped = {address for change in changes for address in change.before.alias_emails or ()}
        aliases = (aliases | ({account.primary_email} - dropped)) - {primary_email}
    return AccountEdit(
        primary_email=primary_email,
        type=_given(values.type for values in after),
        is_active=_given(values.is_active for values in after),
        firstname=_given(values.firstname for values in after),
        surname=_given(values.surname for values in after),
        alias_emails=tuple(sorted(aliases)) if aliases != set(account.alias_emails) else None,
    )


def _given(values: Iterable[T | None]) -> T | None:
    """The one value that the changes of an account give to a field; None where none does."""
    return next((value for value in values if value is not None), None)


def _all_addresses(values: Values) -> tuple[Address, ...]:
    return (*([values.primary_email] if values.primary_email else []), *(values.alias_emails or ()))
