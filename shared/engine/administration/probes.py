"""What the checks ask of the services, each question alone. Implemented in shared/graph and shared/proofpoint."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.model import Domain, EntraId, Group, Licences, NativeSync
from shared.secrets import SecretSource


class EntraProbe(Protocol):
    """Asks Entra and Graph, with a token of its own. Raises SyncError where an answer is not good."""

    def authority_time(self) -> datetime | None:
        """The time by the sign-in service; None where its answer has none."""

    def require_tenant(self) -> None:
        """Return where the tenant exists; raises NotConfiguredError."""

    def require_token(self) -> None:
        """Return where Entra gives a token; raises EntraCredentialError, NotConfiguredError, SecretError."""

    def require_people(self) -> None:
        """Return where people can be read; raises PermissionMissingError, which names the permission."""

    def require_groups(self) -> None:
        """Return where groups can be read; raises PermissionMissingError, which names the permission."""

    def reads_mailbox_purposes(self) -> bool:
        """Whether the permission to tell shared mailboxes by their purpose is granted."""

    def group_name(self, group_id: EntraId) -> str:
        """The display name of a group; raises NotConfiguredError where there is none with this id."""

    def people_in(
        self, scope_groups: Sequence[EntraId], groups: Mapping[EntraId, Group], people: Set[EntraId]
    ) -> frozenset[EntraId]:
        """Those of the people who are in one of the scope groups, directly or nested; ``groups`` are all that there are.

        Raises NotConfiguredError, IncompleteReadError, which names the group.
        """


class EssentialsProbe(Protocol):
    """Asks Essentials as the API account. Raises SyncError where an answer is not good."""

    def require_login(self) -> None:
        """Return where the API account is let in; raises EssentialsCredentialError, which names the right stack."""

    def require_administrator(self) -> str:
        """The account's type, which may read and write the organization; raises PermissionMissingError."""

    def domains(self) -> tuple[Domain, ...]:
        """The domains of the organization; raises NotConfiguredError where this stack does not have it."""

    def seats(self) -> tuple[Licences, int | None]:
        """The licences, and how many are used; None where Essentials does not say."""

    def native_sync(self) -> NativeSync:
        """The settings of the product's own sync."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probes:
    """All that is asked of one deployment's services."""

    secrets: SecretSource
    entra: EntraProbe
    essentials: EssentialsProbe
