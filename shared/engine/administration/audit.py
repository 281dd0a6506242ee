"""The audit: who changed which option or exemption, kept for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.state.protocols import Documents

AUDIT_PATH = "audit.jsonl"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change by an administrator, in texts."""

    at: datetime
    by: str
    what: str
    """The name of an option, or ``exemption``."""
    before: str
    """Empty where there was nothing before."""
    after: str
    """Empty where there is nothing afterwards."""


class AuditTrail:
    """The journal ``audit.jsonl``: added to, and never removed."""

    def __init__(self, documents: Documents) -> None:
        self._documents = documents

    def record(self, entries: Sequence[AuditEntry]) -> None:
        """The entries are at the journal's end, all of them or none; raises StateError."""
        self._documents.append(AUDIT_PATH, entries)

    def newest(self, limit: int) -> tuple[AuditEntry, ...]:
        """The entries that were recorded last, newest first."""
        entries = self._documents.read_lines(AUDIT_PATH, AuditEntry)
        return tuple(reversed(entries))[:limit]
