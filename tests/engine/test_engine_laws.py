"""Laws of the whole engine, on an Essentials that refuses what the real one refuses."""

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.diff.options import SyncOptions
from shared.engine.run import Outcome, RunState
from shared.model import Directory, Organization
from tests.builders.essentials import owners
from tests.builders.worlds import directories, options, organizations
from tests.engine.frame import Frame
from tests.engine.steps import executed, searched
from tests.twins.memory_directory import MemoryDirectory
from tests.twins.memory_essentials import MemoryEssentials


def with_purposes_of(later: Directory, earlier: Directory) -> Directory:
    """The later directory, mailboxes that were there before unchanged: their purposes are remembered for a day."""
    purposes = {p.id: p.purpose for p in earlier.people}
    people = tuple(replace(p, purpose=purposes.get(p.id, p.purpose)) for p in later.people)
    return replace(later, people=people)


@settings(max_examples=60)
@given(directory=directories(), later=directories(), organization=organizations(), options=options, data=st.data())
def test_whatever_is_executed_succeeds_and_leaves_nothing_ticked(
    directory: Directory, later: Directory, organization: Organization, options: SyncOptions, data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        frame = Frame(
            path=Path(folder), directory=MemoryDirectory(directory), essentials=MemoryEssentials(organization)
        )
        frame.options = options
        frame.read_whole_up_to = data.draw(st.sampled_from((0, 1_000_000)))
        for known in (directory, with_purposes_of(later, directory)):
            frame.directory.directory = known
            run = executed(frame)
            results = frame.engine.results(run.id)
            assert run.state is RunState.SUCCEEDED, (run.problem, results)
            assert {r.outcome for r in results} <= {Outcome.DONE, Outcome.ALREADY}, results
            assert all(len(uids) == 1 for uids in owners(frame.essentials.organization).values())
            plan = frame.engine.plan(searched(frame)).plan
            assert [c for c in plan.changes if c.ticked] == []
            frame.clock.advance(data.draw(st.sampled_from((0, 1800, 8 * 24 * 3600))))
