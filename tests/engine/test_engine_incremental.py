"""A search of a large directory reads what changed since the last one, and takes nothing that only a whole read could show."""

import gzip
import json
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.diff.options import How, SyncOptions
from shared.diff.plan import Category, Plan
from shared.engine.run import Acceptance, Narrowing, Outcome, Reading, Run, RunState
from shared.errors import IncompleteReadError
from shared.model import Address, Directory, EntraId, Organization, WholeReadReason
from tests.builders.sides import directory, entra_id, group, person
from tests.builders.worlds import directories, options, organizations
from tests.engine.frame import Frame
from tests.laws import law
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials

HOUR = 3600
ALL = SyncOptions(how=frozenset(How), grace_days=0)


@pytest.fixture
def large(frame: Frame) -> Frame:
    """A company whose directory counts as large, in sync."""
    frame.read_whole_up_to, frame.options = 0, ALL
    frame.execute(frame.search().plan_id or "")
    frame.clock.advance(HOUR + 1)
    frame.directory.reads = frame.directory.reads_of_changes = 0
    return frame


def reads(frame: Frame) -> tuple[int, int]:
    """Whole reads, and reads of changes."""
    return frame.directory.reads, frame.directory.reads_of_changes


def plan_of(frame: Frame, run: Run) -> Plan:
    assert run.plan_id is not None, run.problem
    return frame.engine.plan(run.plan_id).plan


def read_events(frame: Frame) -> list[dict[str, object]]:
    return [
        {k: v for k, v in fields.items() if k != "run_id"} for name, fields in frame.events if name == "directory.read"
    ]


def test_a_search_of_a_large_directory_reads_what_changed_since_the_last_one(large: Frame) -> None:
    hired = person(7, "hired")
    large.directory.directory = directory([*large.directory.directory.people, hired], large.directory.directory.groups)

    run = large.search()

    assert (reads(large), run.counts) == ((0, 1), {Category.ADD_USER: 1})
    assert read_events(large)[-1] == {"read": Reading.CHANGES}
    assert not plan_of(large, run).directory_certificate.is_whole


def test_one_change_after_another_is_read_on_top_of_the_last(large: Frame) -> None:
    for number in (7, 8, 9):
        known = large.directory.directory
        large.directory.directory = directory([*known.people, person(number, f"hired{number}")], known.groups)
        assert large.search().counts == {Category.ADD_USER: number - 6}

    assert reads(large) == (0, 3)


def test_a_small_directory_is_read_whole_each_time(frame: Frame) -> None:
    frame.read_whole_up_to = 3
    frame.search()
    frame.search()

    assert reads(frame) == (2, 0)


@pytest.mark.parametrize(
    "narrowing",
    [
        Narrowing(read=Reading.WHOLE),
        Narrowing(accept=frozenset({Acceptance.DIRECTORY_CHANGED})),
        Narrowing(accept=frozenset({Acceptance.SMALLER_ORGANIZATION})),
    ],
)
def test_whoever_asks_for_it_or_accepts_something_has_everything_read(large: Frame, narrowing: Narrowing) -> None:
    large.search(narrowing)

    assert reads(large) == (1, 0)


def test_an_undo_reads_everything(large: Frame) -> None:
    execution = next(run for run in large.engine.runs(limit=10) if run.kind == "execution")
    large.deliver(large.engine.start_undo(execution.id, execution.by))

    assert reads(large)[1] == 0
    assert reads(large)[0] >= 1


def test_everything_is_read_at_least_once_a_day(large: Frame) -> None:
    large.clock.advance(21 * HOUR)
    large.search()
    large.clock.advance(HOUR)
    large.search()

    assert reads(large) == (1, 1)


@pytest.mark.parametrize("whole_read_at", ["2036-11-25T12:00:00Z", "2026-11-25T12:00:00", "yesterday", None])
def test_a_read_that_is_not_known_to_be_recent_is_not_built_on(large: Frame, whole_read_at: str | None) -> None:
    """A clock was set back, or the document is none of ours."""
    path = large.path / "default" / "delta.json"
    stored = json.loads(path.read_bytes())
    stored["body"]["whole_read_at"] = whole_read_at
    path.write_text(json.dumps(stored))

    run = large.search()

    assert (run.state, reads(large)) == (RunState.SUCCEEDED, (1, 0))


@pytest.mark.parametrize("reason", list(WholeReadReason))
def test_where_changes_do_not_tell_everything_is_read_in_the_same_search(large: Frame, reason: WholeReadReason) -> None:
    large.directory.whole_read_needed = reason

    run = large.search()

    assert (run.state, reads(large)) == (RunState.SUCCEEDED, (1, 1))
    assert read_events(large)[-1] == {"read": Reading.WHOLE, "reason": reason}


def damaged(path: Path) -> None:
    path.write_bytes(b"damaged")


def of_another_schema(path: Path) -> None:
    stored = json.loads(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes())
    text = json.dumps(stored | {"schema": 999}).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)


