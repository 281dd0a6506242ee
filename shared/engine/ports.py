"""The seams of the engine: what it asks of the two services. Implemented in shared/graph and shared/proofpoint, and by in-memory twins in tests."""

from collections.abc import Sequence
from typing import Protocol

from shared.model import (
    AccountEdit,
    Address,
    CreateOutcome,
    Directory,
    EntraId,
    FetchedAccount,
    NewAccount,
    Organization,
)


class Progress(Protocol):
    """Told how far a stage is; ``total`` is 0 while unknown."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that ``done`` of ``total`` of ``stage`` is done."""


class DirectoryReader(Protocol):
    """Reads the Entra side, whole."""

    def read(self, *, scope_groups: Sequence[EntraId], progress: Progress) -> Directory:
        """All people and groups, and the members of ``scope_groups`` with what is nested in them, certified.

        Raises IncompleteReadError, EntraCredentialError, PermissionMissingError, NotConfiguredError, ServiceError.
        """


class OrganizationReader(Protocol):
    """Reads the Essentials side, whole."""

    def read(self, *, progress: Progress) -> Organization:
        """All accounts with domains, licences, native sync settings and exemptions, certified.

        Raises IncompleteReadError, EssentialsCredentialError, PermissionMissingError, NotConfiguredError, ServiceError.
        """


class AccountWriter(Protocol):
    """Writes accounts, one call one effect. Raises as OrganizationReader.read does, and RefusedError for the item."""

    def fetch(self, address: Address) -> FetchedAccount | None:
        """The account with this primary address; None where there is none."""

    def create(self, accounts: Sequence[NewAccount]) -> tuple[CreateOutcome, ...]:
        """Create the accounts in one request; the outcome of each, in the order given."""

    def update(self, fetched: FetchedAccount, edit: AccountEdit) -> None:
        """Write the whole object back with ``edit`` applied."""

    def delete(self, address: Address) -> None:
        """Remove the account with this primary address."""
