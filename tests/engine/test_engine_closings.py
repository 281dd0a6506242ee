"""Accounts that end with a chain: their addresses are handed over first, and only then are they removed, converted or put away."""

from dataclasses import replace

import pytest

from shared.diff.options import DisabledAs, Leavers
from shared.diff.plan import Change
from shared.engine.run import Outcome, RunKind
from shared.model import AccountType, Whereabouts
from tests.builders.sides import directory, entra_id, person
from tests.engine.frame import Frame
from tests.engine.steps import ALL, dying, exempt, searched, settled

SHARED, ALSO_SHARED = "info@example.com", "sales@example.com"


def ann_leaves_and_bob_gets_her_alias(frame: Frame, treatment: Leavers) -> None:
    """Ann is gone, and Bob lists the alias that her account still has."""
    settled(frame, [person(1, "ann", aliases=(SHARED,)), person(2, "bob"), person(3, "cy")])
    frame.options = replace(ALL, leavers=treatment)
    frame.directory.directory = directory([person(2, "bob", aliases=(SHARED,)), person(3, "cy")])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND


def planned(frame: Frame) -> tuple[str, tuple[Change, ...]]:
    plan_id = searched(frame)
    return plan_id, frame.engine.plan(plan_id).plan.changes


def outcomes(frame: Frame, plan_id: str) -> dict[str, Outcome]:
    run = frame.execute(plan_id)
    return {r.change_id: r.outcome for r in frame.engine.results(run.id)}


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        (Leavers.FUNCTIONAL_ACCOUNT, (AccountType.FUNCTIONAL_ACCOUNT, True)),
        (Leavers.INACTIVE, (AccountType.END_USER, False)),
        (Leavers.REMOVE, None),
    ],
)
def test_a_leaver_is_treated_in_the_chain_that_hands_the_alias_over(
    frame: Frame, treatment: Leavers, expected: tuple[AccountType, bool] | None
) -> None:
    ann_leaves_and_bob_gets_her_alias(frame, treatment)
    plan_id, changes = planned(frame)

    assert len({c.chain for c in changes}) == 1
    assert all(c.ticked and c.blocked is None for c in changes)
    assert set(outcomes(frame, plan_id).values()) == {Outcome.DONE}
    there = {a.uid: a for a in frame.essentials.organization.accounts}
    ann = there.get("5")  # type: ignore[call-overload]
    assert (None if ann is None else (ann.type, ann.is_active)) == expected
    assert there["6"].alias_emails == (SHARED,)  # type: ignore[index]
    assert planned(frame)[1] == ()


def test_a_closing_names_only_the_addresses_whose_mail_stops(frame: Frame) -> None:
    ann_leaves_and_bob_gets_her_alias(frame, Leavers.REMOVE)
    (removal,) = [c for c in planned(frame)[1] if c.category == "remove_user"]

    assert "ann@example.com" in removal.mail_impact
    assert SHARED not in removal.mail_impact


@pytest.mark.parametrize("treatment", list(Leavers))
def test_an_account_stays_as_it_is_where_its_address_cannot_be_handed_over(frame: Frame, treatment: Leavers) -> None:
    ann_leaves_and_bob_gets_her_alias(frame, treatment)
    before = frame.essentials.organization
    frame.essentials.refuse("bob@example.com", status=400, message="no such luck")
    plan_id, changes = planned(frame)
    found = outcomes(frame, plan_id)

    assert frame.essentials.organization == before
    (closing,) = [c for c in changes if c.category in ("remove_user", "convert_user")]
    assert found[closing.id] is Outcome.DRIFTED


def test_the_addresses_of_one_leaver_that_go_to_two_people_are_one_chain(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=(SHARED, ALSO_SHARED)), person(2, "bob"), person(3, "cy")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory(
        [person(2, "bob", aliases=(SHARED,)), person(3, "cy", aliases=(ALSO_SHARED,))]
    )
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND
    plan_id, changes = planned(frame)

    assert len({c.chain for c in changes}) == 1
    assert set(outcomes(frame, plan_id).values()) == {Outcome.DONE}
    assert planned(frame)[1] == ()


def test_a_leaver_waits_where_only_some_of_the_addresses_in_use_are_handed_over_unattended(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=(SHARED, ALSO_SHARED)), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    newcomer = person(4, "dora", aliases=(ALSO_SHARED,))
    frame.directory.directory = directory([person(2, "bob", aliases=(SHARED,)), newcomer])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND
    plan_id, changes = planned(frame)

    (removal,) = [c for c in changes if c.category == "remove_user"]
    assert removal.blocked == "address_in_use"
    assert removal.chain is None
    outcomes(frame, plan_id)
    assert not [c for c in planned(frame)[1] if c.ticked]