@pytest.mark.parametrize("name", ["delta.json", "directory.json.gz"])
@pytest.mark.parametrize("harm", [damaged, of_another_schema, Path.unlink])
def test_where_what_was_kept_cannot_be_read_back_everything_is_read_and_kept_anew(
    large: Frame, name: str, harm: Callable[[Path], None]
) -> None:
    harm(large.path / "default" / name)
    first = large.search()
    second = large.search()

    assert (first.state, second.state) == (RunState.SUCCEEDED, RunState.SUCCEEDED)
    assert reads(large) == (1, 1)


def test_links_are_never_used_with_another_read_than_theirs(large: Frame) -> None:
    """As after a crash between the two documents, or where two searches kept theirs at once."""
    older = (large.path / "default" / "delta.json").read_bytes()
    large.search()
    (large.path / "default" / "delta.json").write_bytes(older)

    large.search()

    assert reads(large) == (1, 1)


def test_a_search_that_fails_keeps_the_read_that_was_there(large: Frame) -> None:
    large.essentials.fail_reads(IncompleteReadError("Half a list.", "Search again."), times=1)
    failed = large.search()
    large.search()

    assert failed.state is RunState.FAILED
    assert reads(large) == (0, 2)


def test_an_address_whose_new_owner_is_told_late_is_taken_from_nobody(large: Frame) -> None:
    """Ann gives an alias to Bob; Entra tells of Ann at once, and of Bob minutes later."""
    alias = "a.smith@example.com"
    large.directory.directory = directory(
        [person(1, "ann"), person(2, "bob", aliases=(alias,))], large.directory.directory.groups
    )
    large.directory.told_late = frozenset({entra_id(2)})

    run = large.search()

    takes = [c for c in plan_of(large, run).changes if c.takes]
    assert reads(large) == (1, 1)
    assert [(c.before.alias_emails, c.ticked, c.chain is not None) for c in takes] == [((alias,), True, True)]
    large.execute(run.plan_id or "")
    owners = {a.primary_email: a.alias_emails for a in large.essentials.organization.accounts}
    assert owners[Address("bob@example.com")] == (alias,)


def test_what_a_whole_read_said_may_be_taken_needs_no_whole_read_again(large: Frame) -> None:
    large.directory.directory = directory([person(1, "ann"), person(2, "bob")], large.directory.directory.groups)

    first, second = large.search(), large.search()

    assert first.counts == second.counts == {Category.UPDATE_USER: 1}
    assert reads(large) == (1, 2)


def test_what_is_taken_at_last_was_read_whole_right_before(large: Frame) -> None:
    large.directory.directory = directory([person(1, "ann"), person(2, "bob")], large.directory.directory.groups)
    large.search()
    run = large.search()
    large.directory.directory = directory(
        [person(1, "ann"), person(2, "bob", aliases=("a.smith@example.com",))], large.directory.directory.groups
    )
    large.directory.told_late = frozenset({entra_id(2)})
    large.essentials.writes.clear()

    executed = large.execute(run.plan_id or "")

    assert executed.counts[Outcome.DRIFTED] == 1
    assert large.essentials.writes == []


def test_somebody_gone_is_removed_only_after_a_whole_read(large: Frame) -> None:
    large.directory.directory = directory([person(1, "ann", aliases=("a.smith@example.com",))], [group(3, "sales")])

    run = large.search()

    assert [c.category for c in plan_of(large, run).changes if c.ticked] == [Category.CONVERT_USER]
    assert plan_of(large, run).directory_certificate.is_whole
    assert reads(large) == (1, 1)
    assert read_events(large)[-1] == {"read": Reading.WHOLE, "reason": WholeReadReason.TAKING}


def ticked_takings(plan: Plan) -> set[str]:
    return {c.id for c in plan.changes if c.ticked and c.takes}


@law
@given(before=directories(), after=directories(), organization=organizations(), options=options, data=st.data())
def test_however_late_entra_tells_nothing_is_ticked_to_be_taken_that_a_whole_read_does_not_show(
    before: Directory, after: Directory, organization: Organization, options: SyncOptions, data: st.DataObject
) -> None:
    late = data.draw(st.sets(st.sampled_from([p.id for p in (*before.people, *after.people)] or [EntraId("nobody")])))
    with tempfile.TemporaryDirectory() as folder:
        frame = Frame(path=Path(folder), directory=MemoryDirectory(before), essentials=MemoryEssentials(organization))
        frame.options, frame.read_whole_up_to = options, 0
        first = plan_of(frame, frame.search())
        frame.directory.directory = replace(after, certificate=before.certificate)
        frame.directory.told_late = frozenset(late)
        by_changes = plan_of(frame, frame.search())
        whole = plan_of(frame, frame.search(Narrowing(read=Reading.WHOLE)))

    if by_changes.directory_certificate.is_whole:
        assert ticked_takings(by_changes) == ticked_takings(whole)
    else:
        assert ticked_takings(by_changes) <= ticked_takings(first)
