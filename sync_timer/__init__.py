"""Timer trigger: which scheduled slot is due? Enqueues it, finds runs that died, expires history."""

import os

import azure.functions as func

DEFAULT_SCHEDULE = "0 */10 * * * *"
# An unset %SYNC_SCHEDULE% would stop the host from indexing any function, so it is used only where it is set.
SCHEDULE = "%SYNC_SCHEDULE%" if os.environ.get("SYNC_SCHEDULE") else DEFAULT_SCHEDULE

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # published without types


@bp.function_name("sync_timer")
@bp.timer_trigger(arg_name="timer", schedule=SCHEDULE, run_on_startup=False, use_monitor=True)
def sync_timer(timer: func.TimerRequest) -> None:  # noqa: ARG001  # a late look is a look
    """Look what is due."""
    from shared import wiring

    wiring.on_timer()
