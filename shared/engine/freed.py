"""What chains freed and nobody took: told by what a run stored before each freeing write, and by who has the addresses now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from shared.diff.closings import is_closing
from shared.diff.plan import REMOVALS, Change, Plan
from shared.engine.records import is_id
from shared.engine.run import Outcome
from shared.model import Account, Address, FetchedAccount, Organization, Uid
from shared.state.protocols import Documents

HANDED_OVER = (Outcome.DONE, Outcome.ALREADY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Freeing:
    """What a change was about to take from an account; stored before the write, so that no freed address is forgotten."""

    change_id: str
    uid: Uid
    giver: Address
    """The account's primary address."""
    aliases: tuple[Address, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """What one change freed for somebody who has not taken it."""

    change: Change
    uid: Uid
    giver: Address
    """Primary address of the account that it was taken from."""
    addresses: tuple[Address, ...]
    """Those that nobody has now, sorted."""
    account: FetchedAccount | None
    """The account as it can be made again; None where it was not removed, or somebody has its primary address."""
    elsewhere: str = ""
    """Which of the addresses somebody else took meanwhile, and who; empty where nobody did."""


class Freeings:
    """What was about to be freed, ``runs/{id}.freed.jsonl``; removed accounts are kept in a journal of their own."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def begin(self, run_id: str, freeing: Freeing) -> None:
        """Store what is about to be freed."""
        self._documents.append(f"runs/{run_id}.freed.jsonl", [freeing])

    def of(self, run_id: str) -> tuple[Freeing, ...]:
        """All that the run freed or was about to free, in order."""
        return self._documents.read_lines(f"runs/{run_id}.freed.jsonl", Freeing) if is_id(run_id) else ()


def lent(
    plan: Plan,
    outcomes: Mapping[str, Outcome],
    freeings: Iterable[Freeing],
    kept: Iterable[FetchedAccount],
    accounts: Sequence[Account],
) -> tuple[Lent, ...]:
    """What the run freed and nobody took, by its journals and by ``accounts`` as listed now.

    An address that somebody took by hand between the stored line and the write looks the same as one that was freed: it goes
    back, which is what the account had when the plan was made.
    """
    lines: dict[str, list[Freeing]] = defaultdict(list)
    for freeing in freeings:
        lines[freeing.change_id].append(freeing)
    removed: dict[Uid, FetchedAccount] = {}
    for fetched in kept:
        removed.setdefault(fetched.account.uid, fetched)
    chains: dict[str, list[Change]] = defaultdict(list)
    for change in plan.changes:
        if change.chain is not None:
            chains[change.chain].append(change)
    found = (_lent_in(chain, outcomes, lines, removed, accounts) for chain in chains.values())
    return tuple(one for of_chain in found for one in of_chain)


def given_back(organization: Organization, found: Iterable[Lent]) -> Organization:
    """The organization as it is once all of it has gone back."""
    accounts = {a.uid: a for a in organization.accounts}
    for one in found:
        if one.account is not None:
            accounts[one.uid] = one.account.account
        elif one.uid in accounts:
            giver = accounts[one.uid]
            aliases = tuple(sorted({*giver.alias_emails, *one.addresses}))
            accounts[one.uid] = replace(giver, alias_emails=aliases)
    return replace(organization, accounts=tuple(sorted(accounts.values(), key=lambda a: a.primary_email)))


def given(change: Change) -> set[Address]:
    """The addresses that a change gives to its account."""
    return {*(change.after.alias_emails or ()), *filter(None, (change.after.primary_email,))}


def promised(plan: Plan) -> dict[Uid, frozenset[Address]]:
    """Which aliases of each account the chains of the plan hand to somebody."""
    found: dict[Uid, frozenset[Address]] = {}
    for change in plan.changes:
        if change.chain is not None and change.uid is not None and change.before.alias_emails:
            dropped = set(change.before.alias_emails) - set(change.after.alias_emails or ())
            found[change.uid] = found.get(change.uid, frozenset()) | dropped
    return found


def is_made_again(removed: Account, account: Account) -> bool:
    """Whether the account is one that was removed, made again as it was; its aliases may be others by now."""
    names = ("primary_email", "type", "is_active", "firstname", "surname")
    return all(getattr(account, name) == getattr(removed, name) for name in names)


def _lent_in(
    chain: Sequence[Change],
    outcomes: Mapping[str, Outcome],
    lines: Mapping[str, Sequence[Freeing]],
    removed: Mapping[Uid, FetchedAccount],
    accounts: Sequence[Account],
) -> Iterator[Lent]:
    wanted = {address for change in chain for address in given(change)}
    handed_over = {a for change in chain if outcomes.get(change.id) in HANDED_OVER for a in given(change)}
    present = {a.uid: a for a in accounts}
    holders = {address: a for a in accounts for address in a.addresses}
    for change in chain:
        kept = removed.get(change.uid) if change.uid is not None and _frees_by_removal(change, chain) else None
        if kept is not None and kept.account.uid not in present:
            uid, giver, freed = kept.account.uid, kept.account.primary_email, wanted & set(kept.account.addresses)
        elif change.id in lines:
            last = lines[change.id][-1]
            uid, freed = last.uid, {a for line in lines[change.id] for a in line.aliases}
            giver = present[uid].primary_email if uid in present else last.giver
        else:
            continue
        freed -= handed_over
        nobodys = tuple(sorted(a for a in freed if a not in holders))
        others = [a for a in sorted(freed) if a in holders and not _is_of(chain, kept, holders[a])]
        if nobodys or others:
            yield Lent(
                change=change,
                uid=uid,
                giver=giver,
                addresses=nobodys,
                account=_as_it_can_be(kept, holders) if giver in nobodys else None,
                elsewhere=" ".join(f"{a} belongs to the account {holders[a].primary_email} now." for a in others),
            )


def _frees_by_removal(change: Change, chain: Sequence[Change]) -> bool:
    return change.category in REMOVALS and not is_closing(change, chain)


def _is_of(chain: Sequence[Change], kept: FetchedAccount | None, holder: Account) -> bool:
    """Whether the account is one of the chain, or the removed one made again."""
    if any(holder.uid == c.uid or (c.uid is None and holder.primary_email == c.address) for c in chain):
        return True
    return kept is not None and is_made_again(kept.account, holder)


def _as_it_can_be(kept: FetchedAccount | None, holders: Mapping[Address, Account]) -> FetchedAccount | None:
    """The account without the aliases that somebody has by now."""
    if kept is None:
        return None
    aliases = tuple(a for a in kept.account.alias_emails if a not in holders)
    return replace(kept, account=replace(kept.account, alias_emails=aliases))
