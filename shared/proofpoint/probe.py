"""Asks Essentials single questions, for the checks of a deployment: each answered by itself."""

from collections.abc import Mapping

from shared.errors import PermissionMissingError
from shared.model import Domain, Licences, NativeSync
from shared.proofpoint.answers import not_as_agreed, object_of
from shared.proofpoint.client import EssentialsClient, is_unavailable
from shared.proofpoint.decode import UnreadableError, bare_items_of, domain_of, is_true, licences_of, text
from shared.proofpoint.native import NativeSyncClient
from shared.proofpoint.refusals import decoded

_ADMINISTRATORS = frozenset({"organization_admin", "channel_admin", "strategic_partner_admin", "oem_partner_admin"})


class EssentialsProbe:
    """The EssentialsProbe of shared/engine/administration/probes.py on Proofpoint Essentials."""

    def __init__(self, *, client: EssentialsClient) -> None:
        self._client = client

    def require_login(self) -> None:
        """Return where the API account is let in; raises EssentialsCredentialError, SecretError, ServiceError."""
        self._client.me()

    def require_administrator(self) -> str:
        """The account's type, which may read and write the organization; raises PermissionMissingError."""
        answer = self._client.me()
        self._client.expect_success(answer)
        body = object_of(answer)
        kind = text(body.get("type")).lower()
        user, domain = self._client.user, self._client.domain
        if kind and kind not in _ADMINISTRATORS:
            raise PermissionMissingError(
                f"{user} is of type {kind}, and the API takes administrators only.",
                f"Make {user} an organization admin of {domain} in Essentials, or correct PROOFPOINT_USER.",
            )
        if is_true(body.get("read_only_user", False)):
            raise PermissionMissingError(
                f"{user} may only read in Essentials.", f"Take the mark read-only from {user} in Essentials."
            )
        return kind or "administrator"

    def domains(self) -> tuple[Domain, ...]:
        """The domains of the organization; raises NotConfiguredError where this stack does not have it."""
        answer = self._client.get("/domains")
        self._client.expect_success(answer)
        try:
            return tuple(domain_of(item) for item in bare_items_of(decoded(answer.json_bytes()), "domains"))
        except UnreadableError as error:
            raise not_as_agreed(answer, str(error)) from error

    def seats(self) -> tuple[Licences, int | None]:
        """The licences, and how many are used; None where Essentials does not say."""
        organization = self._part("")
        used = text(organization.get("active_users"))
        return licences_of(self._part("/licensing"), organization), int(used) if used.isdecimal() else None

    def native_sync(self) -> NativeSync:
        """The settings of the product's own sync."""
        return NativeSyncClient(client=self._client).read()

    def _part(self, path: str) -> Mapping[str, object]:
        """A part of the organization; empty where the organization does not have it."""
        answer = self._client.get(path)
        if path and is_unavailable(answer):
            return {}
        self._client.expect_success(answer)
        return object_of(answer)
