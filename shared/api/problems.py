"""Refusals and failures as ``application/problem+json``: which status each has, and what it tells.

Source: RFC 9457 for the members; ``code`` and ``fix`` are ours, and ``code`` never changes its meaning.
"""

import msgspec

from shared.api.http import PROBLEM, ApiResponse, answer
from shared.engine.refusals import (
    AlreadyExemptError,
    BrokenChainError,
    GateClosedError,
    GuardTrippedError,
    NativeSyncOnError,
    NotFoundError,
    NothingToUndoError,
    OptionsRefusedError,
    PlanExpiredError,
    PlanUsedError,
    RunUnderWayError,
    StaleDigestError,
    TooManySearchesError,
    UnknownChangeError,
)
from shared.errors import (
    DamagedDocumentError,
    RequestError,
    SettingsError,
    SyncError,
    ThrottledError,
    UnknownSchemaError,
)

TYPE_PREFIX = "urn:entra-proofpoint-sync:problem:"
"""What ``type`` starts with; the code follows."""

RETRY_SECONDS = 10
"""When to try again after a failure that may mend itself."""


class ForbiddenError(RequestError):
    """The caller may not do this."""

    code = "forbidden"


class NotSignedInError(ForbiddenError):
    """The request carries no principal of our tenant and application."""

    code = "not_signed_in"


class SignInOffError(ForbiddenError):
    """The platform's sign-in does not stand in front of the app, so nobody can be believed."""

    code = "sign_in_off"


class RoleMissingError(ForbiddenError):
    """The caller is known but holds none of the roles that the route needs."""

    code = "role_missing"


class PeopleOnlyError(ForbiddenError):
    """Only a person may do this, and an application asks."""

    code = "people_only"


class ForgedRequestError(ForbiddenError):
    """A state-changing request that another site may have sent."""

    code = "forged_request"


class NoSuchRouteError(RequestError):
    """No route has this path."""

    code = "no_such_route"


class MethodNotAllowedError(RequestError):
    """The route exists, with other methods; ``allowed`` names them."""

    code = "method_not_allowed"

    def __init__(self, detail: str, fix: str, *, allowed: tuple[str, ...]) -> None:
        super().__init__(detail, fix)
        self.allowed = allowed


class TooLargeError(RequestError):
    """The body is larger than the route takes."""

    code = "body_too_large"


class UnsupportedMediaTypeError(RequestError):
    """The body is not said to be JSON."""

    code = "unsupported_media_type"


class AuthModeError(SyncError):
    """Who may call the app is not decided, so nobody may."""

    code = "auth_mode"
    is_permanent = True


_STATUS: dict[type[SyncError], int] = {
    ForbiddenError: 403,
    NotFoundError: 404,
    NoSuchRouteError: 404,
    MethodNotAllowedError: 405,
    RunUnderWayError: 409,
    StaleDigestError: 409,
    PlanUsedError: 409,
    NothingToUndoError: 409,
    NativeSyncOnError: 409,
    GateClosedError: 409,
    AlreadyExemptError: 409,
    PlanExpiredError: 410,
    GuardTrippedError: 412,
    TooManySearchesError: 429,
    TooLargeError: 413,
    UnsupportedMediaTypeError: 415,
    UnknownChangeError: 422,
    BrokenChainError: 422,
    RequestError: 400,
    DamagedDocumentError: 500,
    UnknownSchemaError: 500,
    SyncError: 503,
}

_TITLES = {
    400: "The request cannot be understood",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Not possible now",
    410: "Too old",
    412: "Over the limits",
    413: "Too large",
    415: "Not JSON",
    422: "Not a possible selection",
    429: "Too many",
    500: "The app failed",
    503: "The app cannot work now",
}


class SettingAtFault(msgspec.Struct, frozen=True, kw_only=True):
    """One setting that cannot be used, and what to write instead."""

    name: str
    value: str
    fix: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused or failed, and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    fix: str
    run_id: str | msgspec.UnsetType = msgspec.UNSET
    """The run that stands in the way, for ``run_under_way`` and ``plan_used``."""
    numbers: dict[str, int] | msgspec.UnsetType = msgspec.UNSET
    """What the selection does beside the limits, for ``guard``."""
    selection_digest: str | msgspec.UnsetType = msgspec.UNSET
    """What ``approve`` must repeat, for ``guard``."""
    settings: tuple[SettingAtFault, ...] | msgspec.UnsetType = msgspec.UNSET
    """The settings that cannot be used, for ``settings_invalid`` and ``options_refused``."""
    reference: str | msgspec.UnsetType = msgspec.UNSET
    """What the log calls this failure, for ``unexpected``."""


def status_of(kind: type[SyncError]) -> int:
    """The HTTP status of an error of this kind."""
    return next(_STATUS[base] for base in kind.__mro__ if base in _STATUS)


def problem_of(error: SyncError) -> Problem:
    """The problem that ``error`` is for the caller."""
    problem = _problem(status_of(type(error)), error.code, error.detail, error.fix)
    match error:
        case RunUnderWayError() | PlanUsedError():
            return msgspec.structs.replace(problem, run_id=error.run_id)
        case GuardTrippedError():
            return msgspec.structs.replace(problem, numbers=error.numbers, selection_digest=error.selection_digest)
        case SettingsError() | OptionsRefusedError():
            at_fault = tuple(SettingAtFault(name=p.name, value=p.value, fix=p.fix) for p in error.problems)
            return msgspec.structs.replace(problem, settings=at_fault)
        case _:
            return problem


def problem_answer(error: SyncError) -> ApiResponse:
    """The answer to a request that ended in ``error``."""
    problem = problem_of(error)
    headers = {}
    match error:
        case MethodNotAllowedError():
            headers["Allow"] = ", ".join(error.allowed)
        case RunUnderWayError():
            headers["Retry-After"] = str(RETRY_SECONDS)
        case TooManySearchesError():
            headers["Retry-After"] = str(error.retry_after_seconds)
        case ThrottledError():
            headers["Retry-After"] = str(max(1, round(error.retry_after_seconds)))
        case _ if problem.status == 503 and not error.is_permanent:
            headers["Retry-After"] = str(RETRY_SECONDS)
    return answer(problem.status, PROBLEM, msgspec.json.encode(problem), headers)


def unexpected_answer(reference: str) -> ApiResponse:
    """The answer to a request that met a fault of the app itself; the log has the rest under ``reference``."""
    problem = _problem(
        500,
        "unexpected",
        f"The app met a fault of its own (reference {reference}).",
        "Try again; if it stays, look up the reference in the app's log and report it.",
    )
    return answer(500, PROBLEM, msgspec.json.encode(msgspec.structs.replace(problem, reference=reference)))


def _problem(status: int, code: str, detail: str, fix: str) -> Problem:
    return Problem(type=TYPE_PREFIX + code, title=_TITLES[status], status=status, detail=detail, code=code, fix=fix)
