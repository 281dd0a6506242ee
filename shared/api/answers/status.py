"""Answers about how the app is doing."""

from datetime import datetime

from msgspec import Struct

from shared.api.authorization import Role


class Health(Struct, frozen=True, kw_only=True):
    """``ok``, ``late`` (no scheduled run succeeded for too long) or ``unavailable``."""

    status: str


class Gate(Struct, frozen=True, kw_only=True):
    """Whether unattended runs may write, and why (not)."""

    open: bool
    reason: str


class Secret(Struct, frozen=True, kw_only=True):
    """A secret by name; ``days_left`` is null where it has no expiry date or could not be read."""

    name: str
    days_left: int | None


class Me(Struct, frozen=True, kw_only=True):
    """Who is asking."""

    name: str
    roles: tuple[Role, ...]


class Status(Struct, frozen=True, kw_only=True):
    """How the app is doing."""

    last_success_at: datetime | None
    hours_since_success: float | None
    next_run_at: datetime | None
    mode: str
    gate: Gate
    secrets: tuple[Secret, ...]
    warnings: tuple[str, ...]
    me: Me
