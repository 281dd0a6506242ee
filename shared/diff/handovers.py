"""Rows that hand addresses over: the smallest sets of changes none of which can be done without the others share a chain."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from shared.diff.adds import add_values
from shared.diff.closings import Closing, closings
from shared.diff.plan import Blocked, Category, Change, Values
from shared.diff.rows import Target, change, in_words, target
from shared.diff.situation import Situation
from shared.diff.subject import Wish
from shared.diff.transfers import Freed, Rows, Transfer, rows_to_build_upon, transfers
from shared.model import Address, Uid


def with_handovers(changes: Sequence[Change], situation: Situation) -> list[Change]:
    """The changes with those that hand addresses over; a row that a chain needs is in the chain instead of alone."""
    rows = rows_to_build_upon(changes)
    found = transfers(situation, rows)
    makers = [_ChainRows(chain, rows, situation, {}) for chain in _chains(found, {})]
    # Only now is it known which chains are ticked; what ends one may join it with others of the same account.
    closed = closings(changes, _handed_over(makers), situation)
    if closed:
        makers = [_ChainRows(chain, rows, situation, closed) for chain in _chains(found, closed)]
    result = {c.id: c for c in changes}
    for maker in makers:
        for replaced in maker.replaced:
            result.pop(replaced.id, None)
        result.update({row.id: row for row in maker.rows()})
    return list(result.values())


def _handed_over(makers: Iterable["_ChainRows"]) -> list[Transfer]:
    """The transfers of ticked chains out of accounts that no other chain takes anything from."""
    ticked = [t for maker in makers if maker.is_ticked for t in maker.chain]
    elsewhere = {t.giver.uid for maker in makers if not maker.is_ticked for t in maker.chain}
    return [t for t in ticked if t.giver.uid not in elsewhere]


def _chains(found: Sequence[Transfer], closed: Mapping[Uid, Closing]) -> list[list[Transfer]]:
    """The transfers in sets that belong together: between the same two accounts, one after the other's rename, or closed as one."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for transfer in found:
        keys = _keys(transfer)
        if transfer.giver.uid in closed:
            keys.append(f"closing of {transfer.giver.uid}")
        for key in keys[1:]:
            parent[root(key)] = root(keys[0])
    chains: dict[str, list[Transfer]] = {}
    for transfer in found:
        chains.setdefault(root(_keys(transfer)[0]), []).append(transfer)
    return list(chains.values())


def _keys(transfer: Transfer) -> list[str]:
    if transfer.verdict.blocked is not None:
        # What is blocked must not take along what is not.
        return [f"blocked {transfer.address}"]
    giver, taker = str(transfer.giver.uid), _taker_key(transfer)
    keys = [f"pair {min(giver, taker)} {max(giver, taker)} {transfer.is_tickable}"]
    if transfer.freed is not Freed.AS_ALIAS:
        keys.append(f"primary of {giver}")
    if transfer.is_new_primary:
        keys.append(f"primary of {taker}")
    return keys


def _taker_key(transfer: Transfer) -> str:
    return str(transfer.taker.uid or f"new {transfer.taker.entra_id}")


