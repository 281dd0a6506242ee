"""The lease as a file ``default/lease`` of the state folder, which lasts by the clock passed in."""

from datetime import datetime, timedelta

import msgspec

from shared.clock import Clock
from shared.errors import DamagedDocumentError, LeaseLostError
from shared.state.folder_files import SharedFolder
from shared.state.protocols import LEASE_SECONDS, LeaseGrant

_LASTS = timedelta(seconds=LEASE_SECONDS)


class _Holding(msgspec.Struct, frozen=True):
    id: str
    expires_at: datetime


class FolderLease:
    """The ``Lease`` of a folder. The file is there until it is released, so one that ran out is told from one given back."""

    def __init__(self, folder: SharedFolder, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._file = folder.path / "default" / "lease"

    def acquire(self, lease_id: str) -> LeaseGrant | None:
        """The lease under the proposed id; None while somebody else holds it."""
        with self._folder.exclusive():
            holding = self._read()
            if holding is not None and holding.id != lease_id and self._is_running(holding):
                return None
            self._hold(lease_id)
        return LeaseGrant(id=lease_id, previous_was_released=holding is None)

    def renew(self, lease_id: str) -> None:
        """Hold it for 60 seconds more; raises LeaseLostError."""
        with self._folder.exclusive():
            holding = self._read()
            if holding is None or holding.id != lease_id:
                raise LeaseLostError(
                    f"The lease in {self._folder.path} is no longer ours.",
                    "Nothing needs to be done: whoever holds it now goes on with the run.",
                )
            self._hold(lease_id)

    def release(self, lease_id: str) -> None:
        """Give it back at once; no error where it is no longer ours."""
        with self._folder.exclusive():
            holding = self._read()
            if holding is not None and holding.id == lease_id:
                self._file.unlink()

    def is_held(self) -> bool:
        """Whether anybody holds it now."""
        with self._folder.exclusive():
            holding = self._read()
        return holding is not None and self._is_running(holding)

    def _is_running(self, holding: _Holding) -> bool:
        # More than it can last is left only where the machine's clock was set back: that must not lock the app out.
        return timedelta(0) < holding.expires_at - self._clock.now() <= _LASTS

    def _hold(self, lease_id: str) -> None:
        holding = _Holding(id=lease_id, expires_at=self._clock.now() + _LASTS)
        self._folder.replace(self._file, msgspec.json.encode(holding))

    def _read(self) -> _Holding | None:
        try:
            return msgspec.json.decode(self._file.read_bytes(), type=_Holding)
        except FileNotFoundError:
            return None
        except msgspec.DecodeError as error:
            raise DamagedDocumentError(
                f"The lease file {self._file} cannot be read: {error}.", "Delete it while no app uses the folder."
            ) from error
