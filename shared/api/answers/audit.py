"""Answers about what administrators changed."""

from datetime import datetime

from msgspec import Struct


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One change by an administrator; ``what`` is the name of an option, or ``exemption``."""

    at: datetime
    by: str
    what: str
    before: str
    after: str


class Audit(Struct, frozen=True, kw_only=True):
    """Who changed which option, guard and exemption, newest first; kept for good."""

    entries: tuple[AuditEntry, ...]
