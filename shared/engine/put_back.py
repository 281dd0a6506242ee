"""Putting back: what a chain freed goes to the account that had it, where nobody takes it."""

from shared.engine.additions import made_again
from shared.engine.freed import Lent, is_made_again
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.ports import AccountWriter
from shared.errors import RefusedError
from shared.model import AccountEdit, Address, FetchedAccount, NotCreated, NotJudged, Uid


class PutBack:
    """Gives back, one account at a time; no write starts without the lease, and to do it again changes nothing.

    An exemption of the account that gave does not stop it. Exempt means that an account stays as it is; what it lacks now was
    taken by this very run, in the middle of a chain, so to give it back is what leaves the account as it was. To leave it
    would turn mail away that nobody asked us to touch, and to finish the chain would take from a frozen account.
    """

    def __init__(self, writer: AccountWriter, keeper: LeaseKeeper, *, own_account: Address) -> None:
        self._writer = writer
        self._keeper = keeper
        self._own_account = own_account

    def give_back(self, lent: Lent) -> str:
        """Why it could not go back; empty where it is there. Raises what the writer raises, but for a refusal, and LeaseLostError."""
        try:
            return self._make_again(lent.uid, lent.account) if lent.account is not None else self._give(lent)
        except RefusedError as error:
            return error.detail

    def _give(self, lent: Lent) -> str:
        there = self._writer.fetch(lent.giver)
        if there is None or there.account.uid != lent.uid:
            return f"The account {lent.giver} is not there any more."
        account = there.account
        if account.type.is_protected or self._own_account in account.addresses:
            return f"The account {lent.giver} is an administrator's now."
        if set(lent.addresses) <= set(account.addresses):
            return ""
        aliases = {*account.alias_emails, *lent.addresses} - {account.primary_email}
        self._keeper.require()
        self._writer.update(there, AccountEdit(alias_emails=tuple(sorted(aliases))))
        return ""

    def _make_again(self, uid: Uid, kept: FetchedAccount) -> str:
        address = kept.account.primary_email
        there = self._writer.fetch(address)
        if there is None:
            self._keeper.require()
            (outcome,) = self._writer.create([made_again(kept)])
            if isinstance(outcome, NotCreated | NotJudged):
                return outcome.message
            there = self._writer.fetch(address)
        if there is None:
            return "Nothing says why."
        is_it = there.account.uid == uid or is_made_again(kept.account, there.account)
        return "" if is_it else f"{address} belongs to another account now."
