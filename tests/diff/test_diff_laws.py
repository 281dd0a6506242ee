"""Laws of the pure core: they hold for every directory, organization, ledger and choice of options."""

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from shared.diff.evidence import Evidence
from shared.diff.ledger import AddressNote, AddressOrigin, Ledger, adopt, note_writes
from shared.diff.options import SyncOptions
from shared.diff.ordering import ChainStep, CreateStep, steps
from shared.diff.plan import Category, Change
from shared.diff.written import written
from shared.model import AccountType, Directory, Group, Organization, Person
from tests.builders.essentials import after, chain_in_order, owners
from tests.builders.sides import NOW, plan
from tests.builders.worlds import directories, ledgers, options, organizations
from tests.laws import law

ADDS = (Category.ADD_USER, Category.ADD_GROUP)


def in_order(organization: Organization, changes: list[Change]) -> list[Change]:
    """The changes as they are carried out."""
    ordered: list[Change] = []
    for step in steps(changes):
        if isinstance(step, ChainStep):
            ordered += chain_in_order(after(organization, ordered), step.changes)
        else:
            ordered += step.changes
    return ordered


def evidence_of(data: st.DataObject, ledger: Ledger, directory: Directory) -> Evidence:
    """Entra says of some of the missing objects that they are gone."""
    living = {p.id for p in directory.people} | {g.id for g in directory.groups}
    missing = sorted(set(ledger.entries) - living)
    return Evidence(gone=frozenset(i for i in missing if data.draw(st.booleans())))


def knowing_all_addresses(ledger: Ledger, organization: Organization) -> Ledger:
    """The ledger with every address of its accounts noted as Entra's: nothing but Entra's word stands against taking one."""
    noted = {a.uid: dict.fromkeys(a.addresses, AddressNote(origin=AddressOrigin.ENTRA)) for a in organization.accounts}
    entries = {
        i: replace(e, addresses={**e.addresses, **noted.get(e.uid, {})}) if e.uid is not None else e
        for i, e in ledger.entries.items()
    }
    return replace(ledger, entries=entries)


