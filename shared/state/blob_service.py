"""Clients of one storage account, and its refusals turned into our errors.

Importing this module imports the Azure libraries, a quarter of a second: whoever starts cold imports it when state is used.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError
from azure.storage.blob import BlobServiceClient, ExponentialRetry
from azure.storage.queue import ExponentialRetry as QueueRetry
from azure.storage.queue import QueueServiceClient

from shared.errors import DocumentConflictError, StorageUnavailableError
from shared.settings import ConnectionStringStorage, IdentityStorage

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

_CONFLICTS = {
    "ConditionNotMet": "is not the version that was read",
    "TargetConditionNotMet": "is not the version that was read",
    "BlobNotFound": "is not there any more",
    "BlobAlreadyExists": "is there already",
    "UnauthorizedBlobOverwrite": "is there already",
    "AppendPositionConditionNotMet": "does not end where it did",
}
"""What the service says where a write finds another version, or nothing. Source: learn.microsoft.com/rest/api/storageservices/blob-service-error-codes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long one call waits for the service, and how often it is sent again, by the library.

    The pauses are ``first_pause_seconds`` plus ``pause_base_seconds`` to the power of the attempt, give or take ``jitter_seconds``.
    """

    connect_seconds: float = 5.0
    read_seconds: float = 20.0
    repeats: int = 3
    first_pause_seconds: int = 0
    pause_base_seconds: int = 2
    jitter_seconds: int = 1

    def for_lease(self) -> "Patience":
        """Less of it: an answer that comes when the lease has run out is of no use."""
        return Patience(
            connect_seconds=min(3.0, self.connect_seconds),
            read_seconds=min(5.0, self.read_seconds),
            repeats=min(1, self.repeats),
            first_pause_seconds=self.first_pause_seconds,
            pause_base_seconds=self.pause_base_seconds,
            jitter_seconds=self.jitter_seconds,
        )

    def client_options(self) -> dict[str, Any]:
        """What every client is made with; none follows redirects."""
        return {
            "connection_timeout": self.connect_seconds,
            "read_timeout": self.read_seconds,
            "permit_redirects": False,
        }

    def retry_options(self) -> dict[str, Any]:
        """What every client's retry policy is made with."""
        return {
            "initial_backoff": self.first_pause_seconds,
            "increment_base": self.pause_base_seconds,
            "retry_total": self.repeats,
            "random_jitter_range": self.jitter_seconds,
        }


def blob_service(
    storage: ConnectionStringStorage | IdentityStorage, credential: "TokenCredential | None", patience: Patience
) -> BlobServiceClient:
    """A client of the blob service; makes no connection. Raises StorageUnavailableError for a malformed connection string."""
    options = {"retry_policy": ExponentialRetry(**patience.retry_options()), **patience.client_options()}
    match storage:
        case ConnectionStringStorage():
            with _connection_string_errors():
                return BlobServiceClient.from_connection_string(storage.connection_string, **options)
        case IdentityStorage():
            return BlobServiceClient(storage.blob_url, credential=_required(credential), **options)


def queue_service(
    storage: ConnectionStringStorage | IdentityStorage, credential: "TokenCredential | None", patience: Patience
) -> QueueServiceClient:
    """A client of the queue service, as ``blob_service``."""
    options = {"retry_policy": QueueRetry(**patience.retry_options()), **patience.client_options()}
    match storage:
        case ConnectionStringStorage():
            with _connection_string_errors():
                return QueueServiceClient.from_connection_string(storage.connection_string, **options)
        case IdentityStorage():
            return QueueServiceClient(storage.queue_url, credential=_required(credential), **options)


def code_of(error: HttpResponseError) -> str:
    """The service's own word for the refusal, such as ``ContainerNotFound``; empty where the answer is not the service's."""
    headers: Mapping[str, str] = getattr(error.response, "headers", {})
    return str(headers.get("x-ms-error-code", ""))


@contextmanager
def storage_errors(host: str, what: str) -> Iterator[None]:
    """Errors of the library become ours, with the host and what to do; ``what`` is what was read or written there.

    The text of the library's own network errors holds the URL, and a shared access signature with it: those are not chained.
    """
    try:
        yield
    except HttpResponseError as error:
        code = code_of(error)
        if code in _CONFLICTS:
            raise DocumentConflictError(
                f"{what} at {host} {_CONFLICTS[code]} ({code}).",
                "Read it again and make the change to what it is now.",
            ) from error
        if isinstance(error, ClientAuthenticationError) and not code:
            raise StorageUnavailableError(
                f"No request could be signed in to the storage account {host}: there is no token, or the key is malformed.",
                "See that the identity of AZURE_CLIENT_ID is assigned to the app, or that AzureWebJobsStorage holds a whole key.",
            ) from error
        raise StorageUnavailableError(
            f"The storage account {host} answered {error.status_code} {code or 'without a reason'} to {what}.",
            _fix(code),
        ) from error
    except AzureError as error:
        raise StorageUnavailableError(
            f"The storage account {host} gave no answer to {what} ({type(error).__name__}).",
            "See that the account exists, that its name resolves and that its firewall lets the app in.",
        ) from None
    except (LookupError, ValueError, TypeError, AttributeError) as error:
        # The library takes every answer for the service's: a page of something in between ends in any of these.
        raise StorageUnavailableError(
            f"The storage account {host} gave an answer to {what} that is none of the storage service ({type(error).__name__}).",
            "Look for a proxy or firewall between the app and the account; the app tries again by itself.",
        ) from error


_SIGN_IN = (
    "With a key, see that the one in AzureWebJobsStorage is the account's present one: it may have been rotated. With an "
    "identity, see that it is of the account's tenant. See that the machine's clock is right."
)
_FIXES = {
    "AuthorizationPermissionMismatch": "Give the app's identity the roles Storage Blob Data Owner and Storage Queue Data "
    "Contributor on the account; a new assignment takes up to 10 minutes to work.",
    "AuthorizationFailure": "Let the app in through the account's firewall or private endpoint.",
    "AuthenticationFailed": _SIGN_IN,
    "InvalidAuthenticationInfo": _SIGN_IN,
    "KeyBasedAuthenticationNotPermitted": "The account takes no keys: use AzureWebJobsStorage__accountName and the app's identity.",
    "BlockCountExceedsLimit": "The journal is full: move it away, and a new one is begun.",
    "LeaseIdMissing": "Somebody has put a lease on it: break that lease in the storage account.",
    "AccountIsDisabled": "Enable the storage account.",
}


def _fix(code: str) -> str:
    return _FIXES.get(
        code, "The app tries again by itself; if it stays, look up the code in the storage account's diagnostics."
    )


@contextmanager
def _connection_string_errors() -> Iterator[None]:
    try:
        yield
    except ValueError:
        # Not chained: the library may quote what it could not read, and that holds the key.
        raise StorageUnavailableError(
            "AzureWebJobsStorage is not a connection string.",
            "Write it as AccountName=…;AccountKey=…;EndpointSuffix=core.windows.net, or use AzureWebJobsStorage__accountName.",
        ) from None


def _required(credential: "TokenCredential | None") -> "TokenCredential":
    if credential is None:
        raise ValueError("A storage account that is reached with an identity needs a credential.")
    return credential
