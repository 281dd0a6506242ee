"""Undo: the plan that puts back what an execution did, as far as nothing has changed it since. Pure.

Proof of every row is the execution itself: it may take back what it gave (an account, an address, an activation, a
conversion). What was changed since is a blocked row that says so.
"""

from dataclasses import dataclass, field

from shared.diff.ordering import printed
from shared.diff.plan import ADDS, REMOVALS, Blocked, Category, Change, Plan, Values
from shared.diff.plan_assembly import assemble_plan
from shared.diff.rows import change, listing
from shared.diff.seats import seat
from shared.diff.situation import Situation
from shared.diff.undo_handovers import handback_rows, made_in_chains, removed_in_chains, renamed_in_chains
from shared.diff.undo_trace import NOT_KEPT, SCALARS, Trace, Undone
from shared.model import Account, AccountType


def make_undo_plan(situation: Situation, undone: Undone) -> Plan:
    """The inverse of an execution: what it gave is taken back, what it took is given back, in chains where it changed hands."""
    rows, seats = seat(_Undo(Trace(situation, undone)).rows(), situation)
    ordered = printed(rows)
    concerned = len({c.entra_id for c in ordered if c.ticked and c.entra_id is not None})
    return assemble_plan(
        situation,
        changes=ordered,
        seats=seats,
        skipped=(),
        adoptions=(),
        welcome_emails=0,
        warnings=(_warning(undone, concerned),),
    )


@dataclass(slots=True)
class _Back:
    """Values of one account that go back, and what was changed since."""

    now: dict[str, object] = field(default_factory=dict)
    before: dict[str, object] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)


