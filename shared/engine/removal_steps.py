"""Removal steps: takes accounts away, each whole object kept before."""

from collections.abc import Callable

from shared.diff.ordering import RemoveStep
from shared.engine.account_steps import result_of
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.ports import AccountWriter
from shared.engine.run import Outcome, Result
from shared.model import Account, Address, FetchedAccount


class RemovalSteps:
    """Removes accounts; no write starts without the lease. Safe to use from many threads where ``keep`` is."""

    def __init__(
        self,
        writer: AccountWriter,
        keeper: LeaseKeeper,
        *,
        own_account: Address,
        keep: Callable[[FetchedAccount], None],
    ) -> None:
        """``keep`` stores an account's whole object, so that an undo can make it again."""
        self._writer = writer
        self._keeper = keeper
        self._own_account = own_account
        self._keep = keep

    def remove(self, step: RemoveStep, listed: Account | None) -> list[Result]:
        """The result of one removal; ``listed`` is the account as listed now."""
        (change,) = step.changes
        if listed is None:
            return [result_of(change, Outcome.ALREADY)]
        fetched = self._writer.fetch(listed.primary_email)
        if fetched is None:
            return [result_of(change, Outcome.ALREADY)]
        account = fetched.account
        if account.uid != step.uid or account.primary_email != change.before.primary_email:
            return [result_of(change, Outcome.DRIFTED, "The account was changed since the search.")]
        if account.type.is_protected or self._own_account in account.addresses:
            return [result_of(change, Outcome.DRIFTED, "The account is an administrator's now.")]
        self._keep(fetched)
        self._keeper.require()
        self._writer.delete(account.primary_email)
        return [result_of(change, Outcome.DONE)]
