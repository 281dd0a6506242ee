"""What takes something: leavers, removals, dropped addresses and handed-over ones, through the whole engine."""

from dataclasses import replace

import pytest

from shared.diff.options import Leavers
from shared.diff.plan import Category
from shared.engine.run import Outcome, RunState
from shared.errors import IncompleteReadError, UnreachableError
from shared.model import AccountType, DeletedObject, EntraId, MembersOnly, Whereabouts
from tests.builders.sides import NOW, account, directory, entra_id, group, organization, person
from tests.engine.frame import Frame
from tests.engine.steps import ALL, dying, searched, settled
from tests.twins.memory_essentials import MemoryEssentials


def executed(frame: Frame, **chosen: frozenset[str]) -> dict[str, Outcome]:
    run = frame.execute(searched(frame), **chosen)
    found: dict[str, Outcome] = {}
    for result in frame.engine.results(run.id):
        name = f"{result.category} {result.address}"
        found[name if name not in found else f"{name} again"] = result.outcome
    return found


def planned(frame: Frame) -> list[tuple[Category, bool]]:
    return [(c.category, c.ticked) for c in frame.engine.plan(searched(frame)).plan.changes]


def aliases(frame: Frame) -> dict[str, tuple[str, ...]]:
    return {a.primary_email: a.alias_emails for a in frame.essentials.organization.accounts}


def test_an_address_that_entra_dropped_is_dropped(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("old@example.com",))])
    frame.directory.directory = directory([person(1, "ann")])

    assert executed(frame) == {"update_user ann@example.com": Outcome.DONE}
    assert aliases(frame)["ann@example.com"] == ()
    assert planned(frame) == []


def test_two_people_swap_aliases(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("x@example.com",)), person(2, "bob", aliases=("y@example.com",))])
    frame.directory.directory = directory(
        [person(1, "ann", aliases=("y@example.com",)), person(2, "bob", aliases=("x@example.com",))]
    )
    found = executed(frame)

    assert set(found.values()) == {Outcome.DONE}
    assert aliases(frame)["ann@example.com"] == ("y@example.com",)
    assert aliases(frame)["bob@example.com"] == ("x@example.com",)
    assert planned(frame) == []


def test_a_primary_that_its_owner_gives_up_becomes_somebody_elses_alias(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    ann = replace(person(1, "ann.miller"), given_name="Ann")
    frame.directory.directory = directory([ann, person(2, "bob", aliases=("ann@example.com",))])
    found = executed(frame)

    assert set(found.values()) == {Outcome.DONE}
    assert aliases(frame)["bob@example.com"] == ("ann@example.com",)
    assert aliases(frame)["ann.miller@example.com"] == ()
    assert planned(frame) == []


def test_a_three_way_rotation_of_aliases_ends_right(frame: Frame) -> None:
    names, moved = ("ann", "bob", "cy"), ("x@example.com", "y@example.com", "z@example.com")
    settled(
        frame,
        [person(i + 1, n, aliases=(moved[i],)) for i, n in enumerate(names)],
        *(account(5 + i, n, aliases=(moved[i],)) for i, n in enumerate(names)),
    )
    frame.directory.directory = directory(
        [person(i + 1, n, aliases=(moved[(i + 1) % 3],)) for i, n in enumerate(names)]
    )

    assert set(executed(frame).values()) == {Outcome.DONE}
    assert [aliases(frame)[f"{n}@example.com"] for n in names] == [
        ("y@example.com",),
        ("z@example.com",),
        ("x@example.com",),
    ]


@pytest.mark.parametrize("failing", ["bob@example.com"])
def test_an_address_goes_back_where_the_taking_end_fails(frame: Frame, failing: str) -> None:
    settled(frame, [person(1, "ann", aliases=("x@example.com",)), person(2, "bob")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("x@example.com",))])
    frame.essentials.refuse(failing, status=400, message="no such luck")
    found = executed(frame)

    assert set(found.values()) == {Outcome.FAILED}
    assert aliases(frame)["ann@example.com"] == ("x@example.com",)


