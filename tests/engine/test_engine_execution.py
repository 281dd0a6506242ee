"""Execution: what was chosen is done, checked against what is there now, journalled, confirmed and noted."""

from dataclasses import replace

import pytest

from shared.diff.options import SyncOptions, What
from shared.diff.plan import Category
from shared.engine.refusals import (
    GateClosedError,
    GuardTrippedError,
    NativeSyncOnError,
    PlanExpiredError,
    PlanUsedError,
    StaleDigestError,
    UnknownChangeError,
)
from shared.engine.run import Narrowing, Outcome, Run, RunState, Selection
from shared.engine.worker import MAX_ATTEMPTS
from shared.errors import UnreachableError
from tests.builders.sides import NO_NATIVE_SYNC, account, directory, organization, person
from tests.engine.frame import PERSON, PROGRAM, Frame
from tests.engine.steps import delivered_by_one_that_dies, executed, exempt, searched, started
from tests.twins.memory_essentials import MemoryEssentials


def row(frame: Frame, plan_id: str, category: Category) -> str:
    return next(c.id for c in frame.engine.plan(plan_id).plan.changes if c.category is category)


def addresses(frame: Frame) -> dict[str, tuple[str, ...]]:
    return {a.primary_email: a.alias_emails for a in frame.essentials.organization.accounts}


def outcomes(frame: Frame, run: Run) -> dict[str, Outcome]:
    return {r.address: r.outcome for r in frame.engine.results(run.id)}


def test_executing_all_ticked_changes_makes_both_sides_agree(frame: Frame) -> None:
    run = executed(frame)

    assert run.state is RunState.SUCCEEDED, run.problem
    assert run.counts[Outcome.DONE] == 3
    assert addresses(frame)["ann@example.com"] == ("a.smith@example.com",)
    assert {"bob@example.com", "sales@example.com"} <= addresses(frame).keys()
    again = frame.engine.plan(searched(frame)).plan
    assert again.changes == ()


def test_an_excluded_change_is_left_and_comes_up_again_under_the_same_id(frame: Frame) -> None:
    plan_id = searched(frame)
    excluded = row(frame, plan_id, Category.ADD_USER)
    run = frame.execute(plan_id, exclude=frozenset({excluded}))

    assert run.state is RunState.SUCCEEDED
    assert "bob@example.com" not in addresses(frame)
    assert [c.id for c in frame.engine.plan(searched(frame)).plan.changes] == [excluded]


def test_the_ledger_notes_matches_and_what_was_written(frame: Frame) -> None:
    executed(frame)

    assert len(frame.ledger()) == 3


def test_an_execution_of_an_empty_plan_adopts_all_matches(frame: Frame) -> None:
    frame.directory.directory = directory([person(1, "ann")])
    frame.essentials = MemoryEssentials(organization([account(5, "ann")]))
    run = executed(frame)

    assert run.state is RunState.SUCCEEDED
    assert len(frame.ledger()) == 1
    assert frame.essentials.writes == []


def test_the_same_selection_again_answers_the_same_run_and_another_one_is_refused(frame: Frame) -> None:
    plan_id = searched(frame)
    digest = frame.engine.plan(plan_id).plan.digest
    first = frame.engine.execute(plan_id, Selection(digest=digest), PERSON)

    assert frame.engine.execute(plan_id, Selection(digest=digest), PERSON).id == first.id
    frame.deliver(first)
    with pytest.raises(PlanUsedError):
        frame.engine.execute(
            plan_id, Selection(digest=digest, exclude=frozenset({row(frame, plan_id, Category.ADD_USER)})), PERSON
        )


def test_a_foreign_digest_an_old_plan_and_unknown_rows_are_refused(frame: Frame) -> None:
    plan_id = searched(frame)
    digest = frame.engine.plan(plan_id).plan.digest

    with pytest.raises(StaleDigestError):
        frame.engine.execute(plan_id, Selection(digest="0" * 64), PERSON)
    with pytest.raises(UnknownChangeError):
        frame.engine.execute(plan_id, Selection(digest=digest, exclude=frozenset({"nothing"})), PERSON)
    frame.clock.advance(24 * 3600 + 1)
    with pytest.raises(PlanExpiredError):
        frame.engine.execute(plan_id, Selection(digest=digest), PERSON)


def test_a_blocked_row_cannot_be_included(frame: Frame) -> None:
    frame.directory.directory = directory([person(1, "ann", domain="elsewhere.example")])
    plan_id = searched(frame)
    plan = frame.engine.plan(plan_id).plan
    blocked = next(c.id for c in plan.changes if c.blocked is not None)

    with pytest.raises(UnknownChangeError, match="blocked"):
        frame.engine.execute(plan_id, Selection(digest=plan.digest, include=frozenset({blocked})), PERSON)


