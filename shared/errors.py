"""The one error tree of the app.

Every error has a stable ``code``, a ``detail`` that says what is wrong, and a ``fix`` that says what to do about it.
``is_permanent`` is true where another attempt cannot mend it: the run then ends ``failed`` at once.
Neither text ever holds a secret, nor more of an answer than is safe to show.

::

    SyncError
    ├── SettingsError                settings_invalid
    ├── CredentialError              credential_refused
    │   ├── EntraCredentialError     entra_credential
    │   ├── EssentialsCredentialError  essentials_credential
    │   └── SecretError              secret_unavailable
    ├── PermissionMissingError       permission_missing
    ├── NotConfiguredError           not_found_as_configured
    ├── ServiceError                 service_error
    │   ├── UnreachableError         unreachable
    │   ├── ThrottledError           throttled
    │   └── UnexpectedAnswerError    unexpected_answer
    ├── IncompleteReadError          incomplete_read
    ├── RefusedError                 refused
    ├── StateError                   state_error
    │   ├── DocumentConflictError    document_conflict
    │   ├── DamagedDocumentError     document_damaged
    │   ├── UnknownSchemaError       document_schema
    │   ├── StorageUnavailableError  storage_unavailable
    │   └── LeaseLostError           lease_lost
    └── RequestError                 bad_request
        (the API's refusals: see shared/api/problems.py)
"""

from dataclasses import dataclass
from typing import ClassVar


class SyncError(Exception):
    """Something that an operator can act on."""

    code: ClassVar[str] = "sync_error"
    is_permanent: ClassVar[bool] = False

    def __init__(self, detail: str, fix: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.detail} {self.fix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingProblem:
    """One setting that cannot be used: its name, the value as given (never a secret's) and what to write instead."""

    name: str
    value: str
    fix: str


class SettingsError(SyncError):
    """One or more settings cannot be used; all of them are named at once."""

    code = "settings_invalid"
    is_permanent = True

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__(
            "; ".join(f"{p.name} is {p.value!r}" if p.value else f"{p.name} is not set" for p in problems) + ".",
            " ".join(f"{p.name}: {p.fix}" for p in problems),
        )
        self.problems = problems


class CredentialError(SyncError):
    """A service refused who we say we are."""

    code = "credential_refused"
    is_permanent = True


class EntraCredentialError(CredentialError):
    """Entra gives no token: secret, certificate, federation, application or tenant is wrong or expired."""

    code = "entra_credential"


class EssentialsCredentialError(CredentialError):
    """Essentials refuses the API account's address or password (401); nothing scheduled tries again by itself."""

    code = "essentials_credential"


class SecretError(CredentialError):
    """Key Vault does not give the secret: missing, disabled, or the app's identity may not read it."""

    code = "secret_unavailable"


class PermissionMissingError(SyncError):
    """The caller is known but may not do this; the text names the permission or role to grant."""

    code = "permission_missing"
    is_permanent = True


class NotConfiguredError(SyncError):
    """What the settings name does not exist there: an organization, a domain, a scope group."""

    code = "not_found_as_configured"
    is_permanent = True


class ServiceError(SyncError):
    """A service did not do its part."""

    code = "service_error"


class UnreachableError(ServiceError):
    """No answer: name not found, refused connection, TLS, time-out, connection dropped."""

    code = "unreachable"


class ThrottledError(ServiceError):
    """The service asks to slow down beyond what one call may wait; ``retry_after_seconds`` says how long."""

    code = "throttled"

    def __init__(self, detail: str, fix: str, *, retry_after_seconds: float) -> None:
        super().__init__(detail, fix)
        self.retry_after_seconds = retry_after_seconds


class UnexpectedAnswerError(ServiceError):
    """The service answered with something that its contract does not know."""

    code = "unexpected_answer"


class IncompleteReadError(SyncError):
    """A read came to an end without being whole; there is no partial picture, so the run stops."""

    code = "incomplete_read"
    is_permanent = True


class RefusedError(SyncError):
    """Essentials refuses one write for good (a 4xx about the item); the other rows go on."""

    code = "refused"
    is_permanent = True

    def __init__(self, detail: str, fix: str, *, status: int, identifier: str) -> None:
        super().__init__(detail, fix)
        self.status = status
        self.identifier = identifier


class StateError(SyncError):
    """The app's own storage does not hold what it should."""

    code = "state_error"


class DocumentConflictError(StateError):
    """Somebody else wrote the document since it was read."""

    code = "document_conflict"


class DamagedDocumentError(StateError):
    """A stored document cannot be read back."""

    code = "document_damaged"
    is_permanent = True


class UnknownSchemaError(StateError):
    """A stored document was written by another version of the app."""

    code = "document_schema"
    is_permanent = True


class StorageUnavailableError(StateError):
    """The storage account or folder cannot be reached or refuses us."""

    code = "storage_unavailable"


class LeaseLostError(StateError):
    """This worker no longer holds the lease, so it must not write."""

    code = "lease_lost"


class RequestError(SyncError):
    """A request to the app's own API that cannot be carried out."""

    code = "bad_request"
    is_permanent = True