class _ChainRows:
    """The rows of one chain."""

    def __init__(
        self, chain: Sequence[Transfer], rows: Rows, situation: Situation, closed: Mapping[Uid, Closing]
    ) -> None:
        self.chain = chain
        self._situation = situation
        content = sorted(f"{t.address}|{t.giver.uid}|{_taker_key(t)}" for t in chain)
        self._id = hashlib.sha256("\n".join(content).encode()).hexdigest()[:12]
        renamed = {t.giver.uid for t in chain if t.freed is Freed.BY_RENAME}
        self._renames = [rows.renames[uid] for uid in sorted(renamed) if uid in rows.renames]
        self._adds = [
            rows.adds[t.taker.entra_id]
            for t in chain
            if t.taker_account is None and t.taker.entra_id is not None and t.is_new_primary
        ]
        ended = [closed[uid] for uid in sorted({t.giver.uid for t in chain}) if uid in closed]
        self._closing = [row for closing in ended for row in closing.rows]
        self.replaced = (*self._renames, *self._adds, *(row for closing in ended for row in closing.replaced))
        """The rows that are in the chain instead of alone."""
        self._blocked: Blocked | None = next((t.verdict.blocked for t in chain if t.verdict.blocked), None)
        self.is_ticked = (
            self._blocked is None and all(t.is_tickable for t in chain) and all(c.ticked for c in self._renames)
        )

    def rows(self) -> list[Change]:
        """All of them."""
        rows = [replace(c, chain=self._id, ticked=self.is_ticked) for c in self._renames]
        rows += [self._added(c) for c in self._adds]
        pairs: dict[tuple[str, str], list[Transfer]] = {}
        for transfer in self.chain:
            pairs.setdefault((str(transfer.giver.uid), _taker_key(transfer)), []).append(transfer)
        for pair in pairs.values():
            rows += self._freed(pair)
            rows += self._given(pair)
        return rows + [replace(c, chain=self._id) for c in self._closing]

    def _freed(self, pair: Sequence[Transfer]) -> list[Change]:
        giver, taker = self._giver(pair[0]), pair[0].taker
        addresses = tuple(t.address for t in pair)
        is_removal = any(t.freed is Freed.BY_REMOVAL for t in pair)
        return [
            change(
                giver,
                self._removal(giver) if is_removal else giver.update,
                before=Values(primary_email=giver.address) if is_removal else Values(alias_emails=addresses),
                after=Values() if is_removal else Values(alias_emails=()),
                reason=" ".join([f"Entra gives {', '.join(addresses)} to {taker.name}.", *_reasons(pair)]),
                proof=" ".join(dict.fromkeys(t.verdict.proof for t in pair if t.verdict.proof)),
                mail_impact=_moves(addresses, giver, taker),
                ticked=self.is_ticked,
                blocked=self._blocked,
                chain=self._id,
                takes=True,
            )
        ]

    def _given(self, pair: Sequence[Transfer]) -> list[Change]:
        taker, account = pair[0].taker, pair[0].taker_account
        rows = []
        for transfer in pair:
            if transfer.is_new_primary and account is not None:
                before, after = Values(primary_email=account.primary_email), Values(primary_email=transfer.address)
                rows.append(self._gift(taker, before, after, (transfer.address,), pair[0]))
        aliases = tuple(t.address for t in pair if not t.is_new_primary)
        if aliases:
            rows.append(self._gift(taker, Values(alias_emails=()), Values(alias_emails=aliases), aliases, pair[0]))
        return rows

    def _gift(
        self, taker: Target, before: Values, after: Values, addresses: tuple[Address, ...], transfer: Transfer
    ) -> Change:
        giver = self._giver(transfer)
        warnings = ("The account is new: its mail may not flow yet.",) if transfer.is_taker_young else ()
        return change(
            taker,
            taker.update,
            before=before,
            after=after,
            reason=f"Entra lists {', '.join(addresses)}, which the account {giver.address} still has.",
            mail_impact=_moves(addresses, giver, taker),
            ticked=self.is_ticked,
            blocked=self._blocked,
            warnings=warnings,
            chain=self._id,
        )

    def _added(self, added: Change) -> Change:
        """An addition whose primary address comes from another account; its mail may not flow at once, so it is unticked."""
        subject = self._situation.subjects[added.entra_id] if added.entra_id is not None else None
        if subject is None or subject.addresses is None or not isinstance(subject.verdict, Wish):
            raise AssertionError(f"addition {added.id} without its subject")
        values = add_values(subject, subject.addresses, subject.verdict, added.address, self._situation)
        whom = Target(
            entra_id=subject.id,
            kind=subject.kind,
            uid=None,
            address=added.address,
            name=subject.name,
            is_group=subject.is_group,
        )
        return change(
            whom,
            added.category,
            before=Values(),
            after=values,
            reason=f"Entra has this {in_words(subject.kind)}; its primary address comes from another account.",
            mail_impact=f"Mail to {added.address} may not arrive for up to 60 minutes.",
            ticked=self.is_ticked,
            blocked=self._blocked,
            chain=self._id,
        )

    def _giver(self, transfer: Transfer) -> Target:
        account = transfer.giver
        subject = self._situation.subject_of(account)
        owner = self._situation.owner_of(account)
        found = target(account, subject)
        if subject is None and owner is not None:
            return replace(found, entra_id=owner, kind=self._situation.ledger.entries[owner].kind)
        return found

    @staticmethod
    def _removal(giver: Target) -> Category:
        return Category.REMOVE_GROUP if giver.is_group else Category.REMOVE_USER


def _reasons(pair: Sequence[Transfer]) -> list[str]:
    return [t.verdict.reason for t in pair if t.verdict.reason]


def _moves(addresses: tuple[Address, ...], giver: Target, taker: Target) -> str:
    return f"Mail to {', '.join(addresses)} goes to {taker.address} instead of {giver.address}."
