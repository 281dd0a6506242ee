"""Chain steps: hand addresses over, each freed right before it is taken, and put back where the taking end fails."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace

from shared.diff.closings import is_closing
from shared.diff.ordering import AccountStep, ChainStep, RemoveStep
from shared.diff.plan import ADDS, REMOVALS, Change
from shared.engine.account_steps import AccountSteps, edit_of, is_reached, result_of
from shared.engine.additions import Additions
from shared.engine.freed import HANDED_OVER, Lent
from shared.engine.freeing_steps import CannotFreeError, FreeingSteps
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.ports import AccountWriter
from shared.engine.removal_steps import RemovalSteps
from shared.engine.run import Outcome, Result
from shared.errors import RefusedError, SyncError
from shared.model import Account, AccountEdit, Address, Created, FetchedAccount, Uid


class ChainSteps:
    """Carries out chains, one at a time; no write starts without the lease."""

    def __init__(
        self,
        writer: AccountWriter,
        keeper: LeaseKeeper,
        accounts: Mapping[Uid, Account],
        primaries: MutableMapping[Uid, Address],
        *,
        freeing: FreeingSteps,
        updates: AccountSteps,
        removals: RemovalSteps,
        additions: Additions,
    ) -> None:
        """``accounts`` are those listed now, ``primaries`` the primary address of each by now, kept current; ``updates`` and ``removals`` end chains that close an account."""
        self._writer = writer
        self._keeper = keeper
        self._listed = accounts
        self._primary = primaries
        self._freeing = freeing
        self._updates = updates
        self._removals = removals
        self._additions = additions

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
            self._freeing.settle(change, results)
        is_handed_over = all(results[c.id].outcome in HANDED_OVER for c in taking)
        for change in closing:
            results[change.id] = self._close(change) if is_handed_over else _left_open(change)
        return [results[c.id] for c in step.changes]

    def _take(self, change: Change, freeing: Sequence[Change], results: dict[str, Result]) -> None:
        """Free what the change takes, and take it; where that fails, what was freed goes back."""
        if change.category in ADDS:
            present = self._writer.fetch(change.address)
            is_there = present is not None and present.account.type is change.after.type
            taker = None
        else:
            taker = self._freeing.fetch(change)
            is_there = is_reached(change, taker.account)
        if is_there:
            results[change.id] = result_of(change, Outcome.ALREADY)
            return
        freed: list[Lent] = []
        try:
            self._freeing.free(change, freeing, freed, results)
            self._give(change, taker)
        except CannotFreeError:
            self._freeing.give_back(freed, results)
            raise
        except SyncError as error:
            results[change.id] = result_of(change, Outcome.FAILED, error.detail)
            self._freeing.give_back(freed, results)
            for one in freed:
                if results[one.change.id].outcome is not Outcome.FAILED:
                    results[one.change.id] = result_of(one.change, Outcome.FAILED, f"Put back: {error.detail}")
            if not isinstance(error, RefusedError):
                raise
            return
        for done in (change, *(one.change for one in freed)):
            results[done.id] = result_of(done, Outcome.DONE)

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
        again = self._freeing.fetch(change)
        aliases = tuple(sorted({*taker.account.alias_emails, edit.primary_email} - {again.account.primary_email}))
        self._keeper.require()
        self._writer.update(again, AccountEdit(alias_emails=aliases))

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


def _left_open(change: Change) -> Result:
    return result_of(change, Outcome.DRIFTED, "An address of the account was not handed over, so it stays as it is.")


def _drops(change: Change) -> bool:
    """Whether the change only takes aliases away."""
    return bool(change.before.alias_emails) and not change.after.alias_emails and change.after.primary_email is None