def test_a_worker_that_dies_between_freeing_and_taking_loses_no_address(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("x@example.com",)), person(2, "bob")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("x@example.com",))])
    plan_id = searched(frame)
    with dying(frame, at_write=1):
        frame.execute(plan_id)
    assert aliases(frame)["ann@example.com"] == ()
    frame.clock.advance(20 * 60)
    frame.engine.on_timer()
    frame.deliver(frame.engine.runs(limit=1)[0])
    frame.deliver(frame.engine.runs(limit=1)[0])

    assert aliases(frame)["bob@example.com"] == ("x@example.com",)


@pytest.mark.parametrize(
    ("treatment", "expected"),
    [
        (Leavers.FUNCTIONAL_ACCOUNT, (AccountType.FUNCTIONAL_ACCOUNT, True)),
        (Leavers.INACTIVE, (AccountType.END_USER, False)),
        (Leavers.REMOVE, None),
    ],
)
def test_a_leaver_is_treated_by_policy_once_entra_says_that_they_are_gone(
    frame: Frame, treatment: Leavers, expected: tuple[AccountType, bool] | None
) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=treatment)
    frame.directory.directory = directory([person(2, "bob")])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND

    assert set(executed(frame).values()) == {Outcome.DONE}
    found = {a.uid: (a.type, a.is_active) for a in frame.essentials.organization.accounts}
    assert found.get("5") == expected  # type: ignore[call-overload]
    assert planned(frame) == []


def test_a_missing_person_whom_entra_still_finds_by_id_loses_nothing(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob")])
    frame.directory.now_at[entra_id(1)] = Whereabouts.LIVING

    assert planned(frame) == [(Category.REMOVE_USER, False)]
    assert frame.directory.asked_about == [entra_id(1)]


def test_a_leaver_restored_between_search_and_execution_is_not_removed(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob")], deleted=[DeletedObject(id=entra_id(1), deleted_at=NOW)])
    plan_id = searched(frame)
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])
    run = frame.execute(plan_id)

    assert [r.outcome for r in frame.engine.results(run.id)] == [Outcome.DRIFTED]
    assert "ann@example.com" in aliases(frame)


