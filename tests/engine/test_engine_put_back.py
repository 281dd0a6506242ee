"""An address that a chain freed has an owner again however the run goes on: it is taken, it goes back, or the run names it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from shared.diff.options import How, Leavers
from shared.engine.run import Outcome, Result, Run, RunKind, RunState
from shared.errors import UnreachableError
from shared.model import Account, AccountType, Address, Person, Whereabouts
from tests.builders.sides import account, directory, entra_id, person
from tests.engine.frame import PERSON, Frame
from tests.engine.steps import ALL, dying, exempt, searched, settled

SHARED = "info@example.com"
ANN, BOB, CY = "ann@example.com", "bob@example.com", "cy@example.com"
MARRIED = "ann.miller@example.com"
QUIET = replace(ALL, every_hours=0)
"""No scheduled run hands over anew what went back."""
NO_ANSWER = UnreachableError("No answer.", "Look.")


def bob_gets_an_alias_of_anns(frame: Frame) -> str:
    """The plan that hands Ann's alias to Bob; Ann stays."""
    settled(frame, [person(1, "ann", aliases=(SHARED,)), person(2, "bob"), person(3, "cy")])
    frame.options = QUIET
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=(SHARED,)), person(3, "cy")])
    return searched(frame)


def bob_gets_the_name_that_ann_had(frame: Frame) -> str:
    """The plan that renames Ann and gives her former primary address to Bob, as an alias."""
    settled(frame, [person(1, "ann"), person(2, "bob"), person(3, "cy")])
    frame.options = QUIET
    married: Person = replace(person(1, "ann.miller"), given_name="Ann")
    frame.directory.directory = directory([married, person(2, "bob", aliases=(ANN,)), person(3, "cy")])
    return searched(frame)


