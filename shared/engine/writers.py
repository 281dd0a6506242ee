"""What carries out each kind of step in one slice, and how many of them at once."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from shared.diff.ordering import AccountStep, ChainStep, CreateStep, RemoveStep, SettingStep, Step, may_take_a_seat
from shared.engine.account_steps import AccountSteps
from shared.engine.additions import Additions
from shared.engine.chain_steps import ChainSteps
from shared.engine.freed import Freeing, Freeings, Lent
from shared.engine.freeing_steps import FreeingSteps
from shared.engine.lease_keeper import LeaseKeeper
from shared.engine.notices.notices import Notices
from shared.engine.parts import Parts
from shared.engine.records import Removed
from shared.engine.removal_steps import RemovalSteps
from shared.engine.run import Result
from shared.engine.setting_steps import SettingSteps
from shared.model import Address, FetchedAccount, Organization, Uid


class Writers:
    """Carries out steps on one organization as it was listed. Safe to use from many threads, for steps of one phase."""

    def __init__(
        self,
        parts: Parts,
        keeper: LeaseKeeper,
        organization: Organization,
        *,
        run_id: str,
        additions: Additions,
        lent: Iterable[Lent],
        promised: Mapping[Uid, frozenset[Address]],
    ) -> None:
        """``lent`` is what earlier slices freed for chains that are to be carried out, ``promised`` which aliases of each account the plan hands to somebody."""
        writer = parts.account_writer()
        own_account = organization.certificate.own_account
        removed, freeings = Removed(parts.documents), Freeings(parts.documents)
        keeping = threading.Lock()

        def keep(fetched: FetchedAccount) -> None:
            # One journal, written at its end: one thread at a time.
            with keeping:
                removed.keep(run_id, fetched)

        def begin(freeing: Freeing) -> None:
            freeings.begin(run_id, freeing)

        self._writer = writer
        self._organization = organization
        self._by_uid = {a.uid: a for a in organization.accounts}
        self._by_primary = {a.primary_email: a for a in organization.accounts}
        primaries = {a.uid: a.primary_email for a in organization.accounts}
        holders = {address: a for a in organization.accounts for address in a.addresses}
        self._accounts = AccountSteps(
            writer, keeper, holders, primaries, own_account=own_account, additions=additions, now=parts.clock.now
        )
        self._removals = RemovalSteps(writer, keeper, own_account=own_account, keep=keep)
        self._chains = ChainSteps(
            writer,
            keeper,
            self._by_uid,
            primaries,
            freeing=FreeingSteps(
                writer,
                keeper,
                self._by_uid,
                primaries,
                own_account=own_account,
                begin=begin,
                keep=keep,
                lent=lent,
                promised=promised,
            ),
            updates=self._accounts,
            removals=self._removals,
            additions=additions,
        )
        self._settings = SettingSteps(
            parts.settings_writer(), keeper, native_key=parts.native_key, notifier=Notices(parts)
        )

    def carry_out(self, step: Step) -> list[Result]:
        """The results of one step; raises what the writer raises, and LeaseLostError."""
        match step:
            case AccountStep():
                return self._accounts.update(step, self._by_uid.get(step.uid))
            case RemoveStep():
                return self._removals.remove(step, self._by_uid.get(step.uid))
            case CreateStep():
                return self._accounts.create(step.changes, self._by_primary)
            case ChainStep():
                return self._chains.hand_over(step)
            case SettingStep():
                return self._settings.write(step)

    def at_once(self, phase: Sequence[Step]) -> Callable[[], int]:
        """Says how many steps of the phase may be under way now.

        Chains go one by one: an address is on its way in each. So do settings, and steps that might not all find a seat: who
        gets the last one is the first in order.
        """
        if any(isinstance(step, ChainStep | SettingStep) for step in phase) or not self._has_seats_for(phase):
            return lambda: 1
        return lambda: self._writer.calls_at_once

    def _has_seats_for(self, phase: Sequence[Step]) -> bool:
        limit = self._organization.licences.limit
        if limit is None:
            return True
        return self._organization.seats_used + sum(_seats(step) for step in phase) <= limit


def _seats(step: Step) -> int:
    """How many seats a step may take; the accounts removed before it count as if they were there."""
    match step:
        case CreateStep():
            return sum(c.after.type is None or c.after.type.takes_seat for c in step.changes)
        case AccountStep():
            return any(may_take_a_seat(c) for c in step.changes)
        case _:
            return 0
