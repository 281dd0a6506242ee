"""Rows that hand addresses back, in chains as an execution handed them over."""

import hashlib
from collections.abc import Callable, Sequence

from shared.diff.plan import REMOVALS, Category, Change, Values
from shared.diff.rows import Target, change, listing
from shared.diff.undo_trace import NOT_KEPT, Handback, Trace
from shared.model import Account, Address


def handback_rows(trace: Trace, proof: str) -> list[Change]:
    """All rows of all chains; ``proof`` is that of the rows that take something."""
    return [row for chain in _chains(trace) for row in _ChainRows(trace, chain, proof).rows()]


def removed_in_chains(trace: Trace) -> frozenset[str]:
    """Ids of the additions whose accounts go in the chains that hand their addresses back."""
    found = set()
    for handback in trace.handbacks:
        holder = trace.account_of(handback.receiver)
        addition = trace.addition_of(holder) if holder is not None else None
        if addition is not None:
            found.add(addition.id)
    return frozenset(found)


def made_in_chains(trace: Trace) -> frozenset[str]:
    """Ids of the removals whose accounts are made again in the chains that give them their addresses."""
    return frozenset(h.giver.id for h in trace.handbacks if h.giver.category in REMOVALS and _gets_primary(h, trace))


def renamed_in_chains(trace: Trace) -> frozenset[str]:
    """Uids of accounts that chains rename: back to what they were, or to an address that they get back."""
    found = set()
    for h in trace.handbacks:
        holder, taker = trace.account_of(h.receiver), trace.account_of(h.giver)
        if holder is not None and _is_primary(h, holder) and trace.addition_of(holder) is None:
            found.add(str(holder.uid))
        if taker is not None and trace.was_renamed_from(taker, h.address):
            found.add(str(taker.uid))
    return frozenset(found)


def _is_primary(handback: Handback, holder: Account | None) -> bool:
    return holder is not None and handback.address == holder.primary_email


def _gets_primary(handback: Handback, trace: Trace) -> bool:
    kept = trace.kept(handback.giver)
    return kept is not None and trace.account_of(handback.giver) is None and handback.address == kept.primary_email


def _chains(trace: Trace) -> list[list[Handback]]:
    """The handbacks in sets that belong together: between the same accounts, through one rename, removal or addition."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for handback in trace.handbacks:
        keys = _keys(handback, trace)
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])
    chains: dict[str, list[Handback]] = {}
    for handback in trace.handbacks:
        chains.setdefault(root(_keys(handback, trace)[0]), []).append(handback)
    return list(chains.values())


def _keys(handback: Handback, trace: Trace) -> list[str]:
    holder, taker = trace.account_of(handback.receiver), trace.account_of(handback.giver)
    has, gets = _account_key(holder, handback.receiver), _account_key(taker, handback.giver)
    keys = [f"pair {min(has, gets)} {max(has, gets)}"]
    if holder is not None and (_is_primary(handback, holder) or trace.addition_of(holder) is not None):
        keys.append(f"primary of {has}")
    if taker is None or trace.was_renamed_from(taker, handback.address):
        keys.append(f"primary of {gets}")
    return keys


def _account_key(account: Account | None, one: Change) -> str:
    return str(account.uid) if account is not None else f"again {one.uid}"


class _ChainRows:
    """The rows of one chain."""

    def __init__(self, trace: Trace, chain: Sequence[Handback], proof: str) -> None:
        self._trace = trace
        self._chain = chain
        self._proof = proof
        content = sorted(f"undo|{h.address}|{h.giver.id}|{h.receiver.id}" for h in chain)
        self._id = hashlib.sha256("\n".join(content).encode()).hexdigest()[:12]

    def rows(self) -> list[Change]:
        """All of them: who gives first, then who gets."""
        rows: list[Change] = []
        for holder, handbacks in self._by(lambda h: _account_key(self._trace.account_of(h.receiver), h.receiver)):
            rows += self._given_up(holder, handbacks)
        for _, handbacks in self._by(lambda h: _account_key(self._trace.account_of(h.giver), h.giver)):
            rows += self._given_back(handbacks)
        return rows

    def _by(self, key: Callable[[Handback], str]) -> list[tuple[Account, list[Handback]]]:
        groups: dict[str, list[Handback]] = {}
        for handback in self._chain:
            groups.setdefault(key(handback), []).append(handback)
        found = []
        for handbacks in groups.values():
            holder = self._trace.account_of(handbacks[0].receiver)
            if holder is None:
                raise AssertionError("a handback without its holder")
            found.append((holder, handbacks))
        return found

    def _given_up(self, holder: Account, handbacks: Sequence[Handback]) -> list[Change]:
        receiver = handbacks[0].receiver
        whom = self._trace.target(receiver)
        addresses = tuple(sorted(h.address for h in handbacks))
        rows = []
        if self._trace.addition_of(holder) is not None:
            category = Category.REMOVE_GROUP if whom.is_group else Category.REMOVE_USER
            before = Values(primary_email=holder.primary_email)
            rows.append(self._row(whom, category, before, Values(), holder.addresses, takes=True))
            if any(_is_primary(h, holder) for h in handbacks):
                return rows
        former = self._trace.former_primary(holder)
        if former is not None and any(_is_primary(h, holder) for h in handbacks):
            before, after = Values(primary_email=holder.primary_email), Values(primary_email=former)
            rows.append(self._row(whom, whom.update, before, after, addresses, takes=False))
        before = Values(alias_emails=addresses)
        return [*rows, self._row(whom, whom.update, before, Values(alias_emails=()), addresses, takes=True)]

    def _given_back(self, handbacks: Sequence[Handback]) -> list[Change]:
        giver = handbacks[0].giver
        whom, account, kept = self._trace.target(giver), self._trace.account_of(giver), self._trace.kept(giver)
        addresses = tuple(sorted(h.address for h in handbacks))
        if account is None:
            if kept is None:
                raise AssertionError("a handback without the account that it goes to")
            category = Category.ADD_GROUP if whom.is_group else Category.ADD_USER
            again = self._trace.recreated(kept)
            return [self._row(whom, category, Values(), again, addresses, takes=False, warnings=(NOT_KEPT,))]
        rows = []
        primary = next((a for a in addresses if self._trace.was_renamed_from(account, a)), None)
        if primary is not None:
            before, after = Values(primary_email=account.primary_email), Values(primary_email=primary)
            rows.append(self._row(whom, whom.update, before, after, (primary,), takes=False))
        aliases = tuple(a for a in addresses if a != primary)
        if aliases:
            after = Values(alias_emails=aliases)
            rows.append(self._row(whom, whom.update, Values(alias_emails=()), after, aliases, takes=False))
        return rows

    def _row(
        self,
        whom: Target,
        category: Category,
        before: Values,
        after: Values,
        addresses: tuple[Address, ...],
        *,
        takes: bool,
        warnings: tuple[str, ...] = (),
    ) -> Change:
        return change(
            whom,
            category,
            before=before,
            after=after,
            reason=f"The execution handed {listing(addresses)} over; it goes back.",
            proof=self._proof if takes else "",
            mail_impact=f"Mail to {listing(addresses)} goes where it went before the execution.",
            warnings=warnings,
            chain=self._id,
            takes=takes,
        )
