"""Reads the directory for a search: by what changed since the last one where that is enough, else whole."""

from collections.abc import Callable, Mapping

from shared.diff.mapping import asks_purpose
from shared.diff.options import SyncOptions
from shared.diff.plan import Plan
from shared.engine.last_read import LastReadStore
from shared.engine.parts import Parts
from shared.engine.ports import NONE_KNOWN, Progress
from shared.engine.run import Reading, Run
from shared.model import Directory, EntraId, MailboxPurpose, Person, WholeReadNeeded, WholeReadReason


class DirectoryReading:
    """Reads the Entra side under some options, with the purposes of mailboxes that decide what somebody counts as.

    Its methods raise what DirectoryReader's do.
    """

    def __init__(
        self,
        parts: Parts,
        options: SyncOptions,
        progress: Progress,
        known_purposes: Callable[[], Mapping[EntraId, MailboxPurpose]] = lambda: NONE_KNOWN,
    ) -> None:
        """``known_purposes``: those that need not be asked, looked up at each read."""
        self._parts = parts
        self._options = options
        self._progress = progress
        self._known_purposes = known_purposes
        self._taking: frozenset[str] = frozenset()

    def whole(self) -> Directory:
        """Every object read anew."""
        return self._parts.directory_reader().read(
            scope_groups=self._options.group_scope,
            progress=self._progress,
            purpose_of=self._asks_purpose,
            known_purposes=self._known_purposes(),
        )

    def for_search(self, run: Run) -> Directory:
        """What changed since the last search is read, where that is enough; else everything."""
        told = self._by_changes(run)
        if isinstance(told, Directory):
            self._parts.announce("directory.read", {"run_id": run.id, "read": Reading.CHANGES})
            return told
        return self._whole(run, "" if told is None else told.reason)

    def whole_after_all(self, run: Run) -> Directory:
        """Every object read anew, because what changed was not enough for the plan."""
        return self._whole(run, WholeReadReason.TAKING)

    def is_enough_for(self, plan: Plan) -> bool:
        """Whether the plan takes nothing by itself that no plan of a whole read had.

        Otherwise it may go by a change that Entra has not told yet, as where an address went from one person to another.
        What is executed is held against a whole read once more, and so is what only a person ticks.
        """
        return plan.directory_certificate.is_whole or ticked_takings(plan) <= self._taking

    def _whole(self, run: Run, reason: str) -> Directory:
        self._parts.announce("directory.read", {"run_id": run.id, "read": Reading.WHOLE, "reason": reason})
        return self.whole()

    def _by_changes(self, run: Run) -> Directory | WholeReadNeeded | None:
        """The directory, or why Entra's changes do not tell it; None where they are not asked for."""
        if run.narrowing.read is Reading.WHOLE or run.narrowing.accept or run.undoes is not None:
            return None
        known = LastReadStore(self._parts.documents).to_update(
            self._parts.clock.now(), more_than=self._parts.read_whole_up_to
        )
        if known is None:
            return None
        self._taking = known.taking
        return self._parts.directory_reader().read_changes(
            known.directory,
            scope_groups=self._options.group_scope,
            progress=self._progress,
            purpose_of=self._asks_purpose,
            known_purposes=self._known_purposes(),
        )

    def _asks_purpose(self, person: Person) -> bool:
        return asks_purpose(person, self._options)


def ticked_takings(plan: Plan) -> frozenset[str]:
    """Ids of the changes that take something unless a person unticks them."""
    return frozenset(change.id for change in plan.changes if change.ticked and change.takes)
