"""Asks Entra and Graph single questions, for the checks of a deployment: one request each, and each answered by itself."""

from collections.abc import Mapping, Sequence, Set
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import msgspec

from shared.errors import NotConfiguredError
from shared.graph.batch import BatchReader
from shared.graph.client import GraphClient, GraphRefusedError, Permission
from shared.graph.members import MemberReader, people_in_scope
from shared.graph.tokens import TokenSource
from shared.model import EntraId, Group
from shared.transport import Answer, Repeatable, Transport


class _Named(msgspec.Struct):
    displayName: str = ""  # noqa: N815  # Graph's own name


class GraphProbe:
    """The EntraProbe of shared/engine/administration/probes.py on the sign-in service and Microsoft Graph."""

    def __init__(
        self,
        *,
        client: GraphClient,
        batches: BatchReader,
        tokens: TokenSource,
        authority: Transport,
        authority_url: str,
        tenant_id: str,
    ) -> None:
        """``authority``: the transport to ``authority_url``, the sign-in service."""
        self._client = client
        self._members = MemberReader(client=client, batches=batches)
        self._tokens = tokens
        self._authority = authority
        self._authority_url = authority_url
        self._tenant_id = tenant_id

    def authority_time(self) -> datetime | None:
        """The time by the sign-in service; None where its answer has none."""
        told = self._discovery().headers.get("Date", "")
        try:
            at = parsedate_to_datetime(told)
        except ValueError:
            return None
        return at if at.tzinfo is not None else at.replace(tzinfo=UTC)

    def require_tenant(self) -> None:
        """Return where the tenant exists; raises NotConfiguredError, ServiceError."""
        if not self._discovery().is_success:
            raise NotConfiguredError(
                f"{self._authority_url} knows no tenant {self._tenant_id}.",
                "Set ENTRA_TENANT_ID to the directory (tenant) id that the Entra portal shows, and ENTRA_AUTHORITY to its "
                "cloud, such as https://login.microsoftonline.com.",
            )

    def require_token(self) -> None:
        """Return where Entra gives a token; raises EntraCredentialError, NotConfiguredError, SecretError, ServiceError."""
        self._tokens.token()

    def require_people(self) -> None:
        """Return where people can be read; raises PermissionMissingError, which names the permission."""
        # With a lesser permission Graph answers and leaves accountEnabled out.
        self._require("/v1.0/users?$select=id,accountEnabled&$top=1", Permission.USER_READ_ALL)

    def require_groups(self) -> None:
        """Return where groups can be read; raises PermissionMissingError, which names the permission."""
        self._require("/v1.0/groups?$select=id&$top=1", Permission.GROUP_MEMBER_READ_ALL)

    def reads_mailbox_purposes(self) -> bool:
        """Whether the permission to tell shared mailboxes by their purpose is granted."""
        return self._client.holds(Permission.MAILBOX_SETTINGS_READ)

    def group_name(self, group_id: EntraId) -> str:
        """The display name of a group; raises NotConfiguredError where there is none with this id."""
        path = f"/v1.0/groups/{group_id}?$select=id,displayName"
        try:
            answer = self._client.get(path, needs=Permission.GROUP_MEMBER_READ_ALL)
        except GraphRefusedError as error:
            if error.graph_code != "Request_ResourceNotFound":
                raise
            raise NotConfiguredError(
                f"There is no group {group_id} in Entra.",
                "Take the object id of the group from the Entra portal, or leave it out of SYNC_GROUP_SCOPE.",
            ) from error
        return msgspec.json.decode(answer.json_bytes(), type=_Named).displayName or str(group_id)

    def people_in(
        self, scope_groups: Sequence[EntraId], groups: Mapping[EntraId, Group], people: Set[EntraId]
    ) -> frozenset[EntraId]:
        """Those of the people who are in one of the scope groups, directly or nested.

        Raises NotConfiguredError, IncompleteReadError, PermissionMissingError, ServiceError.
        """
        wanted = tuple(sorted({EntraId(group_id.lower()) for group_id in scope_groups}))
        memberships = self._members.read(wanted, groups, noticed=lambda _count: None)
        return people_in_scope(wanted, groups, memberships, people)

    def _require(self, path: str, permission: Permission) -> None:
        if self._tokens.token().roles and not self._client.holds(permission):
            raise self._client.denied(path.partition("?")[0], permission)
        self._client.get(path, needs=permission)

    def _discovery(self) -> Answer:
        return self._authority.send(
            "GET",
            f"/{self._tenant_id}/v2.0/.well-known/openid-configuration",
            headers={"Accept": "application/json"},
            repeatable=Repeatable.ALWAYS,
        )
