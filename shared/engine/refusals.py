"""Refusals of commands: what an administrator or a program asked for and cannot have now. The API gives each its status."""

from shared.errors import RequestError, SettingProblem, SettingsError


class NotFoundError(RequestError):
    """No such run, plan or exemption."""

    code = "not_found"


class RunUnderWayError(RequestError):
    """Another run is not finished; ``run_id`` names it."""

    code = "run_under_way"

    def __init__(self, run_id: str) -> None:
        super().__init__(f"Run {run_id} is not finished.", "Watch it, or cancel it, and try again when it has ended.")
        self.run_id = run_id


class TooManySearchesError(RequestError):
    """The reserve of searches is used up; ``retry_after_seconds`` says when one comes back."""

    code = "too_many_searches"

    def __init__(self, *, most: int, every_minutes: int, retry_after_seconds: int) -> None:
        minutes = "minute" if every_minutes == 1 else f"{every_minutes} minutes"
        super().__init__(
            f"{most} searches were started in a short time; one more may be started every {minutes}.",
            f"Try again in {retry_after_seconds} seconds, or use the last search's plan: it is good for 24 hours.",
        )
        self.retry_after_seconds = retry_after_seconds


class StaleDigestError(RequestError):
    """The digest does not belong to the plan."""

    code = "stale_digest"


class PlanUsedError(RequestError):
    """The plan was executed before with another selection; ``run_id`` names the execution."""

    code = "plan_used"

    def __init__(self, run_id: str) -> None:
        super().__init__(
            f"This plan was executed by run {run_id} with another selection.", "Search again and execute the new plan."
        )
        self.run_id = run_id


class PlanExpiredError(RequestError):
    """The plan is older than 24 hours."""

    code = "plan_expired"


class NothingToUndoError(RequestError):
    """The run wrote nothing that could be put back."""

    code = "nothing_to_undo"


class InvalidRequestError(RequestError):
    """The request cannot be understood: it names the field, the value and what it should be."""

    code = "invalid_request"


class OptionsRefusedError(RequestError):
    """Options cannot be saved as asked; ``problems`` names each with its value and what to write instead."""

    code = "options_refused"

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        told = SettingsError(problems)
        super().__init__(f"Nothing was saved: {told.detail}", told.fix)
        self.problems = problems


class AlreadyExemptError(RequestError):
    """The address is exempt already."""

    code = "already_exempt"


class UnknownChangeError(RequestError):
    """``include`` or ``exclude`` names a change that the plan does not have, or one that is blocked."""

    code = "unknown_change"


class BrokenChainError(RequestError):
    """The selection parts a chain."""

    code = "broken_chain"


class NativeSyncOnError(RequestError):
    """The native sync writes users: two writers would fight."""

    code = "native_sync_on"


def native_sync_on() -> NativeSyncOnError:
    """The refusal while the native sync writes users."""
    return NativeSyncOnError(
        "Essentials' own directory sync writes users, and two writers would fight.",
        "Set SYNC_NATIVE to off or groups_only, search, and execute the row that switches it, alone; or set its frequency to "
        "never in the console. Then search again.",
    )


def native_sync_hidden() -> NativeSyncOnError:
    """The refusal to programs and schedules while nobody knows whether the native sync still writes users."""
    return NativeSyncOnError(
        "Essentials' own directory sync wrote users when its settings were last shown, and they are not shown any more.",
        "Look in the Essentials console whether Azure Directory Sync is off; then search and execute on the review page.",
    )


class GateClosedError(RequestError):
    """No person has executed a plan under the options in force."""

    code = "gate_closed"


class GuardTrippedError(RequestError):
    """The selection is over the limits; ``numbers`` says by what, ``selection_digest`` is what an approval repeats."""

    code = "guard"

    def __init__(self, detail: str, *, selection_digest: str, numbers: dict[str, int]) -> None:
        super().__init__(detail, "Review the rows, then execute again with approve set to the selection digest.")
        self.selection_digest = selection_digest
        self.numbers = numbers