def bob_gets_the_address_of_ann_who_left(frame: Frame) -> str:
    """The plan that removes Ann's account to give its primary address to Bob; a person ticks it."""
    settled(frame, [person(1, "ann", aliases=(SHARED,)), person(2, "bob"), person(3, "cy")])
    frame.options = replace(QUIET, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob", aliases=(ANN,)), person(3, "cy")])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND
    return searched(frame)


def chained(frame: Frame, plan_id: str) -> frozenset[str]:
    """The rows of chains that a person has to tick."""
    return frozenset(c.id for c in frame.engine.plan(plan_id).plan.changes if c.chain is not None and not c.ticked)


def killed(frame: Frame, plan_id: str, *, after: int = 1) -> None:
    """The execution of the plan died right after so many writes, before anybody heard of the last one."""
    with dying(frame, at_write=after) as death:
        frame.execute(plan_id, include=chained(frame, plan_id))
    assert death.came


def run_of(frame: Frame, plan_id: str) -> Run:
    (run,) = [r for r in frame.engine.runs(limit=9) if r.plan_id == plan_id and r.kind is RunKind.EXECUTION]
    return run


def resumed(frame: Frame, plan_id: str) -> Run:
    """The execution once the timer has sent it again."""
    frame.clock.advance(20 * 60)
    frame.engine.on_timer()
    return frame.deliver(run_of(frame, plan_id))


def there(frame: Frame, primary: str) -> Account:
    (found,) = [a for a in frame.essentials.organization.accounts if a.primary_email == primary]
    return found


def owners(frame: Frame, address: str) -> list[str]:
    return [str(a.primary_email) for a in frame.essentials.organization.accounts if address in a.addresses]


def row(frame: Frame, run: Run, address: str, category: str = "update_user") -> Result:
    """The result of the one row about this account."""
    (found,) = [r for r in frame.engine.results(run.id) if (r.address, r.category) == (address, category)]
    return found


@pytest.mark.parametrize("exempted", [BOB, ANN, SHARED])
def test_an_alias_that_was_freed_goes_back_when_an_end_of_its_chain_is_exempt_by_now(
    frame: Frame, exempted: str
) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    before = frame.essentials.organization
    killed(frame, plan_id)
    assert owners(frame, SHARED) == []
    exempt(frame, exempted)
    run = resumed(frame, plan_id)

    assert frame.essentials.organization == before
    assert {r.outcome for r in frame.engine.results(run.id)} <= {Outcome.EXCLUDED, Outcome.DRIFTED}
    assert f"{SHARED} was freed for it before, and was put back." in row(frame, run, ANN).detail
    assert (run.state, run.problem) == (RunState.SUCCEEDED, None)


def test_a_former_primary_address_that_was_freed_goes_back_as_an_alias(frame: Frame) -> None:
    plan_id = bob_gets_the_name_that_ann_had(frame)
    killed(frame, plan_id, after=2)
    assert owners(frame, ANN) == []
    exempt(frame, BOB)
    run = resumed(frame, plan_id)

    assert there(frame, MARRIED).alias_emails == (ANN,)
    assert there(frame, BOB).alias_emails == ()
    assert run.problem is None


@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_chain_with_a_rename_that_was_killed_anywhere_is_finished(frame: Frame, after: int) -> None:
    plan_id = bob_gets_the_name_that_ann_had(frame)
    killed(frame, plan_id, after=after)
    run = resumed(frame, plan_id)

    assert {r.outcome for r in frame.engine.results(run.id)} <= {Outcome.DONE, Outcome.ALREADY}
    assert owners(frame, ANN) == [BOB]
    assert there(frame, MARRIED).alias_emails == ()


def test_an_account_that_was_removed_for_its_address_is_made_again_when_the_taker_is_exempt_by_now(
    frame: Frame,
) -> None:
    plan_id = bob_gets_the_address_of_ann_who_left(frame)
    before = there(frame, ANN)
    killed(frame, plan_id)
    assert owners(frame, ANN) == owners(frame, SHARED) == []
    exempt(frame, BOB)
    run = resumed(frame, plan_id)

    assert replace(there(frame, ANN), uid=before.uid) == before
    assert there(frame, BOB).alias_emails == ()
    removal = row(frame, run, ANN, "remove_user")
    assert (removal.outcome, removal.detail) == (
        Outcome.DRIFTED,
        "A plan made now would not take this. The account was removed for it before, and was made again.",
    )


def test_what_was_freed_goes_back_when_a_plan_made_now_would_not_take_it(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    before = frame.essentials.organization
    killed(frame, plan_id)
    frame.options = replace(QUIET, how=frozenset(How) - {How.UPDATE_USERS})
    run = resumed(frame, plan_id)

    assert frame.essentials.organization == before
    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.DRIFTED}


def test_what_was_freed_goes_back_when_entra_gives_it_to_its_former_owner_again(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    before = frame.essentials.organization
    killed(frame, plan_id)
    frame.directory.directory = directory([person(1, "ann", aliases=(SHARED,)), person(2, "bob"), person(3, "cy")])
    resumed(frame, plan_id)

    assert frame.essentials.organization == before


@pytest.mark.parametrize(
    ("planned", "freed"), [(bob_gets_an_alias_of_anns, SHARED), (bob_gets_the_address_of_ann_who_left, ANN)]
)
def test_what_was_freed_goes_back_when_the_run_is_cancelled(
    frame: Frame, planned: Callable[[Frame], str], freed: str
) -> None:
    plan_id = planned(frame)
    killed(frame, plan_id)
    frame.engine.cancel(run_of(frame, plan_id).id, PERSON)
    run = resumed(frame, plan_id)

    assert run.state is RunState.CANCELLED
    assert owners(frame, freed) == [ANN]
    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.NOT_REACHED}
    assert run.problem is None


def test_what_was_freed_goes_back_when_the_run_is_given_up(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    before = frame.essentials.organization
    killed(frame, plan_id)
    frame.directory.failure = NO_ANSWER
    run = resumed(frame, plan_id)

    assert (run.state, run.problem.code if run.problem else "") == (RunState.FAILED, "unreachable")
    assert frame.essentials.organization == before


def test_what_a_run_that_is_given_up_cannot_look_for_is_named(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    killed(frame, plan_id)
    frame.essentials.fail_reads(NO_ANSWER, times=99)
    run = resumed(frame, plan_id)

    assert run.state is RunState.FAILED
    assert run.problem is not None
    assert f"{SHARED} of the account {ANN} may have no account: No answer." in run.problem.detail


@pytest.mark.parametrize("also_exempt", [True, False])
def test_an_address_that_somebody_else_took_meanwhile_stays_there_and_is_told(
    frame: Frame, also_exempt: bool
) -> None:  # a case
    plan_id = bob_gets_an_alias_of_anns(frame)
    killed(frame, plan_id)
    frame.essentials.change(CY, alias_emails=(Address(SHARED),))
    if also_exempt:
        exempt(frame, BOB)
    written = len(frame.essentials.writes)
    run = resumed(frame, plan_id)

    assert owners(frame, SHARED) == [CY]
    assert len(frame.essentials.writes) == written
    told = " ".join(r.detail for r in frame.engine.results(run.id))
    assert f"{SHARED} belongs to the account {CY} now." in told


def test_an_account_whose_primary_address_somebody_else_took_meanwhile_is_not_made_again(frame: Frame) -> None:
    plan_id = bob_gets_the_address_of_ann_who_left(frame)
    killed(frame, plan_id)
    frame.essentials.add(replace(account(9, "ann"), type=AccountType.SILENT_USER))
    exempt(frame, BOB)
    run = resumed(frame, plan_id)

    assert there(frame, ANN).uid == "9"
    assert f"{ANN} belongs to the account {ANN} now." in row(frame, run, ANN, "remove_user").detail


@pytest.mark.parametrize(
    ("planned", "freed"), [(bob_gets_an_alias_of_anns, SHARED), (bob_gets_the_address_of_ann_who_left, ANN)]
)
def test_a_worker_that_dies_while_it_puts_back_leaves_nothing_to_do_twice(
    frame: Frame, planned: Callable[[Frame], str], freed: str
) -> None:
    plan_id = planned(frame)
    killed(frame, plan_id)
    exempt(frame, BOB)
    with dying(frame, at_write=1) as death:
        resumed(frame, plan_id)
    assert death.came
    assert owners(frame, freed) == [ANN]
    written = len(frame.essentials.writes)
    run = resumed(frame, plan_id)

    assert owners(frame, freed) == [ANN]
    assert len(frame.essentials.writes) == written
    assert run.state is RunState.SUCCEEDED
    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.EXCLUDED, Outcome.DRIFTED}


def test_a_service_that_drops_while_something_goes_back_is_asked_again(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    before = frame.essentials.organization
    killed(frame, plan_id)
    exempt(frame, BOB)
    frame.essentials.fail(ANN, NO_ANSWER, times=2)
    run = resumed(frame, plan_id)

    assert frame.essentials.organization == before
    assert (run.state, run.problem) == (RunState.SUCCEEDED, None)


@pytest.mark.parametrize("trouble", ["refused", "unanswered", "gone"])
def test_what_cannot_go_back_is_the_runs_problem(frame: Frame, trouble: str) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    killed(frame, plan_id)
    exempt(frame, BOB)
    if trouble == "refused":
        frame.essentials.refuse(ANN, status=400, message="no such luck")
    elif trouble == "unanswered":
        frame.essentials.fail(ANN, NO_ANSWER, times=99)
    else:
        frame.essentials.remove(ANN)
    run = resumed(frame, plan_id)

    assert owners(frame, SHARED) == []
    assert run.state is RunState.PARTLY_FAILED
    assert run.problem is not None
    assert run.problem.code == "address_without_owner"
    assert f"{SHARED} has no account: it could not go back to {ANN}." in run.problem.detail


def test_what_cannot_go_back_within_one_slice_is_the_runs_problem_too(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)

    def nothing_more() -> None:
        for address in (ANN, BOB):
            frame.essentials.refuse(address, status=400, message="no such luck")

    frame.essentials.after_write = nothing_more
    run = frame.execute(plan_id)

    assert run.problem is not None
    assert run.problem.code == "address_without_owner"
    assert row(frame, run, ANN).detail.startswith("It could not be put back at once: ")


def test_an_account_that_cannot_be_made_again_is_the_runs_problem(frame: Frame) -> None:
    plan_id = bob_gets_the_address_of_ann_who_left(frame)
    killed(frame, plan_id)
    exempt(frame, BOB)
    frame.essentials.refuse(ANN, status=403, message="The number of licensed users has been reached")
    run = resumed(frame, plan_id)

    assert run.problem is not None
    assert f"{ANN} has no account: it could not go back to {ANN}. The number" in run.problem.detail


def test_a_removal_that_somebody_else_made_is_not_told_as_put_back(frame: Frame) -> None:
    plan_id = bob_gets_the_address_of_ann_who_left(frame)
    frame.essentials.refuse(BOB, status=400, message="no such luck")
    frame.essentials.remove(ANN)
    run = frame.execute(plan_id, include=chained(frame, plan_id))

    removal = row(frame, run, ANN, "remove_user")
    assert "ut back" not in removal.detail
    assert removal.outcome is Outcome.ALREADY
    assert owners(frame, ANN) == []
    assert run.problem is None


def test_a_chain_that_an_earlier_slice_began_comes_first(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    frame.directory.directory = directory(
        [person(1, "ann"), person(2, "bob", aliases=(SHARED,)), replace(person(3, "cy"), surname="Other")]
    )
    plan_id = searched(frame)
    killed(frame, plan_id, after=2)
    assert owners(frame, SHARED) == []
    frame.essentials.change(CY, surname="Again")
    written = len(frame.essentials.writes)
    resumed(frame, plan_id)

    assert frame.essentials.writes[written].addresses == (Address(BOB),)


def test_a_chain_that_an_earlier_slice_began_is_finished_however_little_time_is_left(frame: Frame) -> None:
    plan_id = bob_gets_an_alias_of_anns(frame)
    killed(frame, plan_id)
    frame.clock.advance(20 * 60)
    frame.directory.before_reading = lambda: frame.clock.advance(61)
    run = frame.engine.work(run_of(frame, plan_id).id, seconds=60)

    assert run is not None
    assert owners(frame, SHARED) == [BOB]


def bob_gets_all_addresses_of_ann_who_left(frame: Frame) -> str:
    """The plan that gives Ann's alias to Bob, who takes her name, and in a chain that a person ticks her primary address."""
    bob_gets_the_address_of_ann_who_left(frame)
    renamed = replace(person(2, "ann", aliases=(SHARED, BOB)), given_name="Bob")
    frame.directory.directory = directory([renamed, person(3, "cy")])
    return searched(frame)


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_all_addresses_of_an_account_that_is_removed_for_one_are_handed_over(frame: Frame, after: int) -> None:
    plan_id = bob_gets_all_addresses_of_ann_who_left(frame)
    killed(frame, plan_id, after=after)
    run = resumed(frame, plan_id)

    assert {r.outcome for r in frame.engine.results(run.id)} <= {Outcome.DONE, Outcome.ALREADY}
    assert set(there(frame, ANN).addresses) == {ANN, BOB, SHARED}
    assert there(frame, ANN).firstname == "Bob"


def test_an_account_is_not_removed_for_its_address_while_it_has_an_alias_that_somebody_is_to_get(frame: Frame) -> None:
    plan_id = bob_gets_all_addresses_of_ann_who_left(frame)
    before = frame.essentials.organization
    alias_chain = frozenset(c.id for c in frame.engine.plan(plan_id).plan.changes if c.ticked)
    run = frame.execute(plan_id, include=chained(frame, plan_id), exclude=alias_chain)

    assert frame.essentials.organization == before
    assert {r.outcome for r in frame.engine.results(run.id)} == {Outcome.DRIFTED}


@pytest.mark.parametrize("is_killed", [True, False])
def test_an_account_that_was_made_again_still_belongs_to_its_object(frame: Frame, is_killed: bool) -> None:  # a case
    plan_id = bob_gets_the_address_of_ann_who_left(frame)
    planned = {(c.category, c.before, c.after) for c in frame.engine.plan(plan_id).plan.changes}
    frame.essentials.refuse(BOB, status=400, message="no such luck")
    if is_killed:
        killed(frame, plan_id)
        resumed(frame, plan_id)
    else:
        frame.execute(plan_id, include=chained(frame, plan_id))
    again = there(frame, ANN)
    assert again.uid != "5"
    found = frame.engine.plan(searched(frame)).plan.changes

    assert {(c.category, c.before, c.after) for c in found} == planned
    assert again.uid in {c.uid for c in found}
