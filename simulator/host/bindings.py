"""Functions as the host sees them: a name and one trigger, read from the bindings that the worker reports.

``%NAME%`` in a binding is an app setting; one that is not set stops the host, as it does in Azure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from simulator.host.errors import BindingError
from simulator.host.ncrontab import Schedule, parse_schedule

_SETTING = re.compile(r"%([^%]+)%")


class AuthLevel(StrEnum):
    """Which key a route asks for."""

    ANONYMOUS = "anonymous"
    FUNCTION = "function"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpTrigger:
    """Called by a request."""

    argument: str
    route: str
    methods: frozenset[str]
    """In upper case; empty means every method."""
    auth_level: AuthLevel


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerTrigger:
    """Called on a schedule."""

    argument: str
    schedule: Schedule
    runs_on_startup: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueTrigger:
    """Called with each message of a queue."""

    argument: str
    queue: str
    connection: str
    """Name of the app setting (or its prefix) that leads to the storage account."""


Trigger = HttpTrigger | TimerTrigger | QueueTrigger


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One function of the app."""

    name: str
    trigger: Trigger


def read_function(name: str, bindings: Iterable[Mapping[str, Any]], settings: Mapping[str, str]) -> Function:
    """The function that these bindings (as in function.json) describe; raises BindingError."""
    trigger: Trigger | None = None
    for raw in bindings:
        binding = {key: _resolve(name, value, settings) for key, value in raw.items()}
        kind = str(binding["type"]).lower()
        if kind.endswith("trigger"):
            trigger = _trigger(name, kind, binding)
        elif kind != "http":
            raise BindingError(
                f"Function {name} has a binding of type {binding['type']}.",
                "The host plays triggers only; call the SDK.",
            )
    if trigger is None:
        raise BindingError(f"Function {name} has no trigger.", "Decorate it with one.")
    return Function(name=name, trigger=trigger)


def _trigger(name: str, kind: str, binding: Mapping[str, Any]) -> Trigger:
    argument = str(binding["name"])
    match kind:
        case "httptrigger":
            return HttpTrigger(
                argument=argument,
                route=_route(name, str(binding.get("route") or name)),
                methods=frozenset(str(method).upper() for method in binding.get("methods") or ()),
                auth_level=AuthLevel(str(binding.get("authLevel") or "function").lower()),
            )
        case "timertrigger":
            return TimerTrigger(
                argument=argument,
                schedule=parse_schedule(str(binding["schedule"])),
                runs_on_startup=_is_true(binding.get("runOnStartup")),
            )
        case "queuetrigger":
            return QueueTrigger(
                argument=argument,
                queue=_queue_name(name, str(binding["queueName"])),
                connection=str(binding.get("connection") or "AzureWebJobsStorage"),
            )
    raise BindingError(f"Function {name} has a {kind}.", "The host plays HTTP, timer and queue triggers.")


def _resolve(name: str, value: object, settings: Mapping[str, str]) -> object:
    if not isinstance(value, str):
        return value

    def setting(match: re.Match[str]) -> str:
        text = settings.get(match[1], "")
        if not text:
            # The host passes no empty variable on, so an empty setting is an unset one.
            raise BindingError(f"Function {name} needs the app setting {match[1]}, which is not set.", "Set it.")
        return text

    return _SETTING.sub(setting, value)


def _route(name: str, route: str) -> str:
    # Source: github.com/Azure/azure-functions-host ScriptHost.cs (ValidateHttpFunction)
    if route.strip("/").partition("/")[0].lower() in ("admin", "runtime"):
        raise BindingError(f"Function {name} has the route {route!r}.", "admin and runtime are the host's own.")
    return route


def _queue_name(name: str, queue: str) -> str:
    # Source: learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
    if not re.fullmatch(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]", queue):
        raise BindingError(
            f"Function {name} listens to {queue!r}.", "A queue's name has 3 to 63 small letters, digits and hyphens."
        )
    return queue


def _is_true(value: object) -> bool:
    return str(value).lower() == "true"
