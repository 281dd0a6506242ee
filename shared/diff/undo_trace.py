"""The trace of an execution: what it did to which account, who has its addresses now, and what is as it left it. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from shared.diff.plan import ADDS, REMOVALS, Category, Change, Values
from shared.diff.rows import Target
from shared.diff.situation import Situation
from shared.model import Account, Address, Uid

GROUP_CATEGORIES = frozenset({Category.ADD_GROUP, Category.UPDATE_GROUP, Category.REMOVE_GROUP})
NOT_KEPT = "What waited in its quarantine, and settings of the account that the API does not show, do not come back."

SCALARS = ("type", "is_active", "firstname", "surname")


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone:
    """An execution to undo: what it did, and the accounts that it removed, as they were before."""

    run_id: str
    changes: tuple[Change, ...]
    """Those that were done, in the order of their plan."""
    removed: Mapping[Uid, Account]
    found_so: tuple[Change, ...] = ()
    """Those that it found already so: nothing says that it wrote them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handback:
    """One address that the execution handed over and that goes back, as both accounts still are as it left them."""

    address: Address
    giver: Change
    """The row of the execution that freed it: its account gets it again."""
    receiver: Change
    """The row that took it: its account has it now."""


class Trace:
    """Answers about one execution, by the organization as it is now."""

    def __init__(self, situation: Situation, undone: Undone) -> None:
        self.situation = situation
        self.undone = undone
        self._now: dict[Uid, Account] = {a.uid: a for a in situation.organization.accounts}
        self._handed_over = tuple(self._find_handed_over())
        self.handbacks = tuple(self._handbacks())
        self.moved = frozenset(h.address for h in self.handbacks)

    def account_of(self, one: Change) -> Account | None:
        """The account that a row of the execution was about, or that it made; None where it is not there."""
        if one.uid is not None:
            return self._now.get(one.uid)
        holder = self.situation.holders.get(one.address)
        if holder is None or holder.primary_email != one.address:
            return None
        entry = self.situation.ledger.entries.get(one.entra_id) if one.entra_id is not None else None
        # The ledger has no account of a stray, nor of an object whose execution ended before it noted what it wrote.
        return holder if entry is None or entry.uid in (None, holder.uid) else None

    def kept(self, one: Change) -> Account | None:
        """The account that a removal took away, as it was before; None where it was not kept."""
        return self.undone.removed.get(one.uid) if one.uid is not None else None

    def is_made_again(self, kept: Account, account: Account) -> bool:
        """Whether the account is one that was removed, made again as it was."""
        same = all(getattr(account, name) == getattr(kept, name) for name in ("primary_email", *SCALARS))
        return same and set(kept.alias_emails) <= set(account.alias_emails)

    def is_frozen(self, account: Account | None) -> bool:
        """Whether the account is exempt or an administrator's by now."""
        return account is not None and account.uid in self.situation.untouchable

    def is_as_made(self, one: Change, account: Account) -> bool:
        """Whether an account that the execution made is as it left it."""
        gifts = {a for c in self.undone.changes if self._is_about(c, account) for a in c.after.alias_emails or ()}
        same = all(getattr(account, name) == getattr(one.after, name) for name in SCALARS)
        return same and set(account.alias_emails) <= gifts

    def addition_of(self, account: Account) -> Change | None:
        """The row that made the account, where it may go: it is as the execution left it, and nobody's address goes with it."""
        for one in self.undone.changes:
            if one.category in ADDS and self._is_about(one, account):
                return one if self.is_as_made(one, account) and not self.stranded(account) else None
        return None

    def stranded(self, account: Account) -> tuple[Address, ...]:
        """Addresses of the account that the execution handed to it, and whose giver cannot get them back."""
        return tuple(
            sorted(
                address
                for address, giver, receiver in self._handed_over
                if address in account.addresses and self._is_about(receiver, account) and not self._can_get_back(giver)
            )
        )

    def former_primary(self, account: Account) -> Address | None:
        """What the execution renamed the account from, while it has both addresses; None where it did not."""
        for one in self.undone.changes:
            if one.uid == account.uid and one.after.primary_email == account.primary_email:
                return one.before.primary_email if one.before.primary_email in account.alias_emails else None
        return None

    def was_renamed_from(self, account: Account, address: Address) -> bool:
        """Whether the address was the account's primary until the execution renamed it to what it is now."""
        return any(
            one.uid == account.uid
            and one.before.primary_email == address
            and one.after.primary_email == account.primary_email
            for one in self.undone.changes
        )

    def recreated(self, kept: Account) -> Values:
        """A removed account as it can be made again: without addresses that somebody else has for good."""
        holders = self.situation.holders
        return Values(
            primary_email=kept.primary_email,
            type=kept.type,
            is_active=kept.is_active,
            firstname=kept.firstname,
            surname=kept.surname,
            alias_emails=tuple(a for a in kept.alias_emails if a not in holders or a in self.moved),
        )

    def target(self, one: Change) -> Target:
        """Whom a row of the undo is about."""
        account = self.account_of(one)
        is_addition = one.category in REMOVALS and account is None
        kept = self.kept(one)
        address = one.address
        if account is not None:
            address = account.primary_email
        elif kept is not None:
            address = kept.primary_email
        return Target(
            entra_id=one.entra_id,
            kind=one.kind,
            uid=None if is_addition else (account.uid if account is not None else one.uid),
            address=address,
            name=one.name,
            is_group=one.category in GROUP_CATEGORIES,
        )

    def _is_about(self, one: Change, account: Account) -> bool:
        found = self.account_of(one)
        return found is not None and found.uid == account.uid

    def _handbacks(self) -> list[Handback]:
        return [
            Handback(address=address, giver=giver, receiver=receiver)
            for address, giver, receiver in self._handed_over
            if self._can_go_back(address, giver, receiver)
        ]

    def _find_handed_over(self) -> Iterator[tuple[Address, Change, Change]]:
        receivers: dict[tuple[str, Address], Change] = {}
        for one in self.undone.changes:
            if one.chain is not None:
                given = (*(one.after.alias_emails or ()), *filter(None, (one.after.primary_email,)))
                receivers.update({(one.chain, address): one for address in given})
        for one in self.undone.changes:
            for address in self._freed_by(one) if one.chain is not None else ():
                receiver = receivers.get((one.chain or "", address))
                if receiver is not None and receiver.uid != one.uid:
                    yield address, one, receiver

    def _freed_by(self, one: Change) -> tuple[Address, ...]:
        if one.category in REMOVALS:
            kept = self.kept(one)
            return kept.addresses if kept is not None else ()
        return tuple(a for a in one.before.alias_emails or () if a not in (one.after.alias_emails or ()))

    def _can_go_back(self, address: Address, giver: Change, receiver: Change) -> bool:
        holder = self.account_of(receiver)
        if holder is None or address not in holder.addresses or self.is_frozen(holder) or not self._can_get_back(giver):
            return False
        if address != holder.primary_email:
            return True
        # A primary address goes only with the account that was made for it, or after the account's old one is back.
        return self.addition_of(holder) is not None or self.former_primary(holder) is not None

    def _can_get_back(self, giver: Change) -> bool:
        account = self.account_of(giver)
        if account is None:
            return giver.category in REMOVALS and self.kept(giver) is not None
        return not self.is_frozen(account)
