"""The seams of the engine: what it asks of the two services. Implemented in shared/graph and shared/proofpoint, and by in-memory twins in tests."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from shared.engine.notices.notice import Message, Notice
from shared.model import (
    AccountEdit,
    Address,
    CreateOutcome,
    Directory,
    EntraId,
    FetchedAccount,
    LoginSettings,
    MailboxPurpose,
    NativeSync,
    NativeSyncEdit,
    NewAccount,
    Organization,
    Person,
    Whereabouts,
    WholeReadNeeded,
)


class Progress(Protocol):
    """Told how far a stage is; ``total`` is 0 while unknown."""

    def __call__(self, stage: str, done: int, total: int) -> None:
        """Note that ``done`` of ``total`` of ``stage`` is done."""


class PurposeQuestion(Protocol):
    """Whether ``userPurpose`` of a person is to be asked."""

    def __call__(self, person: Person) -> bool:
        """Whether to ask."""


def ask_nobody(person: Person) -> bool:  # noqa: ARG001  # a seam
    """Nobody's purpose is asked."""
    return False


NONE_KNOWN: Mapping[EntraId, MailboxPurpose] = MappingProxyType({})


class DirectoryReader(Protocol):
    """Reads the Entra side: whole, or what changed since an earlier read."""

    def read(
        self,
        *,
        scope_groups: Sequence[EntraId],
        progress: Progress,
        purpose_of: PurposeQuestion = ask_nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = NONE_KNOWN,
    ) -> Directory:
        """All people and groups, and the members of ``scope_groups`` with what is nested in them, certified.

        ``purpose_of`` says for whom ``userPurpose`` is asked, where the permission is granted; those of ``known_purposes``
        are not asked again.

        Raises IncompleteReadError, EntraCredentialError, PermissionMissingError, NotConfiguredError, ServiceError.
        """

    def read_changes(
        self,
        known: Directory,
        *,
        scope_groups: Sequence[EntraId],
        progress: Progress,
        purpose_of: PurposeQuestion = ask_nobody,
        known_purposes: Mapping[EntraId, MailboxPurpose] = NONE_KNOWN,
    ) -> Directory | WholeReadNeeded:
        """What ``read`` would answer, certified, by what changed since ``known`` was read; or why only ``read`` tells.

        A change made minutes ago may not be told yet. Raises EntraCredentialError, ServiceError.
        """


class EvidenceReader(Protocol):
    """Asks Entra about single objects. Raises as DirectoryReader.read does; nothing is ever guessed."""

    def whereabouts(self, people: Sequence[EntraId], groups: Sequence[EntraId]) -> Mapping[EntraId, Whereabouts]:
        """Where each of these is: all of them are in the answer."""

    def scope_memberships(
        self, people: Sequence[EntraId], group_ids: Sequence[EntraId]
    ) -> Mapping[EntraId, frozenset[EntraId]]:
        """Which of the groups each person belongs to, nested; a person who is gone is not in the answer."""


class OrganizationReader(Protocol):
    """Reads the Essentials side, whole."""

    def read(self, *, progress: Progress) -> Organization:
        """All accounts with domains, licences, native sync settings and exemptions, certified.

        Raises IncompleteReadError, EssentialsCredentialError, PermissionMissingError, NotConfiguredError, ServiceError.
        """


class AccountWriter(Protocol):
    """Writes accounts, one call one effect, from many threads. Raises as OrganizationReader.read, and RefusedError for the item."""

    @property
    def calls_at_once(self) -> int:
        """How many calls may be under way now, 1 at least; another number the next time that the service is slow or quick."""

    def fetch(self, address: Address) -> FetchedAccount | None:
        """The account with this primary address; None where there is none."""

    def create(self, accounts: Sequence[NewAccount]) -> tuple[CreateOutcome, ...]:
        """Create the accounts in one request; the outcome of each, in the order given."""

    def update(self, fetched: FetchedAccount, edit: AccountEdit) -> None:
        """Write the whole object back with ``edit`` applied."""

    def delete(self, address: Address) -> None:
        """Remove the account with this primary address."""


class MessageSender(Protocol):
    """Takes messages to whoever reads them."""

    def send(self, message: Message) -> None:
        """The message was taken; raises NotConfiguredError, ServiceError."""


class Notifier(Protocol):
    """Tells people of what happened."""

    def tell(self, notice: Notice) -> None:
        """People are told once, now or when the receiver works again; never raises."""

    def lasts(self, cause: str, notice: Notice) -> None:
        """People are told, and again with growing pauses for as long as the cause lasts; never raises."""

    def over(self, cause: str) -> None:
        """The cause lasts no longer; nobody is told. Never raises."""


class SettingsWriter(Protocol):
    """Reads and writes settings of the organization, whole. Raises RefusedError, ServiceError, EssentialsCredentialError."""

    def native_sync(self) -> NativeSync:
        """The settings of the native sync as they are now."""

    def set_native_sync(self, edit: NativeSyncEdit) -> NativeSync:
        """The settings as they are afterwards, the edit among them."""

    def login(self) -> LoginSettings:
        """The sign-in settings as they are now."""

    def set_login(self, settings: LoginSettings) -> LoginSettings:
        """The sign-in settings as they are afterwards, which are these."""