def test_a_disabled_person_is_deactivated_once_their_alias_is_handed_over(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=(SHARED,)), person(2, "bob")])
    frame.options = replace(ALL, disabled_as=DisabledAs.INACTIVE)
    disabled = replace(person(1, "ann"), account_enabled=False)
    frame.directory.directory = directory([disabled, person(2, "bob", aliases=(SHARED,))])
    plan_id, changes = planned(frame)

    assert len({c.chain for c in changes}) == 1
    assert set(outcomes(frame, plan_id).values()) == {Outcome.DONE}
    (ann,) = [a for a in frame.essentials.organization.accounts if a.uid == "5"]
    assert (ann.is_active, ann.alias_emails) == (False, ())
    assert planned(frame)[1] == ()


@pytest.mark.parametrize("writes_before_the_kill", [1, 2, 3])
@pytest.mark.parametrize("treatment", list(Leavers))
def test_a_chain_that_was_killed_anywhere_ends_with_its_closing(
    frame: Frame, treatment: Leavers, writes_before_the_kill: int
) -> None:
    ann_leaves_and_bob_gets_her_alias(frame, treatment)
    plan_id, _ = planned(frame)
    with dying(frame, at_write=writes_before_the_kill) as death:
        frame.execute(plan_id)
    assert death.came
    frame.clock.advance(20 * 60)
    frame.engine.on_timer()
    run = frame.engine.runs(limit=1)[0]
    for _ in range(2):
        run = frame.deliver(run)

    assert {r.outcome for r in frame.engine.results(run.id)} <= {Outcome.DONE, Outcome.ALREADY}
    assert planned(frame)[1] == ()
    assert sum(SHARED in a.addresses for a in frame.essentials.organization.accounts) == 1


def test_a_leaver_who_is_restored_after_the_search_loses_nothing(frame: Frame) -> None:
    ann_leaves_and_bob_gets_her_alias(frame, Leavers.REMOVE)
    plan_id, changes = planned(frame)
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=(SHARED,)), person(3, "cy")])
    frame.directory.now_at.clear()
    found = outcomes(frame, plan_id)

    (removal,) = [c for c in changes if c.category == "remove_user"]
    assert found[removal.id] is Outcome.DRIFTED
    assert "ann@example.com" in {a.primary_email for a in frame.essentials.organization.accounts}


def test_an_account_stays_as_it_is_where_who_gets_its_address_is_left_out(frame: Frame) -> None:
    ann_leaves_and_bob_gets_her_alias(frame, Leavers.REMOVE)
    in_entra = frame.directory.directory
    elsewhere = "bob@elsewhere.example"
    frame.directory.directory = directory([person(2, "bob", aliases=(SHARED, elsewhere)), person(3, "cy")])
    plan_id, _ = planned(frame)
    before = frame.essentials.organization
    exempt(frame, elsewhere)
    # Entra lists the exempt address no more, so a plan made now would freeze nobody.
    frame.directory.directory = in_entra

    assert set(outcomes(frame, plan_id).values()) == {Outcome.EXCLUDED, Outcome.DRIFTED}
    assert frame.essentials.organization == before


def test_a_leavers_primary_address_goes_to_an_account_as_an_alias_by_removing_the_leavers(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob", aliases=("ann@example.com",))])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND
    plan_id, changes = planned(frame)
    ticked_by_a_person = frozenset(c.id for c in changes if c.chain is not None)

    run = frame.execute(plan_id, include=ticked_by_a_person)

    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.DONE}
    there = {str(a.primary_email): a for a in frame.essentials.organization.accounts}
    assert "ann@example.com" not in there
    assert there["bob@example.com"].alias_emails == ("ann@example.com",)


def test_an_account_that_an_earlier_slice_removed_is_made_again_where_the_taking_end_fails(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=(SHARED,)), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob", aliases=("ann@example.com",))])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND
    plan_id, changes = planned(frame)
    ticked_by_a_person = frozenset(c.id for c in changes if c.chain is not None)
    with dying(frame, at_write=1):
        frame.execute(plan_id, include=ticked_by_a_person)
    assert "ann@example.com" not in {a.primary_email for a in frame.essentials.organization.accounts}
    frame.essentials.refuse("bob@example.com", status=400, message="no such luck")
    frame.clock.advance(20 * 60)
    frame.engine.on_timer()
    (run,) = [r for r in frame.engine.runs(limit=9) if r.plan_id == plan_id and r.kind is RunKind.EXECUTION]
    run = frame.deliver(run)

    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.FAILED}
    (ann,) = [a for a in frame.essentials.organization.accounts if a.primary_email == "ann@example.com"]
    assert ann.alias_emails == (SHARED,)
