"""How the app proves to Entra who it is: a client secret, a certificate, or the managed identity and no secret at all."""

import binascii
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit

from shared.errors import EntraCredentialError, SyncError
from shared.graph.token_http import MsalHttp, OurError
from shared.secrets import SecretSource

_PUBLIC_AUDIENCE = "api://AzureADTokenExchange"
_AUDIENCES = {
    "login.microsoftonline.us": "api://AzureADTokenExchangeUSGov",
    "login.partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
    "login.chinacloudapi.cn": "api://AzureADTokenExchangeChina",
}
"""Source: learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What msal takes as ``client_credential``."""

    material: Any = field(repr=False)
    version: str = field(repr=False)
    """Changes when the material does."""


class Credential(Protocol):
    """One way of proving who the app is."""

    @property
    def what(self) -> str:
        """What it is, for messages: kind and name, never the value."""

    @property
    def renewal(self) -> str:
        """What an operator does to renew it."""

    def proof(self) -> Proof:
        """The proof; raises SecretError, EntraCredentialError, ServiceError."""

    def fresh_proof(self) -> Proof | None:
        """The proof after Entra refused one; None where there is nothing to read again."""

    def forget(self) -> None:
        """Drop what is cached."""


class SecretCredential:
    """A client secret in Key Vault."""

    def __init__(self, *, secrets: SecretSource, secret_name: str) -> None:
        self._secrets = secrets
        self._secret_name = secret_name

    @property
    def what(self) -> str:
        """What it is, for messages."""
        return f"client secret in the Key Vault secret {self._secret_name}"

    @property
    def renewal(self) -> str:
        """What an operator does to renew it."""
        return (
            "Create a new client secret in the app registration and store its value (not its ID) as a new version of the "
            f"Key Vault secret {self._secret_name}."
        )

    def proof(self) -> Proof:
        """The secret as last read."""
        secret = self._secrets.get(self._secret_name)
        return Proof(material=secret.value, version=secret.version or secret.value)

    def fresh_proof(self) -> Proof | None:
        """The secret as Key Vault has it now."""
        secret = self._secrets.fresh(self._secret_name)
        return Proof(material=secret.value, version=secret.version or secret.value)

    def forget(self) -> None:
        """Nothing: the secret reader keeps secrets for minutes only."""


class CertificateCredential:
    """A certificate with its private key in Key Vault, as PEM or as PFX in base64."""

    def __init__(self, *, secrets: SecretSource, secret_name: str) -> None:
        self._secrets = secrets
        self._secret_name = secret_name

    @property
    def what(self) -> str:
        """What it is, for messages."""
        return f"certificate in the Key Vault secret {self._secret_name}"

    @property
    def renewal(self) -> str:
        """What an operator does to renew it."""
        return (
            f"Upload the public part of the certificate in the Key Vault secret {self._secret_name} to the app "
            "registration, or store the certificate that is registered there."
        )

    def proof(self) -> Proof:
        """The certificate as last read."""
        secret = self._secrets.get(self._secret_name)
        return self._proof(secret.value, secret.version)

    def fresh_proof(self) -> Proof | None:
        """The certificate as Key Vault has it now."""
        secret = self._secrets.fresh(self._secret_name)
        return self._proof(secret.value, secret.version)

    def forget(self) -> None:
        """Nothing: the secret reader keeps secrets for minutes only."""

    def _proof(self, text: str, version: str) -> Proof:
        # Imported here: cryptography costs 50 ms of a cold start, and only certificates need it.
        from shared.graph.certificates import certificate_material

        try:
            material = certificate_material(text)
        except (ValueError, TypeError, binascii.Error):
            # Not chained: a parser's text may quote what it could not parse.
            raise EntraCredentialError(
                f"The Key Vault secret {self._secret_name} holds no usable certificate.",
                "Store a certificate together with its private key, without a passphrase: as PEM, or as PFX in base64 as Key "
                "Vault certificates are.",
            ) from None
        return Proof(material=material, version=version or material["public_certificate"])


class FederatedCredential:
    """The app's user-assigned managed identity, trusted by the app registration: no secret at all."""

    def __init__(self, *, identity_client_id: str, authority: str, http: MsalHttp) -> None:
        self._identity_client_id = identity_client_id
        self._audience = _AUDIENCES.get(urlsplit(authority).hostname or "", _PUBLIC_AUDIENCE)
        self._http = http
        self._lock = threading.Lock()
        self._client: Any = None

    @property
    def what(self) -> str:
        """What it is, for messages."""
        return f"managed identity {self._identity_client_id}"

    @property
    def renewal(self) -> str:
        """What an operator does to renew it."""
        return (
            "Add a federated credential to the app registration: issuer https://login.microsoftonline.com/TENANT/v2.0 of the "
            f"cloud, subject the principal (object) id of the identity {self._identity_client_id}, audience {self._audience}."
        )

    def proof(self) -> Proof:
        """An assertion that is fetched whenever a token is really asked for."""
        return Proof(material={"client_assertion": self._assertion}, version=self._identity_client_id)

    def fresh_proof(self) -> Proof | None:
        """Nothing: an assertion is fetched for every token."""
        return None

    def forget(self) -> None:
        """Drop the identity's cached token."""
        with self._lock:
            self._client = None

    def _assertion(self) -> str:
        import msal  # type: ignore[import-untyped]

        with self._lock:
            try:
                if self._client is None:
                    identity = msal.UserAssignedManagedIdentity(client_id=self._identity_client_id)
                    self._client = msal.ManagedIdentityClient(identity, http_client=self._http)
                answer: Mapping[str, object] = self._client.acquire_token_for_client(resource=self._audience)
            except OurError:
                self._client = None
                raise
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                self._client = None
                raise OurError(self._no_assertion(type(error).__name__)) from error
            assertion = answer.get("access_token")
            if isinstance(assertion, str):
                return assertion
            self._client = None
            raise OurError(self._no_assertion(str(answer.get("error") or "no token")))

    def _no_assertion(self, reason: str) -> SyncError:
        return EntraCredentialError(
            f"The managed identity {self._identity_client_id or '(AZURE_CLIENT_ID is not set)'} gives no token for "
            f"{self._audience} ({reason}).",
            "Assign the user-assigned identity to the app and set AZURE_CLIENT_ID to its client id.",
        )