def test_nothing_is_executed_while_the_native_sync_writes_users(frame: Frame) -> None:
    native = replace(NO_NATIVE_SYNC, frequency_hours=6, sync_active_users=True, add_users=True)
    frame.essentials = MemoryEssentials(organization([], native_sync=native))
    plan_id = searched(frame)

    with pytest.raises(NativeSyncOnError):
        frame.engine.execute(plan_id, Selection(digest=frame.engine.plan(plan_id).plan.digest), PERSON)


def test_the_guard_stops_a_selection_until_exactly_that_selection_is_approved(frame: Frame) -> None:
    names = [f"p{i}" for i in range(30)]
    frame.directory.directory = directory([person(10 + i, n) for i, n in enumerate(names)])
    frame.essentials = MemoryEssentials(
        organization([account(50 + i, n, firstname="Old") for i, n in enumerate(names)])
    )
    plan_id = searched(frame)
    plan = frame.engine.plan(plan_id).plan
    left_out = frozenset({plan.changes[0].id})

    with pytest.raises(GuardTrippedError) as stopped:
        frame.engine.execute(plan_id, Selection(digest=plan.digest), PERSON)
    assert stopped.value.numbers["changes_other_than_adds"] == 30
    with pytest.raises(GuardTrippedError):
        frame.engine.execute(
            plan_id,
            Selection(digest=plan.digest, exclude=left_out, approve=stopped.value.selection_digest),
            PERSON,
        )
    run = frame.engine.execute(plan_id, Selection(digest=plan.digest, approve=stopped.value.selection_digest), PERSON)
    assert frame.deliver(run).state is RunState.SUCCEEDED


def test_a_program_may_execute_only_while_the_gate_is_open(frame: Frame) -> None:
    first = searched(frame)
    with pytest.raises(GateClosedError):
        frame.engine.execute(first, Selection(digest=frame.engine.plan(first).plan.digest), PROGRAM)
    frame.execute(first)
    second = searched(frame)
    run = frame.engine.execute(second, Selection(digest=frame.engine.plan(second).plan.digest), PROGRAM)

    assert frame.deliver(run).state is RunState.SUCCEEDED


@pytest.mark.parametrize("way", ["narrowed", "excluded", "options"])
def test_the_gate_stays_closed_after_a_narrowed_search_an_exclusion_and_when_options_change(
    frame: Frame, way: str
) -> None:
    narrowing = Narrowing(what=frozenset({What.ACTIVE_USERS})) if way == "narrowed" else None
    plan_id = searched(frame, narrowing)
    excluded = frozenset({row(frame, plan_id, Category.ADD_USER)}) if way == "excluded" else frozenset()
    frame.execute(plan_id, exclude=excluded)
    if way == "options":
        frame.options = SyncOptions(grace_days=30)

    assert not frame.engine.status().gate.is_open


def test_an_execution_under_the_options_in_force_opens_the_gate(frame: Frame) -> None:
    assert not frame.engine.status().gate.is_open
    executed(frame)

    assert frame.engine.status().gate.is_open


def test_a_change_whose_account_was_changed_since_is_drifted_and_the_others_go_on(frame: Frame) -> None:
    plan_id = searched(frame)
    frame.essentials.change("ann@example.com", firstname="Annie")
    run = frame.execute(plan_id)

    assert outcomes(frame, run)["ann@example.com"] is Outcome.DRIFTED
    assert outcomes(frame, run)["bob@example.com"] is Outcome.DONE
    assert run.state is RunState.SUCCEEDED


def test_a_change_that_somebody_made_already_is_said_to_be_there(frame: Frame) -> None:
    plan_id = searched(frame)
    frame.essentials.change("ann@example.com", firstname="Ann", alias_emails=("a.smith@example.com",))
    run = frame.execute(plan_id)

    assert outcomes(frame, run)["ann@example.com"] is Outcome.ALREADY


def test_an_account_that_vanished_is_drifted(frame: Frame) -> None:
    plan_id = searched(frame)
    frame.essentials.remove("ann@example.com")

    assert outcomes(frame, frame.execute(plan_id))["ann@example.com"] is Outcome.DRIFTED


def test_an_address_that_somebody_took_since_is_not_given(frame: Frame) -> None:
    plan_id = searched(frame)
    frame.essentials.add(account(9, "else", aliases=("a.smith@example.com", "bob@example.com")))
    found = outcomes(frame, frame.execute(plan_id))

    assert found["ann@example.com"] is Outcome.DRIFTED
    assert found["bob@example.com"] is Outcome.DRIFTED
    assert found["sales@example.com"] is Outcome.DONE


def test_an_address_exempted_since_the_search_is_excluded(frame: Frame) -> None:
    plan_id = searched(frame)
    exempt(frame, "ann@example.com")

    assert outcomes(frame, frame.execute(plan_id))["ann@example.com"] is Outcome.EXCLUDED


