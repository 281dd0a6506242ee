"""Trouble: one row that a service cannot carry out never stops the others; a service that is down stops the slice."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from shared.diff.ordering import Step
from shared.engine.account_steps import result_of
from shared.engine.crew import Attempt
from shared.engine.journal import ResultJournal
from shared.engine.run import Outcome
from shared.engine.slices import RowsInTrouble
from shared.errors import CredentialError, PermissionMissingError, ServiceError, StateError, SyncError, ThrottledError
from shared.telemetry import places_of

LOGGER = logging.getLogger(__name__)

DOWN_AFTER = 3
"""So many steps in a row without an answer: the service is down, not the row. Those under way together count as one."""


class Trouble:
    """Counts steps that the service did not answer."""

    def __init__(self, rows: RowsInTrouble) -> None:
        self._rows = rows
        self._in_a_row = 0
        self._last: ServiceError | None = None
        self._counted_at = 0

    @contextmanager
    def of(self, attempt: Attempt, journal: ResultJournal) -> Iterator[None]:
        """Settle one step in here; raises what concerns the service as a whole, and where it is down."""
        step = attempt.step
        try:
            yield
        except (ThrottledError, CredentialError, PermissionMissingError, StateError):
            raise
        except ServiceError as error:
            self._last = error
            if attempt.number > self._counted_at:
                self._in_a_row += 1
                self._counted_at = attempt.started
            if self._in_a_row >= DOWN_AFTER:
                raise
            if self._rows is RowsInTrouble.GIVE_UP:
                self._last = None
                self._fail(step, journal, error.detail)
        except SyncError as error:
            self._fail(step, journal, error.detail)
        except Exception as error:  # noqa: BLE001  # its text may hold anything, so its places alone are logged
            # A defect of ours in one row is that row's failure, not the run's.
            LOGGER.error("A step ended by an unexpected %s: %s", type(error).__name__, places_of(error))
            self._fail(step, journal, f"The app failed unexpectedly ({type(error).__name__}).")
        else:
            self._in_a_row = 0

    def settle(self) -> None:
        """Return where every step was answered or given up; raises the last error."""
        if self._last is not None:
            raise self._last

    @staticmethod
    def _fail(step: Step, journal: ResultJournal, detail: str) -> None:
        journal.add(result_of(change, Outcome.FAILED, detail) for change in step.changes)
