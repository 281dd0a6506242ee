"""Queue triggers: carry runs out, a slice at a time, and take back what the host gave up."""

import azure.functions as func

QUEUE = "sync-runs"
POISON_QUEUE = "sync-runs-poison"
STORAGE = "AzureWebJobsStorage"

bp = func.Blueprint()  # type: ignore[no-untyped-call]  # published without types


@bp.function_name("sync_queue")
@bp.queue_trigger(arg_name="message", queue_name=QUEUE, connection=STORAGE)
def sync_queue(message: func.QueueMessage) -> None:
    """Carry out one slice of the run that the message names."""
    from shared import wiring

    wiring.on_message(message.get_body().decode("utf-8", errors="replace"))


@bp.function_name("sync_queue_poison")
@bp.queue_trigger(arg_name="message", queue_name=POISON_QUEUE, connection=STORAGE)
def sync_queue_poison(message: func.QueueMessage) -> None:
    """Send again for the run of a message that the host gave up."""
    from shared import wiring

    wiring.on_poison(message.get_body().decode("utf-8", errors="replace"))
