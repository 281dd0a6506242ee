"""How patient the readers under test are; their clock moves only by their own pauses."""

from shared.transport import RetryPolicy

RETRY = RetryPolicy(attempts=4, base_seconds=1.0, longest_seconds=8.0, total_wait_seconds=120.0)
