"""Essentials kept in a file, so that it outlives the process that writes to it, which dies at the write that it is told."""

import os
import pickle
import signal
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TypeVar

from shared.model import AccountEdit, Address, CreateOutcome, FetchedAccount, NewAccount, Organization
from tests.twins.memory_essentials import MemoryEssentials

R = TypeVar("R")


class Moment(StrEnum):
    """When the process dies."""

    BEFORE = "before"
    """The request was not sent."""
    AFTER = "after"
    """The request had its effect, and nobody heard the answer."""


class FileEssentials(MemoryEssentials):
    """The organization of a file; ``dies_at`` is the number of a write of this process, from 1, and its moment.

    The file is a pickle that this process or its parent wrote.
    """

    def __init__(self, path: Path, organization: Organization) -> None:
        super().__init__(organization)
        self.dies_at: tuple[int, Moment] | None = None
        self.count = 0
        self._path = path
        self._save()

    def reopen(self) -> None:
        """The organization is what the file says."""
        self.organization, self._next_uid = pickle.loads(self._path.read_bytes())  # our own

    def create(self, accounts: Sequence[NewAccount]) -> tuple[CreateOutcome, ...]:
        return self._written(lambda: super(FileEssentials, self).create(accounts))

    def update(self, fetched: FetchedAccount, edit: AccountEdit) -> None:
        self._written(lambda: super(FileEssentials, self).update(fetched, edit))

    def delete(self, address: Address) -> None:
        self._written(lambda: super(FileEssentials, self).delete(address))

    def _written(self, write: Callable[[], R]) -> R:
        self.count += 1
        self._die_if_told(Moment.BEFORE)
        answer = write()
        self._save()
        self._die_if_told(Moment.AFTER)
        return answer

    def _die_if_told(self, moment: Moment) -> None:
        if self.dies_at == (self.count, moment):
            os.kill(os.getpid(), signal.SIGKILL)

    def _save(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_bytes(pickle.dumps((self.organization, self._next_uid)))