class _Undo:
    """Gathers the rows of an undo."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._proof = f"Run {trace.undone.run_id} did it, and nothing has changed it since."
        self._removed_in_chains = removed_in_chains(trace)
        self._made_in_chains = made_in_chains(trace)
        self._renamed_in_chains = renamed_in_chains(trace)

    def rows(self) -> list[Change]:
        """All of them, each once."""
        rows = [row for one in self._trace.undone.changes for row in self._inverse(one)]
        rows += handback_rows(self._trace, self._proof)
        why = "The execution found it already so: nothing says that it wrote it."
        rows += [self._refused(one, one.after, one.before, why) for one in self._trace.undone.found_so]
        return list({row.id: row for row in rows}.values())

    def _inverse(self, one: Change) -> list[Change]:
        if one.category is Category.ORGANIZATION_SETTING:
            return [self._refused(one, one.after, one.before, "Settings of the organization are not undone.")]
        if one.category in ADDS:
            return self._addition(one)
        if one.category in REMOVALS:
            return self._removal(one)
        account = self._trace.account_of(one)
        if account is None:
            return [self._refused(one, one.after, one.before, "The account is not there any more.")]
        return [*self._values(one, account), *self._addresses(one, account)]

    def _addition(self, one: Change) -> list[Change]:
        account = self._trace.account_of(one)
        if one.id in self._removed_in_chains:
            return []
        if account is None:
            if one.address not in self._trace.situation.holders:
                return []
            why = f"{one.address} belongs to another account now."
            return [self._refused(one, one.after, Values(), why, blocked=Blocked.ADDRESS_IN_USE)]
        before = Values(primary_email=account.primary_email)
        if not self._trace.is_as_made(one, account):
            return [self._refused(one, before, Values(), "The account was changed since.")]
        stranded = self._trace.stranded(account)
        if stranded:
            why = f"The account that had {listing(stranded)} cannot get it back."
            return [self._refused(one, before, Values(), why)]
        category = Category.REMOVE_GROUP if one.category is Category.ADD_GROUP else Category.REMOVE_USER
        impact = f"Mail to {listing(account.addresses)} stops."
        return [self._row(one, category, before, Values(), impact, takes=True)]

    def _removal(self, one: Change) -> list[Change]:
        trace = self._trace
        kept = trace.kept(one)
        if kept is None:
            return [self._refused(one, Values(), one.before, "The account was not kept before it was removed.")]
        if trace.account_of(one) is not None or one.id in self._made_in_chains:
            return []
        values = trace.recreated(kept)
        holder = trace.situation.holders.get(kept.primary_email)
        if holder is not None and trace.is_made_again(kept, holder):
            return []
        if holder is not None:
            why = f"{kept.primary_email} belongs to the account {holder.primary_email} now."
            return [self._refused(one, Values(), values, why, blocked=Blocked.ADDRESS_IN_USE)]
        category = Category.ADD_GROUP if one.category is Category.REMOVE_GROUP else Category.ADD_USER
        impact = f"Mail to {listing([kept.primary_email, *(values.alias_emails or ())])} is accepted again, within 60 minutes."
        return [self._row(one, category, Values(), values, impact, takes=False, warnings=(NOT_KEPT,))]

    def _values(self, one: Change, account: Account) -> list[Change]:
        back = self._back(one, account)
        rows = []
        if back.changed:
            why = f"Changed since: {', '.join(back.changed)}."
            rows.append(self._refused(one, one.after, one.before, why))
        if back.now:
            before, after = Values(**back.now), Values(**back.before)  # type: ignore[arg-type]  # fields of Values
            rows.append(
                self._row(
                    one,
                    one.category,
                    before,
                    after,
                    _impact(account, after),
                    takes=_takes(before, after),
                    warnings=_stays(before) if after.primary_email is not None else (),
                )
            )
        return rows

    def _back(self, one: Change, account: Account) -> _Back:
        back = _Back()
        for name in ("primary_email", *SCALARS):
            was, became, there = getattr(one.before, name), getattr(one.after, name), getattr(account, name)
            if was is None or became is None or there == was:
                continue
            if there != became:
                back.changed.append(name)
            elif name != "primary_email":
                back.now[name], back.before[name] = there, was
            elif str(account.uid) not in self._renamed_in_chains:
                if was in account.alias_emails or was not in self._trace.situation.holders:
                    back.now[name], back.before[name] = there, was
                else:
                    back.changed.append(name)
        return back

    def _addresses(self, one: Change, account: Account) -> list[Change]:
        moved, holders = self._trace.moved, self._trace.situation.holders
        update = self._trace.target(one).update
        kept = set(one.before.alias_emails or ())
        given = [a for a in one.after.alias_emails or () if a in account.alias_emails and a not in moved | kept]
        taken = [a for a in one.before.alias_emails or () if a not in account.addresses and a not in moved]
        free, in_use = tuple(a for a in taken if a not in holders), tuple(a for a in taken if a in holders)
        rows = []
        if given and one.chain is not None:
            # Taken back without the account that gave it, it would be nobody's, and mail to it would be rejected.
            why = f"The account that had {listing(given)} cannot get it back."
            rows.append(self._refused(one, Values(alias_emails=tuple(given)), Values(alias_emails=()), why))
        elif given:
            before, after = Values(alias_emails=tuple(given)), Values(alias_emails=())
            rows.append(self._row(one, update, before, after, f"Mail to {listing(given)} is rejected.", takes=True))
        if free:
            before, after = Values(alias_emails=()), Values(alias_emails=free)
            rows.append(
                self._row(one, update, before, after, f"Mail to {listing(free)} is accepted again.", takes=False)
            )
        if in_use:
            before, after = Values(alias_emails=()), Values(alias_emails=in_use)
            why = f"Other accounts have {listing(in_use)} now."
            rows.append(self._refused(one, before, after, why, blocked=Blocked.ADDRESS_IN_USE, category=update))
        return rows

    def _row(
        self,
        one: Change,
        category: Category,
        before: Values,
        after: Values,
        impact: str,
        *,
        takes: bool,
        warnings: tuple[str, ...] = (),
    ) -> Change:
        if self._trace.is_frozen(self._trace.account_of(one)):
            return self._refused(one, before, after, "Its account is exempt, or an administrator's.", category=category)
        return change(
            self._trace.target(one),
            category,
            before=before,
            after=after,
            reason=f"Undo of: {one.reason}",
            proof=self._proof if takes else "",
            mail_impact=impact,
            warnings=warnings,
            takes=takes,
        )

    def _refused(
        self,
        one: Change,
        before: Values,
        after: Values,
        why: str,
        *,
        blocked: Blocked = Blocked.CONFLICT,
        category: Category | None = None,
    ) -> Change:
        return change(
            self._trace.target(one),
            category or one.category,
            before=before,
            after=after,
            reason=f"Not undone. {why}",
            blocked=blocked,
        )


def _warning(undone: Undone, concerned: int) -> str:
    again = f"The next sync would do it again for {concerned} people and groups: exempt whoever shall stay so."
    return (
        f"undo: puts back what run {undone.run_id} did. {again} Scheduled runs wait for a person once it is executed."
    )


def _stays(before: Values) -> tuple[str, ...]:
    return (f"{before.primary_email} stays an alias of the account: mail to it goes on.",)


def _takes(before: Values, after: Values) -> bool:
    had_seat = before.type is not None and before.type.takes_seat
    return after.is_active is False or (had_seat and after.type is AccountType.FUNCTIONAL_ACCOUNT)


def _impact(account: Account, after: Values) -> str:
    if after.is_active is False:
        return f"Mail to {listing(account.addresses)} is rejected."
    if after.is_active is True:
        return f"Mail to {listing(account.addresses)} is accepted again."
    if after.type is not None:
        return (
            "Mail goes on; the account takes no seat any more."
            if not after.type.is_user
            else "Mail goes on; the account takes a seat."
        )
    return ""
