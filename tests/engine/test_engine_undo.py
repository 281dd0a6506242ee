"""Undo through the whole engine: what an execution did is put back, as far as nothing has changed it since."""

from dataclasses import replace

import pytest

from shared.diff.options import DisabledAs, Leavers, NativeSyncPolicy
from shared.diff.plan import Blocked, Category, Change
from shared.engine.refusals import NotFoundError, NothingToUndoError, PlanUsedError, StaleDigestError
from shared.engine.run import Outcome, Run, RunKind, RunState, Selection
from shared.errors import UnreachableError
from shared.model import Account, AccountType
from tests.builders.sides import account, directory, person
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import ALL, delivered_by_one_that_dies, executed, searched, settled, started


def undo_of(frame: Frame, run: Run) -> Run:
    found = frame.deliver(frame.engine.start_undo(run.id, PERSON))
    assert found.state is RunState.SUCCEEDED, found.problem
    return found


def rows(frame: Frame, run: Run) -> tuple[Change, ...]:
    return frame.engine.plan(run.plan_id or "").plan.changes


def undone(frame: Frame, run: Run) -> Run:
    found = frame.execute(undo_of(frame, run).plan_id or "")
    assert found.state is RunState.SUCCEEDED, frame.engine.results(found.id)
    return found


def values(frame: Frame) -> list[Account]:
    """All accounts but for their numbers, which an account that is made again does not keep."""
    accounts = frame.essentials.organization.accounts
    return [replace(a, uid=account(0, "x").uid) for a in accounts]


def gate_is_open(frame: Frame) -> bool:
    return frame.engine.status().gate.is_open


def test_a_removed_account_is_made_again_with_its_addresses_and_type(frame: Frame) -> None:
    settled(
        frame,
        [person(1, "ann"), person(2, "bob", aliases=("b@example.com",))],
        account(5, "ann"),
        account(6, "bob", aliases=("b@example.com",), type=AccountType.SILENT_USER),
    )
    before = values(frame)
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(1, "ann")])
    removal = executed(frame)
    assert values(frame) != before

    undone(frame, removal)

    assert values(frame) == before


def test_sender_lists_come_back_with_an_account_and_nobody_is_welcomed_again(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.essentials.sender_lists["bob@example.com"] = {"white_list_senders": ("*@partner.example",)}
    frame.options = replace(ALL, leavers=Leavers.REMOVE, welcome_email=True)
    frame.directory.directory = directory([person(1, "ann")])
    removal = executed(frame)
    assert "bob@example.com" not in frame.essentials.sender_lists

    undone(frame, removal)

    assert frame.essentials.sender_lists["bob@example.com"] == {"white_list_senders": ("*@partner.example",)}
    assert frame.essentials.welcomed == []


def test_names_types_and_addresses_go_back(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("old@example.com",)), person(2, "bob")])
    before = values(frame)
    frame.options = replace(ALL, disabled_as=DisabledAs.FUNCTIONAL_ACCOUNT)
    frame.directory.directory = directory(
        [
            replace(person(1, "ann", aliases=("new@example.com",)), surname="Miller"),
            replace(person(2, "bob"), account_enabled=False),
        ]
    )
    run = executed(frame)
    assert run.counts[Outcome.DONE] == 3
    assert gate_is_open(frame)

    undone(frame, run)

    assert values(frame) == before
    assert not gate_is_open(frame)


def test_an_alias_that_was_handed_over_goes_back_to_who_had_it(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("x@example.com",)), person(2, "bob", aliases=("y@example.com",))])
    before = values(frame)
    frame.directory.directory = directory(
        [person(1, "ann", aliases=("y@example.com",)), person(2, "bob", aliases=("x@example.com",))]
    )
    run = executed(frame)
    assert values(frame) != before

    undone(frame, run)

    assert values(frame) == before


def test_a_new_account_is_taken_back_and_an_undo_of_the_undo_makes_it_again(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    before = values(frame)
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("b@example.com",))])
    run = executed(frame)
    with_bob = values(frame)

    back = undone(frame, run)
    assert values(frame) == before
    assert rows(frame, undo_of(frame, run)) == (), "nothing is left to undo"
    undone(frame, back)

    assert values(frame) == with_bob