def with_own_account_of(type_: AccountType, organization: Organization) -> Organization:
    """The organization where the app signs in with an account of another type."""
    own = organization.certificate.own_account
    accounts = tuple(replace(a, type=type_) if a.primary_email == own else a for a in organization.accounts)
    return replace(organization, accounts=accounts)


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_nothing_is_left_to_do_after_the_ticked_changes(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    evidence = evidence_of(data, ledger, directory)
    first = plan(directory, organization, ledger=ledger, options=options, evidence=evidence)
    ticked = [c for c in first.changes if c.ticked]
    changed = after(organization, in_order(organization, ticked))
    noted = note_writes(
        adopt(ledger, first.adoptions, scope="", now=NOW), written(ticked, [], changed), scope="", now=NOW
    )

    second = plan(directory, changed, ledger=noted, options=options, evidence=evidence)

    assert [c for c in second.changes if c.ticked] == []


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_an_address_has_one_owner_after_any_prefix_of_the_ticked_changes(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    evidence = evidence_of(data, ledger, directory)
    found = plan(directory, organization, ledger=ledger, options=options, evidence=evidence)
    ordered = in_order(organization, [c for c in found.changes if c.ticked])
    prefix = ordered[: data.draw(st.integers(0, len(ordered)))]

    for address, uids in owners(after(organization, prefix)).items():
        assert len(uids) == 1, address


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_the_plan_does_not_depend_on_the_order_of_what_was_read(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    mixer = random.Random(data.draw(st.integers(0, 1000)))
    shuffled = replace(
        directory,
        people=tuple(mixer.sample(directory.people, len(directory.people))),
        groups=tuple(mixer.sample(directory.groups, len(directory.groups))),
    )
    elsewhere = replace(organization, accounts=tuple(mixer.sample(organization.accounts, len(organization.accounts))))
    entries = list(ledger.entries.items())
    mixer.shuffle(entries)

    first = plan(directory, organization, ledger=ledger, options=options)
    second = plan(shuffled, elsewhere, ledger=Ledger(entries=dict(entries)), options=options)

    assert first.changes == second.changes
    assert first.digest == second.digest


@given(directory=directories(), organization=organizations(), options=options)
def test_nothing_is_taken_unattended_that_the_ledger_does_not_know(
    directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    found = plan(directory, organization, options=options)

    for change in found.changes:
        if change.ticked and change.takes:
            # Without a ledger only a policy that names a living person's state allows to take anything.
            assert change.category is Category.CONVERT_USER
            assert change.proof


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_every_ticked_taking_change_has_a_proof_and_every_blocked_one_has_none_ticked(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    found = plan(directory, organization, ledger=ledger, options=options, evidence=evidence_of(data, ledger, directory))

    for change in found.changes:
        if change.takes and change.ticked:
            assert change.proof, change
        assert not (change.blocked and change.ticked)


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_an_address_that_any_object_has_is_taken_only_to_be_given_to_that_object(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = knowing_all_addresses(data.draw(ledgers(organization)), organization)
    found = plan(directory, organization, ledger=ledger, options=options, evidence=evidence_of(data, ledger, directory))
    ticked = [c for c in found.changes if c.ticked]
    lost = set(owners(organization)) - set(owners(after(organization, in_order(organization, ticked))))
    objects: list[Person | Group] = []
    objects.extend(directory.people)
    objects.extend(directory.groups)
    listed = {a for o in objects for a in (*o.smtp_aliases, o.mail, o.primary_smtp) if a}

    assert not lost & listed


@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_a_chain_is_ticked_whole_or_not_at_all(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    found = plan(directory, organization, ledger=ledger, options=options, evidence=evidence_of(data, ledger, directory))
    chains: dict[str, set[tuple[bool, bool]]] = {}
    for change in found.changes:
        if change.chain is not None:
            chains.setdefault(change.chain, set()).add((change.ticked, change.blocked is not None))

    assert all(len(states) == 1 for states in chains.values())


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_a_shorter_read_takes_nothing_from_those_whom_it_lost(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    lost = {p.id for p in directory.people if data.draw(st.booleans())} | {
        g.id for g in directory.groups if data.draw(st.booleans())
    }
    whole = plan(directory, organization, ledger=ledger, options=options)
    known = adopt(ledger, whole.adoptions, scope="", now=NOW)
    shorter = replace(
        directory,
        people=tuple(p for p in directory.people if p.id not in lost),
        groups=tuple(g for g in directory.groups if g.id not in lost),
    )
    found = plan(shorter, organization, ledger=known, options=options)
    theirs = {entry.uid for entra_id, entry in known.entries.items() if entra_id in lost}

    assert [c for c in found.changes if c.takes and c.uid in theirs and c.chain is None and c.blocked is None] == []


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_administrators_and_the_own_account_are_never_in_a_plan(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    own_type = data.draw(st.sampled_from((AccountType.ORGANIZATION_ADMIN, AccountType.END_USER)))
    organization = with_own_account_of(own_type, organization)
    found = plan(directory, organization, ledger=data.draw(ledgers(organization)), options=options)
    accounts = {a.uid: a for a in organization.accounts}

    for change in found.changes:
        if change.uid is not None:
            assert not accounts[change.uid].type.is_protected
            assert accounts[change.uid].primary_email != organization.certificate.own_account


@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_no_address_outside_the_registered_domains_is_given(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    domains = tuple(replace(d, is_active=data.draw(st.booleans())) for d in organization.domains)
    organization = replace(organization, domains=domains)
    found = plan(directory, organization, ledger=data.draw(ledgers(organization)), options=options)
    registered = {d.name for d in domains if d.is_active}

    for change in found.changes:
        if change.blocked is None:
            for address in (*(change.after.alias_emails or ()), *filter(None, (change.after.primary_email,))):
                assert address.rpartition("@")[2] in registered


@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_ticked_changes_never_need_more_seats_than_there_are(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    found = plan(directory, organization, ledger=data.draw(ledgers(organization)), options=options)
    changed = after(organization, in_order(organization, [c for c in found.changes if c.ticked]))

    assert found.seats.used_after == changed.seats_used
    limit = organization.licences.limit
    assert limit is None or changed.seats_used <= max(limit, organization.seats_used)


@law
@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_no_step_needs_a_seat_before_one_is_free(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    evidence = evidence_of(data, ledger, directory)
    found = plan(directory, organization, ledger=ledger, options=options, evidence=evidence)
    carried_out = steps([c for c in found.changes if c.ticked])
    begun = carried_out[: data.draw(st.integers(0, len(carried_out)))]
    changed = after(organization, in_order(organization, [c for step in begun for c in step.changes]))

    limit = organization.licences.limit
    assert limit is None or changed.seats_used <= max(limit, organization.seats_used)


@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_a_change_has_the_same_id_in_the_next_search_and_no_other_has_it(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ledger = data.draw(ledgers(organization))
    first = plan(directory, organization, ledger=ledger, options=options)
    second = plan(directory, organization, ledger=ledger, options=options)

    assert [c.id for c in first.changes] == [c.id for c in second.changes]
    assert len({c.id for c in first.changes}) == len(first.changes)


@given(data=st.data(), directory=directories(), organization=organizations(), options=options)
def test_every_object_is_skipped_with_a_reason_or_planned(
    data: st.DataObject, directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    found = plan(directory, organization, ledger=data.draw(ledgers(organization)), options=options)
    skipped = {s.entra_id for s in found.skipped}

    assert not skipped & {c.entra_id for c in found.changes if c.ticked}
    assert not skipped & {a.entra_id for a in found.adoptions}


@given(directory=directories(), organization=organizations(), options=options)
def test_what_is_planned_is_carried_out_in_steps_without_loss(
    directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    ticked = [c for c in plan(directory, organization, options=options).changes if c.ticked]
    carried_out = steps(ticked, batch_size=2)

    assert sorted(c.id for step in carried_out for c in step.changes) == sorted(c.id for c in ticked)
    assert all(len(step.changes) <= 2 for step in carried_out if isinstance(step, CreateStep))


@given(directory=directories(), organization=organizations(), options=options)
def test_a_functional_account_becomes_a_user_only_by_a_tick_while_nothing_was_noted(
    directory: Directory, organization: Organization, options: SyncOptions
) -> None:
    for change in plan(directory, organization, options=options).changes:
        if change.before.type is AccountType.FUNCTIONAL_ACCOUNT:
            assert not change.ticked
