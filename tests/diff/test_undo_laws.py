"""Laws of undo: what an execution changed is put back, and no address has two owners on the way."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.diff.ledger import Ledger, adopt, note_writes
from shared.diff.options import SyncOptions
from shared.diff.plan import REMOVALS, Change, Plan
from shared.diff.situation import situate
from shared.diff.undo import make_undo_plan
from shared.diff.undo_trace import Undone
from shared.diff.written import written
from shared.model import Account, Directory, Organization
from tests.builders.essentials import after, owners
from tests.builders.sides import NOW, plan
from tests.builders.worlds import directories, ledgers, options, organizations
from tests.diff.test_diff_laws import evidence_of, in_order
from tests.laws import law


def executed(
    data: st.DataObject, directory: Directory, organization: Organization, chosen: SyncOptions
) -> tuple[list[Change], Organization, Ledger]:
    """What was done of a plan, everything that is not blocked among it, and both sides afterwards."""
    ledger = data.draw(ledgers(organization))
    first = plan(directory, organization, ledger=ledger, options=chosen, evidence=evidence_of(data, ledger, directory))
    done = in_order(organization, [c for c in first.changes if c.ticked])
    changed = after(organization, done)
    noted = adopt(ledger, first.adoptions, scope="", now=NOW)
    return done, changed, note_writes(noted, written(done, [], changed), scope="", now=NOW)


def undo(done: list[Change], directory: Directory, before: Organization, now: Organization, ledger: Ledger) -> Plan:
    situation = situate(
        directory=directory, organization=now, ledger=ledger, exemptions=(), options=SyncOptions(), now=NOW
    )
    gone = {c.uid for c in done if c.category in REMOVALS}
    removed = {a.uid: a for a in before.accounts if a.uid in gone}
    return make_undo_plan(situation, Undone(run_id="r", changes=tuple(done), removed=removed))


def by_primary(organization: Organization) -> dict[str, Account]:
    return {a.primary_email: a for a in organization.accounts}


@law
@given(data=st.data(), directory=directories(), organization=organizations(), chosen=options)
def test_undo_restores_every_account_that_nobody_changed_since(
    data: st.DataObject, directory: Directory, organization: Organization, chosen: SyncOptions
) -> None:
    unlimited = replace(organization, licences=replace(organization.licences, limit=None))
    done, changed, ledger = executed(data, directory, unlimited, chosen)
    found = undo(done, directory, unlimited, changed, ledger)
    assert all(c.blocked is None for c in found.changes), "nothing was changed since"
    restored = after(changed, in_order(changed, [c for c in found.changes if c.ticked]))

    was, now = by_primary(unlimited), by_primary(restored)
    assert was.keys() == now.keys()
    for address, account in was.items():
        back = now[address]
        left_over = set(back.alias_emails) - set(account.alias_emails)
        renamed_to = {c.after.primary_email for c in done if c.uid == back.uid and c.after.primary_email}
        assert left_over <= renamed_to, "only what was primary meanwhile may stay, as an alias"
        assert replace(back, uid=account.uid, alias_emails=account.alias_emails) == account
        assert set(account.alias_emails) <= set(back.alias_emails)


@law
@given(data=st.data(), directory=directories(), organization=organizations(), chosen=options)
def test_an_address_has_one_owner_after_any_prefix_of_an_undo(
    data: st.DataObject, directory: Directory, organization: Organization, chosen: SyncOptions
) -> None:
    done, changed, ledger = executed(data, directory, organization, chosen)
    found = undo(done, directory, organization, changed, ledger)
    ordered = in_order(changed, [c for c in found.changes if c.ticked])
    prefix = ordered[: data.draw(st.integers(0, len(ordered)))]

    assert all(len(uids) == 1 for uids in owners(after(changed, prefix)).values())


@law
@given(data=st.data(), directory=directories(), organization=organizations(), chosen=options)
def test_an_undo_of_what_is_undone_already_has_nothing_to_do(
    data: st.DataObject, directory: Directory, organization: Organization, chosen: SyncOptions
) -> None:
    unlimited = replace(organization, licences=replace(organization.licences, limit=None))
    done, changed, ledger = executed(data, directory, unlimited, chosen)
    found = undo(done, directory, unlimited, changed, ledger)
    restored = after(changed, in_order(changed, [c for c in found.changes if c.ticked]))
    noted = note_writes(ledger, written([c for c in found.changes if c.ticked], [], restored), scope="", now=NOW)
    again = undo(done, directory, unlimited, restored, noted)

    assert [c for c in again.changes if c.ticked] == []


@law
@given(data=st.data(), directory=directories(), organization=organizations(), chosen=options)
def test_every_row_that_takes_something_has_the_execution_as_its_proof(
    data: st.DataObject, directory: Directory, organization: Organization, chosen: SyncOptions
) -> None:
    done, changed, ledger = executed(data, directory, organization, chosen)
    found = undo(done, directory, organization, changed, ledger)

    assert all("Run r did it" in c.proof for c in found.changes if c.takes and c.blocked is None)
    assert len({c.id for c in found.changes}) == len(found.changes)