def test_what_was_changed_since_is_not_undone_and_says_so(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.directory.directory = directory(
        [replace(person(1, "ann"), surname="Miller"), person(2, "bob"), person(3, "cid")]
    )
    run = executed(frame)
    frame.essentials.change("ann@example.com", surname="Smith")
    frame.essentials.change("cid@example.com", alias_emails=("by.hand@example.com",))

    found = {str(row.address): row for row in rows(frame, undo_of(frame, run))}

    assert {row.blocked for row in found.values()} == {Blocked.CONFLICT}
    assert "surname" in found["ann@example.com"].reason
    assert "changed since" in found["cid@example.com"].reason


def test_what_changes_between_the_undos_plan_and_its_execution_is_drift(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])
    undo = undo_of(frame, executed(frame))
    frame.essentials.change("bob@example.com", firstname="Robert")

    found = frame.execute(undo.plan_id or "")

    assert [r.outcome for r in frame.engine.results(found.id)] == [Outcome.DRIFTED]
    assert frame.essentials.fetch(person(2, "bob").mail or "") is not None  # type: ignore[arg-type]


def test_an_address_that_somebody_has_by_now_stays_there(frame: Frame) -> None:
    removal = _removal_of_bob(frame)
    frame.essentials.change("ann@example.com", alias_emails=("bob@example.com",))

    (row,) = rows(frame, undo_of(frame, removal))

    assert row.blocked is Blocked.ADDRESS_IN_USE
    assert "ann@example.com" in row.reason


def test_an_account_that_finds_no_seat_is_not_made_again(frame: Frame) -> None:
    removal = _removal_of_bob(frame)
    full = frame.essentials.organization
    limit = full.seats_used
    frame.essentials.organization = replace(full, licences=replace(full.licences, limit=limit))

    (row,) = rows(frame, undo_of(frame, removal))

    assert row.blocked is Blocked.NO_SEAT


def test_the_plan_says_how_many_the_next_sync_would_change_again(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob"), person(3, "cid")])
    undo = undo_of(frame, executed(frame))

    assert "2 people and groups" in frame.engine.plan(undo.plan_id or "").plan.warnings[0]
    assert {row.category for row in rows(frame, undo)} == {Category.REMOVE_USER}


def test_what_was_undone_is_done_again_unless_it_is_exempt(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])
    undone(frame, executed(frame))
    search = frame.search()

    assert [(c.category, c.ticked) for c in rows(frame, search)] == [(Category.ADD_USER, True)]
    executed(frame)
    assert gate_is_open(frame)


def test_an_undo_that_a_dead_service_interrupts_goes_on_where_it_stopped(frame: Frame) -> None:
    settled(frame, [person(n, f"p{n}") for n in (1, 2)])
    before = values(frame)
    frame.directory.directory = directory([replace(person(n, f"p{n}"), surname="Miller") for n in (1, 2)])
    undo = undo_of(frame, executed(frame))
    frame.essentials.fail("p2@example.com", UnreachableError("Nobody answers.", "Wait."), times=2)

    found = frame.execute(undo.plan_id or "")

    assert found.state is RunState.SUCCEEDED, found.problem
    assert values(frame) == before


def test_the_gate_is_closed_by_the_first_write_of_an_undo_that_fails(frame: Frame) -> None:
    settled(frame, [person(n, f"p{n}") for n in (1, 2)])
    frame.directory.directory = directory([replace(person(n, f"p{n}"), surname="Miller") for n in (1, 2)])
    undo = undo_of(frame, executed(frame))
    assert gate_is_open(frame), "a plan alone closes nothing"
    frame.essentials.fail("p2@example.com", UnreachableError("Nobody answers.", "Wait."), times=50)

    frame.execute(undo.plan_id or "")

    assert not gate_is_open(frame)


def test_an_undo_has_the_rules_of_every_plan(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob"), person(3, "cid")])
    undo = undo_of(frame, executed(frame))
    plan_id = undo.plan_id or ""
    with pytest.raises(StaleDigestError):
        frame.engine.execute(plan_id, Selection(digest="0" * 64), PERSON)
    first = rows(frame, undo)[0].id
    frame.execute(plan_id)

    with pytest.raises(PlanUsedError):
        frame.engine.execute(
            plan_id, Selection(digest=frame.engine.plan(plan_id).plan.digest, exclude=frozenset({first})), PERSON
        )


def test_only_an_execution_that_wrote_something_can_be_undone(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    search = frame.search()
    empty = frame.execute(search.plan_id or "")

    for run in (search, empty):
        with pytest.raises(NothingToUndoError):
            frame.engine.start_undo(run.id, PERSON)
    with pytest.raises(NotFoundError):
        frame.engine.start_undo("20260101T000000-00000000", PERSON)


def test_an_undo_is_a_run_that_names_what_it_puts_back(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])
    run = executed(frame)
    undo = undo_of(frame, run)
    back = frame.execute(undo.plan_id or "")

    assert (undo.kind, undo.undoes) == (RunKind.UNDO, run.id)
    assert (back.kind, back.undoes) == (RunKind.EXECUTION, run.id)
    assert frame.engine.plan(undo.plan_id or "").undoes == run.id


def _removal_of_bob(frame: Frame) -> Run:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(1, "ann")])
    return executed(frame)


