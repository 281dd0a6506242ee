"""Chain steps: hand addresses over, each freed right before it is taken, and put back where the taking end fails."""

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace

from shared.diff.closings import is_closing
from shared.diff.ordering import AccountStep, ChainStep, RemoveStep
from shared.diff.plan import ADDS, REMOVALS, Change
from shared.engine.account_steps import AccountSteps, edit_of, is_reached, result_of
from shared.engine.additions import Additions, made_again
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.ports import AccountWriter
from shared.engine.removal_steps import RemovalSteps
from shared.engine.run import Outcome, Result
from shared.errors import RefusedError, SyncError
from shared.model import (
    Account,
    AccountEdit,
    Address,
    Created,
    FetchedAccount,
    Uid,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """What was freed for one taker, and how it goes back."""

    changes: list[Change] = field(default_factory=list)
    put_back: list[Callable[[], None]] = field(default_factory=list)


class CannotFreeError(Exception):
    """An address that is to be taken cannot be freed now; says why."""


class ChainSteps:
    """Carries out chains, one at a time; no write starts without the lease."""

    def __init__(
        self,
        writer: AccountWriter,
        keeper: LeaseKeeper,
        accounts: Mapping[Uid, Account],
        primaries: MutableMapping[Uid, Address],
        *,
        updates: AccountSteps,
        removals: RemovalSteps,
        own_account: Address,
        additions: Additions,
        keep: Callable[[FetchedAccount], None],
        kept: Callable[[Uid], FetchedAccount | None],
    ) -> None:
        """``accounts`` are those listed now, ``primaries`` the primary address of each by now, kept current; ``updates`` and ``removals`` end chains that close an account.

        ``keep`` stores an account's whole object before it is removed, ``kept`` finds what this run stored, None where it stored none.
        """
        self._writer = writer
        self._keeper = keeper
        self._listed = accounts
        self._updates = updates
        self._removals = removals
        self._primary = primaries
        self._own_account = own_account
        self._additions = additions
        self._keep = keep
        self._kept = kept

    def hand_over(self, step: ChainStep) -> list[Result]:
        """The results of all changes of one chain."""
        closing = [c for c in step.changes if is_closing(c, step.changes)]
        freeing = [c for c in step.changes if c not in closing and (c.category in REMOVALS or _drops(c))]
        taking = [c for c in step.changes if c not in closing and c not in freeing]
        results: dict[str, Result] = {}
        waiting = taking
        while waiting:
            stuck: list[Change] = []
            for change in waiting:
                try:
                    self._take(change, freeing, results)
                except CannotFreeError as reason:
                    results[change.id] = result_of(change, Outcome.DRIFTED, str(reason))
                    stuck.append(change)
            if len(stuck) == len(waiting):
                break
            # What one of them did may have freed what another one waits for.
            waiting = stuck
        for change in freeing:
            if change.id not in results:
                results[change.id] = self._left(change)
        is_handed_over = all(results[c.id].outcome in (Outcome.DONE, Outcome.ALREADY) for c in taking)
        for change in closing:
            results[change.id] = self._close(change) if is_handed_over else _left_open(change)
        return [results[c.id] for c in step.changes]

    def _take(self, change: Change, freeing: Sequence[Change], results: dict[str, Result]) -> None:
        """Free what the change takes, and take it; where that fails, what was freed goes back."""
        if change.category in ADDS:
            present = self._writer.fetch(change.address)
            if present is not None and present.account.type is change.after.type:
                results[change.id] = result_of(change, Outcome.ALREADY)
                return
            taker = None
        else:
            taker = self._fetch(change)
            if is_reached(change, taker.account):
                results[change.id] = result_of(change, Outcome.ALREADY)
                return
        freed = self._free(change, freeing)
        try:
            self._give(change, taker)
        except SyncError as error:
            for put_back in reversed(freed.put_back):
                put_back()
            detail = error.detail
            results[change.id] = result_of(change, Outcome.FAILED, detail)
            for freed_change in freed.changes:
                results[freed_change.id] = result_of(freed_change, Outcome.FAILED, f"Put back: {detail}")
            if not isinstance(error, RefusedError):
                raise
            return
        results[change.id] = result_of(change, Outcome.DONE)
        for freed_change in freed.changes:
            results.setdefault(freed_change.id, result_of(freed_change, Outcome.DONE))

    def _fetch(self, change: Change) -> FetchedAccount:
        """The account of a change as it is now; raises CannotFreeError where it is not the one of the plan."""
        address = self._primary.get(change.uid) if change.uid is not None else change.address
        fetched = self._writer.fetch(address) if address is not None else None
        if fetched is None or (change.uid is not None and fetched.account.uid != change.uid):
            raise CannotFreeError(f"The account {change.address} is not there any more.")
        if fetched.account.type.is_protected or self._own_account in fetched.account.addresses:
            raise CannotFreeError(f"The account {change.address} is an administrator's now.")
        return fetched

    def _free(self, change: Change, freeing: Sequence[Change]) -> Freed:
        wanted = {*(change.after.alias_emails or ()), *filter(None, (change.after.primary_email,))}
        freed = Freed()
        try:
            for giver_change in freeing:
                if giver_change.category in REMOVALS:
                    self._remove(giver_change, wanted, freed)
                else:
                    self._drop(giver_change, wanted & set(giver_change.before.alias_emails or ()), freed)
        except CannotFreeError:
            for put_back in reversed(freed.put_back):
                put_back()
            raise
        return freed

    def _drop(self, giver_change: Change, addresses: set[Address], freed: Freed) -> None:
        if not addresses:
            return
        giver = self._fetch(giver_change)
        held = addresses & set(giver.account.addresses)
        if giver.account.primary_email in held:
            raise CannotFreeError(f"{giver.account.primary_email} is still the primary address of its account.")
        freed.changes.append(giver_change)
        # Also what an earlier slice freed goes back, where the taking end fails.
        freed.put_back.append(lambda: self._give_back(giver.account.primary_email, addresses))
        if held:
            aliases = tuple(a for a in giver.account.alias_emails if a not in held)
            self._keeper.require()
            self._writer.update(giver, AccountEdit(alias_emails=aliases))

    def _remove(self, giver_change: Change, wanted: set[Address], freed: Freed) -> None:
        address = giver_change.before.primary_email
        if address is None or address not in wanted:
            return
        freed.changes.append(giver_change)
        fetched = self._writer.fetch(address)
        if fetched is None:
            # Removed by an earlier slice, which kept it: it comes back all the same, where the taking end fails.
            kept = self._kept(giver_change.uid) if giver_change.uid is not None else None
            if kept is not None:
                freed.put_back.append(lambda: self._make_again(kept))
            return
        if fetched.account.uid != giver_change.uid or fetched.account.type.is_protected:
            raise CannotFreeError(f"The account {address} was changed since the search.")
        self._keep(fetched)
        self._keeper.require()
        self._writer.delete(address)
        freed.put_back.append(lambda: self._make_again(fetched))

    def _give(self, change: Change, taker: FetchedAccount | None) -> None:
        self._keeper.require()
        if taker is None:
            (outcome,) = self._writer.create([self._additions.new_account(change)])
            if not isinstance(outcome, Created):
                raise RefusedError(outcome.message, "See the row.", status=0, identifier=change.address)
            return
        edit = edit_of([change], taker.account)
        self._writer.update(taker, edit)
        if edit.primary_email is None or change.uid is None:
            return
        found = self._writer.fetch(edit.primary_email)
        if found is not None and found.account.primary_email == edit.primary_email:
            self._primary[change.uid] = edit.primary_email
            return
        # Essentials ignored the new primary address: the account keeps its own and gets the new one as an alias.
        again = self._fetch(change)
        aliases = tuple(sorted({*taker.account.alias_emails, edit.primary_email} - {again.account.primary_email}))
        self._keeper.require()
        self._writer.update(again, AccountEdit(alias_emails=aliases))

    def _give_back(self, address: Address, held: set[Address]) -> None:
        giver = self._writer.fetch(address)
        if giver is None:
            return
        self._keeper.require()
        aliases = tuple(sorted({*giver.account.alias_emails, *held}))
        self._writer.update(giver, AccountEdit(alias_emails=aliases))

    def _make_again(self, fetched: FetchedAccount) -> None:
        self._keeper.require()
        self._writer.create([made_again(fetched)])

    def _close(self, change: Change) -> Result:
        """The result of what ends the chain, now that nobody else needs an address of the account."""
        listed = self._listed.get(change.uid) if change.uid is not None else None
        if listed is None or change.uid is None:
            outcome = Outcome.ALREADY if change.category in REMOVALS else Outcome.DRIFTED
            return result_of(change, outcome, "The account is not there any more.")
        listed = replace(listed, primary_email=self._primary[change.uid])
        try:
            if change.category in REMOVALS:
                removal = RemoveStep(uid=change.uid, address=change.address, changes=(change,))
                (result,) = self._removals.remove(removal, listed)
            else:
                update = AccountStep(uid=change.uid, address=change.address, changes=(change,))
                (result,) = self._updates.update(update, listed)
        except RefusedError as error:
            return result_of(change, Outcome.FAILED, error.detail)
        return result

    def _left(self, change: Change) -> Result:
        """The result of a freeing change that no taking change used: gone already, or left as it is."""
        try:
            account = self._fetch(change).account
        except CannotFreeError as reason:
            outcome = Outcome.ALREADY if change.category in REMOVALS else Outcome.DRIFTED
            return result_of(change, outcome, str(reason))
        is_gone = change.category not in REMOVALS and is_reached(change, account)
        return result_of(change, Outcome.ALREADY if is_gone else Outcome.DRIFTED, "Nothing took it.")


def _left_open(change: Change) -> Result:
    return result_of(change, Outcome.DRIFTED, "An address of the account was not handed over, so it stays as it is.")


def _drops(change: Change) -> bool:
    """Whether the change only takes aliases away."""
    return bool(change.before.alias_emails) and not change.after.alias_emails and change.after.primary_email is None