def test_an_option_changed_between_search_and_execution_takes_nothing(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob")], deleted=[DeletedObject(id=entra_id(1), deleted_at=NOW)])
    plan_id = searched(frame)
    frame.options = replace(ALL, leavers=Leavers.FUNCTIONAL_ACCOUNT)
    frame.execute(plan_id)

    assert "ann@example.com" in aliases(frame)


def test_the_whole_object_is_kept_before_a_removal(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob")], deleted=[DeletedObject(id=entra_id(1), deleted_at=NOW)])
    executed(frame)

    kept = list((frame.path / "default" / "runs").glob("*.removed.jsonl"))
    assert len(kept) == 1
    assert b"white_list_senders" in kept[0].read_bytes()


def test_a_leaver_who_was_removed_and_comes_back_is_added_again(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.options = replace(ALL, leavers=Leavers.REMOVE)
    frame.directory.directory = directory([person(2, "bob")], deleted=[DeletedObject(id=entra_id(1), deleted_at=NOW)])
    executed(frame)
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])

    assert planned(frame) == [(Category.ADD_USER, True)]


def test_the_account_of_a_gone_object_is_handed_to_the_new_one_by_a_tick(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.directory.directory = directory([person(3, "ann"), person(2, "bob")])
    frame.directory.now_at[entra_id(1)] = Whereabouts.NOT_FOUND
    plan_id = searched(frame)
    plan = frame.engine.plan(plan_id).plan
    (row,) = [c for c in plan.changes if c.blocked is None]
    assert not row.ticked
    frame.execute(plan_id, include=frozenset({row.id}))

    entries = frame.ledger()
    assert [e["uid"] for i, e in sorted(entries.items()) if isinstance(e, dict)] == [None, "6", "5"]
    assert planned(frame) == []


def test_a_reader_of_evidence_that_fails_fails_the_search(frame: Frame) -> None:
    settled(frame, [person(1, "ann"), person(2, "bob")])
    frame.directory.directory = directory([person(2, "bob")])
    frame.directory.evidence_failure = IncompleteReadError("An item failed.", "Search again.")

    assert frame.search().state is RunState.FAILED


def test_a_person_who_left_the_scope_becomes_functional_with_entras_word(frame: Frame) -> None:
    group_id = EntraId(entra_id(50))
    inside = MembersOnly(group_ids=(group_id,), people=frozenset({entra_id(1), entra_id(2)}))
    frame.options = replace(ALL, group_scope=(group_id,))
    both = [person(1, "ann"), person(2, "bob")]
    certified = directory(both, [group(50, "staff")], scope=inside)
    frame.directory.directory = replace(
        certified, certificate=replace(certified.certificate, scope_groups_read=(group_id,))
    )
    staff = account(7, "staff", type=AccountType.FUNCTIONAL_ACCOUNT)
    frame.essentials = MemoryEssentials(organization([account(5, "ann"), account(6, "bob"), staff]))
    first = frame.search()
    frame.execute(first.plan_id or "")
    outside = replace(frame.directory.directory, scope=replace(inside, people=frozenset({entra_id(2)})))
    frame.directory.directory = outside
    frame.directory.memberships[entra_id(1)] = frozenset()

    assert executed(frame) == {"convert_user ann@example.com": Outcome.DONE}
    (ann,) = [a for a in frame.essentials.organization.accounts if a.uid == "5"]
    assert ann.type is AccountType.FUNCTIONAL_ACCOUNT


def test_a_service_that_drops_in_the_middle_of_a_chain_finishes_it_later(frame: Frame) -> None:
    settled(frame, [person(1, "ann", aliases=("x@example.com",)), person(2, "bob")])
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("x@example.com",))])
    frame.essentials.fail("bob@example.com", UnreachableError("No answer.", "Look."), times=1)

    assert set(executed(frame).values()) == {Outcome.DONE}
    assert aliases(frame)["bob@example.com"] == ("x@example.com",)


def test_a_rename_and_the_dropping_of_the_old_primary_are_written_together(frame: Frame) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([replace(person(1, "ann.miller"), given_name="Ann")])

    assert set(executed(frame).values()) == {Outcome.DONE}
    assert aliases(frame)["ann.miller@example.com"] == ()
    assert planned(frame) == []


@pytest.mark.parametrize("renames", ["refused", "ignored"])
def test_an_old_primary_is_kept_where_essentials_does_not_rename(frame: Frame, renames: str) -> None:
    settled(frame, [person(1, "ann")])
    frame.directory.directory = directory([replace(person(1, "ann.miller"), given_name="Ann")])
    frame.essentials.renames = renames

    assert set(executed(frame).values()) == {Outcome.DONE, Outcome.DRIFTED}
    assert aliases(frame)["ann@example.com"] == ("ann.miller@example.com",)
    assert [ticked for _, ticked in planned(frame) if ticked] == []


def test_an_address_that_somebody_was_given_meanwhile_is_not_taken_before_they_get_it(frame: Frame) -> None:
    """The plan drops an alias that nobody has; by its execution it is Bob's. Alone it would belong to nobody for a while."""
    settled(
        frame,
        [person(1, "ann", aliases=("team@example.com",)), person(2, "bob")],
        account(5, "ann", aliases=("team@example.com",)),
        account(6, "bob"),
    )
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob")])
    search = frame.search()
    frame.directory.directory = directory([person(1, "ann"), person(2, "bob", aliases=("team@example.com",))])

    run = frame.execute(search.plan_id or "")

    assert run.counts[Outcome.DRIFTED] == 1
    assert aliases(frame)["ann@example.com"] == ("team@example.com",)
    assert set(executed(frame).values()) == {Outcome.DONE}
    assert aliases(frame) == {**aliases(frame), "ann@example.com": (), "bob@example.com": ("team@example.com",)}