def _upheaval(frame: Frame) -> Run:
    """An alias is swapped, a primary address becomes somebody's alias, somebody leaves and somebody comes."""
    settled(
        frame,
        [
            person(1, "ann", aliases=("x@example.com",)),
            person(2, "bob", aliases=("y@example.com",)),
            person(3, "cid"),
            person(4, "dan", aliases=("d@example.com",)),
        ],
    )
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    renamed = replace(person(3, "cid.miller"), given_name="Cid")
    frame.directory.directory = directory(
        [
            person(1, "ann", aliases=("y@example.com",)),
            person(2, "bob", aliases=("x@example.com", "cid@example.com")),
            renamed,
            person(9, "eve"),
        ]
    )
    return executed(frame)


def _without_what_stays(accounts: list[Account]) -> list[Account]:
    """The former new primary address stays as an alias, so that mail to it goes on."""
    stays = "cid.miller@example.com"
    return [replace(a, alias_emails=tuple(x for x in a.alias_emails if x != stays)) for a in accounts]


@pytest.mark.parametrize("after_writes", range(10))
def test_a_worker_that_dies_leaves_an_undo_that_ends_the_same(frame: Frame, after_writes: int) -> None:
    run = _upheaval(frame)
    before = {"ann", "bob", "cid", "dan"}
    back = frame.begin(undo_of(frame, run).plan_id or "")
    ended = delivered_by_one_that_dies(frame, back, after_writes=after_writes)

    assert ended.state is RunState.SUCCEEDED, ended.problem
    outcomes = {r.outcome for r in frame.engine.results(back.id)}
    assert outcomes <= {Outcome.DONE, Outcome.ALREADY}, frame.engine.results(back.id)
    found = {a.primary_email.partition("@")[0]: a for a in _without_what_stays(values(frame))}
    assert found.keys() - {"api-sync"} == before
    assert {name: found[name].alias_emails for name in before} == {
        "ann": ("x@example.com",),
        "bob": ("y@example.com",),
        "cid": (),
        "dan": ("d@example.com",),
    }


def test_settings_of_the_organization_are_not_undone_and_a_row_says_so(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.options = replace(ALL, native=NativeSyncPolicy.OFF)
    native = replace(frame.essentials.organization.native_sync, is_configured=True, frequency_hours=6)
    frame.essentials.organization = replace(frame.essentials.organization, native_sync=native)
    search = frame.search()
    (row,) = rows(frame, search)
    run = frame.execute(search.plan_id or "", include=frozenset({row.id}))
    assert run.counts[Outcome.DONE] == 1

    (back,) = rows(frame, undo_of(frame, run))

    assert (back.category, back.blocked) == (Category.ORGANIZATION_SETTING, Blocked.CONFLICT)
    assert "Settings of the organization are not undone" in back.reason


def test_what_the_execution_found_already_so_is_not_undone(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([replace(person(1, "ann"), surname="Miller")])
    plan_id = searched(frame)
    frame.essentials.change("ann@example.com", surname="Miller")
    run = frame.execute(plan_id)
    assert run.counts[Outcome.ALREADY] == 1

    with pytest.raises(NothingToUndoError):
        frame.engine.start_undo(run.id, PERSON)


def test_a_removal_that_was_written_right_before_a_crash_is_undone_all_the_same(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    before = values(frame)
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(1, "ann")])
    ended = delivered_by_one_that_dies(frame, started(frame), after_writes=0)
    assert ended.counts[Outcome.ALREADY] == 1

    undone(frame, ended)

    assert values(frame) == before


def test_an_alias_stays_where_it_went_when_who_had_it_is_gone(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("x@example.com",)), person(2, "bob")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("x@example.com",))])
    run = executed(frame)
    frame.essentials.remove("ann@example.com")

    found = rows(frame, undo_of(frame, run))

    assert found
    assert {row.ticked for row in found} == {False}
    assert any("cannot get it back" in row.reason for row in found)
