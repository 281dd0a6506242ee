"""Secrets from Key Vault, read while running with the app's managed identity, so that a rotated one needs no restart."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from json import JSONDecodeError
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from shared.clock import Clock
from shared.errors import SecretError, SyncError, ThrottledError, UnexpectedAnswerError, UnreachableError

if TYPE_CHECKING:
    from azure.core.exceptions import HttpResponseError
    from azure.keyvault.secrets import SecretClient

_KEPT_SECONDS = 300.0
_CONNECT_SECONDS = 10
_READ_SECONDS = 20
_NOT_UNDERSTOOD = (TypeError, KeyError, AttributeError, RecursionError)
"""What the SDKs raise where an answer of the vault, or of the identity, is not of the shape that they take for granted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """One secret as Key Vault holds it; the value never shows in a ``repr``."""

    value: str = field(repr=False)
    """Without line breaks at its end, which pasting and files add."""
    version: str
    expires_at: datetime | None
    """None where Key Vault has no expiry date for it."""


class SecretSource(Protocol):
    """Gives secrets by name."""

    def get(self, name: str) -> Secret:
        """The secret, at most a few minutes old; raises SecretError, ServiceError."""

    def fresh(self, name: str) -> Secret:
        """The secret as it is now; raises SecretError, ServiceError."""


class SecretReader:
    """Reads one Key Vault. Safe to use from many threads; makes its client with the first read."""

    def __init__(
        self, *, vault_url: str, identity_client_id: str, verify_challenge: bool, clock: Clock, retries: int = 3
    ) -> None:
        """``verify_challenge``: whether the vault must be of the domain that its challenge names; False on loopback only."""
        self._vault_url = vault_url
        self._vault = urlsplit(vault_url).hostname or vault_url
        self._identity_client_id = identity_client_id
        self._verify_challenge = verify_challenge
        self._clock = clock
        self._retries = retries
        self._lock = threading.Lock()
        self._client: SecretClient | None = None
        self._kept: dict[str, tuple[Secret, float]] = {}

    def get(self, name: str) -> Secret:
        """The secret, at most five minutes old; raises SecretError, ServiceError."""
        with self._lock:
            secret, read_at_seconds = self._kept.get(name, (None, 0.0))
            if secret is not None and self._clock.monotonic() - read_at_seconds < _KEPT_SECONDS:
                return secret
            return self._read(name)

    def fresh(self, name: str) -> Secret:
        """The secret as it is now; raises SecretError, ServiceError."""
        with self._lock:
            return self._read(name)

    def close(self) -> None:
        """Close the connections to the vault; the next read opens them again."""
        with self._lock:
            if self._client is not None:
                self._client.close()
                self._client = None

    def _read(self, name: str) -> Secret:
        # Imported here: the SDKs cost 0.2 s of a cold start, and most starts of the timer read no secret.
        from azure.core.exceptions import AzureError

        try:
            read = self._connected().get_secret(name)
            value = (read.value or "").rstrip("\r\n")
            version, expires_at = read.properties.version or "", read.properties.expires_on
        except (AzureError, ValueError, *_NOT_UNDERSTOOD) as error:
            raise self._explained(error, name) from error
        if not value:
            raise SecretError(
                f"The secret {name} in Key Vault {self._vault} is empty.",
                f"Set a value: az keyvault secret set -n {name}.",
            )
        secret = Secret(value=value, version=version, expires_at=expires_at)
        self._kept[name] = (secret, self._clock.monotonic())
        return secret

    def _connected(self) -> "SecretClient":
        if self._client is None:
            from azure.identity import ManagedIdentityCredential
            from azure.keyvault.secrets import SecretClient

            self._client = SecretClient(
                vault_url=self._vault_url,
                credential=ManagedIdentityCredential(client_id=self._identity_client_id or None),
                verify_challenge_resource=self._verify_challenge,
                retry_total=self._retries,
                connection_timeout=_CONNECT_SECONDS,
                read_timeout=_READ_SECONDS,
                permit_redirects=False,
            )
        return self._client

    def _explained(self, error: Exception, name: str) -> SyncError:
        from azure.core.exceptions import (
            ClientAuthenticationError,
            HttpResponseError,
            ServiceRequestError,
            ServiceResponseError,
        )

        what = f"the secret {name} in Key Vault {self._vault}"
        if isinstance(error, (ServiceRequestError, ServiceResponseError)):
            return UnreachableError(
                f"No answer from Key Vault {self._vault} when reading the secret {name}.",
                "Check KEY_VAULT_URL, the vault's firewall and the app's network.",
            )
        if isinstance(error, ValueError) and not isinstance(error, (HttpResponseError, JSONDecodeError)):
            return SecretError(
                f"Key Vault {self._vault} cannot be asked for the secret {name}: it is no vault, or its domain is not the "
                "one that its challenge names.",
                "Set KEY_VAULT_URL to the vault's own address, such as https://NAME.vault.azure.net.",
            )
        if isinstance(error, ClientAuthenticationError):
            return SecretError(
                f"The app's managed identity {self._identity_client_id or '(system-assigned)'} gets no access to {what}.",
                "Assign the user-assigned identity to the app and set AZURE_CLIENT_ID to its client id.",
            )
        if isinstance(error, HttpResponseError):
            return self._refused(error, name, what)
        return UnexpectedAnswerError(
            f"Reading {what} failed ({type(error).__name__}).", "Check KEY_VAULT_URL, and the status of Key Vault."
        )

    def _refused(self, error: "HttpResponseError", name: str, what: str) -> SyncError:
        status = error.status_code or 0
        reason = _inner_code(error)
        if status == 404:
            return SecretError(
                f"There is no secret {name} in Key Vault {self._vault}.",
                f"Create it (az keyvault secret set -n {name}), or correct the setting that names it.",
            )
        if status == 403 and reason == "SecretDisabled":
            return SecretError(
                f"Key Vault holds {what}, but it is disabled.", "Enable the secret, or set a new version."
            )
        if status == 403 and "Firewall" in reason:
            return SecretError(
                f"The firewall of Key Vault {self._vault} does not let the app read the secret {name}.",
                "Allow the app's network in the vault's networking settings.",
            )
        if status == 403:
            return SecretError(
                f"The identity {self._identity_client_id or '(system-assigned)'} may not read {what}.",
                "Assign it the role Key Vault Secrets User on the vault; a new assignment takes some minutes.",
            )
        if status == 409:
            return SecretError(
                f"Key Vault holds {what} as deleted.", "Recover the secret, or purge it and set it anew."
            )
        if status == 429:
            return ThrottledError(
                f"Key Vault {self._vault} asks to slow down.",
                "Nothing to do: the app tries again.",
                retry_after_seconds=30,
            )
        return UnexpectedAnswerError(
            f"Key Vault {self._vault} answered {status} when asked for the secret {name}.",
            "Check KEY_VAULT_URL, and the status of Key Vault.",
        )


def _inner_code(error: "HttpResponseError") -> str:
    """``innererror.code`` of the answer, such as ``SecretDisabled`` or ``ForbiddenByRbac``; empty where it has none."""
    inner = getattr(error.error, "innererror", None)
    code = inner.get("code") if isinstance(inner, Mapping) else None
    return code if isinstance(code, str) else ""
