"""Telemetry: structured events, one JSON line each, and what libraries may log.

The worker passes on level, message and logger name only, so the fields go into the message.
Fields hold counts, ids, codes and states: never an address, never a secret.
"""

import json
import logging
import traceback

EVENTS = logging.getLogger("sync.events")

MOST_FRAMES = 12
"""So many of an error's innermost frames are logged."""

QUIET_LOGGERS = ("azure", "urllib3", "msal", "requests")
"""These log request headers or addresses at lower levels."""


def announce(event: str, fields: dict[str, object]) -> None:
    """Log one event as one JSON line."""
    EVENTS.info("%s", json.dumps({"event": event, **fields}, ensure_ascii=False, default=str))


def places_of(error: Exception) -> list[str]:
    """Where an error arose, innermost last; never its text or its causes', which may quote an answer, an address or a secret."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-MOST_FRAMES:]]


def quieten_libraries() -> None:
    """Libraries log warnings and errors only."""
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
