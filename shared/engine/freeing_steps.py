"""Freeing steps: take from accounts what others in their chain take, and give it back where they do not."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace

from shared.diff.plan import REMOVALS, Change
from shared.engine.account_steps import is_reached, result_of
from shared.engine.freed import HANDED_OVER, Freeing, Lent, given
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.ports import AccountWriter
from shared.engine.put_back import PutBack
from shared.engine.run import Outcome, Result
from shared.errors import RefusedError, SyncError
from shared.model import Account, AccountEdit, Address, FetchedAccount, Uid


class CannotFreeError(Exception):
    """An address that is to be taken cannot be freed now; says why."""


class FreeingSteps:
    """Frees, one address or account at a time; no write starts without the lease, nor before it is stored what it frees."""

    def __init__(
        self,
        writer: AccountWriter,
        keeper: LeaseKeeper,
        accounts: Mapping[Uid, Account],
        primaries: Mapping[Uid, Address],
        *,
        own_account: Address,
        begin: Callable[[Freeing], None],
        keep: Callable[[FetchedAccount], None],
        lent: Iterable[Lent],
        promised: Mapping[Uid, frozenset[Address]],
    ) -> None:
        """``accounts`` are those listed now, ``primaries`` the primary address of each by now, kept current.

        ``promised`` is which aliases of each account the plan hands to somebody: it is not removed while it has one.
        ``begin`` stores what is about to be freed, ``keep`` an account's whole object before it is removed; ``lent`` is what
        earlier slices freed for chains that are to be carried out.
        """
        self._writer = writer
        self._keeper = keeper
        self._listed = accounts
        self._holders = {address: account for account in accounts.values() for address in account.addresses}
        self._primary = primaries
        self._own_account = own_account
        self._begin = begin
        self._keep = keep
        self._promised = promised
        self._put_back = PutBack(writer, keeper, own_account=own_account)
        self._lent = {one.change.id: one for one in lent}
        """What of it is neither taken nor given back yet."""

    def fetch(self, change: Change) -> FetchedAccount:
        """The account of a change as it is now; raises CannotFreeError where it is not the one of the plan."""
        address = self._primary.get(change.uid) if change.uid is not None else change.address
        fetched = self._writer.fetch(address) if address is not None else None
        if fetched is None or (change.uid is not None and fetched.account.uid != change.uid):
            raise CannotFreeError(f"The account {change.address} is not there any more.")
        if fetched.account.type.is_protected or self._own_account in fetched.account.addresses:
            raise CannotFreeError(f"The account {change.address} is an administrator's now.")
        return fetched

    def free(self, change: Change, freeing: Sequence[Change], freed: list[Lent], results: dict[str, Result]) -> None:
        """Free what the change takes; all of it is in ``freed`` before it is, with what earlier slices freed for it."""
        wanted = given(change)
        self._require_nobody_else(change, freeing)
        for giver_change in freeing:
            freed += self._lent_for(giver_change, wanted)
        is_free = {address for one in freed for address in one.addresses}
        for giver_change in freeing:
            try:
                if giver_change.category in REMOVALS:
                    self._remove(giver_change, wanted - is_free, freed, results)
                else:
                    dropped = set(giver_change.before.alias_emails or ())
                    self._drop(giver_change, (wanted & dropped) - is_free, freed)
            except RefusedError as error:
                results[giver_change.id] = result_of(giver_change, Outcome.FAILED, error.detail)
                raise

    def give_back(self, freed: Sequence[Lent], results: dict[str, Result]) -> None:
        """Give back what was freed, the last first; raises the first error of the service when all was tried."""
        errors: list[SyncError] = []
        for one in reversed(freed):
            try:
                why = self._put_back.give_back(one)
            except SyncError as error:
                errors.append(error)
                continue
            if why:
                results[one.change.id] = result_of(
                    one.change, Outcome.FAILED, f"It could not be put back at once: {why}"
                )
            elif one.change.id not in results:
                results[one.change.id] = result_of(one.change, Outcome.DRIFTED, "Nothing took it, so it was put back.")
        if errors:
            raise errors[0]

    def settle(self, change: Change, results: dict[str, Result]) -> None:
        """A freeing change has its result when its chain is done: what nobody took is given back, or was never freed."""
        one = self._lent.pop(change.id, None)
        if one is not None:
            self.give_back([one], results)
        elif change.id not in results:
            results[change.id] = self._left(change)

    def _require_nobody_else(self, change: Change, freeing: Sequence[Change]) -> None:
        """Return where nobody outside the chain has what the change takes; raises CannotFreeError."""
        of_chain = {change.uid, *(giver_change.uid for giver_change in freeing)}
        for address in sorted(given(change)):
            holder = self._holders.get(address)
            if holder is not None and holder.uid not in of_chain:
                raise CannotFreeError(f"{address} belongs to the account {holder.primary_email} now.")

    def _lent_for(self, giver_change: Change, wanted: set[Address]) -> list[Lent]:
        """What an earlier slice freed by this change for the one that wants these, taken out of what is lent."""
        one = self._lent.pop(giver_change.id, None)
        if one is None:
            return []
        mine = wanted & set(one.addresses)
        others = () if one.account is not None and mine else tuple(a for a in one.addresses if a not in mine)
        if others:
            self._lent[giver_change.id] = replace(one, addresses=others)
        if not mine:
            return []
        return [one if one.account is not None else replace(one, addresses=tuple(sorted(mine)))]

    def _drop(self, giver_change: Change, addresses: set[Address], freed: list[Lent]) -> None:
        if not addresses:
            return
        giver = self.fetch(giver_change)
        account = giver.account
        held = tuple(sorted(addresses & set(account.addresses)))
        if account.primary_email in held:
            raise CannotFreeError(f"{account.primary_email} is still the primary address of its account.")
        if not held:
            return
        self._begin(Freeing(change_id=giver_change.id, uid=account.uid, giver=account.primary_email, aliases=held))
        freed.append(
            Lent(change=giver_change, uid=account.uid, giver=account.primary_email, addresses=held, account=None)
        )
        aliases = tuple(a for a in account.alias_emails if a not in held)
        self._keeper.require()
        self._writer.update(giver, AccountEdit(alias_emails=aliases))

    def _remove(
        self, giver_change: Change, wanted: set[Address], freed: list[Lent], results: Mapping[str, Result]
    ) -> None:
        address = giver_change.before.primary_email
        listed = self._listed.get(giver_change.uid) if giver_change.uid is not None else None
        # What this run removed in an earlier slice is among what is lent, or was taken; the rest somebody else removed.
        is_gone = listed is None or _is_done(results.get(giver_change.id))
        if address is None or listed is None or is_gone or wanted.isdisjoint(listed.addresses):
            return
        fetched = self._writer.fetch(address)
        if fetched is None:
            return
        account = fetched.account
        if account.uid != giver_change.uid or account.type.is_protected:
            raise CannotFreeError(f"The account {address} was changed since the search.")
        promised = sorted(self._promised.get(account.uid, frozenset()).intersection(account.addresses))
        if promised:
            raise CannotFreeError(
                f"The account {address} still has {promised[0]}, which another row gives to somebody."
            )
        self._keep(fetched)
        freed.append(
            Lent(change=giver_change, uid=account.uid, giver=address, addresses=account.addresses, account=fetched)
        )
        self._keeper.require()
        self._writer.delete(address)

    def _left(self, change: Change) -> Result:
        """The result of a freeing change that no taking change used: gone already, or left as it is."""
        try:
            account = self.fetch(change).account
        except CannotFreeError as reason:
            outcome = Outcome.ALREADY if change.category in REMOVALS else Outcome.DRIFTED
            return result_of(change, outcome, str(reason))
        is_gone = change.category not in REMOVALS and is_reached(change, account)
        return result_of(change, Outcome.ALREADY if is_gone else Outcome.DRIFTED, "Nothing took it.")


def _is_done(result: Result | None) -> bool:
    return result is not None and result.outcome in HANDED_OVER
