"""``host.json`` as the host reads it.

Source: learn.microsoft.com/azure/azure-functions/functions-host-json and functions-bindings-storage-queue (section host.json).
"""

import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from simulator.host.errors import HostJsonError

_TIME_SPAN = re.compile(r"(?:(?P<days>\d+)\.)?(?P<hours>\d{1,2}):(?P<minutes>\d{2}):(?P<seconds>\d{2}(?:\.\d+)?)")
_QUEUE_KEYS = frozenset(
    {"messageEncoding", "batchSize", "newBatchThreshold", "maxDequeueCount", "visibilityTimeout", "maxPollingInterval"}
)


class MessageEncoding(StrEnum):
    """How the text of a stored message is to be read."""

    BASE64 = "base64"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueRules:
    """How queue triggers are served."""

    encoding: MessageEncoding
    batch_size: int
    new_batch_threshold: int
    max_dequeue_count: int
    visibility_timeout_seconds: float
    max_polling_interval_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HostRules:
    """What ``host.json`` asks of the host."""

    route_prefix: str
    function_timeout_seconds: float
    """Infinite where the app says ``-1``."""
    log_level: str
    queues: QueueRules


def read_host_json(app: Path) -> HostRules:
    """The rules in the ``host.json`` of the folder ``app``; raises HostJsonError."""
    path = app / "host.json"
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise HostJsonError(f"{path} does not exist.", "Name the folder of a function app.") from error
    except ValueError as error:
        raise HostJsonError(f"{path} is not JSON: {error}.", "Correct it.") from error
    if document.get("version") != "2.0":
        raise HostJsonError(f"{path} has version {document.get('version')!r}.", 'Write "version": "2.0".')
    extensions = document.get("extensions", {})
    return HostRules(
        route_prefix=extensions.get("http", {}).get("routePrefix", "api"),
        function_timeout_seconds=_function_timeout(document.get("functionTimeout", "00:30:00")),
        log_level=document.get("logging", {}).get("logLevel", {}).get("default", "Information"),
        queues=_queue_rules(extensions.get("queues", {})),
    )


def _queue_rules(section: Mapping[str, Any]) -> QueueRules:
    if unknown := sorted(set(section) - _QUEUE_KEYS):
        raise HostJsonError(
            f"extensions.queues has {', '.join(unknown)}.", f"The host knows {', '.join(sorted(_QUEUE_KEYS))}."
        )
    encoding = str(section.get("messageEncoding", "base64")).lower()
    if encoding not in set(MessageEncoding):
        raise HostJsonError(f"messageEncoding is {encoding!r}.", "Write base64 or none.")
    batch_size = _count(section, "batchSize", 16, lowest=1, highest=32)
    return QueueRules(
        encoding=MessageEncoding(encoding),
        batch_size=batch_size,
        new_batch_threshold=_count(section, "newBatchThreshold", batch_size // 2, lowest=0, highest=10_000),
        max_dequeue_count=_count(section, "maxDequeueCount", 5, lowest=1, highest=10_000),
        visibility_timeout_seconds=_time_span(section.get("visibilityTimeout", "00:00:00"), "visibilityTimeout"),
        max_polling_interval_seconds=_time_span(section.get("maxPollingInterval", "00:01:00"), "maxPollingInterval"),
    )


def _count(section: Mapping[str, Any], key: str, default: int, *, lowest: int, highest: int) -> int:
    value = section.get(key, default)
    if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
        raise HostJsonError(f"{key} is {value!r}.", f"Write a whole number from {lowest} to {highest}.")
    return value


def _function_timeout(text: object) -> float:
    return math.inf if text in ("-1", -1) else _time_span(text, "functionTimeout")


def _time_span(text: object, key: str) -> float:
    match = _TIME_SPAN.fullmatch(str(text))
    if match is None:
        raise HostJsonError(f"{key} is {text!r}.", "Write hh:mm:ss.")
    days, hours, minutes = (int(match[part] or 0) for part in ("days", "hours", "minutes"))
    if hours > 23 or minutes > 59:
        # .NET reads "24:00:00" as 24 days or refuses it; nobody means either.
        raise HostJsonError(f"{key} is {text!r}.", "Write hours up to 23 and minutes up to 59, days before a dot.")
    return ((days * 24 + hours) * 60 + minutes) * 60 + float(match["seconds"])