def test_one_refused_row_never_stops_the_others(frame: Frame) -> None:
    frame.essentials.refuse("bob@example.com", status=400, message="no such luck")
    run = executed(frame)

    assert run.state is RunState.PARTLY_FAILED
    assert outcomes(frame, run)["bob@example.com"] is Outcome.FAILED
    assert outcomes(frame, run)["sales@example.com"] is Outcome.DONE


def test_a_row_that_the_service_never_answers_is_given_up_and_the_others_are_done(frame: Frame) -> None:
    frame.essentials.fail("ann@example.com", UnreachableError("No answer.", "Look."), times=100)
    run = executed(frame)

    assert run.state is RunState.PARTLY_FAILED
    assert outcomes(frame, run)["ann@example.com"] is Outcome.FAILED
    assert outcomes(frame, run)["bob@example.com"] is Outcome.DONE


def test_a_row_that_the_service_answers_later_is_done_later(frame: Frame) -> None:
    frame.essentials.fail("ann@example.com", UnreachableError("No answer.", "Look."), times=MAX_ATTEMPTS - 3)
    run = executed(frame)

    assert run.state is RunState.SUCCEEDED
    assert outcomes(frame, run)["ann@example.com"] is Outcome.DONE


def test_a_rename_keeps_the_old_address_and_the_lists(frame: Frame) -> None:
    executed(frame)
    frame.directory.directory = directory(
        [person(1, "ann.miller", aliases=("ann@example.com", "a.smith@example.com")), person(2, "bob")]
    )
    run = executed(frame)

    assert run.state is RunState.SUCCEEDED
    assert addresses(frame)["ann.miller@example.com"] == ("a.smith@example.com", "ann@example.com")
    assert frame.engine.plan(searched(frame)).plan.changes == ()


def test_an_account_that_was_renamed_hands_addresses_over_in_the_same_execution(frame: Frame) -> None:
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("sales@example.com",))])
    executed(frame)
    frame.directory.directory = directory(
        [person(1, "ann.miller", aliases=("ann@example.com", "sales@example.com")), person(2, "bob")]
    )
    run = executed(frame)

    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.DONE}
    assert addresses(frame)["ann.miller@example.com"] == ("ann@example.com", "sales@example.com")


@pytest.mark.parametrize("renames", ["refused", "ignored"])
def test_where_essentials_does_not_rename_the_new_address_becomes_an_alias_for_good(frame: Frame, renames: str) -> None:
    executed(frame)
    frame.essentials.renames = renames
    frame.directory.directory = directory(
        [person(1, "ann.miller", aliases=("ann@example.com", "a.smith@example.com")), person(2, "bob")]
    )
    run = executed(frame)

    assert run.state is RunState.SUCCEEDED, run.problem
    assert "ann.miller@example.com" in addresses(frame)["ann@example.com"]
    assert [c for c in frame.engine.plan(searched(frame)).plan.changes if c.ticked] == []


def test_a_cancelled_execution_stops_between_two_changes_and_says_what_was_not_reached(frame: Frame) -> None:
    run = started(frame)
    frame.engine.cancel(run.id, PERSON)
    ended = frame.deliver(run)

    assert ended.state is RunState.CANCELLED
    assert ended.counts[Outcome.NOT_REACHED] == 3
    assert frame.essentials.writes == []


def test_an_execution_that_does_not_fit_into_a_slice_goes_on_in_the_next(frame: Frame) -> None:
    people = [person(100 + i, f"new{i:03}") for i in range(60)]
    frame.directory.directory = directory(people)
    plan_id = searched(frame)
    frame.essentials.after_write = lambda: frame.clock.advance(300)
    run = frame.begin(plan_id)
    frame.engine.on_message(frame.queue.take())

    assert frame.engine.run(run.id).state is RunState.RUNNING
    assert len(frame.queue.sent) == 1
    ended = frame.deliver(run)
    assert ended.state is RunState.SUCCEEDED
    assert ended.counts[Outcome.DONE] == 60
    assert len(frame.essentials.writes) == 3


def test_new_accounts_are_created_in_small_batches(frame: Frame) -> None:
    frame.directory.directory = directory([person(100 + i, f"new{i:03}") for i in range(60)])
    executed(frame)

    assert len(frame.essentials.writes) == 3


@pytest.mark.parametrize("after_writes", [0, 1, 2, 3])
def test_a_worker_that_dies_leaves_a_run_that_ends_the_same(frame: Frame, after_writes: int) -> None:
    frame.directory.directory = directory([person(100 + i, f"new{i:03}") for i in range(60)])
    ended = delivered_by_one_that_dies(frame, started(frame), after_writes=after_writes)

    assert ended.state is RunState.SUCCEEDED
    assert ended.counts[Outcome.DONE] + ended.counts[Outcome.ALREADY] == 60
    assert len(frame.essentials.organization.accounts) == 62
    assert frame.engine.plan(searched(frame)).plan.changes == ()
    assert len(frame.ledger()) == 60
