"""The switches of the simulated services, read and set by name."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol, get_type_hints

import msgspec


class Switched(Protocol):
    """A service whose open questions and moods are the fields of a dataclass."""

    @property
    def switches(self) -> Any:
        """The switches in force."""


class UnknownSwitchError(Exception):
    """A switch that the service does not have, or a value that it does not take."""


class Switchboard:
    """All services that have switches, by name."""

    def __init__(self, services: Mapping[str, Switched]) -> None:
        self._services = services

    def read(self, service: str) -> dict[str, object]:
        """Every switch of the service with its value. Raises UnknownSwitchError for a service without switches."""
        switches = self._of(service)
        return {field.name: msgspec.to_builtins(getattr(switches, field.name)) for field in fields(switches)}

    def set(self, service: str, values: Mapping[str, object]) -> None:
        """The named switches have the values. Raises UnknownSwitchError, and then all are as they were."""
        switches = self._of(service)
        types = get_type_hints(type(switches))
        names = {field.name for field in fields(switches)}
        if unknown := sorted(set(values) - names):
            raise UnknownSwitchError(
                f"{service} has no switch {', '.join(unknown)}; it has {', '.join(sorted(names))}."
            )
        converted: dict[str, object] = {}
        for name, value in values.items():
            try:
                converted[name] = msgspec.convert(value, types[name])
            except msgspec.ValidationError as error:
                raise UnknownSwitchError(f"The switch {name} of {service} cannot be {value!r}: {error}.") from None
        for name, value in converted.items():
            setattr(switches, name, value)

    def _of(self, service: str) -> Any:
        if service not in self._services:
            raise UnknownSwitchError(f"{service} has no switches; {', '.join(sorted(self._services))} have.")
        return self._services[service].switches
